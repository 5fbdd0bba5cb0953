package api

import (
	"bytes"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
)

// push takes a hand-in, from a signed-in user or from a locked phone that signs with its device key.
func (s *Server) push(e *core.RequestEvent) error {
	if e.Request.Header.Get(signatureHeader) != "" {
		return s.pushLocked(e)
	}
	caller, err := s.caller(e)
	if err != nil {
		return err
	}
	// Counted before the body is read: a runaway phone must cost little.
	if err := s.within("push", caller.User.ID, pushesPerMinute); err != nil {
		return err
	}
	_, plain, err := readHandIn(e)
	if err != nil {
		return err
	}
	return s.take(e, caller, plain)
}

// pushLocked counts after the signature is proved, because nothing before it says who is asking: a stranger must not be
// able to use up a device's share.
func (s *Server) pushLocked(e *core.RequestEvent) error {
	sent, plain, err := readHandIn(e)
	if err != nil {
		return err
	}
	caller, err := s.lockedCaller(e, sent, plain)
	if err != nil {
		return err
	}
	if err := s.within("push", "locked|"+caller.Device, pushesPerMinute); err != nil {
		return err
	}
	return s.take(e, caller, plain)
}

func readHandIn(e *core.RequestEvent) (sent, plain []byte, err error) {
	if sent, err = readSent(e.Request, "application/x-ndjson", sentMax); err != nil {
		return nil, nil, err
	}
	plain, err = inflate(e.Request.Header.Get("Content-Encoding"), sent)
	return sent, plain, err
}

func (s *Server) take(e *core.RequestEvent, caller exchange.Caller, plain []byte) error {
	out, err := s.Exchange.Push(e.Request.Context(), caller, bytes.NewReader(plain))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, out)
}
