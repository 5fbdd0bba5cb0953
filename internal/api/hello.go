package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// hello is the first contact of a session; it registers a device that is new, so the header need not be known yet.
func (s *Server) hello(e *core.RequestEvent) error {
	user, err := s.user(e)
	if err != nil {
		return err
	}
	if err := s.within("hello", user.ID, hellosPerMinute); err != nil {
		return err
	}
	var ask exchange.HelloRequest
	if err := readJSON(e.Request, &ask); err != nil {
		return err
	}
	if got := e.Request.Header.Get(deviceHeader); got != "" && got != ask.Device {
		return &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	out, err := s.Exchange.Hello(e.Request.Context(), exchange.Caller{User: user, Device: ask.Device}, ask)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, out)
}
