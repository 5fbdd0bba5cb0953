package demo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
)

// stage is where the script is played: a server whose clock the script sets, and a phone for each person.
type stage struct {
	app      core.App
	exchange *exchange.Exchange
	now      time.Time
	phones   map[string]*phone
	lost     map[string]int // how many phones a person has lost
	revs     map[string]int64
}

var errVerdict = errors.New("the verdict is not the one the script needs")

// step lets one person do one thing at its time.
func (s *stage) step(ctx context.Context, st step) error {
	s.now = st.at
	if st.lost {
		return s.lose(ctx, st.by)
	}
	p, err := s.phone(ctx, st.by)
	if err != nil {
		return err
	}
	switch {
	case st.look:
		return s.clearHits(ctx, p, st)
	case st.draft != nil || st.gone:
		line, err := p.draftLine(st)
		if err != nil {
			return err
		}
		_, err = s.handIn(ctx, p, line)
		return err
	}
	if st.kind == "" {
		return nil // They have the phone with them, and that is all.
	}
	return s.operate(ctx, p, st)
}

// operate hands in one operation and looks at its verdict.
func (s *stage) operate(ctx context.Context, p *phone, st step) error {
	line, err := p.opLine(s.operation(st, p))
	if err != nil {
		return err
	}
	answer, err := s.handIn(ctx, p, line)
	if err != nil {
		return err
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

// clearHits reads what could give the person of a referral away, as the reviewer's own phone is told it, and clears each.
func (s *stage) clearHits(ctx context.Context, p *phone, st step) error {
	var told bytes.Buffer
	q := exchange.PullRequest{Proto: 1, Device: p.caller.Device}
	if err := s.exchange.Pull(ctx, p.caller, q, &told, func() error { return nil }); err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	lines := bufio.NewScanner(&told)
	lines.Buffer(nil, told.Len()+1)
	for lines.Scan() {
		var row struct {
			K, C, I string
			D       struct{ Hits []struct{ ID string } }
		}
		if !bytes.Contains(lines.Bytes(), []byte(st.rec)) {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return fmt.Errorf("read pull: %w", err)
		}
		if row.K != "p" || row.C != st.coll || row.I != st.rec {
			continue
		}
		for _, hit := range row.D.Hits {
			one := st
			one.args = maps.Clone(st.args)
			one.args["hit"] = hit.ID
			if err := s.operate(ctx, p, one); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

// operation is the plain operation of docs/protocol.md 4.1.
func (s *stage) operation(st step, p *phone) map[string]any {
	made := st.madeAt
	if made.IsZero() {
		made = st.at
	}
	op := map[string]any{"v": 1, "user": p.caller.User.ID, "kind": st.kind, "coll": st.coll, "rec": st.rec,
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

// opLine seals an operation as the next line of a hand-in.
func (p *phone) opLine(op map[string]any) (map[string]any, error) {
	p.seq++
	opID := id("op", fmt.Sprintf("%s|%d", p.caller.Device, p.seq))
	line, err := p.seal("noddfa-op/1", opID, op)
	if err != nil {
		return nil, err
	}
	maps.Copy(line, map[string]any{"k": "o", "op_id": opID, "seq": p.seq})
	return line, nil
}

// draftLine seals what the phone keeps of a record that is not handed in, or says that it is thrown away.
func (p *phone) draftLine(st step) (map[string]any, error) {
	p.drafts[st.rec]++
	line := map[string]any{"gone": true}
	if !st.gone {
		var err error
		if line, err = p.seal("noddfa-draft/1", st.rec, st.draft); err != nil {
			return nil, err
		}
	}
	maps.Copy(line, map[string]any{"k": "d", "rec": st.rec, "n": p.drafts[st.rec]})
	return line, nil
}

// seal closes a value for the server, as docs/protocol.md says.
func (p *phone) seal(info, subject string, value map[string]any) (map[string]any, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", info, err)
	}
	enc, sender, err := hpke.NewSender(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	ct, err := sender.Seal([]byte(info+"|"+subject+"|"+p.caller.User.ID+"|"+p.kid), plain)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return map[string]any{"kid": p.kid, "enc": b64(enc), "ct": b64(ct)}, nil
}

// handIn sends one line.
func (s *stage) handIn(ctx context.Context, p *phone, line map[string]any) (exchange.PushAnswer, error) {
	head := map[string]any{"k": "h", "proto": 1, "device": p.caller.Device, "epoch": p.epoch, "app": "demo", "client_ms": s.now.UnixMilli(), "ops": 0, "drafts": 0}
	head[map[any]string{"o": "ops", "d": "drafts"}[line["k"]]] = 1
	var body bytes.Buffer
	lines := json.NewEncoder(&body)
	for _, one := range []map[string]any{head, line} {
		if err := lines.Encode(one); err != nil {
			return exchange.PushAnswer{}, fmt.Errorf("write hand-in: %w", err)
		}
	}
	answer, err := s.exchange.Push(ctx, p.caller, &body)
	if err != nil {
		return answer, fmt.Errorf("push: %w", err)
	}
	return answer, nil
}
