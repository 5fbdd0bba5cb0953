package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
	"noddfa/internal/pack"
)

// moves says which moves are open on a referral, and what would come of one of them.
func (s *Server) moves(e *core.RequestEvent) error {
	var ask exchange.MovesRequest
	caller, err := s.admit(e, s.liveCaller, "moves", movesPerMinute, &ask)
	if err != nil {
		return err
	}
	out, err := s.Exchange.Moves(e.Request.Context(), caller, ask)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, out)
}

// pack gives what a referral says to whoever sends it: as entries to key in, as a file, or printed. The rows of the log of
// disclosures and of the audit stand before anything is given.
func (s *Server) pack(e *core.RequestEvent) error {
	var ask exchange.PackRequest
	caller, err := s.admit(e, s.liveCaller, "pack", packsPerMinute, &ask)
	if err != nil {
		return err
	}
	out, err := s.Exchange.Pack(e.Request.Context(), caller, ask)
	if err != nil {
		return err
	}
	recipient := out.Disclosure.Text("to_name")
	made, err := pack.Make(out.Form, out.Referral, pack.Meta{Rec: out.Rec, Recipient: recipient})
	if err != nil {
		return fmt.Errorf("make pack: %w", err)
	}
	if ask.As != "pdf" {
		return e.JSON(http.StatusOK, made)
	}
	paper, err := pack.PDF(made, ask.Lang, recipient, time.UnixMilli(out.AtMs))
	if err != nil {
		return fmt.Errorf("print pack: %w", err)
	}
	// The name of the file is the reference, which says nothing about anybody.
	e.Response.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", made.Reference+".pdf"))
	return e.Blob(http.StatusOK, "application/pdf", paper)
}
