package exchange_test

import (
	"slices"

	"noddfa/internal/casework"
)

// carryOutMove is what a move changes beside the state.
func (t *trial) carryOutMove(event string, args casework.Values) {
	r := t.r
	switch event {
	case "submit", "resubmit":
		t.handIn()
	case "pick_up":
		r.pickedUp = t.user
	case "approve", "return", "reject":
		r.decided = true
	case "cosign_reject":
		r.cosigned = t.user
	case "mark_sent":
		if t.was.state == "submitted" {
			t.m.w.count("sent without waiting")
		}
		r.channel, r.number = args.Text("channel"), args.Text("external_ref")
		t.leave()
		if r.number == "" {
			t.give("number_awaited")
		}
	case "urgent_send":
		if r.version == 0 {
			t.handIn()
		}
		r.urgent, r.awaits, r.channel, r.number = true, true, "phone", args.Text("external_ref")
		t.leave()
		t.give("countersign")
		if r.number == "" {
			t.give("number_awaited")
		}
	case "countersign":
		r.countersigned = t.user
		t.over("countersign")
	case "add_number", "acknowledge":
		r.number = args.Text("external_ref")
		t.over("number_awaited")
	case "record_outcome":
		if !t.hasRole("sender") {
			t.m.w.count("received an outcome")
		}
		r.outcomes = append(slices.Clone(r.outcomes), args.Text("outcome"))
	case "close":
		r.closedMs, r.retains = t.m.w.clock.Now().UnixMilli(), args.Text("retention")
	case "withdraw_external":
		if number := args.Text("external_ref"); number != "" {
			r.number = number
		}
		t.over("tell_body")
	case "withdraw":
		r.decided = t.was.state == "approved"
	case "supersede":
		r.newer = args.Text("referral")
	}
}

func (t *trial) handIn() {
	t.r.version++
	t.r.submitted, t.r.pickedUp, t.r.cosigned, t.r.writer = true, "", "", t.user
	id, is := named(t.id, "version"), &version{t.rec, t.r.fields.Clone()}
	t.writes = append(t.writes, func() { t.m.versions[id] = is })
}

// leave keeps what an agency of this server is sent: the answers to what was asked, as they are now.
func (t *trial) leave() {
	r := t.r
	r.sent = true
	if r.fields.Text("to_agency") == "" {
		return
	}
	frozen := casework.Values{"number": r.version, "child": r.child, "channel": r.channel}
	for _, name := range []string{"type", "codename", "language", "form", "form_version", "to_agency", "danger", "consent"} {
		frozen.Put(name, r.fields[name])
	}
	for _, q := range questions[r.fields.Text("type")] {
		if value := r.fields[q.field]; value != nil && q.asked(r.fields) {
			frozen.Put(q.field, value)
		}
	}
	one := &parcel{rec: t.rec, frozen: frozen.Clone()}
	t.writes = append(t.writes, func() { t.m.packs[named(t.id, "pack")] = one })
}

// disclose adds a row to the log of what leaves. It holds at once where a reviewer approved the referral, or where it may
// leave before anybody does; a disclosure to an immigration body waits for two others.
func (t *trial) disclose() string {
	for _, name := range []string{"referral", "what", "to_kind", "to_name", "gateway", "necessity", "proportionality"} {
		if bare(t.op.Set[name]) == nil {
			return "rejected"
		}
	}
	switch {
	case !t.openReferral(t.op.Set.Text("referral")) || !t.hasRole("author", "reviewer", "sender"):
		return "forbidden"
	case t.m.disclosures[t.op.Rec] != nil:
		return "rejected"
	}
	approved := false
	for _, s := range t.m.reviews {
		before := slices.Contains([]string{"draft", "submitted", "in_review", "returned", "rejected"}, t.r.state)
		approved = approved || s.rec == t.rec && (s.event == "approve" || s.event == "countersign") && !before
	}
	early := t.r.is("victim_support") || t.r.child || t.r.fields.Bool("danger")
	one := &leaving{said: t.op.Set, rec: t.rec, author: t.user, toKind: t.op.Set.Text("to_kind")}
	one.approved = one.toKind != "immigration" && (approved || early)
	t.writes = append(t.writes, func() { t.m.disclosures[t.op.Rec] = one })
	if !one.approved {
		t.give("approve_disclosure")
	}
	t.m.w.count("disclosure " + map[bool]string{true: "approved", false: "waits"}[one.approved])
	return "ok"
}

// approveLeaving is one person's approval of somebody else's disclosure.
func (t *trial) approveLeaving() string {
	one := t.m.disclosures[t.op.Rec]
	switch {
	case one == nil || !t.openReferral(one.rec) || !t.hasRole("reviewer", "safeguarding_lead") || one.author == t.user:
		return "forbidden"
	case slices.Contains(one.approvals, t.user):
		return "merged"
	}
	t.writes = append(t.writes, func() {
		one.approvals = append(one.approvals, t.user)
		one.approved = one.approved || one.toKind != "immigration" || len(one.approvals) > 1
		if one.toKind == "immigration" && one.approved {
			t.m.w.count("two approvals")
		}
		if !t.m.waits(one.rec) {
			t.m.endDuties(one.rec, "approve_disclosure", t.user)
		}
	})
	return "ok"
}

// waits says whether a disclosure of the referral waits for somebody.
func (m *model) waits(rec string) bool {
	for _, one := range m.disclosures {
		if one.rec == rec && !one.approved {
			return true
		}
	}
	return false
}

// endTask is for whoever the task is for, if a person ticks it off.
func (t *trial) endTask() string {
	one := t.m.tasks[t.op.Rec]
	if one == nil || t.m.referrals[one.rec] == nil || !t.m.sees(t.user, t.m.referrals[one.rec]) {
		return "forbidden"
	}
	if !one.done && one.kind != "tell_body" { // Coming of age is not played.
		return "rejected"
	}
	mine := map[string]string{"tell_body": "sender", "number_awaited": "sender"}[one.kind]
	if mine == "" {
		mine = "reviewer"
	}
	if !slices.Contains(t.m.standsTo(t.user, t.m.referrals[one.rec]), mine) {
		return "forbidden"
	}
	if one.done {
		return "merged"
	}
	t.writes = append(t.writes, func() { one.done, one.doneBy = true, t.user })
	return "ok"
}

// chooseAnswer is a person's choice between two values of a referral, by those who write its answers.
func (t *trial) chooseAnswer(c *clash) string {
	if !t.openReferral(c.rec) || !t.hasRole("author", "reviewer") {
		return "forbidden"
	}
	choice, next := t.op.Set.Text("choice"), c.incoming
	if choice == "other" {
		next = t.op.Set["value"]
	}
	t.result = "ok"
	switch {
	case c.field == "" && choice != "current":
		return "rejected"
	case choice == "other" && !t.mayWrite(c.field):
		return "forbidden"
	case !c.open && choice == "other":
		t.keep(c.field, "field", next)
		return "stale"
	case !c.open:
		return "merged"
	case c.field != "" && !same(t.e.fields[c.field], t.op.Prev["value"]):
		if choice == "other" {
			t.keep(c.field, "field", next)
		}
		return "stale"
	case choice != "current" && !slices.Contains([]string{"draft", "submitted", "in_review", "returned"}, t.e.state):
		return "rejected"
	case choice != "current" && t.hasRole("author") && t.e.state == "in_review":
		return "rejected"
	case choice != "current":
		t.e.fields.Put(c.field, next)
		t.followAnswers()
		t.storeReferral()
	}
	t.writes = append(t.writes, func() { c.open = false })
	return t.result
}
