package demo

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// stage is where the script is played: a server whose clock the script sets, and a phone for each person.
type stage struct {
	exchange *exchange.Exchange
	now      time.Time
	phones   map[string]*phone
	revs     map[string]int64
}

// phone is what a person hands in with.
type phone struct {
	caller     exchange.Caller
	seq        int64
	epoch, kid string
	key        hpke.PublicKey
}

var errVerdict = errors.New("the verdict is not the one the script needs")

// step hands in one step at its time.
func (s *stage) step(ctx context.Context, st step) error {
	s.now = st.at
	p, err := s.phone(ctx, st.by)
	if err != nil {
		return err
	}
	body, err := p.seal(st, s.operation(st, p))
	if err != nil {
		return err
	}
	answer, err := s.exchange.Push(ctx, p.caller, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	if len(answer.Verdicts) != 1 {
		return errVerdict
	}
	v := answer.Verdicts[0]
	if good := v.V == "ok" || v.V == "conflict"; good == st.wantHold {
		return fmt.Errorf("%s %s %v: %w", v.V, v.Key, v.Fields, errVerdict)
	}
	if v.Rev > 0 {
		s.revs[st.rec] = v.Rev
	}
	return nil
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
	p := &phone{caller: exchange.Caller{User: by.user(), Device: id("device", by.email)}}
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

// operation is the plain operation of docs/protocol.md 4.1.
func (s *stage) operation(st step, p *phone) map[string]any {
	made := st.madeAt
	if made.IsZero() {
		made = st.at
	}
	op := map[string]any{"v": 1, "user": p.caller.User.ID, "kind": st.kind, "coll": "encounters", "rec": st.rec,
		"base_rev": s.revs[st.rec], "at_ms": made.UnixMilli(), "tz": "Europe/London"}
	if st.set != nil {
		op["set"] = st.set
	}
	if st.prev != nil {
		op["prev"] = st.prev
	}
	if st.add != nil {
		op["add"] = map[string]any{"indicators": st.add}
	}
	if st.cmd != "" {
		args := st.args
		if args == nil {
			args = fields{}
		}
		op["cmd"] = map[string]any{"name": st.cmd, "expect_rev": s.revs[st.rec], "args": args}
	}
	return op
}

// seal makes the body of a hand-in of one operation.
func (p *phone) seal(st step, op map[string]any) ([]byte, error) {
	plain, err := json.Marshal(op)
	if err != nil {
		return nil, fmt.Errorf("write operation: %w", err)
	}
	p.seq++
	opID := id("op", fmt.Sprintf("%s|%d", p.caller.Device, p.seq))
	enc, sender, err := hpke.NewSender(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("noddfa-op/1"))
	if err != nil {
		return nil, fmt.Errorf("seal operation: %w", err)
	}
	ct, err := sender.Seal([]byte("noddfa-op/1|"+opID+"|"+p.caller.User.ID+"|"+p.kid), plain)
	if err != nil {
		return nil, fmt.Errorf("seal operation: %w", err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	var body bytes.Buffer
	lines := json.NewEncoder(&body)
	for _, line := range []map[string]any{
		{"k": "h", "proto": 1, "device": p.caller.Device, "epoch": p.epoch, "app": "demo", "client_ms": st.at.UnixMilli(), "ops": 1, "drafts": 0},
		{"k": "o", "op_id": opID, "seq": p.seq, "kid": p.kid, "enc": b64(enc), "ct": b64(ct)},
	} {
		if err := lines.Encode(line); err != nil {
			return nil, fmt.Errorf("write hand-in: %w", err)
		}
	}
	return body.Bytes(), nil
}
