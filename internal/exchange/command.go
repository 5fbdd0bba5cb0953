package exchange

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// guard says whether a move may happen; it gives a refusal with a word key when not.
type guard func(e *edit, args casework.Values) error

// guards are what must hold before a move of either table.
func guardOf(name string) guard {
	if found, ok := encounterGuards[name]; ok {
		return found
	}
	return referralGuards[name]
}

var encounterGuards = map[string]guard{
	"narrative_or_indicator": func(e *edit, _ casework.Values) error {
		return refuseIf(e.v.Text("narrative") == "" && len(e.v.List("indicators")) == 0, "error.narrative_or_indicator", "narrative")
	},
	"danger_answered": func(e *edit, _ casework.Values) error {
		answers, _ := e.v["danger_answers"].(map[string]any)
		return refuseIf(e.v.Bool("danger") && casework.Values(answers).Text("called_999") == "", "error.danger_answered", "danger_answers")
	},
	"no_open_conflict": func(e *edit, _ casework.Values) error {
		n, err := e.tx.OpenConflicts(e.rec)
		if err != nil {
			return err
		}
		n += len(e.verdict.Conflicts) // Of this very operation, not written yet.
		return refuseIf(n > 0, "error.open_conflict", "")
	},
}

func refuseIf(broken bool, key, field string) error {
	if !broken {
		return nil
	}
	no := &refusal{v: "rejected", key: key}
	if field != "" {
		no.fields = casework.Problems{field: casework.KeyRequired}
	}
	return no
}

// encounterEffect gives what a command changes beside the state.
func encounterEffect(name string) func(*edit, casework.Values) {
	return map[string]func(*edit, casework.Values){
		"submit":   (*edit).submit,
		"resubmit": (*edit).submit,
		"pick_up":  (*edit).pickUp,
		"approve":  (*edit).decided,
		"return":   (*edit).decided,
		"reject":   (*edit).decided,
		"withdraw": func(e *edit, _ casework.Values) {},
		"close":    func(e *edit, _ casework.Values) { e.v["closed_at_ms"] = e.nowMs },
		"stand_down": func(e *edit, _ casework.Values) {
			e.v["danger_stood_down"] = true
			delete(e.v, "callback_needed")
		},
		"change_risk": func(e *edit, args casework.Values) { e.v["risk"] = args.Text("risk") },
	}[name]
}

// command gives a move on the record by its table. Who decided too late is told who was first, and whoever gives a move
// that the state has no place for is told those that it has.
func (e *edit) command(cmd *Cmd) error {
	state := e.v.Text("state")
	rule, known, open := e.kind.move(cmd.Name, state)
	if !known {
		return rejected("error.unknown_kind")
	}
	if e.role = acting(rule.By, e.roles); e.role == "" {
		return errForbidden
	}
	if problems := casework.Check(rule.Args, cmd.Args, true); len(problems) > 0 {
		return answersRefused(problems)
	}
	if rule.ExpectRev && cmd.ExpectRev != e.rev {
		return e.tooLate(cmd, "stale")
	}
	if !open && (rule.ExpectRev || e.kind.coll == "referrals") {
		return &refusal{v: "rejected", key: "error.state", allowed: e.allowed()}
	}
	if !open {
		return e.tooLate(cmd, "late")
	}
	for _, name := range rule.Guards {
		if err := guardOf(name)(e, cmd.Args); err != nil {
			return err
		}
	}
	return e.carryOut(cmd, rule)
}

// acting gives the role in which a user gives a move, "" when it is not theirs to give.
func acting(by, roles []string) string {
	for _, role := range roles {
		if slices.Contains(by, role) {
			return role
		}
	}
	return ""
}

// allowed gives the events of a referral that the user may give now.
func (e *edit) allowed() []string {
	if e.kind.coll != "referrals" {
		return nil
	}
	var out []string
	for _, event := range casework.EventsFrom(e.v.Text("state")) {
		rule, _ := casework.MoveFor(event, e.v.Text("state"))
		if acting(rule.By, e.roles) != "" && !slices.Contains(out, event) {
			out = append(out, event)
		}
	}
	return out
}

func (e *edit) tooLate(cmd *Cmd, v string) error {
	by, ok, err := e.tx.LastDecision(e.kind.follows, e.rec)
	if err != nil {
		return err
	}
	e.verdict.V = v
	if ok {
		e.verdict.By = &by
	}
	e.verdict.Allowed = e.allowed()
	e.keepCommand(cmd, e.verdict.By)
	return nil
}

func (e *edit) carryOut(cmd *Cmd, rule casework.Move) error {
	from := e.v.Text("state")
	to := rule.To
	if to == "" {
		to = from
	}
	e.v["state"] = to
	e.kind.effect(cmd.Name)(e, cmd.Args)
	if cmd.Name == "submit" || cmd.Name == "resubmit" {
		return nil // The version it makes says so.
	}
	e.decision(derive(e.opID, "review"), cmd.Name, from, to, cmd.Args)
	return nil
}

// decision adds the row that tells what was decided, by whom and why.
func (e *edit) decision(id, event, from, to string, args casework.Values) {
	row := casework.Values{e.kind.follows: e.rec, "number": e.v.Int("version"), "event": event, "from": from, "to": to, "reviewer": e.user.ID,
		"reviewer_name": e.user.Name, "codes": args["codes"], "fields": args["fields"], "checklist": args["checklist"],
		"note": args.Text("note") + args.Text("reason"), "made_at_ms": e.op.AtMs, "received_at_ms": e.nowMs}
	if e.kind.coll == "referrals" {
		if e.isUnnamed() {
			args = without(args, "referral") // It may name the person.
		}
		row.Put("details", details(args))
		e.endDuties(to)
	}
	role, coll, detail := e.role, e.kind.coll, strings.Join(args.List("codes"), " ")
	e.rows = append(e.rows, func() error {
		return firstOf(e.tx.Insert("reviews", id, row), e.audit(e.user, role, "cmd:"+event, coll, e.rec, detail))
	})
}

func without(v casework.Values, name string) casework.Values {
	out := v.Clone()
	delete(out, name)
	return out
}

// details are what a move was given beside its reasons: who was told and when, by which channel, under which number. They
// stand with the decision, because a later move may change what the record itself holds of them.
func details(args casework.Values) map[string]any {
	out := map[string]any{}
	for name, value := range args {
		if !slices.Contains([]string{"note", "reason", "codes", "fields", "checklist"}, name) && !casework.Empty(value) {
			out[name] = value
		}
	}
	return out
}

func (e *edit) decided(casework.Values) { e.v["decided_at_ms"] = e.nowMs }

func (e *edit) pickUp(casework.Values) {
	e.v["picked_up_by"], e.v["picked_up_name"] = e.user.ID, e.user.Name
}

// submit freezes what the record holds now as a version, with the names of the fields that differ from the last one.
func (e *edit) submit(casework.Values) {
	number := e.v.Int("version") + 1
	e.v["version"], e.v["submitted_at_ms"] = number, e.nowMs
	for _, name := range []string{"picked_up_by", "picked_up_name"} {
		delete(e.v, name)
	}
	e.rows = append(e.rows, func() error {
		was := e.snapshot()
		row := casework.Values{e.kind.follows: e.rec, "number": number, "author": e.user.ID, "author_name": e.user.Name, "made_at_ms": e.op.AtMs,
			"received_at_ms": e.nowMs, "was": was[casework.Content], "was_identity": was[casework.Identity], "was_contact": was[casework.Contact]}
		if number > 1 {
			last, _, err := e.tx.LastVersion(e.kind.follows, e.rec)
			if err != nil {
				return err
			}
			row["changed"] = differences(last, row)
		}
		return e.tx.Insert("versions", derive(e.opID, "version"), row)
	})
}

// snapshot gives the record's fields by the part they are kept in; clear ones stand with the content.
func (e *edit) snapshot() map[string]any {
	out := map[string]any{casework.Content: map[string]any{}, casework.Identity: map[string]any{}, casework.Contact: map[string]any{}}
	for name, value := range e.v {
		field, ok := e.rules.field(name)
		if !ok || name == "encounter" && e.kind.coll == "referrals" && e.isUnnamed() {
			continue // Set by the server, or what would lead to the person when the record itself does not any more.
		}
		part := field.Store
		if part == casework.Clear {
			part = casework.Content
		}
		out[part].(map[string]any)[name] = value
	}
	return out
}

func differences(last, row casework.Values) []string {
	names := map[string]bool{}
	for _, part := range []string{"was", "was_identity", "was_contact"} {
		before, _ := last[part].(map[string]any)
		after, _ := row[part].(map[string]any)
		all := maps.Clone(before)
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, after)
		for name := range all {
			if !casework.Equal(before[name], after[name]) {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// settleHold releases a held operation, which then runs as its author's, or dismisses it.
func (a *act) settleHold() error {
	v, ok, err := a.tx.Get("holds", a.op.Rec)
	if err != nil {
		return err
	}
	role := a.holdRole(v)
	if !ok || role == "" || a.op.Cmd == nil {
		return errForbidden
	}
	rule, known := casework.Commands["holds"][a.op.Cmd.Name]
	switch {
	case !known:
		return rejected("error.unknown_kind")
	case rule.By == "supervisor" && role != "supervisor":
		return errForbidden
	case !slices.Contains(rule.From, v.Text("state")):
		a.verdict.V = "merged"
		return nil
	}
	if a.op.Cmd.Name == "release" {
		if err := a.release(v); err != nil {
			return err
		}
	}
	v["state"] = rule.To
	return firstOf(a.tx.Update("holds", a.op.Rec, v, []string{"state"}), a.audit(a.user, role, "cmd:"+a.op.Cmd.Name, "holds", a.op.Rec, ""))
}

func (a *act) holdRole(v casework.Values) string {
	if v.Text("author") == a.user.ID {
		return "author"
	}
	if a.user.Is(casework.RoleSupervisor) && a.user.Agency != "" && a.user.Agency == v.Text("review_agency") {
		return "supervisor"
	}
	return ""
}

// release runs the kept operation in its author's name; a rule that it still breaks refuses the release.
func (a *act) release(v casework.Values) error {
	kept, _ := v["op"].(map[string]any)
	raw, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	var op Op
	if json.Unmarshal(raw, &op) != nil || op.Coll == "holds" || op.admit(v.Text("author")) != nil {
		return rejected("error.unreadable")
	}
	op.AtMs = onCalendar(op.AtMs)
	author, err := a.tx.User(op.User)
	var unknown *casework.Error
	if errors.As(err, &unknown) {
		return rejected("error.forbidden") // The account is gone. Whatever waits behind this goes on.
	}
	if err != nil {
		return err
	}
	inner := Verdict{V: "ok"}
	released := &act{push: a.push, op: &op, opID: v.Text("op_id"), user: author, verdict: &inner}
	return released.run()
}
