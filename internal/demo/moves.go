package demo

import (
	"maps"
	"slices"
	"strings"
	"time"

	"noddfa/internal/casework"
)

const clockForm = "2006-01-02T15:04Z"

// args gives what an event says: the table's words, the scenario's over them, and what follows from the referral.
func (s *script) args(r *referral, event string) fields {
	at := r.at.UTC().Format(clockForm)
	out := fields{}
	maps.Copy(out, s.table.Args[event])
	switch event {
	case "approve":
		maps.Copy(out, s.approval(r))
	case "mark_sent":
		maps.Copy(out, fields{"channel": r.kind.Channels[0], "sent_at": at, "recipient": r.leaves.ToName, "awaiting_number": true, "disclosure": r.disclosed})
	case "urgent_send":
		maps.Copy(out, fields{"phoned": r.leaves.ToName, "phoned_at": at, "disclosure": r.disclosed})
	case "add_number", "acknowledge":
		out["external_ref"] = r.leaves.Ref + strings.TrimPrefix(r.ID, "DEMO-")
	case "record_outcome":
		maps.Copy(out, fields{"outcome": r.outcome(), "date": r.at.UTC().Format(time.DateOnly)})
	case "close":
		out["retention"] = r.retention()
	case "withdraw_external":
		out["told_at"] = at
	case "supersede":
		out["referral"] = id("referral", r.ID+"|"+r.arg)
	}
	maps.Copy(out, r.scenario.Args[event])
	return out
}

// approval is the checklist of quality, and the grading of intelligence.
func (s *script) approval(r *referral) fields {
	out, said := fields{}, fields{}
	rule, _ := casework.MoveFor("approve", casework.InReview)
	for name := range rule.Args["checklist"].Keys {
		said[name] = "yes"
	}
	said["documents_dated"] = "not_applicable"
	if r.kind.Checklist {
		out["checklist"] = said
	}
	if r.kind.Graded {
		out["grading"] = s.table.Grading
	}
	return out
}

func (r *referral) outcome() string {
	if r.arg != "" {
		return r.arg
	}
	return r.leaves.Outcome
}

func (r *referral) retention() string {
	switch {
	case r.AgeStatus != "adult":
		return "child_25th_birthday"
	case r.author.agency.Kind == "police":
		return "police_6_years"
	}
	return "ngo_adult_6_years"
}

// decider is who reviews the referral.
func (s *script) decider(r *referral) *person {
	if r.kind.Reviewer != "to_agency" {
		return r.reviewer
	}
	role := casework.RoleSupervisor
	if len(r.kind.ReviewerRoles) > 0 {
		role = r.kind.ReviewerRoles[0]
	}
	return s.pick(r.to, role, 0)
}

// sender is who sends the referral: its author where the type lets them.
func (s *script) sender(r *referral) *person {
	if slices.Contains(r.kind.Senders, "author") {
		return r.author
	}
	agency := r.Agency
	if r.kind.SenderOf == "to_agency" {
		agency = r.to
	}
	return s.pick(agency, r.kind.Senders[0], 0)
}

// receiver is who acknowledges it where it went, nil where that is nobody of this server.
func (s *script) receiver(r *referral) *person {
	for _, role := range r.kind.Receivers {
		if found := s.pick(r.to, role, r.i); found != nil {
			return found
		}
	}
	return nil
}
