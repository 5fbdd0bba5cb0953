package notify

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/records"
)

const (
	// changesMax is how many changes are told in one transaction.
	changesMax = 200
	// staleAfter is the age beyond which a change is no news, as when old rows are sealed anew.
	staleAfter = 7 * 24 * time.Hour
	// What goes out late is worse than nothing: the notice in the app stays.
	endsAfter       = 24 * time.Hour
	endsAfterUrgent = 2 * time.Hour
	// A danger is told at once, and again until somebody picks it up.
	dangerAgain  = 15 * time.Minute
	dangerRounds = 4
)

// derive tells everything that was committed since the last time. The place it has reached, the notices and the errands
// are one transaction, so a crash neither loses a notice nor makes it twice.
func (n *Notify) derive(ctx context.Context) error {
	for more := true; more; {
		untold, err := n.Store.Untold(ctx)
		if err != nil || !untold {
			return err
		}
		err = n.Store.Tell(ctx, func(t *records.Telling) error {
			from, err := t.Position()
			if err != nil {
				return err
			}
			changes, err := t.ChangedSince(from, changesMax)
			if err != nil || len(changes) == 0 {
				return err
			}
			more = len(changes) == changesMax
			for _, change := range changes {
				if err := n.tell(t, change); err != nil {
					return fmt.Errorf("tell of %s %s: %w", change.Coll, change.Rec, err)
				}
			}
			return t.MoveTo(changes[len(changes)-1].Rev)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tell looks a change up in the table.
func (n *Notify) tell(t *records.Telling, change records.Changed) error {
	var e *event
	for _, r := range table {
		if r.coll != change.Coll {
			continue
		}
		if e == nil {
			found, err := read(t, change)
			if err != nil || found == nil {
				return err
			}
			e = found
		}
		// A danger may come to light on a record that was handed in long ago.
		if r.kind != Danger && n.isOld(*e) || !r.when(*e) {
			continue
		}
		if err := n.tellOf(t, r, *e); err != nil {
			return err
		}
	}
	return nil
}

// read gives a change with the record that it is about; nil when either is gone.
func read(t *records.Telling, change records.Changed) (*event, error) {
	row, ok, err := t.Clear(change.Coll, change.Rec)
	if err != nil || !ok {
		return nil, err
	}
	e := &event{id: change.Rec, coll: change.Coll, rec: change.Rec, row: row, of: row}
	switch {
	case change.Coll == "encounters", change.Coll == "referrals":
		// Each hand-in of a record is news of its own.
		e.id += "|" + strconv.FormatInt(row.Int("version"), 10)
		return e, nil
	case change.Coll == "packs":
		return e, nil
	case row.Text("referral") != "":
		e.coll, e.rec = "referrals", row.Text("referral")
	case row.Text("encounter") != "":
		e.coll, e.rec = "encounters", row.Text("encounter")
	default:
		e.coll, e.rec = row.Text("of_coll"), row.Text("of_rec")
	}
	e.of, ok, err = t.Clear(e.coll, e.rec)
	if err != nil || !ok {
		return nil, err
	}
	return e, nil
}

// isOld says whether what happened is no news any more. Rows are counted anew when the sight of them changes.
func (n *Notify) isOld(e event) bool {
	at := int64(0)
	for _, name := range []string{"at_ms", "received_at_ms", "submitted_at_ms", "sent_at_ms"} {
		at = max(at, e.row.Int(name))
	}
	return at < n.Now().Add(-staleAfter).UnixMilli()
}

func (n *Notify) tellOf(t *records.Telling, r rule, e event) error {
	users, err := concerned(t, r, e)
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := n.notice(t, r, e, user, 0); err != nil {
			return err
		}
	}
	if r.kind == Danger && e.of.Text("picked_up_by") == "" {
		return t.Watch(e.coll, e.rec, n.Now().Add(dangerAgain).UnixMilli())
	}
	return nil
}

// notice makes a notice that is not there yet, and its errands. In a later round of a danger it stands, and is new again:
// whoever has read it has not yet picked the record up.
func (n *Notify) notice(t *records.Telling, r rule, e event, user string, round int) error {
	id := casework.DeriveID("notice", e.id, user, r.kind)
	known, err := t.Known("notices", id)
	if err != nil || (known && round == 0) {
		return err
	}
	v := casework.Values{"user": user, "kind": r.kind, "of_coll": e.coll, "of_rec": e.rec, "state": "unread", "at_ms": n.Now().UnixMilli()}
	if known {
		err = t.Update("notices", id, v, []string{"state", "at_ms"})
	} else {
		err = t.Insert("notices", id, v)
	}
	if err != nil {
		return err
	}
	return n.errands(t, id, user, r.urgent, round)
}

// errands sends a notice to each device of a user, or as a letter when they have none.
func (n *Notify) errands(t *records.Telling, notice, user string, urgent bool, round int) error {
	now, ends := n.Now().UnixMilli(), n.Now().Add(endsAfter)
	if urgent {
		ends = n.Now().Add(endsAfterUrgent)
	}
	targets, err := t.Subscriptions(user)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return n.letter(t, notice, user, urgent)
	}
	for _, target := range targets {
		err := t.Send(records.Errand{ID: casework.DeriveID("errand", notice, target, strconv.Itoa(round)), Notice: notice, User: user, Target: target,
			Urgent: urgent, DueMs: now, EndsMs: ends.UnixMilli()})
		if err != nil {
			return err
		}
	}
	return nil
}
