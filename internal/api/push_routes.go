package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
	"noddfa/internal/notify"
)

// pushKey gives the public key by which push services know this server; a browser asks for it before it subscribes.
func (s *Server) pushKey(e *core.RequestEvent) error {
	caller, err := s.liveCaller(e)
	if err != nil {
		return err
	}
	if err := s.within("account", caller.User.ID, othersPerMinute); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"noddfa": "push-key/1", "key": s.Notify.PublicKey()})
}

// subscribe keeps where the caller's device is reached, with their consent. A later one replaces it.
func (s *Server) subscribe(e *core.RequestEvent) error {
	var ask struct {
		Endpoint string `json:"endpoint"`
		Keys     struct {
			P256dh string `json:"p256dh"`
			Auth   string `json:"auth"`
		} `json:"keys"`
		Consent bool `json:"consent"`
	}
	caller, err := s.admit(e, s.liveCaller, "account", othersPerMinute, &ask)
	if err != nil {
		return err
	}
	if !ask.Consent {
		return invalid("error.required", "consent")
	}
	where := notify.Where{Endpoint: ask.Endpoint, P256dh: ask.Keys.P256dh, Auth: ask.Keys.Auth}
	if err := s.Notify.Subscribe(e.Request.Context(), who(caller), where); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"noddfa": "push-subscription/1", "on": true})
}

// unsubscribe ends notifications on the caller's device; nothing is wrong when there were none.
func (s *Server) unsubscribe(e *core.RequestEvent) error {
	var ask struct{}
	caller, err := s.admit(e, s.liveCaller, "account", othersPerMinute, &ask)
	if err != nil {
		return err
	}
	if err := s.Notify.Unsubscribe(e.Request.Context(), who(caller)); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"noddfa": "push-subscription/1", "on": false})
}

// testPush sends the caller's device a notice that it works, by the way of any other; not_found without a subscription.
func (s *Server) testPush(e *core.RequestEvent) error {
	var ask struct{}
	caller, err := s.admit(e, s.liveCaller, "push-test", testsPerMinute, &ask)
	if err != nil {
		return err
	}
	notice, err := s.Notify.Try(e.Request.Context(), who(caller))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"noddfa": "push-test/1", "notice": notice})
}

func who(c exchange.Caller) notify.Person {
	return notify.Person{User: c.User.ID, Agency: c.User.Agency, Device: c.Device}
}
