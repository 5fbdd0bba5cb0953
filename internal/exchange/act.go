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
		"encounters/create":  (*act).create,
		"encounters/patch":   (*act).patch,
		"encounters/cmd":     (*act).patch,
		"referrals/create":   (*act).create,
		"referrals/patch":    (*act).patch,
		"referrals/cmd":      (*act).patch,
		"addenda/create":     (*act).createAddendum,
		"disclosures/create": (*act).createDisclosure,
		"disclosures/cmd":    (*act).approveDisclosure,
		"conflicts/resolve":  (*act).resolve,
		"holds/cmd":          (*act).settleHold,
		"tasks/cmd":          (*act).endTask,
		"notices/cmd":        (*act).readNotice,
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

// check validates the fields of an operation. With whole, required fields must be there.
func (a *act) check(r rules, whole bool) error {
	problems := casework.Problems{}
	for name, value := range a.op.Set {
		if field, ok := r.field(name); !ok {
			problems[name] = casework.KeyUnknownField
		} else if key := field.Check(value); key != "" {
			problems[name] = key
		}
	}
	for _, sets := range []map[string][]string{a.op.Add, a.op.Del} {
		for name, members := range sets {
			if field, ok := r.field(name); !ok || field.Policy != "set" {
				problems[name] = casework.KeyUnknownField
			} else if key := field.Check(members); key != "" {
				problems[name] = key
			}
		}
	}
	for name, field := range r.own {
		if whole && field.Required && casework.Empty(a.op.Set[name]) {
			problems[name] = casework.KeyRequired
		}
	}
	return answersRefused(problems)
}

func answersRefused(problems casework.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	return &refusal{v: "rejected", key: "error.check_answers", fields: problems}
}

// rulesFor gives the rules of a record's fields; the form is the one that the record names.
func (a *act) rulesFor(coll string, v casework.Values) (rules, error) {
	r := rules{own: casework.Collections[coll].Fields}
	if coll != "referrals" {
		return r, nil
	}
	form, ok, err := a.tx.Form(v.Text("form"), v.Int("form_version"), v.Text("agency"))
	if err == nil && !ok {
		err = answersRefused(casework.Problems{"form": casework.KeyCheck})
	}
	if err != nil {
		return r, err
	}
	r.form, r.answers = form, a.x.answerFields(form)
	return r, nil
}

func (a *act) create() error {
	k, _ := kindOf(a.op.Coll)
	if !k.mayCreate(a.user) {
		return errForbidden
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
	r, err := a.rulesFor(k.coll, v)
	if err != nil {
		return err
	}
	if err := a.check(r, true); err != nil {
		return err
	}
	if _, there, err := a.tx.Get(k.coll, a.op.Rec); err != nil || there {
		return firstOf(err, rejected("error.exists"))
	}
	e := &edit{act: a, kind: k, rec: a.op.Rec, rules: r, roles: []string{"author"}, before: casework.Values{}, v: v}
	if k.coll == "referrals" {
		e.roles = k.roles(a.user, standing(k.coll, v))
		if err := e.responderOnly(); err != nil {
			return err
		}
	}
	if err := k.settle(e); err != nil {
		return err
	}
	if a.op.Cmd != nil {
		if err := e.command(a.op.Cmd); err != nil {
			return err
		}
	}
	return firstOf(a.tx.Insert(k.coll, a.op.Rec, nested(e.v)), e.after())
}

func (a *act) createAddendum() error {
	if err := a.check(rules{own: casework.Collections["addenda"].Fields}, true); err != nil {
		return err
	}
	encounter := a.op.Set.Text("encounter")
	v, ok, err := a.tx.Get("encounters", encounter)
	if err != nil {
		return err
	}
	if !ok || access.Role(a.user, standing("encounters", v)) == "" {
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

// open gives a record to edit, forbidden when it is not there or the user has no part in it.
func (a *act) open(coll, rec string) (*edit, error) {
	k, _ := kindOf(coll)
	stored, ok, err := a.tx.Get(coll, rec)
	if err != nil {
		return nil, err
	}
	v := flat(stored)
	roles := k.roles(a.user, standing(coll, v))
	if !ok || len(roles) == 0 {
		return nil, errForbidden
	}
	e := &edit{act: a, kind: k, rec: rec, roles: roles, role: roles[0], before: v.Clone(), v: v}
	if e.rules, err = a.rulesFor(coll, v); err != nil {
		return nil, err
	}
	e.rev, err = a.tx.Rev(coll, rec)
	return e, err
}

func (a *act) patch() error {
	e, err := a.open(a.op.Coll, a.op.Rec)
	if err != nil {
		return err
	}
	if err := firstOf(a.check(e.rules, false), e.checkEditor()); err != nil {
		return err
	}
	if err := e.fields(); err != nil {
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

func (e *edit) checkEditor() error {
	problems := casework.Problems{}
	for _, name := range e.names() {
		field, _ := e.rules.field(name)
		if !slices.ContainsFunc(e.roles, field.EditableBy) || field.Once && !casework.Equal(e.v[name], e.op.Set[name]) {
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
func (a *act) meet(field casework.Field, name string, current any, late bool) (reconcile.Outcome, any, any) {
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
