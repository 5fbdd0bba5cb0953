package exchange_test

import (
	"fmt"
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// referral is what a referral must be. Its fields are flat, as in an operation: answers.account.
type referral struct {
	encounter
	child, decided, sent, awaits, urgent                             bool
	countersigned, cosigned, channel, number, newer, retains, writer string
	outcomes                                                         []string
	wasWithdrawn, sentAtLook                                         bool // At the last look.
}

// papers are the rows that follow referrals, by the ids that follow from the operations that made them.
type papers struct {
	referrals   map[string]*referral
	versions    map[string]*version
	reviews     map[string]*step
	packs       map[string]*parcel
	disclosures map[string]*leaving
	tasks       map[string]*duty
}

type step struct{ rec, event, from, to, by string }

// parcel is what an agency was sent: frozen, but for what its referral tells it later.
type parcel struct {
	rec    string
	frozen casework.Values
}

// version is what a referral said when it was handed in.
type version struct {
	rec string
	was casework.Values
}

type leaving struct {
	said                casework.Values
	rec, author, toKind string
	approvals           []string
	approved            bool
}

type duty struct {
	rec, kind, doneBy string
	done              bool
}

func newPapers() papers {
	return papers{referrals: map[string]*referral{}, versions: map[string]*version{}, reviews: map[string]*step{}, packs: map[string]*parcel{},
		disclosures: map[string]*leaving{}, tasks: map[string]*duty{}}
}

func (r *referral) clone() *referral {
	c := *r
	c.fields = r.fields.Clone()
	return &c
}

func (r *referral) is(kind string) bool { return r.fields.Text("type") == kind }

// stands is everything that the server sets, to be compared.
func (r *referral) stands() string {
	return fmt.Sprintf("%s %s %s %s picked up %q submitted %t v%d child %t decided %t sent %t awaits %t urgent %t countersigned %q cosigned %q channel %q "+
		"number %q newer %q retains %q closed %d outcomes %v", r.author, r.agency, r.review, r.state, r.pickedUp, r.submitted, r.version, r.child, r.decided,
		r.sent, r.awaits, r.urgent, r.countersigned, r.cosigned, r.channel, r.number, r.newer, r.retains, r.closedMs, r.outcomes)
}

// decides gives the agency whose supervisors decide on the referral. What is handed over is for who takes it on to decide.
func (r *referral) decides() string {
	if r.is("handover") {
		return r.fields.Text("to_agency")
	}
	return r.review
}

// receivers are the roles to which each type goes in the agency that it is for.
var receivers = map[string][]string{"handover": {"supervisor", "spoc"}, "victim_support": {"field", "supervisor", "spoc"}}

// standsTo gives every way in which a person stands to a referral. Nobody but its author has one before it is handed in.
func (m *model) standsTo(user string, r *referral) []string {
	p, author, support := m.people[user], r.author == user, r.is("victim_support")
	var out []string
	add := func(role string, holds bool) {
		if holds && (author || r.submitted) {
			out = append(out, role)
		}
	}
	reviews := !author && p.agency == r.decides() && p.is("supervisor")
	add("author", author)
	add("reviewer", reviews)
	add("sender", author || reviews && !support || support && p.agency == r.agency && p.is("spoc"))
	add("receiver", r.sent && p.agency == r.fields.Text("to_agency") && slices.ContainsFunc(receivers[r.fields.Text("type")], p.is))
	add("safeguarding_lead", !author && (r.child || r.fields.Bool("danger")) && p.agency == r.agency && p.is("safeguarding_lead"))
	return out
}

func (t *trial) hasRole(roles ...string) bool {
	return slices.ContainsFunc(t.roles, func(role string) bool { return slices.Contains(roles, role) })
}

// runPaper is an operation on a referral or on what follows one.
func (t *trial) runPaper(p *worker) string {
	switch t.op.Coll + "/" + t.op.Kind {
	case "referrals/create":
		return t.refer(p)
	case "referrals/patch", "referrals/cmd":
		return t.patchReferral()
	case "disclosures/create":
		return t.disclose()
	case "disclosures/cmd":
		return t.approveLeaving()
	case "tasks/cmd":
		return t.endTask()
	}
	return "rejected"
}

func (t *trial) openReferral(rec string) bool {
	was := t.m.referrals[rec]
	if was == nil {
		return false
	}
	t.work(rec, was, was.clone())
	t.roles = t.m.standsTo(t.user, was)
	return len(t.roles) > 0
}

func (t *trial) work(rec string, was, is *referral) {
	t.rec, t.was, t.r, t.before, t.e = rec, was, is, &was.encounter, &is.encounter
}

// known are the fields that the people of a history write beside the answers, once the ones that never change again.
var (
	known = []string{"codename", "language", "to_agency", "council", "danger", "chosen_reason", "consent", "consent_withdrawn", "withdrawn_reason"}
	once  = []string{"type", "form", "form_version"}
	// anytime may be written in every state.
	anytime = []string{"consent_withdrawn", "withdrawn_reason"}
)

func (t *trial) validReferral() bool {
	for name, value := range t.op.Set {
		asked := slices.ContainsFunc(questions[t.r.fields.Text("type")], func(q question) bool { return q.field == name })
		if !slices.Contains(known, name) && !slices.Contains(once, name) && !asked {
			return false
		}
		if text, _ := value.(string); len(text) > 15000 {
			return false
		}
	}
	return true
}

func (t *trial) refer(p *worker) string {
	if !(p.is("field") || p.is("supervisor") || p.is("spoc") || p.is("safeguarding_lead")) || p.agency == "" {
		return "forbidden"
	}
	is := &referral{encounter: encounter{fields: casework.Values{}, author: t.user, agency: p.agency, review: t.m.reviewer(p), state: "draft"}}
	for name, value := range t.op.Set {
		is.fields.Put(name, value)
	}
	t.work(t.op.Rec, &referral{encounter: encounter{fields: casework.Values{}}}, is)
	if len(questions[t.op.Set.Text("form")]) == 0 || !t.validReferral() || t.m.referrals[t.op.Rec] != nil {
		return "rejected"
	}
	t.roles, t.result = t.m.standsTo(t.user, is), "ok"
	t.followAnswers()
	return t.finish()
}

func (t *trial) patchReferral() string {
	switch {
	case !t.openReferral(t.op.Rec):
		return "forbidden"
	case !t.validReferral():
		return "rejected"
	}
	for name, value := range t.op.Set {
		if !t.mayWrite(name) || slices.Contains(once, name) && !same(value, t.e.fields[name]) {
			return "forbidden"
		}
	}
	now := slices.Contains(t.roles, "author") && slices.Contains([]string{"draft", "returned"}, t.e.state) || slices.Contains(t.roles, "reviewer") && t.e.state == "returned"
	wrote, kept, keptLate := false, false, false
	for _, name := range t.names() {
		late := !now && !slices.Contains(anytime, name)
		w, k := t.field(name, late)
		if k && strings.Contains(name, ".") {
			t.m.w.count("conflict of an answer")
		}
		wrote, kept, keptLate = wrote || w, kept || k, keptLate || k && late
	}
	t.result = "ok"
	switch {
	case keptLate:
		t.result = "late"
	case kept:
		t.result = "conflict"
	case !wrote && t.op.Cmd == nil:
		t.result = "merged"
	}
	t.followAnswers()
	return t.finish()
}

// mayWrite says whether the person writes this field at all, early or late.
func (t *trial) mayWrite(name string) bool {
	switch {
	case slices.Contains(anytime, name):
		return t.hasRole("author", "reviewer", "sender")
	case slices.Contains(known, name) && name != "consent" || slices.Contains(once, name):
		return t.hasRole("author")
	}
	return t.hasRole("author", "reviewer")
}

// finish tries the command and puts the tried referral in its place, as changed when anything is.
func (t *trial) finish() string {
	if t.op.Cmd != nil {
		if refused := t.move(); refused != "" {
			return refused
		}
	}
	t.storeReferral()
	return t.result
}

func (t *trial) storeReferral() {
	if !same(map[string]any(t.was.fields), map[string]any(t.r.fields)) || t.was.stands() != t.r.stands() {
		t.r.rev = changed
	}
	t.writes = append(t.writes, func() { t.m.referrals[t.rec] = t.r })
}

// followAnswers is what follows from the answers: whether it is about a child, and what becomes of it when consent is
// withdrawn. A child's handover does not need consent; support always does.
func (t *trial) followAnswers() {
	r := t.r
	age := r.fields.Text("answers.under_18")
	r.child = r.is("handover") && (age == "yes" || age == "not_sure")
	if !r.fields.Bool("consent_withdrawn") || t.was.fields.Bool("consent_withdrawn") || r.child {
		return
	}
	switch {
	case slices.Contains([]string{"draft", "submitted", "in_review", "returned", "approved"}, r.state):
		t.m.w.count("consent stops")
		approved := r.state == "approved"
		r.decided = approved
		t.decide(named(t.id, "review", "consent"), "consent_withdrawn", r.state, "withdrawn")
		if approved {
			t.give("tell_body")
		}
	case slices.Contains([]string{"sent", "sent_urgent", "acknowledged", "outcome_recorded"}, r.state):
		t.m.w.count("consent after sending")
		t.give("tell_body")
	}
}

// decide notes a step and takes it.
func (t *trial) decide(id, event, from, to string) {
	s := &step{t.rec, event, from, to, t.user}
	t.r.state = to
	if among("rejected closed withdrawn withdrawn_external superseded", to) {
		for _, kind := range []string{"countersign", "number_awaited", "approve_disclosure"} {
			t.over(kind)
		}
	}
	t.writes = append(t.writes, func() { t.m.reviews[id] = s })
}

// give makes a task, unless one of its kind is open.
func (t *trial) give(kind string) {
	rec := t.rec
	t.writes = append(t.writes, func() {
		for _, one := range t.m.tasks {
			if one.rec == rec && one.kind == kind && !one.done {
				return
			}
		}
		t.m.tasks[named(t.id, "task", kind)] = &duty{rec: rec, kind: kind}
	})
}

// over ends the open tasks of a kind.
func (t *trial) over(kind string) {
	rec := t.rec
	t.writes = append(t.writes, func() { t.m.endDuties(rec, kind, t.user) })
}

func (m *model) endDuties(rec, kind, user string) {
	for _, one := range m.tasks {
		if one.rec == rec && one.kind == kind && !one.done {
			one.done, one.doneBy = true, user
		}
	}
}
