package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
)

// reveal shows one group of one record's protected values; exchange writes the audit row in the same transaction.
func (s *Server) reveal(e *core.RequestEvent) error {
	var ask exchange.RevealRequest
	caller, err := s.admit(e, s.caller, "reveal", revealsPerMinute, &ask)
	if err != nil {
		return err
	}
	out, err := s.Exchange.Reveal(e.Request.Context(), caller, ask)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, out)
}
