package notify

import (
	"slices"

	"noddfa/internal/casework"
)

// The kinds of notices. The app has words for each.
const (
	NewWork  = "new_work"
	Danger   = "danger"
	Returned = "returned"
	Approved = "approved"
	Rejected = "rejected"
	ToSend   = "to_send"
	Sent     = "sent"
	Outcome  = "outcome"
	Received = "received"
	Task     = "task"
	Test     = "test"
)

// rule is one row of the table: a change of a collection that somebody is told of, under which kind, and who. An urgent one
// goes out ahead of others and wakes the device.
type rule struct {
	coll   string
	when   func(event) bool
	kind   string
	to     []audience
	urgent bool
}

// table is everything that is ever told. What is not here is told to nobody.
var table = []rule{
	{coll: "versions", when: func(e event) bool { return waits(e) && isNewest(e) && !inDanger(e) }, kind: NewWork, to: []audience{reviewers}},
	{coll: "encounters", when: func(e event) bool { return waits(e) && inDanger(e) }, kind: Danger, to: []audience{reviewers}, urgent: true},
	{coll: "referrals", when: func(e event) bool { return inDanger(e) && (waits(e) || sentUnseen(e)) }, kind: Danger, to: []audience{reviewers}, urgent: true},

	{coll: "reviews", when: decided("return"), kind: Returned, to: []audience{author}},
	{coll: "reviews", when: decided("reject"), kind: Rejected, to: []audience{author}},
	{coll: "reviews", when: decided("approve"), kind: Approved, to: []audience{author}},
	{coll: "reviews", when: func(e event) bool { return e.coll == "referrals" && decided("approve")(e) }, kind: ToSend, to: []audience{senders}},
	{coll: "reviews", when: decided("mark_sent"), kind: Sent, to: []audience{author}},
	{coll: "reviews", when: happened("acknowledge", "record_outcome"), kind: Outcome, to: []audience{author, senders}},

	{coll: "packs", when: func(e event) bool { return isSent(e.row.Text("state")) && !inDanger(e) }, kind: Received, to: []audience{receivers}},
	{coll: "packs", when: func(e event) bool { return isSent(e.row.Text("state")) && inDanger(e) }, kind: Received, to: []audience{receivers}, urgent: true},

	{coll: "tasks", when: openTask("tell_body", "number_awaited", "send_overdue"), kind: Task, to: []audience{senders}},
	{coll: "tasks", when: openTask("countersign", "review_overdue", "approve_disclosure", "clear_hits"), kind: Task, to: []audience{reviewers}},
	{coll: "tasks", when: openTask("turning_18_90", "turning_18_30", "turning_18_7"), kind: Task, to: []audience{author, reviewers}},
}

// event is a changed row, and the record that it is about.
type event struct {
	id, coll, rec string
	row, of       casework.Values
}

// actor is who did what the row is about, "" when the row does not say.
func (e event) actor() string { return e.row.Text("reviewer") + e.row.Text("author") }

// waits says whether the record waits for a reviewer.
func waits(e event) bool {
	state := e.of.Text("state")
	return (state == casework.Submitted || state == casework.InReview) && hasReview(e)
}

func hasReview(e event) bool {
	return e.coll != "referrals" || casework.ReferralTypes[e.of.Text("type")].Review != casework.ReviewNone
}

func inDanger(e event) bool { return e.of.Bool("danger") && !e.of.Bool("danger_stood_down") }

// sentUnseen says whether a referral went out before anybody else had read it, and still waits for a second signature.
func sentUnseen(e event) bool {
	return e.of.Text("state") == casework.SentUrgent && e.of.Text("countersigned_by") == ""
}

func isNewest(e event) bool { return e.row.Int("number") == e.of.Int("version") }

func isSent(state string) bool { return state == casework.Sent || state == casework.SentUrgent }

// decided gives whether an event is about the record's newest version: of an older one nobody needs to hear any more.
func decided(name string) func(event) bool {
	return func(e event) bool { return e.row.Text("event") == name && isNewest(e) }
}

func happened(names ...string) func(event) bool {
	return func(e event) bool { return slices.Contains(names, e.row.Text("event")) }
}

func openTask(kinds ...string) func(event) bool {
	return func(e event) bool { return e.row.Text("state") == "open" && slices.Contains(kinds, e.row.Text("kind")) }
}
