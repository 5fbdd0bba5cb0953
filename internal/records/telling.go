package records

import (
	"context"
	"encoding/json"
	"fmt"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// Telling is one write transaction as internal/notify sees it: what the feed holds beyond a place, who people are, and
// the notices and errands that follow. What is sealed stays closed to it.
type Telling struct{ *tx }

// Changed is a row of the feed and its number.
type Changed struct {
	Coll, Rec string
	Rev       int64
}

// Tell runs f in one write transaction that is undone whole when f gives an error.
func (s *Store) Tell(ctx context.Context, f func(*Telling) error) error {
	return s.Write(ctx, func(w exchange.Tx) error {
		t, ok := w.(*tx)
		if !ok {
			return fmt.Errorf("tell in a %T", w)
		}
		return f(&Telling{t})
	})
}

// Committed gets a value after commits that changed the feed; several close together may give one.
func (s *Store) Committed() <-chan struct{} { return s.committed }

// Untold says whether the feed holds changes beyond the place that telling has reached.
func (s *Store) Untold(ctx context.Context) (bool, error) {
	untold := false
	err := s.Read(ctx, func(r exchange.Reader) error {
		snap := r.(*snapshot)
		return snap.row("SELECT EXISTS (SELECT 1 FROM sync_rec WHERE rev > (SELECT rev FROM notify_cursor))", []any{&untold})
	})
	return untold, err
}

// WatchDue says whether a danger is to be told again by now.
func (s *Store) WatchDue(ctx context.Context, nowMs int64) (bool, error) {
	due := false
	err := s.Read(ctx, func(r exchange.Reader) error {
		snap := r.(*snapshot)
		return snap.row("SELECT EXISTS (SELECT 1 FROM notify_watch WHERE due_at_ms <= ?)", []any{&due}, nowMs)
	})
	return due, err
}

// Position gives the number up to which the feed was told.
func (t *Telling) Position() (int64, error) {
	var rev int64
	return rev, t.row("SELECT rev FROM notify_cursor", []any{&rev})
}

// MoveTo keeps a new position.
func (t *Telling) MoveTo(rev int64) error { return t.exec("UPDATE notify_cursor SET rev = ?", rev) }

// ChangedSince gives rows whose number is beyond rev, in order, at most max. Rows of collections unknown here are among them.
func (t *Telling) ChangedSince(rev int64, max int) ([]Changed, error) {
	var out []Changed
	var one Changed
	err := t.each("SELECT coll, rec, rev FROM sync_rec WHERE rev > ? ORDER BY rev LIMIT ?", []any{rev, max}, []any{&one.Coll, &one.Rec, &one.Rev}, func() error {
		if tab, ok := tablesByID[one.Coll]; ok {
			one.Coll = tab.name
		}
		out = append(out, one)
		return nil
	})
	return out, err
}

// Clear gives a record without what is sealed in it; false when it is gone.
func (t *Telling) Clear(coll, id string) (casework.Values, bool, error) {
	tab, ok := tables[coll]
	if !ok {
		return nil, false, nil
	}
	var clear []byte
	var sealed [3][]byte
	found, err := t.found(tab.sql.get, []any{&clear, &sealed[0], &sealed[1], &sealed[2]}, id)
	if err != nil || !found {
		return nil, false, err
	}
	v, err := decode(clear)
	return v, err == nil, err
}

// Holders gives the users of an agency who hold one of the roles and whose account has not ended, in a fixed order.
func (t *Telling) Holders(agency string, roles []string) ([]string, error) {
	if agency == "" || len(roles) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(roles)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	return t.texts(`SELECT u.id FROM users u WHERE u.agency = ? AND NOT u.deactivated
		AND EXISTS (SELECT 1 FROM json_each(u.roles) r JOIN json_each(?) w ON w.value = r.value) ORDER BY u.id`, agency, string(list))
}

// Active says whether a user's account has not ended.
func (t *Telling) Active(user string) (bool, error) {
	var one int
	return t.found("SELECT 1 FROM users WHERE id = ? AND NOT deactivated", []any{&one}, user)
}

// Known says whether there is a record of the id.
func (t *Telling) Known(coll, id string) (bool, error) {
	var one int
	return t.found("SELECT 1 FROM "+tables[coll].name+" WHERE id = ?", []any{&one}, id)
}

// Forget takes away notices that were read before one moment, and any that were made before another.
func (t *Telling) Forget(readBeforeMs, madeBeforeMs int64) error {
	return t.exec("DELETE FROM notices WHERE at_ms < ? OR (state = 'read' AND at_ms < ?)", madeBeforeMs, readBeforeMs)
}

// Watch has a danger told again when due, unless it is watched already.
func (t *Telling) Watch(coll, rec string, dueMs int64) error {
	return t.exec("INSERT INTO notify_watch (coll, rec, rounds, due_at_ms) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING", coll, rec, dueMs)
}

// Watched is a danger that is told again until somebody picks it up.
type Watched struct {
	Coll, Rec string
	Rounds    int
}

// WatchedDue gives the dangers to tell again now.
func (t *Telling) WatchedDue(nowMs int64) ([]Watched, error) {
	var out []Watched
	var one Watched
	err := t.each("SELECT coll, rec, rounds FROM notify_watch WHERE due_at_ms <= ? ORDER BY coll, rec", []any{nowMs}, []any{&one.Coll, &one.Rec, &one.Rounds},
		func() error { out = append(out, one); return nil })
	return out, err
}

// WatchAgain keeps the next round of a danger; Unwatch ends it.
func (t *Telling) WatchAgain(w Watched, dueMs int64) error {
	return t.exec("UPDATE notify_watch SET rounds = ?, due_at_ms = ? WHERE coll = ? AND rec = ?", w.Rounds, dueMs, w.Coll, w.Rec)
}

// Unwatch ends the rounds of a danger.
func (t *Telling) Unwatch(coll, rec string) error {
	return t.exec("DELETE FROM notify_watch WHERE coll = ? AND rec = ?", coll, rec)
}

func (t *Telling) texts(query string, args ...any) ([]string, error) {
	var out []string
	var one string
	err := t.each(query, args, []any{&one}, func() error { out = append(out, one); return nil })
	return out, err
}
