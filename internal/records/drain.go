package records

import (
	"errors"
	"fmt"

	"noddfa/internal/access"
	"noddfa/internal/casework"
)

type dirty struct{ coll, rec string }

// Drain puts every change into the feed: each changed record gets the next number in every scope it stands in, and in
// those it left. It goes round again while changes make others, as when an encounter takes its versions with it.
func (t *tx) Drain() error {
	for {
		batch, err := t.takeDirty()
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, one := range batch {
			if err := t.drainOne(one); err != nil {
				return fmt.Errorf("drain %s %s: %w", one.coll, one.rec, err)
			}
		}
	}
}

func (t *tx) takeDirty() ([]dirty, error) {
	var batch []dirty
	var one dirty
	err := t.each("SELECT coll, rec FROM sync_dirty ORDER BY coll, rec LIMIT 1000", nil, []any{&one.coll, &one.rec}, func() { batch = append(batch, one) })
	return batch, err
}

func (t *tx) drainOne(d dirty) error {
	if err := t.exec("DELETE FROM sync_dirty WHERE coll = ? AND rec = ?", d.coll, d.rec); err != nil {
		return err
	}
	if d.coll == usersID {
		return t.grant(d.rec)
	}
	tab, ok := tablesByID[d.coll]
	if !ok {
		return nil // A mark that somebody wrote by hand.
	}
	if tab.name == "indicators" {
		t.catalogue = true
	}
	keys, err := t.scopesOf(tab, d.rec)
	if err != nil {
		return err
	}
	moved, err := t.place(d, keys)
	if err != nil || !moved || tab.name != "encounters" {
		return err
	}
	return t.takeAlong(d.rec)
}

// takeAlong marks what follows an encounter whose scopes changed.
func (t *tx) takeAlong(rec string) error {
	for _, name := range []string{"addenda", "versions", "reviews", "conflicts"} {
		tab := tables[name]
		err := t.exec("INSERT INTO sync_dirty (coll, rec) SELECT '"+tab.id+"', id FROM "+name+" WHERE "+tab.follows+" = ? ON CONFLICT DO NOTHING", rec)
		if err != nil {
			return err
		}
	}
	return nil
}

// place writes a record's scopes. Every scope gets the new number, those that stay too: a put then carries the whole list.
func (t *tx) place(d dirty, keys []string) (moved bool, err error) {
	before := map[int64]bool{}
	var scope int64
	err = t.each("SELECT scope FROM sync_member WHERE coll = ? AND rec = ? AND st = 1", []any{d.coll, d.rec}, []any{&scope}, func() { before[scope] = true })
	if err != nil {
		return false, err
	}
	seq := t.Next()
	if err := t.exec("INSERT INTO sync_rec (coll, rec, rev) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rev = excluded.rev", d.coll, d.rec, seq); err != nil {
		return false, err
	}
	for _, key := range keys {
		id, err := t.scope(key)
		if err != nil {
			return false, err
		}
		if err := t.member(d, id, seq, 1, before[id]); err != nil {
			return false, err
		}
		moved = moved || !before[id]
		delete(before, id)
	}
	for id := range before {
		if err := t.member(d, id, seq, 0, true); err != nil {
			return false, err
		}
	}
	return moved || len(before) > 0, nil
}

func (t *tx) member(d dirty, scope, seq int64, st int, was bool) error {
	err := t.exec(`INSERT INTO sync_member (coll, rec, scope, seq, st) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET seq = excluded.seq, st = excluded.st`, d.coll, d.rec, scope, seq, st)
	if err != nil || was == (st == 1) {
		return err
	}
	return t.exec("UPDATE sync_scope SET live = live + ? WHERE id = ?", 2*st-1, scope)
}

func (t *tx) scope(key string) (int64, error) {
	t.store.mu.Lock()
	id, ok := t.store.scopes[key]
	t.store.mu.Unlock()
	if !ok {
		id, ok = t.scopes[key]
	}
	if ok {
		return id, nil
	}
	if err := t.exec("INSERT INTO sync_scope (key) VALUES (?) ON CONFLICT DO NOTHING", key); err != nil {
		return 0, err
	}
	err := t.row("SELECT id FROM sync_scope WHERE key = ?", []any{&id}, key)
	t.scopes[key] = id
	return id, err
}

// scopesOf gives the scope keys of a stored record, none when it is gone.
func (t *tx) scopesOf(tab *table, rec string) ([]string, error) {
	r, ok, err := t.accessRecord(tab, rec)
	if err != nil || !ok {
		return nil, err
	}
	return access.Scopes(r, t.store.now()), nil
}

func (t *tx) accessRecord(tab *table, rec string) (access.Record, bool, error) {
	r := access.Record{Coll: tab.name}
	var ok bool
	var err error
	switch {
	case tab.name == "encounters" || tab.follows != "":
		query := "SELECT e.author, e.agency, e.review_agency, e.state, e.age_status, e.risk, e.danger, e.submitted_at_ms, e.closed_at_ms FROM "
		if tab.follows == "" {
			query += "encounters e WHERE e.id = ?"
		} else {
			query += tab.name + " c JOIN encounters e ON e.id = c." + tab.follows + " WHERE c.id = ?"
		}
		ok, err = t.found(query, []any{&r.Author, &r.Agency, &r.ReviewAgency, &r.State, &r.Age, &r.Risk, &r.Danger, &r.SubmittedMs, &r.ClosedMs}, rec)
	case tab.name == "holds":
		ok, err = t.found("SELECT author, review_agency FROM holds WHERE id = ?", []any{&r.Author, &r.ReviewAgency}, rec)
	case tab.name == "drafts":
		ok, err = t.found("SELECT author FROM drafts WHERE id = ?", []any{&r.Author}, rec)
	case tab.name == "devices":
		ok, err = t.found("SELECT user FROM devices WHERE id = ?", []any{&r.Author}, rec)
	default:
		var id string
		ok, err = t.found("SELECT id FROM "+tab.name+" WHERE id = ?", []any{&id}, rec)
	}
	return r, ok, err
}

// grant writes anew which scopes a user sees.
func (t *tx) grant(user string) error {
	if err := t.exec("DELETE FROM sync_grant WHERE user = ?", user); err != nil {
		return err
	}
	u, err := t.User(user)
	var unknown *casework.Error
	if errors.As(err, &unknown) {
		return nil // The account was taken away, and its scopes with it.
	}
	if err != nil {
		return err
	}
	for i, key := range access.ScopesOf(u) {
		id, err := t.scope(key)
		if err != nil {
			return err
		}
		if err := t.exec("INSERT INTO sync_grant (user, scope, ord) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", user, id, i); err != nil {
			return err
		}
	}
	return nil
}
