package exchange

import (
	"time"

	"noddfa/internal/casework"
)

// countersignWithin is how long a supervisor has to countersign what was sent before it was reviewed.
const countersignWithin = 24 * time.Hour

// referralEffect gives what a move changes beside the state.
func referralEffect(event string) func(*edit, casework.Values) {
	effect := map[string]func(*edit, casework.Values){
		"submit":            (*edit).submitReferral,
		"resubmit":          (*edit).submitReferral,
		"pick_up":           (*edit).pickUp,
		"approve":           (*edit).approveReferral,
		"return":            (*edit).decideReferral,
		"reject":            (*edit).decideReferral,
		"cosign_reject":     func(e *edit, _ casework.Values) { e.v["cosigned_by"] = e.user.ID },
		"clear_hit":         (*edit).clearHit,
		"mark_sent":         (*edit).markSent,
		"urgent_send":       (*edit).urgentSend,
		"countersign":       (*edit).countersign,
		"add_number":        (*edit).addNumber,
		"acknowledge":       (*edit).acknowledge,
		"record_outcome":    (*edit).recordOutcome,
		"close":             (*edit).closeReferral,
		"withdraw":          func(e *edit, _ casework.Values) { e.undecided() },
		"withdraw_external": (*edit).withdrawExternal,
		"supersede":         (*edit).supersede,
	}[event]
	return func(e *edit, args casework.Values) {
		effect(e, args)
		if e.v.Int("sent_at_ms") > 0 {
			e.tellReceiver()
		}
	}
}

func (e *edit) submitReferral(args casework.Values) {
	delete(e.v, "cosigned_by")
	e.submit(args)
	e.v.Put("review_due_ms", e.due(e.referralType().ReviewDays))
}

// due gives the moment by which a step of so many working days is to be done, none for a step without a clock.
func (e *edit) due(days int) any {
	if days == 0 {
		return nil
	}
	return casework.DueMs(e.nowMs, days)
}

func (e *edit) decideReferral(args casework.Values) {
	e.decided(args)
	e.done("review_overdue")
}

func (e *edit) approveReferral(args casework.Values) {
	e.decideReferral(args)
	e.v.Put("grading", args["grading"])
	e.v.Put("send_due_ms", e.due(e.referralType().SendDays))
}

func (e *edit) clearHit(args casework.Values) {
	var hits []any
	for _, one := range casework.List(e.v["hits"]) {
		hit, _ := one.(map[string]any)
		if hit["id"] == args.Text("hit") {
			hit = map[string]any{"id": hit["id"], "field": hit["field"], "kind": hit["kind"], "text": hit["text"], "block": hit["block"],
				"cleared_by": e.user.ID, "cleared_name": e.user.Name, "reason": args.Text("reason")}
		}
		hits = append(hits, hit)
	}
	e.v.Put("hits", hits)
	if e.anonymityClear(nil) == nil {
		e.done("clear_hits")
	}
}

func (e *edit) markSent(args casework.Values) {
	for _, name := range []string{"channel", "recipient", "external_ref"} {
		e.v.Put(name, args[name])
	}
	e.leave()
	if args.Bool("awaiting_number") && args.Text("external_ref") == "" {
		e.task("number_awaited", casework.DueMs(e.nowMs, 1))
	}
	if e.referralType().Review == casework.ReviewAfter && e.v.Text("countersigned_by") == "" && e.before.Text("state") == casework.Submitted {
		e.awaitCountersign()
	}
}

// leave notes that the referral has left, and gives an agency of this server what was sent to it.
func (e *edit) leave() {
	e.v["sent_at_ms"] = e.nowMs
	e.done("review_overdue")
	e.done("send_overdue")
	e.v.Put("answer_due_ms", e.due(e.referralType().AnswerDays))
	e.freeze()
}

func (e *edit) awaitCountersign() {
	dueMs := e.nowMs + countersignWithin.Milliseconds()
	e.v["countersign_due_ms"] = dueMs
	e.task("countersign", dueMs)
}

// urgentSend is for danger and for children: the person who found them phones first, and a supervisor countersigns.
func (e *edit) urgentSend(args casework.Values) {
	if e.v.Int("version") == 0 {
		e.submit(args) // What left is kept, like any version.
	}
	e.v["urgent"], e.v["channel"] = true, "phone"
	e.v.Put("recipient", args["phoned"])
	e.v.Put("external_ref", args["external_ref"])
	e.leave()
	e.awaitCountersign()
	if args.Text("external_ref") == "" {
		e.task("number_awaited", casework.DueMs(e.nowMs, 1)) // A call is no referral: the written one has to follow.
	}
}

func (e *edit) countersign(casework.Values) {
	e.v["countersigned_by"] = e.user.ID
	e.done("countersign")
}

func (e *edit) addNumber(args casework.Values) {
	e.v["external_ref"] = args.Text("external_ref")
	e.done("number_awaited")
}

func (e *edit) acknowledge(args casework.Values) {
	e.addNumber(args)
	e.v["acknowledged_at_ms"] = e.nowMs
}

func (e *edit) recordOutcome(args casework.Values) {
	row := map[string]any{"code": args.Text("outcome"), "date": args.Text("date"), "at_ms": e.nowMs, "by": e.user.ID}
	e.v["outcome"], e.v["outcome_at_ms"] = args.Text("outcome"), e.nowMs
	e.v["outcomes"] = append(append([]any{}, casework.List(e.v["outcomes"])...), row)
}

// closeReferral ends the work. A Duty to Notify that does not name the person is cut off from the record of them.
func (e *edit) closeReferral(args casework.Values) {
	e.v["closed_at_ms"], e.v["retention"] = e.nowMs, args.Text("retention")
	if e.isUnnamed() {
		delete(e.v, "encounter")
	}
}

// undecided forgets when a referral that is withdrawn was last decided on, unless it was approved: only what could have been
// keyed in stays with those who send it.
func (e *edit) undecided() {
	if e.before.Text("state") != casework.Approved {
		delete(e.v, "decided_at_ms")
	}
}

// withdrawExternal notes that the other body was told. Of a referral that was stopped while it was being keyed in, the
// number that the body gave is known only now.
func (e *edit) withdrawExternal(args casework.Values) {
	if args.Text("external_ref") != "" {
		e.v["external_ref"] = args.Text("external_ref")
	}
	e.done("tell_body")
}

func (e *edit) isUnnamed() bool { return e.referralType().Anonymity && !e.v.Bool("named") }

// supersede points to the referral that takes over, unless that would lead from an unnamed notification to a name.
func (e *edit) supersede(args casework.Values) {
	if !e.isUnnamed() {
		e.v["superseded_by"] = args.Text("referral")
	}
}
