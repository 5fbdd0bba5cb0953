package exchange

import (
	"context"
	"fmt"
	"slices"
	"time"

	"noddfa/internal/casework"
)

// comingOfAge is how many days before the eighteenth birthday somebody is reminded: with no final decision by then, the
// young person has to agree to stay in the NRM and to say whether they want adult support.
var comingOfAge = []int{90, 30, 7}

// Remind opens the tasks that time alone asks for: a review or a sending that is late, and a child who comes of age. It is
// called every hour; a task that was opened once is not opened again.
func (x *Exchange) Remind(ctx context.Context) error {
	return x.store.Write(ctx, func(tx Tx) error {
		ids, err := tx.Underway()
		if err != nil {
			return err
		}
		for _, id := range ids {
			v, ok, err := tx.Get("referrals", id)
			if err != nil || !ok {
				return firstOf(err, fmt.Errorf("referral %s is gone", id))
			}
			for _, task := range tasksOf(v, x.now()) {
				if err := openOnce(tx, id, task, x.now().UnixMilli()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// timed is a task that time asks for. A second one of the same kind and moment is the same.
type timed struct {
	kind  string
	dueMs int64
}

// tasksOf gives what is due on a referral. A day of birth never stands in a row by itself: the reminder is made when its
// day has come, and not before.
func tasksOf(v casework.Values, now time.Time) []timed {
	var out []timed
	late := func(kind, column string, states ...string) {
		if due := v.Int(column); due > 0 && due < now.UnixMilli() && slices.Contains(states, v.Text("state")) {
			out = append(out, timed{kind, due})
		}
	}
	late("review_overdue", "review_due_ms", casework.Submitted, casework.InReview)
	late("send_overdue", "send_due_ms", casework.Approved)
	identity, _ := v["identity"].(map[string]any)
	born, err := time.Parse(time.DateOnly, casework.Values(identity).Text("dob"))
	if err != nil || !v.Bool("child") {
		return out
	}
	adult := born.AddDate(18, 0, 0)
	for i, days := range comingOfAge {
		from, next := adult.AddDate(0, 0, -days), adult
		if i+1 < len(comingOfAge) {
			next = adult.AddDate(0, 0, -comingOfAge[i+1])
		}
		if !now.Before(from) && now.Before(next) {
			out = append(out, timed{fmt.Sprintf("turning_18_%d", days), adult.UnixMilli()})
		}
	}
	return out
}

func openOnce(tx Tx, rec string, task timed, nowMs int64) error {
	id := derive(rec, "task", task.kind, fmt.Sprint(task.dueMs))
	if _, there, err := tx.Get("tasks", id); err != nil || there {
		return err
	}
	row := casework.Values{"of_coll": "referrals", "of_rec": rec, "kind": task.kind, "state": "open", "at_ms": nowMs}
	if task.kind == "review_overdue" || task.kind == "send_overdue" {
		row["due_at_ms"] = task.dueMs
	}
	return tx.Insert("tasks", id, row)
}
