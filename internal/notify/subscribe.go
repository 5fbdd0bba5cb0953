package notify

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"strconv"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
	"noddfa/internal/records"
)

// Person is who asks, and from which of their devices.
type Person struct{ User, Agency, Device string }

// Where is what a browser says about a subscription: the address at its push service and the keys to close messages with.
type Where struct{ Endpoint, P256dh, Auth string }

// PublicKey gives the key by which push services know this server, as browsers take it.
func (n *Notify) PublicKey() string {
	_, public := n.Keys.VAPID()
	return base64.RawURLEncoding.EncodeToString(public)
}

// Subscribe keeps where a device is reached; invalid when it is no address of a known push service or the keys are none.
func (n *Notify) Subscribe(ctx context.Context, p Person, w Where) error {
	if n.Services.Check(w.Endpoint) != nil {
		return &casework.Error{Code: casework.Invalid, Key: "error.check_answer", Field: "endpoint"}
	}
	if !areKeys(w) {
		return &casework.Error{Code: casework.Invalid, Key: "error.check_answer", Field: "keys"}
	}
	return n.Store.Tell(ctx, func(t *records.Telling) error {
		// It may have been stopped since the request came in.
		device, ok, err := t.Device(p.Device)
		if err == nil && (!ok || device.Revoked || device.User != p.User) {
			err = &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
		}
		if err != nil {
			return err
		}
		err = t.Subscribe(records.Subscription{ID: subscriptionOf(p.Device), User: p.User, Device: p.Device, Endpoint: w.Endpoint, P256dh: w.P256dh, Auth: w.Auth,
			ConsentedMs: n.Now().UnixMilli()})
		if err != nil {
			return err
		}
		return n.audit(t, p, "push:subscribe")
	})
}

// areKeys says whether a message can be closed with them: a point of P-256, and 16 bytes.
func areKeys(w Where) bool {
	point, err := base64.RawURLEncoding.DecodeString(w.P256dh)
	if err != nil {
		return false
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return false
	}
	auth, err := base64.RawURLEncoding.DecodeString(w.Auth)
	return err == nil && len(auth) == 16
}

// Unsubscribe ends what a device was told.
func (n *Notify) Unsubscribe(ctx context.Context, p Person) error {
	return n.Store.Tell(ctx, func(t *records.Telling) error {
		there, err := t.Unsubscribe(subscriptionOf(p.Device))
		if err != nil || !there {
			return err
		}
		return n.audit(t, p, "push:unsubscribe")
	})
}

// Try makes a notice that says nothing but that notices come, for this device alone; not_found when it is not subscribed.
func (n *Notify) Try(ctx context.Context, p Person) (string, error) {
	now, target := n.Now(), subscriptionOf(p.Device)
	id := casework.DeriveID("notice", p.Device, Test, strconv.FormatInt(now.UnixMilli(), 10))
	err := n.Store.Tell(ctx, func(t *records.Telling) error {
		there, err := t.Subscribed(target, p.User)
		if err != nil {
			return err
		}
		if !there {
			return &casework.Error{Code: casework.NotFound, Key: "error.not_found"}
		}
		if known, err := t.Known("notices", id); err != nil || known {
			return err // Pressed twice within a millisecond.
		}
		if err := t.Insert("notices", id, casework.Values{"user": p.User, "kind": Test, "state": "unread", "at_ms": now.UnixMilli()}); err != nil {
			return err
		}
		err = t.Send(records.Errand{ID: casework.DeriveID("errand", id, target), Notice: id, User: p.User, Target: target,
			DueMs: now.UnixMilli(), EndsMs: now.Add(endsAfterUrgent).UnixMilli()})
		if err != nil {
			return err
		}
		return n.audit(t, p, "push:test")
	})
	n.poke()
	return id, err
}

func (n *Notify) audit(t *records.Telling, p Person, act string) error {
	_, err := audit.Append(t, audit.Entry{AtMs: n.Now().UnixMilli(), Actor: p.User, Role: "user", Agency: p.Agency, Act: act, Coll: "push_subscriptions",
		Rec: subscriptionOf(p.Device), Device: p.Device})
	return err
}

// subscriptionOf gives the id of a device's one subscription.
func subscriptionOf(device string) string { return casework.DeriveID("push", device) }
