package api

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
)

// statuses is the one table of error code → HTTP status.
var statuses = map[casework.Code]int{
	casework.Invalid:      http.StatusBadRequest,
	casework.Unauthorised: http.StatusUnauthorized,
	casework.Forbidden:    http.StatusForbidden,
	casework.NotFound:     http.StatusNotFound,
	casework.Conflict:     http.StatusConflict,
	casework.TooLarge:     http.StatusRequestEntityTooLarge,
	casework.TooOld:       http.StatusUpgradeRequired,
	casework.SlowDown:     http.StatusTooManyRequests,
	casework.Internal:     http.StatusInternalServerError,
	casework.Busy:         http.StatusServiceUnavailable,
}

// errorAnswer is error/1 of the protocol.
type errorAnswer struct {
	Noddfa  string        `json:"noddfa"`
	Code    casework.Code `json:"code"`
	Key     string        `json:"key"`
	Field   string        `json:"field"`
	Epoch   string        `json:"epoch,omitempty"`
	LastSeq *int64        `json:"last_seq,omitempty"`
	Allowed []string      `json:"allowed,omitempty"`
	Fields  any           `json:"fields,omitempty"`
}

// retryAfter is an error that says when to come back.
type retryAfter struct {
	error
	wait time.Duration
}

func (r retryAfter) Unwrap() error { return r.error }

// answer makes a PocketBase handler of h: every error leaves as error/1, and only our own faults reach the log.
func (s *Server) answer(h func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := h(e)
		if err == nil {
			return nil
		}
		var known *casework.Error
		if !errors.As(err, &known) || statuses[known.Code] == 0 {
			known = &casework.Error{Code: casework.Internal, Key: "error.internal"}
		}
		// A phone that went out of signal is no fault of anybody's.
		if known.Code == casework.Internal && e.Request.Context().Err() == nil {
			e.App.Logger().Error("request failed", "route", e.Request.Pattern, "error", err)
		}
		if e.Written() {
			return nil // A stream that was cut: the client resumes from the last chunk it closed.
		}
		var later retryAfter
		if errors.As(err, &later) {
			e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(later.wait.Seconds()))))
		}
		out := errorAnswer{Noddfa: "error/1", Code: known.Code, Key: known.Key, Field: known.Field}
		out.Allowed = known.Allowed
		if len(known.Fields) > 0 {
			out.Fields = known.Fields
		}
		if known.Key == "error.epoch" {
			out.Epoch, out.LastSeq = known.Epoch, &known.LastSeq
		}
		return e.JSON(statuses[known.Code], out)
	}
}

func notFound(*core.RequestEvent) error {
	return &casework.Error{Code: casework.NotFound, Key: "error.not_found"}
}
