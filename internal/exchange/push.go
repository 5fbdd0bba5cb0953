package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
)

// push is one hand-in under way, within its write transaction.
type push struct {
	x      *Exchange
	tx     Tx
	caller Caller
	device Device
	in     handIn
	nowMs  int64
	answer *PushAnswer
}

// Push takes in operations and drafts. The body is inflated and limited by the caller. Either every operation that was
// read has its verdict when it returns, or nothing was written.
func (x *Exchange) Push(ctx context.Context, c Caller, body io.Reader) (PushAnswer, error) {
	in, err := readHandIn(body)
	if err != nil {
		return PushAnswer{}, err
	}
	if in.head.Device != c.Device {
		return PushAnswer{}, &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	x.open(in, c.User.ID)
	answer := PushAnswer{}
	err = x.store.Write(ctx, func(tx Tx) error {
		answer = PushAnswer{Noddfa: "push/1", Verdicts: []Verdict{}, Drafts: []DraftAck{}, ServerMs: x.now().UnixMilli()}
		p := &push{x: x, tx: tx, caller: c, in: in, nowMs: answer.ServerMs, answer: &answer}
		return p.run()
	})
	return answer, err
}

func (p *push) run() error {
	if err := p.tx.Drain(); err != nil {
		return err
	}
	meta, err := p.tx.Meta()
	if err != nil {
		return err
	}
	var known bool
	if p.device, known, err = p.tx.Device(p.caller.Device); err != nil {
		return err
	}
	if !known || p.device.User != p.caller.User.ID {
		return &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	if p.in.head.Epoch != meta.Epoch {
		return &casework.Error{Code: casework.Conflict, Key: "error.epoch", Epoch: meta.Epoch, LastSeq: p.device.LastSeq}
	}
	// Who someone is now comes from the accounts, not from the token.
	if p.caller.User, err = p.tx.User(p.caller.User.ID); err != nil {
		return err
	}
	return p.everything()
}

func (p *push) everything() error {
	last := p.device.LastSeq
	for _, one := range p.in.ops {
		verdict, stop, err := p.one(one, last)
		if err != nil {
			return err
		}
		if stop != nil {
			p.answer.Stop = stop
			break
		}
		last = max(last, one.Seq)
		p.answer.Verdicts = append(p.answer.Verdicts, verdict)
	}
	for _, draft := range p.in.drafts {
		if err := p.draft(draft); err != nil {
			return err
		}
	}
	if err := p.tx.Drain(); err != nil {
		return err
	}
	meta, err := p.tx.Meta()
	p.answer.Epoch, p.answer.Head, p.answer.Durable, p.answer.LastSeq = meta.Epoch, meta.Head, meta.Durable, last
	if p.device.Revoked {
		p.answer.Order = "wipe"
	}
	return err
}

// one gives an operation its verdict: the stored one when its number was used, else a new one that uses up a number of
// the server's history whatever it says.
func (p *push) one(l *line, last int64) (Verdict, *Stop, error) {
	if l.Seq <= last {
		stored, ok, err := p.tx.Op(p.device.ID, l.Seq)
		if err == nil && (!ok || stored.Verdict.OpID != l.OpID) {
			return Verdict{}, &Stop{Why: "fork"}, nil
		}
		return stored.Verdict, nil, err
	}
	if l.Seq != last+1 {
		return Verdict{}, &Stop{Why: "gap", Expect: last + 1}, nil
	}
	known, err := p.tx.OpKnown(l.OpID)
	if err != nil {
		return Verdict{}, nil, err
	}
	v := Verdict{V: "dup"}
	commit := p.tx.Next()
	name := l.OpID
	if known {
		name = fmt.Sprintf("%s/%s/%d", l.OpID, p.device.ID, l.Seq)
	} else if v, err = p.decide(l); err != nil {
		return v, nil, err
	}
	v.Seq, v.OpID, v.Commit = l.Seq, l.OpID, commit
	return v, nil, p.tx.PutOp(StoredOp{Device: p.device.ID, Seq: l.Seq, OpID: name, User: p.caller.User.ID,
		Coll: short(l.op.Coll), Rec: short(l.op.Rec), AtMs: p.nowMs, Verdict: v})
}

// short keeps values that nobody has checked yet from filling the log of operations.
func short(s string) string {
	if len(s) > 32 || strings.ContainsFunc(s, func(r rune) bool { return r > 'z' || r < '0' }) {
		return ""
	}
	return s
}

// refusal is a decision against an operation. Everything the operation did is undone; the operation itself is kept.
type refusal struct {
	v, key string
	fields casework.Problems
	// allowed is the events that the state has a place for.
	allowed []string
}

func (r *refusal) Error() string { return r.v + " " + r.key }

func rejected(key string) error { return &refusal{v: "rejected", key: key} }

var errForbidden error = &refusal{v: "forbidden", key: "error.forbidden"}

// decide runs an operation under a savepoint. An error that is not a refusal ends the whole hand-in without a trace.
func (p *push) decide(l *line) (Verdict, error) {
	v := Verdict{V: "ok"}
	a := &act{push: p, op: &l.op, opID: l.OpID, user: p.caller.User, verdict: &v}
	err := p.tx.Try(func() error {
		if err := p.admit(l); err != nil {
			return err
		}
		return a.run()
	})
	var no *refusal
	if !errors.As(err, &no) {
		return v, err
	}
	v = Verdict{V: no.v, Key: no.key, Fields: no.fields, Allowed: no.allowed}
	if no.v == "gone" {
		return v, nil
	}
	hold, err := p.hold(l, no)
	v.Hold = hold
	if err == nil && no.key == keyGivesAway {
		err = a.keepHits(l.op.Rec)
	}
	return v, err
}

// admit checks what must hold for any operation at all.
func (p *push) admit(l *line) error {
	op := l.op
	switch {
	case l.problem != "":
		return rejected(l.problem)
	case p.device.Revoked:
		return &refusal{v: "forbidden", key: "error.device_revoked"}
	}
	return op.admit(p.caller.User.ID)
}

// admit checks an operation on its way in and again on its way out of a hold.
func (op *Op) admit(user string) error {
	switch {
	case op.V != 1:
		return rejected("error.too_new")
	case op.Grp != "" || op.Kind == "hole":
		return rejected("error.unknown_kind")
	case op.User != user:
		return errForbidden
	case !casework.IsID(op.Rec):
		return rejected("error.malformed")
	}
	return nil
}

// hold keeps a refused operation for its author and a supervisor of the author's agency.
func (p *push) hold(l *line, no *refusal) (string, error) {
	id := derive(l.OpID, "hold")
	kept := casework.Values{"kid": l.KID, "enc": l.Enc, "ct": l.CT}
	if l.problem == "" {
		if err := json.Unmarshal(l.plain, &kept); err != nil {
			return "", err
		}
	}
	fields := map[string]any{}
	for name, key := range no.fields {
		fields[name] = key
	}
	v := casework.Values{"of_coll": short(l.op.Coll), "of_rec": short(l.op.Rec), "op_id": l.OpID, "author": p.caller.User.ID,
		"author_name": p.caller.User.Name, "review_agency": p.caller.User.ReviewAgency, "verdict": no.v, "key": no.key,
		"fields": fields, "state": "open", "at_ms": p.nowMs, "op": map[string]any(kept)}
	return id, p.tx.Insert("holds", id, v)
}

// draft stores the newest draft of a record, or takes it away and leaves its number, so that a delayed copy does not bring
// it back. A revoked device adds drafts and neither replaces nor takes away what its owner wrote elsewhere.
func (p *push) draft(l *line) error {
	id := derive(p.caller.User.ID, "draft", l.Rec)
	stored, ok, err := p.tx.Get("drafts", id)
	if err != nil {
		return err
	}
	n := stored.Int("n")
	switch {
	case l.N <= n || p.device.Revoked && (ok || l.Gone):
	case l.Gone:
		n, err = l.N, p.putDraft(id, casework.Values{"rec": l.Rec, "n": l.N, "at_ms": p.nowMs}, ok)
	case l.problem == "":
		n, err = l.N, p.openDraft(id, l, ok)
	}
	p.answer.Drafts = append(p.answer.Drafts, DraftAck{Rec: l.Rec, N: n})
	return err
}

func (p *push) openDraft(id string, l *line, there bool) error {
	var draft map[string]any
	if json.Unmarshal(l.plain, &draft) != nil {
		return nil // Not a draft; the number still moves on, so that the phone does not send it for ever.
	}
	return p.putDraft(id, casework.Values{"rec": l.Rec, "author": p.caller.User.ID, "n": l.N, "at_ms": p.nowMs, "draft": draft}, there)
}

// putDraft writes a draft; without an author it stands in nobody's scope, and phones forget it.
func (p *push) putDraft(id string, v casework.Values, there bool) error {
	if there {
		return p.tx.Update("drafts", id, v, []string{"n", "draft"})
	}
	return p.tx.Insert("drafts", id, v)
}

// audit writes what was done, in the transaction that does it.
func (p *push) audit(u casework.User, role, act, coll, rec, detail string) error {
	_, err := audit.Append(p.tx, audit.Entry{AtMs: p.nowMs, Actor: u.ID, Role: role, Agency: u.Agency, Act: act, Coll: coll, Rec: rec,
		Device: p.device.ID, Detail: detail})
	return err
}

// derive gives an id that follows from others, so that a replay makes the same.
func derive(parts ...string) string { return casework.DeriveID(parts...) }
