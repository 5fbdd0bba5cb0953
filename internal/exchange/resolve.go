package exchange

import (
	"noddfa/internal/access"
	"noddfa/internal/casework"
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
	v, ok, err := a.tx.Get("encounters", c.Text("of_rec"))
	if err != nil {
		return err
	}
	role := access.Role(a.user, standing(v))
	if !ok || role == "" {
		return errForbidden
	}
	if c.Text("state") != "open" {
		a.verdict.V = "merged"
		return nil
	}
	e := &edit{act: a, rec: c.Text("of_rec"), role: role, before: v.Clone(), v: v}
	return e.choose(c)
}

func (e *edit) choose(c casework.Values) error {
	field, choice := c.Text("field"), e.op.Set.Text("choice")
	chosen := map[string]any{"incoming": c["incoming"], "other": e.op.Set["value"]}
	next, writes := chosen[choice]
	switch {
	case choice != "current" && !writes:
		return rejected("error.check_answers")
	case writes && field == "":
		return rejected("error.state")
	case field != "" && !casework.Seen(e.v[field], e.op.Prev["value"]):
		e.verdict.V = "stale"
		return nil
	case writes:
		if err := e.chooseOther(field, next); err != nil {
			return err
		}
	}
	c["state"], c["choice"], c["resolved_by"] = "resolved", choice, e.user.ID
	return firstOf(e.tx.Update("conflicts", e.op.Rec, c, []string{"state", "choice", "resolved_by"}),
		e.audit(e.user, e.role, "resolve:"+choice, "conflicts", e.op.Rec, field))
}

func (e *edit) chooseOther(field string, next any) error {
	rule := casework.Collections["encounters"].Fields[field]
	switch e.v.Text("state") {
	case casework.Approved, casework.Closed, casework.Rejected, casework.Withdrawn:
		return rejected("error.state")
	}
	if key := rule.Check(next); key != "" {
		return &refusal{v: "rejected", key: "error.check_answers", fields: casework.Problems{field: key}}
	}
	e.v.Put(field, next)
	return firstOf(e.settle(), e.write())
}
