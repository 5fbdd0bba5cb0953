package exchange

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"unicode/utf8"

	"noddfa/internal/casework"
)

const nameMax = 60

// Hello registers the device, once, and says what is asked of it.
func (x *Exchange) Hello(ctx context.Context, c Caller, q HelloRequest) (HelloAnswer, error) {
	if q.Proto != 1 {
		return HelloAnswer{}, malformed("error.proto")
	}
	if !casework.IsID(q.Device) || q.Device != c.Device || utf8.RuneCountInString(q.Name) > nameMax || len(q.App) > 32 {
		return HelloAnswer{}, malformed("error.malformed")
	}
	var out HelloAnswer
	err := x.store.Write(ctx, func(tx Tx) error {
		user, err := tx.User(c.User.ID)
		if err != nil {
			return err
		}
		device, err := x.enrol(tx, user, q)
		if err != nil {
			return err
		}
		agency, err := tx.Agency(user.Agency)
		out = x.answer(user, agency, device)
		return err
	})
	if err != nil {
		return out, err
	}
	return out, x.store.Read(ctx, func(r Reader) error {
		meta, err := r.Meta()
		if err != nil {
			return err
		}
		out.Epoch, out.Head, out.Durable = meta.Epoch, meta.Head, meta.Durable
		out.Scopes, err = r.Scopes(c.User.ID)
		return err
	})
}

func (x *Exchange) enrol(tx Tx, user casework.User, q HelloRequest) (Device, error) {
	now := x.now().UnixMilli()
	device, known, err := tx.Device(q.Device)
	if err != nil {
		return device, err
	}
	if known && device.User != user.ID {
		return device, &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	const often = 60 * 60 * 1000
	if known && device.App == q.App && now-device.SeenMs < often {
		return device, nil // Noting every contact would send the device's row to its owner each time.
	}
	if !known {
		key, err := base64.RawURLEncoding.DecodeString(q.SignKey)
		if err != nil {
			return device, malformed("error.malformed")
		}
		if _, err := ecdh.P256().NewPublicKey(key); err != nil {
			return device, malformed("error.malformed")
		}
		device = Device{ID: q.Device, User: user.ID, Name: q.Name, SignKey: key, EnrolledMs: now}
	}
	device.App, device.SeenMs = q.App, now
	return device, tx.PutDevice(device)
}

func (x *Exchange) answer(user casework.User, agency casework.Agency, device Device) HelloAnswer {
	kid, pub := x.keys.PublicKey()
	out := HelloAnswer{
		Noddfa: "hello/1", Proto: [2]int{1, 1}, LastSeq: device.LastSeq, ServerMs: x.now().UnixMilli(),
		Key: HelloKey{KID: kid, Pub: base64.RawURLEncoding.EncodeToString(pub)},
		User: HelloUser{ID: user.ID, Name: user.Name, Email: user.Email, Roles: append([]string{}, user.Roles...), Agency: user.Agency,
			AgencyName: map[string]string{"en": agency.NameEN, "cy": agency.NameCY}, Locale: user.Locale},
		Device: HelloDevice{ID: device.ID, Name: device.Name, Revoked: device.Revoked},
		Limits: Limits{Ops: opsMax, Body: bodyMax, Op: opMax, Drafts: draftsMax},
		Policy: Policy{LeaseDays: 14, IdleLockS: 120, KeepDays: 30, DraftDaysMax: 28},
		Demo:   x.Demo,
	}
	if device.Revoked {
		out.Order = "wipe"
	}
	return out
}
