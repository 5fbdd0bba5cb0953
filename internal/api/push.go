package api

import (
	"bytes"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
)

// push takes a hand-in, from a signed-in user or from a locked phone that signs with its device key.
func (s *Server) push(e *core.RequestEvent) error {
	locked := e.Request.Header.Get(signatureHeader) != ""
	var caller exchange.Caller
	var err error
	key := "locked|" + e.Request.Header.Get(deviceHeader)
	if !locked {
		if caller, err = s.caller(e); err != nil {
			return err
		}
		key = caller.User.ID
	}
	if err := s.within("push", key, pushesPerMinute); err != nil {
		return err
	}
	sent, err := readSent(e.Request, "application/x-ndjson", sentMax)
	if err != nil {
		return err
	}
	plain, err := inflate(e.Request.Header.Get("Content-Encoding"), sent)
	if err != nil {
		return err
	}
	if locked {
		if caller, err = s.lockedCaller(e, sent, plain); err != nil {
			return err
		}
	}
	out, err := s.Exchange.Push(e.Request.Context(), caller, bytes.NewReader(plain))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, out)
}
