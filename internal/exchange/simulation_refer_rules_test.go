package exchange_test

import (
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// question is one question of the two forms of a history: in which cases it is asked, and whether it must be answered.
type question struct {
	field    string
	required bool
	asked    func(casework.Values) bool
}

func always(casework.Values) bool { return true }

func adult(v casework.Values) bool { return v.Text("answers.under_18") == "no" }

func minor(v casework.Values) bool {
	return v.Text("answers.under_18") == "yes" || v.Text("answers.under_18") == "not_sure"
}

func hasPhone(v casework.Values) bool { return v.Text("contact.pv_phone") != "" }

// questions are the forms, written down again by hand; "consent." stands for a key of the one object of consent.
var questions = map[string][]question{
	"handover": {
		{"answers.emergency_called", true, always}, {"answers.under_18", true, always}, {"consent.consent_share", true, adult},
		{"answers.child_reason", true, minor}, {"answers.la_name", false, minor}, {"consent.person_language", true, always}, {"answers.interpreter", false, always},
		{"identity.first_name", false, always}, {"identity.last_name", false, always}, {"identity.dob", false, always}, {"answers.gender", false, always},
		{"contact.pv_phone", false, always}, {"answers.pv_phone_safe", true, hasPhone}, {"contact.contact_notes", false, always},
		{"answers.account", true, always}, {"answers.exploitation_types", false, always}, {"answers.risk", true, always}, {"answers.urgent_needs", false, always},
		{"answers.next_meeting", false, always}, {"answers.fr_name", true, always}, {"answers.fr_phone", true, always}, {"answers.fr_email", false, always},
	},
	"victim_support": {
		{"consent.consent_share", true, always}, {"answers.under_18", true, always}, {"consent.person_language", true, always},
		{"identity.first_name", true, always}, {"identity.last_name", false, always}, {"identity.dob", false, always}, {"answers.interpreter", false, always},
		{"answers.contact_may", true, always}, {"contact.pv_phone", false, always}, {"answers.pv_phone_safe", true, hasPhone}, {"contact.contact_notes", false, always},
		{"contact.contact_through", true, func(v casework.Values) bool { return v.Text("answers.contact_may") == "through" }},
		{"answers.needs", true, always}, {"answers.needs_details", false, always}, {"answers.summary", true, always},
		{"answers.fr_name", true, always}, {"answers.fr_phone", true, always}, {"answers.fr_email", false, always},
	},
}

// answer gives the value of a question.
func (r *referral) answer(field string) any {
	if key, ok := strings.CutPrefix(field, "consent."); ok {
		consent, _ := r.fields["consent"].(map[string]any)
		return consent[key]
	}
	return r.fields[field]
}

// complete holds when every question that is asked and must be is answered, and none is that is not asked.
func (r *referral) complete() bool {
	for _, q := range questions[r.fields.Text("type")] {
		answered, asked := bare(r.answer(q.field)) != nil, q.asked(r.fields)
		if asked && q.required && !answered || !asked && answered {
			return false
		}
	}
	return true
}

// agreed holds when the person agreed, or is a child who is handed over.
func (r *referral) agreed() bool { return r.child || r.answer("consent.consent_share") == "yes" }

// stopped holds when the person withdrew, and may.
func (r *referral) stopped() bool { return r.fields.Bool("consent_withdrawn") && !r.child }

// fits holds when the referral goes to an agency that takes its type, and the person has not said no to that.
func (r *referral) fits() bool {
	to := r.fields.Text("to_agency")
	if r.is("handover") {
		return agencies[to].refers && to != r.agency && !(adult(r.fields) && r.answer("consent.consent_share") == "no")
	}
	return agencies[to].kind == "ngo" && r.answer("consent.consent_share") != "no"
}

// way is one row of the table of moves. No "to" keeps the state.
type way struct {
	from  string
	to    string
	by    string
	rev   bool
	needs string
	may   func(*trial, casework.Values) bool
}

func free(*trial, casework.Values) bool { return true }

func canHandIn(t *trial, _ casework.Values) bool { return t.r.fits() && t.r.complete() && t.r.agreed() }

func hasLog(t *trial, args casework.Values) bool {
	row := t.m.disclosures[args.Text("disclosure")]
	return row != nil && row.rec == t.rec && row.approved
}

// rightBody holds when the log names the body that such a referral is for.
func rightBody(t *trial, args casework.Values) bool {
	return t.r.is("handover") || slices.Contains([]string{"support", "immigration"}, t.m.disclosures[args.Text("disclosure")].toKind)
}

// mayEnd holds for an adult, and for a child when the lead has signed, and is somebody else.
func mayEnd(t *trial) bool { return !t.r.child || t.r.cosigned != "" && t.r.cosigned != t.user }

// another holds when somebody else wrote what stands.
func another(t *trial) bool { return t.r.writer != t.user }

// approvedOnce holds when somebody said that it may go.
func approvedOnce(t *trial) bool {
	for _, s := range t.m.reviews {
		if s.rec == t.rec && (s.event == "approve" || s.event == "countersign") {
			return true
		}
	}
	return false
}

func canSend(t *trial, args casework.Values) bool {
	channels := map[string][]string{"handover": {"in_app"}, "victim_support": {"in_app", "phone", "secure_email"}}[t.r.fields.Text("type")]
	return hasLog(t, args) && rightBody(t, args) && !t.r.stopped() && slices.Contains(channels, args.Text("channel")) && (args.Text("external_ref") != "" || args.Bool("awaiting_number"))
}

// settled holds when no two people differ on a field. A command that came too late is no such field.
func (t *trial) settled() bool {
	for _, one := range t.m.conflicts {
		if one.rec == t.rec && one.open && one.kind != "command" {
			return false
		}
	}
	return !t.clashes
}

func due(t *trial) bool { return t.r.awaits && t.r.countersigned == "" }

// ways is the table of moves of a referral, written a second time.
var ways = map[string][]way{
	"submit":  {{"draft", "submitted", "author", false, "", canHandIn}},
	"pick_up": {{"submitted in_review", "in_review", "reviewer", true, "", free}},
	"approve": {{"in_review", "approved", "reviewer", true, "", func(t *trial, _ casework.Values) bool {
		return another(t) && t.settled() && !t.r.stopped() && canHandIn(t, nil)
	}}},
	"return":        {{"in_review", "returned", "reviewer", true, "codes note", free}},
	"cosign_reject": {{"submitted in_review returned approved", "", "safeguarding_lead", true, "reason", func(t *trial, _ casework.Values) bool { return t.r.child }}},
	"reject":        {{"in_review", "rejected", "reviewer", true, "reason", func(t *trial, _ casework.Values) bool { return mayEnd(t) }}},
	"resubmit":      {{"returned", "submitted", "author reviewer", false, "", canHandIn}},
	"clear_hit":     {{"submitted in_review approved", "", "reviewer", true, "hit reason", func(*trial, casework.Values) bool { return false }}},
	"mark_sent": {
		{"approved", "sent", "sender", true, "channel sent_at recipient disclosure", func(t *trial, args casework.Values) bool { return canSend(t, args) && t.settled() }},
		{"submitted", "sent", "sender", false, "channel sent_at recipient disclosure", func(t *trial, args casework.Values) bool {
			return canSend(t, args) && t.r.is("victim_support") && t.settled() && canHandIn(t, nil)
		}},
	},
	"urgent_send": {{"draft submitted", "sent_urgent", "author reviewer", false, "phoned phoned_at disclosure", func(t *trial, args casework.Values) bool {
		return t.r.fits() && hasLog(t, args) && t.r.agreed() && !t.r.stopped() && (t.r.child || t.r.fields.Bool("danger"))
	}}},
	"countersign": {
		{"sent_urgent", "sent", "reviewer", true, "", func(t *trial, _ casework.Values) bool { return another(t) }},
		{"sent acknowledged outcome_recorded", "", "reviewer", true, "", func(t *trial, _ casework.Values) bool { return due(t) && another(t) }},
	},
	"add_number":  {{"sent sent_urgent", "", "sender", false, "external_ref", free}},
	"acknowledge": {{"sent sent_urgent", "acknowledged", "sender receiver", false, "external_ref", free}},
	"record_outcome": {{"sent acknowledged outcome_recorded", "outcome_recorded", "sender receiver", false, "outcome date", func(t *trial, args casework.Values) bool {
		good := map[string][]string{"handover": {"became_referral", "no_further_action"}, "victim_support": {"engaged", "declined", "could_not_contact_safely"}}
		return slices.Contains(good[t.r.fields.Text("type")], args.Text("outcome"))
	}}},
	"close": {{"outcome_recorded", "closed", "reviewer", true, "retention", func(t *trial, _ casework.Values) bool { return !due(t) }}},
	"withdraw": {{"draft submitted in_review returned approved", "withdrawn", "author reviewer", false, "reason", func(t *trial, _ casework.Values) bool {
		return t.hasRole("author") || mayEnd(t)
	}}},
	"withdraw_external": {
		{"sent sent_urgent acknowledged outcome_recorded", "withdrawn_external", "sender", false, "told told_at reason", free},
		{"withdrawn", "withdrawn_external", "sender", false, "told told_at reason", func(t *trial, _ casework.Values) bool {
			return t.r.is("victim_support") || approvedOnce(t)
		}},
	},
	"supersede": {{"sent sent_urgent acknowledged outcome_recorded withdrawn", "superseded", "sender", false, "referral", func(t *trial, args casework.Values) bool {
		other := t.m.referrals[args.Text("referral")]
		return other != nil && args.Text("referral") != t.rec && other.agency == t.r.agency
	}}},
}

func among(list, one string) bool { return slices.Contains(strings.Fields(list), one) }

// wayFor gives the row for a state. Without one, the first row of the event stands in, for anybody who may give any of them.
func wayFor(event, state string) (found way, open bool) {
	rows := ways[event]
	if len(rows) == 0 {
		return way{}, false
	}
	found = rows[0]
	for _, row := range rows {
		if among(row.from, state) {
			return row, true
		}
		found.by += " " + row.by
	}
	return found, false
}

// move tries the operation's move and gives "rejected" or "forbidden" when it is refused.
func (t *trial) move() string {
	cmd, from := t.op.Cmd, t.r.state
	if len(ways[cmd.Name]) == 0 {
		return "rejected"
	}
	row, open := wayFor(cmd.Name, from)
	if !t.hasRole(strings.Fields(row.by)...) {
		return "forbidden"
	}
	for _, name := range strings.Fields(row.needs) {
		if bare(cmd.Args[name]) == nil {
			return "rejected"
		}
	}
	switch {
	case row.rev && cmd.ExpectRev != t.was.rev:
		t.result = "stale"
		t.keep("", "command", nil)
		return ""
	case !open || !row.may(t, cmd.Args):
		if open && t.r.stopped() && among("approve mark_sent urgent_send", cmd.Name) {
			t.m.w.count("stopped before sending")
		}
		return "rejected"
	}
	to := row.to
	if to == "" {
		to = from
	}
	t.m.w.count("move " + cmd.Name)
	t.r.state = to
	t.carryOutMove(cmd.Name, cmd.Args)
	if cmd.Name != "submit" && cmd.Name != "resubmit" {
		t.decide(named(t.id, "review"), cmd.Name, from, to)
	}
	return ""
}
