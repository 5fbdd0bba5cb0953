package notify

import (
	"context"

	"noddfa/internal/records"
)

// repeat tells again of every danger that nobody has picked up within a quarter of an hour, to all who may, four times in all.
func (n *Notify) repeat(ctx context.Context) error {
	now := n.Now().UnixMilli()
	if due, err := n.Store.WatchDue(ctx, now); err != nil || !due {
		return err
	}
	return n.Store.Tell(ctx, func(t *records.Telling) error {
		watched, err := t.WatchedDue(now)
		if err != nil {
			return err
		}
		for _, w := range watched {
			if err := n.tellAgain(t, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func (n *Notify) tellAgain(t *records.Telling, w records.Watched) error {
	e, err := read(t, records.Changed{Coll: w.Coll, Rec: w.Rec})
	if err != nil {
		return err
	}
	r, stands := dangerRule(e)
	if !stands || e.of.Text("picked_up_by") != "" {
		return t.Unwatch(w.Coll, w.Rec)
	}
	users, err := concerned(t, r, *e)
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := n.notice(t, r, *e, user, w.Rounds); err != nil {
			return err
		}
	}
	w.Rounds++
	if w.Rounds >= dangerRounds {
		return t.Unwatch(w.Coll, w.Rec)
	}
	return t.WatchAgain(w, n.Now().Add(dangerAgain).UnixMilli())
}

// dangerRule gives the row of the table by which a danger is still told, false when it has passed.
func dangerRule(e *event) (rule, bool) {
	if e == nil {
		return rule{}, false
	}
	for _, r := range table {
		if r.kind == Danger && r.coll == e.coll && r.when(*e) {
			return r, true
		}
	}
	return rule{}, false
}
