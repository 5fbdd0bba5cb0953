package exchange_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// replies answer each form as far as an adult's must be, agrees is their consent.
var replies = map[string]casework.Values{
	"handover": {"answers.emergency_called": "no_not_needed", "answers.under_18": "no", "answers.account": "Made-up words.", "answers.risk": "low"},
	"victim_support": {"answers.under_18": "no", "answers.contact_may": "yes", "answers.needs": []any{"talking"}, "answers.summary": "Made-up words.",
		"identity.first_name": "Nia"},
}

var agrees = map[string]any{"consent_share": "yes", "person_language": "cy"}

// referOne begins a referral, mostly one that could be handed in as it is.
func (w *world) referOne(p *handset) {
	w.count("person refers")
	kind := pick(w, "handover", "victim_support")
	set := casework.Values{"type": kind, "codename": w.text("Wren"), "language": "en", "form": kind, "form_version": 1, "consent": agrees,
		"answers.fr_name": "Fay", "answers.fr_phone": "01632 960001", "to_agency": w.recipient(p, kind)}
	maps.Copy(set, replies[kind])
	set["danger"] = w.rng.IntN(2) == 0
	if kind == "handover" && w.rng.IntN(3) == 0 {
		w.age(kind, set, pick(w, "not_sure", "yes"))
		set["consent_withdrawn"] = w.rng.IntN(3) == 0
	}
	for range w.rng.IntN(3) {
		w.reply(kind, set)
	}
	op := exchange.Op{Kind: "create", Coll: "referrals", Rec: w.id("ref"), Set: set}
	if w.rng.IntN(3) > 0 {
		op.Cmd = &exchange.Cmd{Name: "submit", Args: casework.Values{}}
	}
	p.save(op)
}

// recipient is an agency that takes such a referral from this person, now and then another.
func (w *world) recipient(p *handset, kind string) string {
	if kind == "handover" && w.model.people[p.user].agency != testkit.ID("aber") && w.rng.IntN(8) > 0 {
		return testkit.ID("aber")
	}
	return testkit.ID(pick(w, "bryn", "bryn", "bryn", "bryn", "bryn", "coed", "aber"))
}

// age says how old the person is, and answers what follows: a child's handover asks other questions than an adult's.
func (w *world) age(kind string, set casework.Values, age string) {
	set["answers.under_18"] = age
	switch {
	case kind == "handover" && age == "no":
		set["answers.child_reason"], set["consent"] = nil, agrees
	case kind == "handover":
		set["answers.child_reason"], set["consent"] = w.text("reply"), map[string]any{"person_language": "cy"}
	}
}

// reply puts new answers.
func (w *world) reply(kind string, set casework.Values) {
	switch w.rng.IntN(9) {
	case 0:
		set[pick(w, "identity.first_name", "identity.last_name", "contact.contact_notes")] = w.text("reply")
	case 1:
		w.age(kind, set, pick(w, "no", "not_sure", "yes"))
	case 2:
		set["contact.pv_phone"], set["answers.pv_phone_safe"] = fmt.Sprintf("01632 96%04d", w.rng.IntN(9999)), w.rng.IntN(4) > 0
	case 3:
		set["consent"] = pick(w, agrees, map[string]any{"consent_share": "no", "person_language": "en"}, map[string]any{"consent_share": "yes", "person_language": "en"})
	case 4:
		set["danger"] = w.rng.IntN(2) == 0
	case 5:
		set[pick(w, "chosen_reason", "codename")] = w.text("Wren")
	case 6:
		set["council"] = fmt.Sprintf("W%07d", w.rng.IntN(5))
	default:
		if kind == "handover" && w.rng.IntN(3) == 0 {
			set["answers.risk"] = pick(w, "low", "medium", "high", "critical")
		} else {
			set[map[string]string{"handover": "answers.account", "victim_support": "answers.summary"}[kind]] = w.text("reply")
		}
	}
}

// next is the move that the state invites.
func (w *world) next(p *handset, v casework.Values, mine bool) string {
	lead := w.model.people[p.user].is("safeguarding_lead")
	risk := v.Bool("danger") || v.Bool("child")
	support := v.Text("type") == "victim_support"
	switch v.Text("state") {
	case "", "draft":
		if risk && (v.Bool("consent_withdrawn") || w.rng.IntN(3) == 0) {
			return "urgent_send"
		}
		return "submit"
	case "withdrawn":
		return pick(w, "supersede", "withdraw_external", "withdraw_external", "withdraw", "withdraw")
	case "submitted":
		switch {
		case v.Bool("child") && lead && v.Text("cosigned_by") == "" && w.rng.IntN(3) == 0:
			return "cosign_reject"
		case support && w.rng.IntN(3) > 0:
			return "mark_sent"
		case risk && w.rng.IntN(3) == 0:
			return "urgent_send"
		}
		return pick(w, "pick_up", "pick_up", "pick_up", "pick_up", "withdraw")
	case "in_review":
		if v.Bool("child") && lead && v.Text("agency") == w.model.people[p.user].agency && v.Text("cosigned_by") == "" && w.rng.IntN(2) == 0 {
			return "cosign_reject"
		}
		return pick(w, "approve", "approve", "approve", "return", "return", "reject")
	case "returned":
		return "resubmit"
	case "approved":
		return "mark_sent"
	case "sent_urgent", "sent":
		if !mine && w.rng.IntN(2) == 0 {
			return "countersign"
		}
		return pick(w, "add_number", "acknowledge", "record_outcome", "withdraw_external", "supersede")
	case "acknowledged":
		return pick(w, "record_outcome", "record_outcome", "countersign")
	}
	return pick(w, "record_outcome", "close", "close", "countersign")
}

// order is a move as the phone gives it: on what it shows, with all that the move needs.
func (w *world) order(p *handset, rec, event string) *exchange.Cmd {
	args := casework.Values{}
	for _, row := range ways[event] {
		for _, name := range strings.Fields(row.needs) {
			args[name] = w.text("word")
		}
	}
	for _, name := range []string{"sent_at", "phoned_at", "told_at"} {
		if args[name] != nil {
			args[name] = "2026-11-23T12:00"
		}
	}
	switch event {
	case "return":
		args["codes"] = []any{"R01"}
	case "mark_sent":
		args["channel"] = "in_app"
		args["awaiting_number"] = w.rng.IntN(2) == 0
		if !args.Bool("awaiting_number") {
			args["external_ref"] = w.text("ref")
		}
	case "record_outcome":
		args["outcome"], args["date"] = pick(w, "no_further_action", "became_referral", "engaged", "declined"), "2026-11-30"
	case "withdraw_external":
		if w.rng.IntN(2) == 0 {
			args["external_ref"] = w.text("ref")
		}
	case "close":
		args["retention"] = "ngo_adult_6_years"
	case "clear_hit":
		args["hit"] = "hit1"
	case "supersede":
		args["referral"] = pick(w, append(p.listed("referrals"), rec)...)
	}
	if args["disclosure"] != nil {
		args["disclosure"] = w.logged(p, rec)
	}
	return &exchange.Cmd{Name: event, ExpectRev: p.rows["referrals/"+rec].Rev, Args: args}
}

// logged is the disclosure that a person names when they send: of this referral where the phone shows one, approved if it can be.
func (w *world) logged(p *handset, rec string) string {
	best := testkit.ID("nolog")
	for _, id := range p.listed("disclosures") {
		row := p.rows["disclosures/"+id].D
		if row.Text("referral") == rec && (row.Text("state") == "approved" || best == testkit.ID("nolog")) || w.rng.IntN(20) == 0 {
			best = id
		}
	}
	return best
}

// poisonReferral makes an operation that no good phone would make.
func (w *world) poisonReferral(p *handset, rec string) {
	w.count("person poison")
	op := exchange.Op{Kind: "patch", Coll: "referrals", Rec: rec, Set: casework.Values{}, Prev: casework.Values{}}
	switch w.rng.IntN(6) {
	case 0:
		op.Set["answers.shoe_size"] = "7"
	case 1:
		op.Set["state"] = "approved"
	case 2:
		op.Set["codename"] = w.text("Wren") // Perhaps of somebody else.
	case 3:
		op.Kind, op.Rec, op.Set = "create", w.id("ref"), casework.Values{"type": "handover", "codename": "wren", "form": "passport", "form_version": 1}
	case 4:
		op.Kind, op.Cmd = "cmd", &exchange.Cmd{Name: pick(w, "reject", "mark_sent", "hole"), Args: casework.Values{}}
	case 5:
		if all := slices.Sorted(maps.Keys(w.model.referrals)); len(all) > 0 {
			op.Rec, op.Set["answers.fr_name"] = pick(w, all...), w.text("reply")
		}
	}
	p.save(op)
}
