package exchange

import (
	"maps"
	"slices"

	"noddfa/internal/access"
	"noddfa/internal/casework"
)

// immigration is the kind of an agency, and of a body in the log of what leaves, that enforces immigration law.
const immigration = "immigration"

// immigrationApprovers is how many people approve a disclosure to an immigration body, none of them its author.
const immigrationApprovers = 2

// createDisclosure adds a row to the log of what leaves: to whom, by which gateway, and why it is necessary and
// proportionate. It is approved at once by whoever approved the referral, or by its author where review comes after;
// a disclosure to an immigration body waits for two others.
func (a *act) createDisclosure() error {
	if err := a.check(rules{own: casework.Collections["disclosures"].Fields}, true); err != nil {
		return err
	}
	e, err := a.open("referrals", a.op.Set.Text("referral"))
	if err != nil {
		return err
	}
	if acting([]string{"author", "reviewer", "sender"}, e.roles) == "" {
		return errForbidden
	}
	if _, there, err := a.tx.Get("disclosures", a.op.Rec); err != nil || there {
		return firstOf(err, rejected("error.exists"))
	}
	to, err := a.tx.Agency(a.op.Set.Text("to_agency"))
	if err != nil {
		return err
	}
	if to.Kind == immigration && a.op.Set.Text("to_kind") != immigration {
		return answersRefused(casework.Problems{"to_kind": "error.is_immigration"})
	}
	v := a.op.Set.Clone()
	maps.Copy(v, casework.Values{"agency": a.user.Agency, "author": a.user.ID, "author_name": a.user.Name, "at_ms": a.nowMs, "state": "open"})
	if v.Text("to_kind") != immigration {
		approver, ok, err := e.approver()
		if err != nil {
			return err
		}
		if ok {
			v["state"], v["approvals"] = "approved", []any{approver}
		}
	}
	if v.Text("state") == "open" {
		e.task("approve_disclosure", 0)
	}
	return firstOf(a.tx.Insert("disclosures", a.op.Rec, v), e.after(),
		a.audit(a.user, e.role, "disclose:"+v.Text("what"), "disclosures", a.op.Rec, v.Text("gateway")+" "+v.Text("to_kind")))
}

// approver gives who stands behind an ordinary disclosure of the referral: the person who approved it, or its author where
// it may leave before review. Nobody, while a review is still to come.
func (e *edit) approver() (map[string]any, bool, error) {
	by, ok, err := e.tx.Approval(e.rec)
	if err != nil {
		return nil, false, err
	}
	unapproved := []string{casework.Draft, casework.Submitted, casework.InReview, casework.Returned, casework.Rejected}
	if ok && !slices.Contains(unapproved, e.v.Text("state")) {
		return map[string]any{"name": by.Name, "at_ms": by.AtMs}, true, nil
	}
	early := e.referralType().Review != casework.ReviewBefore || e.v.Bool("danger") || e.v.Bool("child")
	return map[string]any{"id": e.user.ID, "name": e.user.Name, "at_ms": e.nowMs}, early, nil
}

// approveDisclosure adds a person's approval; nobody approves their own disclosure, or twice.
func (a *act) approveDisclosure() error {
	v, ok, err := a.tx.Get("disclosures", a.op.Rec)
	if err != nil {
		return err
	}
	if !ok || a.op.Cmd == nil {
		return errForbidden
	}
	e, err := a.open("referrals", v.Text("referral"))
	if err != nil {
		return err
	}
	role := acting([]string{"reviewer", "safeguarding_lead"}, e.roles)
	switch {
	case a.op.Cmd.Name != "approve":
		return rejected("error.unknown_kind")
	case role == "" || v.Text("author") == a.user.ID:
		return errForbidden
	}
	approvals := casework.List(v["approvals"])
	for _, one := range approvals {
		if given, ok := one.(map[string]any); ok && given["id"] == a.user.ID {
			a.verdict.V = "merged"
			return nil
		}
	}
	approvals = append(slices.Clone(approvals), map[string]any{"id": a.user.ID, "name": a.user.Name, "at_ms": a.nowMs})
	v["approvals"] = approvals
	if v.Text("to_kind") != immigration || len(approvals) >= immigrationApprovers {
		v["state"] = "approved"
		e.rows = append(e.rows, e.noneWaits)
	}
	return firstOf(a.tx.Update("disclosures", a.op.Rec, v, []string{"state", "approvals"}), e.after(), a.audit(a.user, role, "cmd:approve", "disclosures", a.op.Rec, ""))
}

// noneWaits ends the task to approve, unless another disclosure of the referral waits.
func (e *edit) noneWaits() error {
	waits, err := e.tx.DisclosureWaits(e.rec)
	if err != nil || waits {
		return err
	}
	return e.endTasks("approve_disclosure")
}

// change writes some fields of a record over what it holds.
func (a *act) change(coll, id string, set casework.Values) error {
	v, ok, err := a.tx.Get(coll, id)
	if err != nil || !ok {
		return err
	}
	names := slices.Sorted(maps.Keys(set))
	for name, value := range set {
		v.Put(name, value)
	}
	return a.tx.Update(coll, id, v, names)
}

// endTask ends a task of the user that is ticked off by hand. A task that was ended already stays as it is.
func (a *act) endTask() error {
	v, ok, err := a.tx.Get("tasks", a.op.Rec)
	if err != nil {
		return err
	}
	if !ok || a.op.Cmd == nil {
		return errForbidden
	}
	of, ok, err := a.tx.Get(v.Text("of_coll"), v.Text("of_rec"))
	if err != nil {
		return err
	}
	if !ok || !access.Sees(a.user, standing(v.Text("of_coll"), of), a.x.now()) {
		return errForbidden
	}
	kind := casework.Tasks[v.Text("kind")]
	switch {
	case v.Text("state") == "open" && !kind.ByHand:
		return rejected("error.ends_by_itself")
	case acting([]string{kind.For}, access.ReferralRoles(a.user, standing(v.Text("of_coll"), of))) == "":
		return errForbidden // Whoever waits for it sees it too.
	}
	return a.end("tasks", v, "done", casework.Values{"state": "done", "done_by": a.user.ID})
}

func (a *act) end(coll string, v casework.Values, name string, set casework.Values) error {
	switch {
	case a.op.Cmd.Name != name:
		return rejected("error.unknown_kind")
	case v.Text("state") == set.Text("state"):
		a.verdict.V = "merged"
		return nil
	}
	return a.change(coll, a.op.Rec, set)
}
