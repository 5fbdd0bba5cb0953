package exchange

import (
	"slices"

	"noddfa/internal/casework"
	"noddfa/internal/reconcile"
)

// resolve carries out a person's choice between two values. It names the value they were shown as the record's own, so
// that two people who choose at once cannot overwrite each other.
func (a *act) resolve() error {
	c, ok, err := a.tx.Get("conflicts", a.op.Rec)
	if err != nil {
		return err
	}
	if !ok {
		return errForbidden
	}
	e, err := a.open(c.Text("of_coll"), c.Text("of_rec"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(e.roles, func(role string) bool { return slices.Contains(settlers, role) }) {
		return errForbidden
	}
	return e.choose(c)
}

// settlers are the roles in which a person chooses between two values.
var settlers = []string{"author", "supervisor", "reviewer"}

func (e *edit) choose(c casework.Values) error {
	field, choice := c.Text("field"), e.op.Set.Text("choice")
	chosen := map[string]any{"incoming": c["incoming"], "other": e.op.Set["value"]}
	next, writes := chosen[choice]
	rule, _ := e.rules.field(field)
	switch {
	case choice != "current" && !writes:
		return rejected("error.check_answers")
	case writes && field == "":
		return rejected("error.state")
	case choice == "other" && !slices.ContainsFunc(e.roles, rule.EditableBy):
		return errForbidden // To choose between what was written is a reviewer's to do; to write is not.
	case c.Text("state") != "open" && choice == "other":
		return e.choseTooLate(field, choice, next)
	case c.Text("state") != "open":
		e.verdict.V = "merged"
		return nil
	case field != "" && !casework.Seen(e.v[field], e.op.Prev["value"]):
		return e.choseTooLate(field, choice, next)
	case writes:
		if err := e.chooseOther(field, next); err != nil {
			return err
		}
	}
	c["state"], c["choice"], c["resolved_by"] = "resolved", choice, e.user.ID
	return firstOf(e.tx.Update("conflicts", e.op.Rec, c, []string{"state", "choice", "resolved_by"}),
		e.audit(e.user, e.role, "resolve:"+choice, "conflicts", e.op.Rec, field))
}

// choseTooLate leaves the conflict open for another look. A value that the person typed instead is kept beside it.
func (e *edit) choseTooLate(field, choice string, next any) error {
	e.verdict.V = "stale"
	if choice == "other" {
		e.keepBoth(field, false, reconcile.KeepBoth, e.v[field], next)
	}
	return e.after()
}

// unsettled are the states in which a choice may still change the record.
var unsettled = []string{casework.Draft, casework.Submitted, casework.InReview, casework.Returned}

func (e *edit) chooseOther(field string, next any) error {
	rule, _ := e.rules.field(field)
	switch state := e.v.Text("state"); {
	case !slices.Contains(unsettled, state):
		return rejected("error.state")
	case e.role == "author" && state == casework.InReview:
		return rejected("error.state") // Else a late edit would change the record under its reviewer's eyes.
	}
	if key := rule.Check(next); key != "" {
		return &refusal{v: "rejected", key: "error.check_answers", fields: casework.Problems{field: key}}
	}
	e.v.Put(field, next)
	return firstOf(e.kind.settle(e), e.write())
}
