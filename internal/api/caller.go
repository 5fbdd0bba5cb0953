package api

import (
	"context"
	"errors"
	"regexp"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

const deviceHeader = "X-Noddfa-Device"

var idShape = regexp.MustCompile(`^[a-z0-9]{15}$`)

// user gives who signed the request with a token of the users collection. Administrators are not users: they have no
// business with what phones exchange.
func (s *Server) user(e *core.RequestEvent) (casework.User, error) {
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return casework.User{}, &casework.Error{Code: casework.Unauthorised, Key: "error.sign_in"}
	}
	if e.Auth.GetBool("deactivated") {
		return casework.User{}, &casework.Error{Code: casework.Unauthorised, Key: "error.sign_in"}
	}
	return userOf(e.Auth), nil
}

// userOf reads a row of the users collection. Whose supervisors decide on the user's records is left to exchange, which
// looks it up in the transaction that needs it.
func userOf(r *core.Record) casework.User {
	return casework.User{ID: r.Id, Name: r.GetString("name"), Roles: r.GetStringSlice("roles"), Agency: r.GetString("agency"), Locale: r.GetString("locale")}
}

// caller gives the user and the device of a request, which must belong to each other.
func (s *Server) caller(e *core.RequestEvent) (exchange.Caller, error) {
	user, err := s.user(e)
	if err != nil {
		return exchange.Caller{}, err
	}
	device, err := s.device(e.Request.Context(), e.Request.Header.Get(deviceHeader))
	if err != nil {
		return exchange.Caller{}, err
	}
	if device.User != user.ID {
		return exchange.Caller{}, &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	return exchange.Caller{User: user, Device: device.ID}, nil
}

// liveCaller is caller, and refuses a revoked device: it may learn that it is to wipe, and do nothing to the account.
func (s *Server) liveCaller(e *core.RequestEvent) (exchange.Caller, error) {
	caller, err := s.caller(e)
	if err != nil {
		return caller, err
	}
	device, err := s.device(e.Request.Context(), caller.Device)
	if err == nil && device.Revoked {
		err = &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	return caller, err
}

// device finds a device; one that is not there is forbidden like one of somebody else, so that ids cannot be tried out.
func (s *Server) device(ctx context.Context, id string) (exchange.Device, error) {
	if !idShape.MatchString(id) {
		return exchange.Device{}, invalid("error.header", deviceHeader)
	}
	device, err := s.Exchange.Device(ctx, id)
	var known *casework.Error
	if errors.As(err, &known) && known.Code == casework.NotFound {
		return exchange.Device{}, &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	return device, err
}

// lockedCaller gives the owner of the device that signed a hand-in without a token.
func (s *Server) lockedCaller(e *core.RequestEvent, sent, plain []byte) (exchange.Caller, error) {
	ctx := e.Request.Context()
	device, err := s.device(ctx, e.Request.Header.Get(deviceHeader))
	if err != nil {
		return exchange.Caller{}, err
	}
	first, last := seqRange(plain)
	if !signed(device.SignKey, e.Request.Header.Get(signatureHeader), signedText(e.Request.URL.Path, sent, first, last)) {
		return exchange.Caller{}, &casework.Error{Code: casework.Forbidden, Key: "error.signature"}
	}
	record, err := e.App.FindRecordById("users", device.User)
	if err != nil {
		return exchange.Caller{}, &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	return exchange.Caller{User: userOf(record), Device: device.ID, Locked: true}, nil
}

// within counts the request against what key may ask for in a minute.
func (s *Server) within(route, key string, perMinute int) error {
	if wait, ok := s.rate.take(route+"|"+key, perMinute); !ok {
		return retryAfter{&casework.Error{Code: casework.SlowDown, Key: "error.slow_down"}, wait}
	}
	return nil
}

// admit says who asks, by one of the two ways to tell, keeps them within their share of a route, and reads what they ask for.
func (s *Server) admit(e *core.RequestEvent, who func(*core.RequestEvent) (exchange.Caller, error), route string, perMinute int, ask any) (exchange.Caller, error) {
	caller, err := who(e)
	if err != nil {
		return caller, err
	}
	if err := s.within(route, caller.User.ID, perMinute); err != nil {
		return caller, err
	}
	return caller, readJSON(e.Request, ask)
}
