package records

import (
	"fmt"
	"maps"
	"slices"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// tx is one write transaction. The head, and by how much scopes grew, live here and are written once, at the end.
type tx struct {
	*conn
	store     *Store
	scopes    map[string]int64
	live      map[int64]int64
	meta      exchange.Meta
	started   int64
	catalogue bool
}

func (t *tx) begin() error {
	err := t.row("SELECT epoch, head, horizon, durable FROM sync_meta WHERE id = 1",
		[]any{&t.meta.Epoch, &t.meta.Head, &t.meta.Horizon, &t.meta.Durable})
	t.started = t.meta.Head
	return err
}

func (t *tx) end() error {
	if err := t.Drain(); err != nil {
		return err
	}
	if t.meta.Head == t.started {
		return nil
	}
	for scope, grown := range t.live {
		if err := t.exec("UPDATE sync_scope SET live = live + ? WHERE id = ?", grown, scope); err != nil {
			return err
		}
	}
	return t.exec("UPDATE sync_meta SET head = ? WHERE id = 1", t.meta.Head)
}

// Meta gives the place in history, this transaction's numbers included.
func (t *tx) Meta() (exchange.Meta, error) { return t.meta, nil }

// Next raises the head.
func (t *tx) Next() int64 {
	t.meta.Head++
	return t.meta.Head
}

// Try runs f under a savepoint. Numbers that f used up stay used up.
func (t *tx) Try(f func() error) error {
	if err := t.exec("SAVEPOINT op"); err != nil {
		return err
	}
	live := maps.Clone(t.live)
	err := f()
	if err != nil {
		t.live = live
		t.scopes = map[string]int64{} // Scopes made under the savepoint are gone with it.
		// A savepoint that cannot be undone is no decision about an operation: the cause is told as text only, so that
		// nobody takes it for one.
		if undo := t.exec("ROLLBACK TO op"); undo != nil {
			return fmt.Errorf("undo operation (%v): %w", err, undo)
		}
	}
	if release := t.exec("RELEASE op"); release != nil {
		return fmt.Errorf("end operation: %w", release)
	}
	return err
}

// Get gives a record with its sealed parts opened.
func (t *tx) Get(coll, id string) (casework.Values, bool, error) {
	tab, ok := tables[coll]
	if !ok {
		return nil, false, fmt.Errorf("get from %q: no such collection", coll)
	}
	var clear []byte
	var parts [3][]byte
	found, err := t.found(tab.sql.get, []any{&clear, &parts[0], &parts[1], &parts[2]}, id)
	if err != nil || !found {
		return nil, false, err
	}
	whole, err := t.store.openInto(clear, tab, id, parts, nil)
	if err != nil {
		return nil, false, err
	}
	v, err := decode(whole)
	return v, err == nil, err
}

// Insert writes a new record.
func (t *tx) Insert(coll, id string, v casework.Values) error {
	tab := tables[coll]
	args := append([]any{id}, tab.args(v)...)
	if tab.sealed() {
		for _, part := range sealedParts {
			sealed, err := t.store.sealPart(tab, id, part, v)
			if err != nil {
				return err
			}
			args = append(args, sealed)
		}
	}
	return t.exec(tab.sql.insert, args...)
}

// Update writes the fields named in changed.
func (t *tx) Update(coll, id string, v casework.Values, changed []string) error {
	tab := tables[coll]
	clear, touched := false, []string{}
	for _, name := range changed {
		if part := tab.part(name, v); part != "" {
			touched = append(touched, part)
		} else {
			clear = true
		}
	}
	if clear {
		if err := t.exec(tab.sql.update, append(tab.args(v), id)...); err != nil {
			return err
		}
	}
	for _, part := range sealedParts {
		if !slices.Contains(touched, part) {
			continue
		}
		sealed, err := t.store.sealPart(tab, id, part, v)
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE "+tab.name+" SET sealed_"+part+" = ? WHERE id = ?", sealed, id); err != nil {
			return err
		}
	}
	return nil
}

// Delete takes a record away.
func (t *tx) Delete(coll, id string) error {
	return t.exec("DELETE FROM "+tables[coll].name+" WHERE id = ?", id)
}

// Touch marks a record as changed.
func (t *tx) Touch(coll, id string) error {
	return t.exec("INSERT INTO sync_dirty (coll, rec) VALUES (?, ?) ON CONFLICT DO NOTHING", tables[coll].id, id)
}

// Rev gives the head at the record's last change, 0 when it has none.
func (t *tx) Rev(coll, id string) (int64, error) {
	var rev int64
	_, err := t.found("SELECT rev FROM sync_rec WHERE coll = ? AND rec = ?", []any{&rev}, "nod_"+coll, id)
	return rev, err
}

// Erased says whether a record was erased for good.
func (t *tx) Erased(coll, id string) (bool, error) {
	var one int
	return t.found("SELECT 1 FROM sync_gone WHERE coll = ? AND rec = ?", []any{&one}, "nod_"+coll, id)
}
