package exchange

import (
	"context"
	"errors"

	"noddfa/internal/casework"
)

// MovesRequest asks which moves are open on a referral, or with an event whether that one is, without giving it.
type MovesRequest struct {
	Proto     int             `json:"proto"`
	Rec       string          `json:"rec"`
	Event     string          `json:"event"`
	ExpectRev int64           `json:"expect_rev"`
	Args      casework.Values `json:"args"`
}

// MovesAnswer names the events that the caller may give in the referral's state. What each still needs is asked one by one.
type MovesAnswer struct {
	Noddfa string `json:"noddfa"`
	Rec    string `json:"rec"`
	State  string `json:"state"`
	// To is the state that the event asked about would lead to.
	To      string   `json:"to,omitempty"`
	Allowed []string `json:"allowed"`
}

// errTried ends a transaction that was only to find out what would happen.
var errTried = errors.New("tried")

// Moves tries a move on a referral and undoes it. A move that would be refused is told as a conflict, with the reason and
// the moves that are open.
func (x *Exchange) Moves(ctx context.Context, c Caller, q MovesRequest) (MovesAnswer, error) {
	if q.Proto != 1 {
		return MovesAnswer{}, malformed("error.proto")
	}
	if !casework.IsID(q.Rec) || c.Locked {
		return MovesAnswer{}, notFound()
	}
	out := MovesAnswer{Noddfa: "moves/1", Rec: q.Rec, Allowed: []string{}}
	err := x.store.Write(ctx, func(tx Tx) error {
		user, err := tx.User(c.User.ID)
		if err != nil {
			return err
		}
		op := &Op{V: 1, User: user.ID, Kind: "cmd", Coll: "referrals", Rec: q.Rec}
		verdict := &Verdict{V: "ok"}
		e, err := (&act{push: &push{x: x, tx: tx, caller: c, nowMs: x.now().UnixMilli()}, op: op, opID: q.Rec, user: user, verdict: verdict}).open("referrals", q.Rec)
		if err != nil {
			return hideForbidden(err)
		}
		out.State, out.Allowed = e.v.Text("state"), append(out.Allowed, e.allowed()...)
		if q.Event == "" {
			return errTried
		}
		err = e.try(&Cmd{Name: q.Event, ExpectRev: q.ExpectRev, Args: q.Args}, out.Allowed)
		out.To = e.v.Text("state")
		return err
	})
	if errors.Is(err, errTried) {
		return out, nil
	}
	return MovesAnswer{}, err
}

// try gives a command and says what would come of it: errTried when it would be taken, else why not.
func (e *edit) try(cmd *Cmd, allowed []string) error {
	if err := e.command(cmd); err != nil {
		return asConflict(err, allowed)
	}
	if e.verdict.V != "ok" {
		return &casework.Error{Code: casework.Conflict, Key: "error.stale", Allowed: allowed}
	}
	return errTried
}

// asConflict gives a refusal as a route answers it: with its reason and the moves that are open. Any other error stays.
func asConflict(err error, allowed []string) error {
	var no *refusal
	if !errors.As(err, &no) {
		return err
	}
	return &casework.Error{Code: casework.Conflict, Key: no.key, Allowed: allowed, Fields: no.fields}
}
