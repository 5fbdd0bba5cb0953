package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
)

// reveal shows one group of one record's protected values; exchange writes the audit row in the same transaction.
func (s *Server) reveal(e *core.RequestEvent) error {
	caller, err := s.caller(e)
	if err != nil {
		return err
	}
	if err := s.within("reveal", caller.User.ID, revealsPerMinute); err != nil {
		return err
	}
	var ask exchange.RevealRequest
	if err := readJSON(e.Request, &ask); err != nil {
		return err
	}
	out, err := s.Exchange.Reveal(e.Request.Context(), caller, ask)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, out)
}
