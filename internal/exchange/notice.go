package exchange

import (
	"slices"

	"noddfa/internal/casework"
)

// readNotice marks one of the user's own notices as read. Another phone of theirs may have been first, which is no fault.
func (a *act) readNotice() error {
	v, ok, err := a.tx.Get("notices", a.op.Rec)
	if err != nil {
		return err
	}
	if !ok || v.Text("user") != a.user.ID || a.op.Cmd == nil {
		return errForbidden
	}
	rule, known := casework.Commands["notices"][a.op.Cmd.Name]
	switch {
	case !known || len(a.names()) > 0:
		return rejected("error.unknown_kind")
	case !slices.Contains(rule.From, v.Text("state")):
		a.verdict.V = "merged"
		return nil
	}
	v["state"] = rule.To
	return a.tx.Update("notices", a.op.Rec, v, []string{"state"})
}
