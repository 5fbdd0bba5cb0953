package exchange

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// PackRequest asks for what a referral says, to be keyed in, printed or handed over as a file.
type PackRequest struct {
	Proto      int    `json:"proto"`
	Rec        string `json:"rec"`
	Disclosure string `json:"disclosure"`
	// As is "pack" for the screen, "json" or "pdf"; Lang is the language of a PDF's own words.
	As   string `json:"as"`
	Lang string `json:"lang"`
}

// Export is a referral as it may leave: its row with every part opened, the form that asks its questions, and the row of
// the disclosure log that lets it go.
type Export struct {
	Rec        string
	Referral   casework.Values
	Form       *forms.Form
	Disclosure casework.Values
	AtMs       int64
}

// packKinds are the forms in which a pack is given.
var packKinds = []string{"pack", "json", "pdf"}

// exported are the states in which a referral may leave.
var exported = []string{casework.Approved, casework.Sent, casework.SentUrgent, casework.Acknowledged, casework.OutcomeRecorded, casework.Closed}

// Pack gives a referral to those who send or review it, against an approved row of the disclosure log. The audit row is
// written in the same transaction: without it nothing leaves.
func (x *Exchange) Pack(ctx context.Context, c Caller, q PackRequest) (Export, error) {
	if q.Proto != 1 {
		return Export{}, malformed("error.proto")
	}
	if !casework.IsID(q.Rec) || !casework.IsID(q.Disclosure) || !slices.Contains(packKinds, q.As) || q.Lang != "en" && q.Lang != "cy" {
		return Export{}, malformed("error.malformed")
	}
	var out Export
	err := x.store.Write(ctx, func(tx Tx) error {
		user, device, err := live(tx, c)
		if err != nil {
			return err
		}
		if out, err = x.export(tx, user, q); err != nil {
			return err
		}
		_, err = audit.Append(tx, audit.Entry{AtMs: out.AtMs, Actor: user.ID, Role: "user", Agency: user.Agency, Act: "pack:" + q.As,
			Coll: "referrals", Rec: q.Rec, Device: device.ID, Detail: q.Disclosure})
		return err
	})
	var no *casework.Error
	if errors.As(err, &no) && no.Key == keyGivesAway {
		err = firstOf(x.keepHits(ctx, c, q.Rec), err)
	}
	if err != nil {
		return Export{}, err
	}
	return out, nil
}

// keepHits stores what stopped a pack, in a transaction of its own: that of the pack is undone.
func (x *Exchange) keepHits(ctx context.Context, c Caller, rec string) error {
	return x.store.Write(ctx, func(tx Tx) error {
		user, _, err := live(tx, c)
		if err != nil {
			return err
		}
		return x.packing(tx, user, rec, x.now().UnixMilli()).keepHits(rec)
	})
}

// packing is the act of a person who asks for a pack, which is no operation.
func (x *Exchange) packing(tx Tx, user casework.User, rec string, nowMs int64) *act {
	return &act{push: &push{x: x, tx: tx, nowMs: nowMs}, op: &Op{Coll: "referrals", Rec: rec}, opID: derive(rec, "pack", strconv.FormatInt(nowMs, 10)),
		user: user, verdict: &Verdict{}}
}

func (x *Exchange) export(tx Tx, user casework.User, q PackRequest) (Export, error) {
	out := Export{Rec: q.Rec, AtMs: x.now().UnixMilli()}
	e, err := x.packing(tx, user, q.Rec, out.AtMs).open("referrals", q.Rec)
	if err != nil {
		return out, hideForbidden(err)
	}
	if acting([]string{"sender", "reviewer"}, e.roles) == "" {
		return out, notFound()
	}
	early := e.referralType().Review != casework.ReviewBefore && e.v.Text("state") == casework.Submitted
	if !slices.Contains(exported, e.v.Text("state")) && !early {
		return out, &casework.Error{Code: casework.Conflict, Key: "error.state", Allowed: e.allowed()}
	}
	row, ok, err := tx.Get("disclosures", q.Disclosure)
	if err != nil {
		return out, err
	}
	if !ok || row.Text("referral") != q.Rec || row.Text("what") != q.As || row.Text("state") != "approved" {
		return out, &casework.Error{Code: casework.Conflict, Key: "error.disclosure_log_row", Allowed: e.allowed()}
	}
	if e.v.Bool("consent_withdrawn") && e.needsConsent(e.referralType()) {
		return out, &casework.Error{Code: casework.Conflict, Key: "error.consent_not_withdrawn", Allowed: e.allowed()}
	}
	if err := e.mayLeave(); err != nil {
		return out, err
	}
	out.Referral, out.Form, out.Disclosure = nested(e.v), e.rules.form, row
	return out, nil
}

// mayLeave looks once more, with what is known by now: a name learnt after the approval may stand in what is about to be
// keyed in, and two people may differ on what it says.
func (e *edit) mayLeave() error {
	if err := e.kind.settle(e); err != nil {
		return err
	}
	for _, name := range []string{"dtn_anonymity_clear", "no_open_conflict"} {
		if err := guardOf(name)(e, nil); err != nil {
			return asConflict(err, e.allowed())
		}
	}
	return nil
}

// hideForbidden tells whoever may not see a record that it is not there.
func hideForbidden(err error) error {
	if err == errForbidden {
		return notFound()
	}
	return err
}
