package exchange

import (
	"maps"
	"slices"

	"noddfa/internal/access"
	"noddfa/internal/casework"
	"noddfa/internal/reconcile"
)

// act is one operation under way: who acts (for a released operation its author), and the verdict so far.
type act struct {
	*push
	op      *Op
	opID    string
	user    casework.User
	verdict *Verdict
}

// handlerOf says which kinds of operation there are, and for which collections.
func handlerOf(kind string) (func(*act) error, bool) {
	handler, ok := map[string]func(*act) error{
		"encounters/create": (*act).createEncounter,
		"encounters/patch":  (*act).patchEncounter,
		"encounters/cmd":    (*act).patchEncounter,
		"addenda/create":    (*act).createAddendum,
		"conflicts/resolve": (*act).resolve,
		"holds/cmd":         (*act).settleHold,
	}[kind]
	return handler, ok
}

func (a *act) run() error {
	if _, ok := casework.Collections[a.op.Coll]; !ok {
		return rejected("error.unknown_collection")
	}
	handler, ok := handlerOf(a.op.Coll + "/" + a.op.Kind)
	if !ok {
		return rejected("error.unknown_kind")
	}
	erased, err := a.tx.Erased(a.op.Coll, a.op.Rec)
	if err != nil {
		return err
	}
	if erased {
		return &refusal{v: "gone"}
	}
	if err := handler(a); err != nil {
		return err
	}
	if err := a.tx.Drain(); err != nil {
		return err
	}
	a.verdict.Rev, err = a.tx.Rev(a.op.Coll, a.op.Rec)
	return err
}

// check validates the fields of an operation against the table.
func (a *act) check(coll string, whole bool) error {
	table := casework.Collections[coll].Fields
	problems := casework.Check(table, a.op.Set, whole)
	for _, sets := range []map[string][]string{a.op.Add, a.op.Del} {
		for name, members := range sets {
			if field, ok := table[name]; !ok || field.Policy != "set" {
				problems[name] = casework.KeyUnknownField
			} else if key := field.Check(members); key != "" {
				problems[name] = key
			}
		}
	}
	if len(problems) > 0 {
		return &refusal{v: "rejected", key: "error.check_answers", fields: problems}
	}
	return nil
}

func (a *act) createEncounter() error {
	if !access.MayCreate(a.user) {
		return errForbidden
	}
	if err := a.check("encounters", true); err != nil {
		return err
	}
	if _, there, err := a.tx.Get("encounters", a.op.Rec); err != nil || there {
		return firstOf(err, rejected("error.exists"))
	}
	v := casework.Values{}
	for name, value := range a.op.Set {
		v.Put(name, value)
	}
	for name, members := range a.op.Add {
		v.Put(name, casework.Merge(v.List(name), members, nil))
	}
	maps.Copy(v, casework.Values{"author": a.user.ID, "author_name": a.user.Name, "agency": a.user.Agency, "review_agency": a.user.ReviewAgency,
		"state": casework.Draft, "made_at_ms": a.op.AtMs, "received_at_ms": a.nowMs})
	if a.in.head.ClientMs > 0 {
		v["clock_offset_ms"] = a.in.head.ClientMs - a.nowMs
	}
	e := &edit{act: a, rec: a.op.Rec, before: casework.Values{}, v: v}
	if err := e.settle(); err != nil {
		return err
	}
	if a.op.Cmd != nil {
		if err := e.command(a.op.Cmd); err != nil {
			return err
		}
	}
	return firstOf(a.tx.Insert("encounters", a.op.Rec, e.v), e.after())
}

func (a *act) createAddendum() error {
	if err := a.check("addenda", true); err != nil {
		return err
	}
	encounter := a.op.Set.Text("encounter")
	v, ok, err := a.tx.Get("encounters", encounter)
	if err != nil {
		return err
	}
	if !ok || access.Role(a.user, standing(v)) == "" {
		return errForbidden
	}
	if _, there, err := a.tx.Get("addenda", a.op.Rec); err != nil || there {
		return firstOf(err, rejected("error.exists"))
	}
	if err := a.tx.Touch("encounters", encounter); err != nil {
		return err
	}
	return a.tx.Insert("addenda", a.op.Rec, casework.Values{"encounter": encounter, "text": a.op.Set.Text("text"), "agency": a.user.Agency,
		"author": a.user.ID, "author_name": a.user.Name, "made_at_ms": a.op.AtMs, "received_at_ms": a.nowMs})
}

// standing is an encounter as access sees it.
func standing(v casework.Values) access.Record {
	return access.Record{Coll: "encounters", Author: v.Text("author"), Agency: v.Text("agency"), ReviewAgency: v.Text("review_agency"),
		State: v.Text("state"), Age: v.Text("age_status"), Risk: v.Text("risk"), Danger: v.Bool("danger"),
		SubmittedMs: v.Int("submitted_at_ms"), ClosedMs: v.Int("closed_at_ms")}
}

// editable says in which states a role changes fields. Later edits are kept for a person.
var editable = map[string][]string{
	"author":     {casework.Draft, casework.Returned},
	"supervisor": {casework.Submitted, casework.InReview},
}

func (a *act) patchEncounter() error {
	if err := a.check("encounters", false); err != nil {
		return err
	}
	v, ok, err := a.tx.Get("encounters", a.op.Rec)
	if err != nil {
		return err
	}
	role := access.Role(a.user, standing(v))
	if !ok || role == "" {
		return errForbidden
	}
	if err := a.checkEditor(role); err != nil {
		return err
	}
	e := &edit{act: a, rec: a.op.Rec, role: role, before: v.Clone(), v: v}
	if e.rev, err = a.tx.Rev("encounters", a.op.Rec); err != nil {
		return err
	}
	if err := e.fields(!slices.Contains(editable[role], v.Text("state"))); err != nil {
		return err
	}
	if a.op.Cmd != nil {
		if err := e.command(a.op.Cmd); err != nil {
			return err
		}
	} else if a.op.Kind == "cmd" {
		return rejected("error.unknown_kind")
	}
	return e.write()
}

func (a *act) checkEditor(role string) error {
	problems := casework.Problems{}
	for _, name := range a.names() {
		if !casework.Collections["encounters"].Fields[name].EditableBy(role) {
			problems[name] = "error.forbidden"
		}
	}
	if len(problems) > 0 {
		return &refusal{v: "forbidden", key: "error.forbidden", fields: problems}
	}
	return nil
}

// names is every field that the operation touches, in order.
func (a *act) names() []string {
	all := map[string]bool{}
	for name := range a.op.Set {
		all[name] = true
	}
	for _, sets := range []map[string][]string{a.op.Add, a.op.Del} {
		for name := range sets {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// meet decides on one field: what the record holds afterwards, and what was meant.
func (a *act) meet(name string, current any, late bool) (reconcile.Outcome, any, any) {
	field := casework.Collections["encounters"].Fields[name]
	next, set := a.op.Set[name]
	if !set {
		next = any(nil)
		if merged := casework.Merge(casework.Texts(current), a.op.Add[name], a.op.Del[name]); len(merged) > 0 {
			next = merged
		}
	}
	switch {
	case casework.Equal(current, next):
		return reconcile.Same, current, next
	case !set && !late:
		return reconcile.Write, next, next
	}
	prev := a.op.Prev[name]
	if late {
		// Nobody saw this value: a late edit never writes, but what makes a person safer still holds at once.
		prev = map[string]any{"sha256": ""}
	}
	outcome, taken := a.x.decide(field, current, prev, next)
	return outcome, taken, next
}
