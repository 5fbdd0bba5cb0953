package exchange

import (
	"maps"
	"slices"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
	"noddfa/internal/reconcile"
)

// edit is one record on its way from before to v, its answers flat. Rows that follow from it are written after it.
type edit struct {
	*act
	kind  kind
	rules rules
	rec   string
	// roles is every way in which the user stands to the record, role the one in which they act.
	roles  []string
	role   string
	rev    int64
	before casework.Values
	v      casework.Values
	// said is the answers of a referral as they were settled.
	said forms.Answers
	rows []func() error
}

// answers gives the answers of a referral by the keys of their questions, to be read only.
func (e *edit) answers() forms.Answers {
	if e.said == nil {
		e.said = answersOf(e.v)
	}
	return e.said
}

// late says whether nobody of the user's roles changes fields in the record's state.
func (e *edit) late() bool {
	return !slices.ContainsFunc(e.roles, func(role string) bool { return slices.Contains(e.kind.editable[role], e.v.Text("state")) })
}

// fields lets each changed field meet the record. A field in conflict does not stop the others.
func (e *edit) fields() error {
	written, kept, keptLate, past := false, false, false, e.late()
	for _, name := range e.names() {
		field, _ := e.rules.field(name)
		late := past && !field.Always
		outcome, taken, next := e.meet(field, name, e.v[name], late)
		if outcome == reconcile.KeepBoth || outcome == reconcile.TakeSafer {
			kept, keptLate = true, keptLate || late
			e.keepBoth(name, late, outcome, e.v[name], next)
		}
		if outcome == reconcile.Write || outcome == reconcile.TakeSafer {
			written = true
			e.v.Put(name, taken)
		}
	}
	switch {
	case keptLate:
		e.verdict.V = "late"
	case kept:
		e.verdict.V = "conflict"
	case !written && e.op.Kind == "patch" && e.op.Cmd == nil:
		e.verdict.V = "merged"
	}
	return e.kind.settle(e)
}

// settleEncounter works out what follows from the fields: danger, and whether somebody must call back.
func (e *edit) settleEncounter() error {
	danger := e.v.Bool("danger")
	immediate, err := e.tx.Immediate(casework.Codes(e.v.List("indicators")))
	if err != nil {
		return err
	}
	added, err := e.tx.Immediate(casework.Codes(e.newTicks()))
	if err != nil {
		return err
	}
	if added || danger && !e.before.Bool("danger") {
		e.v.Put("danger_stood_down", false) // A danger that nobody knew of when it was stood down.
	}
	e.v.Put("danger", danger || immediate)
	answers, _ := e.v["danger_answers"].(map[string]any)
	called := casework.Values(answers).Text("called_999")
	waits := e.v.Bool("danger") && !e.v.Bool("danger_stood_down") && (called == "unsafe_to" || called == "no_signal")
	e.v.Put("callback_needed", waits)
	return nil
}

func (e *edit) newTicks() []string {
	known := e.before.List("indicators")
	return slices.DeleteFunc(slices.Clone(e.v.List("indicators")), func(tick string) bool { return slices.Contains(known, tick) })
}

// keepBoth keeps a value that was not written, or was but needs a person's look, beside the record's own.
func (e *edit) keepBoth(field string, late bool, outcome reconcile.Outcome, current, incoming any) {
	kind, taken := "field", "current"
	if late {
		kind = "late"
	}
	if outcome == reconcile.TakeSafer {
		taken = "incoming"
	}
	rule, _ := e.rules.field(field)
	e.conflict(field, kind, casework.Values{"field": field, "store": rule.Store,
		"taken": taken, "current": current, "incoming": incoming})
}

// keepCommand keeps a command that came too late.
func (e *edit) keepCommand(cmd *Cmd, by *By) {
	v := casework.Values{"store": casework.Content, "taken": "current", "cmd": map[string]any{"name": cmd.Name, "args": map[string]any(cmd.Args)}}
	if by != nil {
		v["by"] = map[string]any{"name": by.Name, "event": by.Event, "at_ms": by.AtMs}
	}
	e.conflict("", "command", v)
}

func (e *edit) conflict(subject, kind string, v casework.Values) {
	id := derive(e.opID, "conflict", subject)
	maps.Copy(v, casework.Values{"of_coll": e.kind.coll, "of_rec": e.rec, "kind": kind, "state": "open", "at_ms": e.nowMs, "author": e.v.Text("author"),
		"incoming_by": map[string]any{"id": e.user.ID, "name": e.user.Name}, "current_by": e.lastHand()})
	e.verdict.Conflicts = append(e.verdict.Conflicts, id)
	e.rows = append(e.rows, func() error { return e.tx.Insert("conflicts", id, v) })
}

// lastHand is who stands behind the record's own value: whoever reviews it, else its author.
func (e *edit) lastHand() map[string]any {
	if e.before.Text("picked_up_by") != "" && e.before.Text("picked_up_by") != e.user.ID {
		return map[string]any{"id": e.before.Text("picked_up_by"), "name": e.before.Text("picked_up_name")}
	}
	return map[string]any{"id": e.before.Text("author"), "name": e.before.Text("author_name")}
}

// write stores what changed and everything that follows from it.
func (e *edit) write() error {
	var changed []string
	for name := range e.v {
		if !casework.Equal(e.v[name], e.before[name]) {
			changed = append(changed, name)
		}
	}
	for name := range e.before {
		if _, stays := e.v[name]; !stays {
			changed = append(changed, name)
		}
	}
	if len(changed) > 0 {
		if err := e.tx.Update(e.kind.coll, e.rec, nested(e.v), tops(changed)); err != nil {
			return err
		}
	}
	return e.after()
}

func (e *edit) after() error {
	for _, row := range e.rows {
		if err := row(); err != nil {
			return err
		}
	}
	return nil
}
