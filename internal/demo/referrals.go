package demo

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// draftPart is how much of a form a referral that is still a draft has answered, of ten.
const draftPart = 6

// referral is one referral of a story on its way.
type referral struct {
	story
	typ, rec  string
	to        string
	kind      casework.ReferralType
	leaves    leaving
	at        time.Time
	arg       string
	disclosed string
	set       fields
}

// referrals writes the steps of every referral of a story, and what was added to its encounter meanwhile.
func (s *script) referrals(c story) error {
	for i, typ := range c.Referrals {
		path, err := s.path(c, typ, i == len(c.Referrals)-1)
		if err != nil {
			return err
		}
		if err := s.follow(c, typ, path); err != nil {
			return fmt.Errorf("%s: %w", typ, err)
		}
	}
	for i, note := range c.scenario.Notes {
		by := c.author
		if note.By == "reviewer" {
			by = c.reviewer
		}
		s.add(step{at: c.handedIn.Add(hours(note.At)), by: by, coll: "addenda", rec: id("addendum", fmt.Sprint(c.ID, i)), kind: "create",
			set: fields{"encounter": c.rec, "text": note.Text}})
	}
	return nil
}

// follow writes one step for each event of a path.
func (s *script) follow(c story, typ, path string) error {
	r := &referral{story: c, typ: typ, rec: id("referral", c.ID+"|"+typ), kind: casework.ReferralTypes[typ], leaves: s.table.Leaves[typ]}
	if r.to = c.scenario.To[typ]; r.to == "" {
		r.to = s.table.To[r.kind.To][c.Force]
	}
	for i, token := range strings.Fields(path) {
		event, when, _ := strings.Cut(token, "@")
		event, r.arg, _ = strings.Cut(event, ":")
		n, err := strconv.ParseFloat(when, 64)
		at := c.handedIn.Add(hours(n) + time.Duration(4*i)*time.Minute)
		if err != nil || at.Before(r.at) {
			return fmt.Errorf("%s: %w", token, errPath)
		}
		r.at = at
		write, ok := map[string]func(*referral, string) error{"create": s.begin, "submit": s.begin, "keep": s.keep, "fix": s.fix, "look": s.look,
			"disclose": s.disclose, "withdraw_consent": s.withdrawConsent}[event]
		if !ok {
			write = s.move
		}
		if err := write(r, event); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) step(r *referral, by *person, st step) {
	st.at, st.by = r.at, by
	if st.coll == "" {
		st.coll, st.rec = "referrals", r.rec
	}
	s.add(st)
}

// begin writes the referral itself, with or without handing it in for review.
func (s *script) begin(r *referral, event string) error {
	answers, err := s.fill(r.story, r.typ, r.scenario.Answers)
	if err != nil {
		return err
	}
	r.set = s.written(r, answers)
	st := step{kind: "create", set: r.set}
	if event == "submit" {
		st.cmd = event
	}
	s.step(r, r.author, st)
	return nil
}

// keep leaves the referral on its author's phone, answered in part.
func (s *script) keep(r *referral, _ string) error {
	answers, err := s.fill(r.story, r.typ, r.scenario.Answers)
	if err != nil {
		return err
	}
	shown := s.forms[r.kind.Form].Shown(answers)
	for _, q := range shown[len(shown)*draftPart/10:] {
		delete(answers, q.Key)
	}
	s.step(r, r.author, step{draft: fields{"coll": "referrals", "base_rev": 0, "value": s.written(r, answers), "at_ms": r.at.UnixMilli()}})
	return nil
}

// written gives a referral's fields by the names of operations.
func (s *script) written(r *referral, answers forms.Answers) fields {
	form := s.forms[r.kind.Form]
	set := referralFields(form, answers)
	maps.Copy(set, fields{"type": r.typ, "encounter": r.story.rec, "codename": r.Codename, "language": r.Language, "form": form.Code,
		"form_version": form.Version, "force": "demo-pol-" + r.Force, "danger": r.Danger})
	if r.to != "" {
		set["to_agency"] = id("agency", r.to)
	}
	return set
}

// fix is the author's answer to a return.
func (s *script) fix(r *referral, _ string) error {
	set, prev := fields{}, fields{}
	for key, value := range r.scenario.Fix {
		q, _ := s.forms[r.kind.Form].Question(key)
		set[q.Store+"."+key], prev[q.Store+"."+key] = value, r.set[q.Store+"."+key]
	}
	s.step(r, r.author, step{kind: "patch", set: set, prev: prev, cmd: "resubmit"})
	return nil
}

func (s *script) look(r *referral, _ string) error {
	if r.kind.Anonymity {
		s.step(r, r.reviewer, step{kind: "cmd", look: true, cmd: "clear_hit", args: s.args(r, "clear_hit")})
	}
	return nil
}

func (s *script) withdrawConsent(r *referral, event string) error {
	s.step(r, r.author, step{kind: "patch", set: fields{"consent_withdrawn": true, "withdrawn_reason": s.args(r, event)["reason"]}})
	return nil
}

func (s *script) disclose(r *referral, _ string) error {
	r.disclosed = id("disclosure", r.rec)
	set := fields{"referral": r.rec, "what": r.leaves.What, "to_kind": r.leaves.ToKind, "to_name": r.leaves.ToName, "gateway": r.leaves.Gateway,
		"necessity": r.leaves.Necessity, "proportionality": r.leaves.Proportionality}
	if r.to != "" {
		set["to_agency"] = id("agency", r.to)
	}
	s.step(r, s.sender(r), step{coll: "disclosures", rec: r.disclosed, kind: "create", set: set})
	return nil
}

// move writes an event of the table of moves, by whoever may give it.
func (s *script) move(r *referral, event string) error {
	i := slices.IndexFunc(casework.Moves, func(m casework.Move) bool { return m.Event == event })
	if i < 0 {
		return fmt.Errorf("event %s: %w", event, errPath)
	}
	by := map[string]*person{"author": r.author, "reviewer": s.decider(r), "sender": s.sender(r), "receiver": s.receiver(r),
		"safeguarding_lead": s.pick(r.Agency, casework.RoleSafeguardingLead, 0)}
	who := by[casework.Moves[i].By[len(casework.Moves[i].By)-1]]
	if event == "urgent_send" || who == nil {
		who = by[casework.Moves[i].By[0]]
	}
	if who == nil {
		return fmt.Errorf("event %s: nobody may give it: %w", event, errPath)
	}
	s.step(r, who, step{kind: "cmd", cmd: event, args: s.args(r, event)})
	return nil
}
