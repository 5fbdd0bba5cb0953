package records

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/access"
	"noddfa/internal/casework"
)

type dirty struct{ coll, rec string }

// drainMax is how many changes are taken at one time.
const drainMax = 1000

// Drain puts every change into the feed: each changed record gets the next number in every scope it stands in, and in
// those it left. It goes round again while changes make others, as when an encounter takes its versions with it.
func (t *tx) Drain() error {
	for again := true; again; {
		batch, err := t.takeDirty()
		if err != nil {
			return err
		}
		again = len(batch) == drainMax
		known := map[dirty][]string{}
		for _, one := range batch {
			others, err := t.drainOne(one, known)
			if err != nil {
				return fmt.Errorf("drain %s %s: %w", one.coll, one.rec, err)
			}
			again = again || others
		}
	}
	return nil
}

func (t *tx) takeDirty() ([]dirty, error) {
	var batch []dirty
	var one dirty
	err := t.each("SELECT coll, rec FROM sync_dirty ORDER BY coll, rec LIMIT ?", []any{drainMax}, []any{&one.coll, &one.rec}, func() error {
		batch = append(batch, one)
		return nil
	})
	return batch, err
}

// drainOne says whether it marked others. known holds the scopes of what others follow, of the same batch.
func (t *tx) drainOne(d dirty, known map[dirty][]string) (others bool, err error) {
	if err := t.exec("DELETE FROM sync_dirty WHERE coll = ? AND rec = ?", d.coll, d.rec); err != nil {
		return false, err
	}
	if d.coll == usersID {
		return false, t.grant(d.rec)
	}
	tab, ok := tablesByID[d.coll]
	if !ok {
		return false, nil // A mark that somebody wrote by hand.
	}
	if tab.name == "indicators" {
		t.catalogue = true
	}
	keys, err := t.scopesOf(tab, d.rec, known)
	if err != nil {
		return false, err
	}
	moved, err := t.place(d, keys)
	query, leads := takeAlongQueries[tab.name]
	if err != nil || !moved || !leads {
		return false, err
	}
	n, err := t.change(query, d.rec)
	return n > 0, err
}

// takeAlongQueries mark what follows a record whose scopes changed, by the collection of that record.
var takeAlongQueries = map[string]string{"encounters": takeAlongQuery("encounters"), "referrals": takeAlongQuery("referrals")}

func takeAlongQuery(leader string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, f := range tables[name].follows {
			switch f.coll {
			case leader:
				parts = append(parts, "SELECT '"+tables[name].id+"', id FROM "+name+" WHERE "+f.column+" = ?1")
			case "":
				parts = append(parts, "SELECT '"+tables[name].id+"', id FROM "+name+" WHERE "+f.column+" = ?1 AND of_coll = '"+leader+"'")
			}
		}
	}
	return "INSERT INTO sync_dirty (coll, rec) " + strings.Join(parts, " UNION ALL ") + " ON CONFLICT DO NOTHING"
}

// place writes a record's scopes. Every scope gets the new number, those that stay too: a put then carries the whole list.
func (t *tx) place(d dirty, keys []string) (moved bool, err error) {
	seq := t.Next()
	before, err := t.renumber(d, seq)
	if err != nil {
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

// renumber gives a record its new number, and says in which scopes it stood. A record that had no number stood in none.
func (t *tx) renumber(d dirty, seq int64) (map[int64]bool, error) {
	isNew, err := t.change("INSERT INTO sync_rec (coll, rec, rev) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", d.coll, d.rec, seq)
	if err != nil || isNew > 0 {
		return nil, err
	}
	before := map[int64]bool{}
	var scope int64
	err = t.each("SELECT scope FROM sync_member WHERE coll = ? AND rec = ? AND st = 1", []any{d.coll, d.rec}, []any{&scope}, func() error {
		before[scope] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return before, t.exec("UPDATE sync_rec SET rev = ? WHERE coll = ? AND rec = ?", seq, d.coll, d.rec)
}

func (t *tx) member(d dirty, scope, seq int64, st int, was bool) error {
	err := t.exec(`INSERT INTO sync_member (coll, rec, scope, seq, st) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET seq = excluded.seq, st = excluded.st`, d.coll, d.rec, scope, seq, st)
	if err == nil && was != (st == 1) {
		t.live[scope] += int64(2*st - 1)
	}
	return err
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

// scopesOf gives the scope keys of a stored record, none when it is gone. What follows another record stands in its scopes.
func (t *tx) scopesOf(tab *table, rec string, known map[dirty][]string) ([]string, error) {
	if len(tab.follows) > 0 {
		leader, id, err := t.leaderOf(tab, rec)
		if err != nil || leader == nil {
			return nil, err
		}
		tab, rec = leader, id
	}
	name := dirty{tab.name, rec}
	if keys, ok := known[name]; ok {
		return keys, nil
	}
	r, ok, err := t.accessRecord(tab, rec)
	if err != nil || !ok {
		return nil, err
	}
	keys := access.Scopes(r, t.store.now())
	if _, leads := takeAlongQueries[tab.name]; leads {
		known[name] = keys
	}
	return keys, nil
}

// leaderOf gives the record that another follows, none when the follower is gone.
func (t *tx) leaderOf(tab *table, rec string) (*table, string, error) {
	for _, f := range tab.follows {
		query, coll, id := "SELECT '"+f.coll+"', "+f.column+" FROM "+tab.name+" WHERE id = ?", "", ""
		if f.coll == "" {
			query = "SELECT of_coll, " + f.column + " FROM " + tab.name + " WHERE id = ?"
		}
		ok, err := t.found(query, []any{&coll, &id}, rec)
		if err != nil || !ok {
			return nil, "", err
		}
		if id != "" {
			return tables[coll], id, nil
		}
	}
	return nil, "", nil
}

func (t *tx) accessRecord(tab *table, rec string) (access.Record, bool, error) {
	r := access.Record{Coll: tab.name}
	var id string
	query, into := "SELECT id FROM "+tab.name+" WHERE id = ?", []any{&id}
	switch tab.name {
	case "encounters":
		query = "SELECT author, agency, review_agency, state, age_status, risk, danger, submitted_at_ms, closed_at_ms FROM encounters WHERE id = ?"
		into = []any{&r.Author, &r.Agency, &r.ReviewAgency, &r.State, &r.Age, &r.Risk, &r.Danger, &r.SubmittedMs, &r.ClosedMs}
	case "referrals":
		query = `SELECT author, agency, review_agency, to_agency, type, state, danger, child, submitted_at_ms, decided_at_ms, sent_at_ms, closed_at_ms
			FROM referrals WHERE id = ?`
		into = []any{&r.Author, &r.Agency, &r.ReviewAgency, &r.ToAgency, &r.Type, &r.State, &r.Danger, &r.Child, &r.SubmittedMs, &r.DecidedMs, &r.SentMs, &r.ClosedMs}
	case "packs":
		query, into = "SELECT to_agency, type, state, closed_at_ms FROM packs WHERE id = ?", []any{&r.ToAgency, &r.Type, &r.State, &r.ClosedMs}
	case "holds":
		query, into = "SELECT author, review_agency FROM holds WHERE id = ?", []any{&r.Author, &r.ReviewAgency}
	case "drafts":
		query, into = "SELECT author FROM drafts WHERE id = ?", []any{&r.Author}
	case "devices", "notices":
		query, into = "SELECT user FROM "+tab.name+" WHERE id = ?", []any{&r.Author}
	}
	ok, err := t.found(query, into, rec)
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
