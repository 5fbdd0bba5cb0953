package demo

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/records"
)

// phone is what a person hands in with.
type phone struct {
	caller     exchange.Caller
	seq        int64
	drafts     map[string]int64
	epoch, kid string
	key        hpke.PublicKey
}

// phone enrols a person's phone the first time they act.
func (s *stage) phone(ctx context.Context, by *person) (*phone, error) {
	if p := s.phones[by.id]; p != nil {
		return p, nil
	}
	sign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make device key: %w", err)
	}
	point, err := sign.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write device key: %w", err)
	}
	device := by.email
	if n := s.lost[by.id]; n > 0 {
		device += strconv.Itoa(n)
	}
	p := &phone{caller: exchange.Caller{User: by.user(), Device: id("device", device)}, drafts: make(map[string]int64)}
	hello, err := s.exchange.Hello(ctx, p.caller, exchange.HelloRequest{Proto: 1, Device: p.caller.Device, Name: "Demo phone",
		SignKey: base64.RawURLEncoding.EncodeToString(point), App: "demo", ClientMs: s.now.UnixMilli()})
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(hello.Key.Pub)
	if err != nil {
		return nil, fmt.Errorf("read server key: %w", err)
	}
	if p.key, err = hpke.DHKEM(ecdh.P256()).NewPublicKey(raw); err != nil {
		return nil, fmt.Errorf("read server key: %w", err)
	}
	p.epoch, p.kid, p.seq = hello.Epoch, hello.Key.KID, hello.LastSeq
	s.phones[by.id] = p
	return p, nil
}

func (p *person) user() casework.User {
	return casework.User{ID: p.id, Name: p.name, Roles: []string{p.role}, Agency: id("agency", p.agency.Code), Locale: "en"}
}

// lose has a person's phone lost: from another one they revoke it. What it had not handed in is lost with it.
func (s *stage) lose(ctx context.Context, by *person) error {
	lost, err := s.phone(ctx, by)
	if err != nil {
		return err
	}
	delete(s.phones, by.id)
	s.lost[by.id]++
	next, err := s.phone(ctx, by)
	if err != nil {
		return err
	}
	return s.app.RunInTransaction(func(tx core.App) error {
		device, err := tx.FindRecordById("devices", lost.caller.Device)
		if err != nil {
			return fmt.Errorf("find device: %w", err)
		}
		device.Set("revoked", true)
		if err := tx.Save(device); err != nil {
			return fmt.Errorf("revoke device: %w", err)
		}
		return records.Audit(tx, audit.Entry{AtMs: s.now.UnixMilli(), Actor: by.id, Role: "user", Agency: next.caller.User.Agency,
			Act: "device:revoke", Coll: "devices", Rec: device.Id, Device: next.caller.Device})
	})
}
