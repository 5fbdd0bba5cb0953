package exchange

import (
	"maps"
	"slices"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// settleReferral works out what follows from the answers: whether the referral is about a child, whether a Duty to Notify
// may name the person, what in it could give them away, and what becomes of it when consent is withdrawn.
func (e *edit) settleReferral() error {
	e.said = nil
	derived := e.rules.form.Derived(e.answers())
	kind := casework.ReferralTypes[e.v.Text("type")]
	about := e.v.Text("type")
	e.v.Put("child", derived["$is_child"] == true || about == "safeguarding_child" || about == "ictg")
	e.v.Put("kind", derived["$referral_kind"])
	e.v.Put("named", kind.Anonymity && derived["$dtn_named"] == true)
	if err := e.findHits(kind); err != nil {
		return err
	}
	if e.v.Bool("consent_withdrawn") && !e.before.Bool("consent_withdrawn") {
		e.consentWithdrawn(kind)
	}
	return nil
}

// needsConsent says whether a referral may go on only while the person agrees. Children do not consent, and a duty to
// report is not theirs to stop; a Duty to Notify may go on without naming them.
func (e *edit) needsConsent(kind casework.ReferralType) bool {
	switch kind.Consent {
	case "adult_yes_or_child", "explicit":
		return !e.v.Bool("child")
	case "adult_said_no":
		return e.v.Bool("named")
	}
	return false
}

// beforeSending are the states in which a referral can still be stopped.
var beforeSending = []string{casework.Draft, casework.Submitted, casework.InReview, casework.Returned, casework.Approved}

// consentWithdrawn stops a referral that has not left, and has its sender tell the other body of one that has.
func (e *edit) consentWithdrawn(kind casework.ReferralType) {
	if !e.needsConsent(kind) {
		return
	}
	from := e.v.Text("state")
	switch {
	case slices.Contains(beforeSending, from):
		e.v["state"] = casework.Withdrawn
		e.undecided()
		e.decision(derive(e.opID, "review", "consent"), "consent_withdrawn", from, casework.Withdrawn, casework.Values{"reason": e.v.Text("withdrawn_reason")})
		if from == casework.Approved {
			e.task("tell_body", e.nowMs) // Its sender may have keyed it in already, and be about to say so.
		}
	case slices.Contains([]string{casework.Sent, casework.SentUrgent, casework.Acknowledged, casework.OutcomeRecorded}, from):
		e.task("tell_body", e.nowMs)
	}
}

// task opens a task on the record, once while one of its kind is open.
func (e *edit) task(kind string, dueMs int64) {
	e.rows = append(e.rows, func() error {
		open, err := e.tx.OpenTasks(e.kind.coll, e.rec, kind)
		if err != nil || len(open) > 0 {
			return err
		}
		return e.tx.Insert("tasks", derive(e.opID, "task", kind), casework.Values{"of_coll": e.kind.coll, "of_rec": e.rec, "kind": kind,
			"state": "open", "at_ms": e.nowMs, "due_at_ms": dueMs})
	})
}

// ended are the states in which nothing is waited for any more.
var ended = []string{casework.Rejected, casework.Closed, casework.Withdrawn, casework.WithdrawnExternal, casework.Superseded}

// endDuties ends what a referral waited for when it comes to its end. What a person ticks off is left to them.
func (e *edit) endDuties(state string) {
	if !slices.Contains(ended, state) {
		return
	}
	for _, kind := range slices.Sorted(maps.Keys(casework.Tasks)) {
		if !casework.Tasks[kind].ByHand {
			e.done(kind)
		}
	}
}

// done ends the open tasks of a kind, because what they asked for has happened.
func (e *edit) done(kind string) {
	e.rows = append(e.rows, func() error { return e.endTasks(kind) })
}

func (e *edit) endTasks(kind string) error {
	open, err := e.tx.OpenTasks(e.kind.coll, e.rec, kind)
	for _, id := range open {
		v := casework.Values{"state": "done", "done_by": e.user.ID}
		err = firstOf(err, e.change("tasks", id, v))
	}
	return err
}

// freeze keeps what the referral says as what was sent to an agency of this server: the shown questions of the sections
// that are sent, and nothing else.
func (e *edit) freeze() {
	to := e.v.Text("to_agency")
	if to == "" || len(casework.ReferralTypes[e.v.Text("type")].Receivers) == 0 {
		return
	}
	sent := casework.Values{}
	for _, name := range []string{"type", "codename", "language", "agency", "to_agency", "state", "channel", "form", "form_version", "sent_at_ms", "child", "danger", "external_ref", "consent"} {
		sent.Put(name, e.v[name])
	}
	answers := e.answers()
	for _, q := range e.rules.form.Shown(answers) {
		if name := q.Store + "." + q.Key; q.Sent && e.v[name] != nil {
			sent[name] = e.v[name]
		}
	}
	sent["referral"], sent["number"] = e.rec, e.v.Int("version")
	from := e.v.Text("agency")
	e.rows = append(e.rows, func() error {
		agency, err := e.tx.Agency(from)
		if err != nil {
			return err
		}
		sent["from_name"] = agency.NameEN
		return e.tx.Insert("packs", derive(e.opID, "pack"), nested(sent))
	})
}

// followsReferral are the fields of a pack that follow its referral after it was sent.
var followsReferral = []string{"state", "outcome", "outcomes", "external_ref", "closed_at_ms"}

// tellReceiver brings what happened to a sent referral to the agency that has it.
func (e *edit) tellReceiver() {
	e.rows = append(e.rows, func() error {
		id, ok, err := e.tx.PackOf(e.rec)
		if err != nil || !ok {
			return err
		}
		v := casework.Values{}
		for _, name := range followsReferral {
			v[name] = e.v[name]
		}
		return e.change("packs", id, v)
	})
}

// facts are what the table of pathways decides on.
func (e *edit) facts(responder bool) forms.Answers {
	answers := e.answers()
	age := map[string]string{"yes": "child", "no": "adult", "not_sure": "not_sure"}[answers.Text("under_18")]
	if age == "" && e.v.Bool("child") {
		age = "child"
	}
	facts := forms.Answers{"may_refer": responder, "danger": e.v.Bool("danger"), "force": e.v.Text("force")}
	maps.Copy(facts, forms.Answers{"age_status": age, "consent_nrm": answers["consent_nrm"], "consent_share": answers["consent_share"]})
	return facts
}

// questionFields turns problems with answers into problems with fields, which is how a phone finds the place.
func questionFields(form *forms.Form, problems map[string]string) casework.Problems {
	out := casework.Problems{}
	for key, word := range problems {
		name := key
		if q, ok := form.Question(key); ok {
			name = q.Store + "." + key
		}
		out[name] = word
	}
	return out
}
