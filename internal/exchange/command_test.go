package exchange_test

import (
	"fmt"
	"slices"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/testkit"
)

var states = []string{casework.Draft, casework.Submitted, casework.InReview, casework.Returned, casework.Approved, casework.Rejected, casework.Withdrawn, casework.Closed}

// args are what each command needs; those that are not here need nothing.
var args = map[string]casework.Values{
	"return":      {"codes": []string{"R01"}, "note": "Say where."},
	"reject":      {"reason": "Not ours."},
	"withdraw":    {"reason": "Two of the same."},
	"stand_down":  {"reason": "They are safe."},
	"change_risk": {"risk": "high", "reason": "New threat."},
}

// TestCommands gives every command in every state as author, supervisor and stranger.
func TestCommands(t *testing.T) {
	o := newOffice(t)
	stranger := testkit.NewPhone(t, o.Exchange, testkit.AddUser(t, o.Base, "stranger", []string{"supervisor"}, testkit.AddAgency(t, o.Base, "other", "")), "strange")
	phones := map[string]*testkit.Phone{"author": o.phone, "supervisor": o.desk, "stranger": stranger}
	n := 0
	for name, rule := range casework.Commands["encounters"] {
		for _, state := range states {
			for role, phone := range phones {
				n++
				rec := testkit.ID(fmt.Sprintf("enc%dx", n))
				t.Run(name+"/"+state+"/"+role, func(t *testing.T) {
					wantV(t, o.phone.Do(create(rec, robin, submit())), "ok")
					o.exec(t, fmt.Sprintf("UPDATE encounters SET state = '%s', submitted_at_ms = %d, closed_at_ms = %d WHERE id = '%s'",
						state, submittedMs(state), testkit.Start.UnixMilli(), rec))
					o.desk.Pull()
					v := phone.Do(command(rec, name, o.desk.Rows["encounters/"+rec].Rev, args[name]))
					wantV(t, v, expected(rule, role, state))
					if got, want := o.state(t, rec), after(rule, state, v.V); got != want {
						t.Errorf("state: got %s, want %s", got, want)
					}
				})
			}
		}
	}
}

func (o *office) state(t *testing.T, rec string) string {
	t.Helper()
	var state string
	if err := o.Base.NonconcurrentDB().NewQuery("SELECT state FROM encounters WHERE id = '" + rec + "'").Row(&state); err != nil {
		t.Fatal(err)
	}
	return state
}

func submittedMs(state string) int64 {
	if state == casework.Draft {
		return 0
	}
	return testkit.Start.UnixMilli()
}

func expected(rule casework.Command, role, state string) string {
	switch {
	case role != rule.By || (role == "supervisor" && state == casework.Draft):
		return "forbidden"
	case slices.Contains(rule.From, state):
		return "ok"
	case rule.ExpectRev:
		return "rejected"
	}
	return "late"
}

func after(rule casework.Command, state, v string) string {
	if v == "ok" && rule.To != "" {
		return rule.To
	}
	return state
}

// TestGuards gives commands whose conditions do not hold.
func TestGuards(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct {
		set  casework.Values
		tick []string
		want string
	}{
		"ErrNothingSaid":       {casework.Values{"codename": "wren"}, nil, "rejected"},
		"ErrDangerNotAnswered": {casework.Values{"narrative": "x", "danger": true}, nil, "rejected"},
		"ErrTickIsDanger":      {casework.Values{"narrative": "x"}, []string{"GEN-08:seen"}, "rejected"},
		"ErrUnknownBasis":      {casework.Values{"narrative": "x"}, []string{"GEN-01:guessed"}, "rejected"},
		"OK":                   {casework.Values{"danger": true, "danger_answers": map[string]any{"called_999": "no_signal"}}, []string{"GEN-08:seen"}, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			op := create(testkit.ID("g"+fmt.Sprint(len(name))+"x"), c.set, submit())
			if c.tick != nil {
				op.Add = map[string][]string{"indicators": c.tick}
			}
			wantV(t, o.phone.Do(op), c.want)
		})
	}
	if got := o.count(t, "SELECT count(*) FROM encounters WHERE danger AND callback_needed"); got != 1 {
		t.Errorf("records that somebody must call back about: got %d, want 1", got)
	}
}
