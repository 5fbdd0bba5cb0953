package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// filler multiplies real records: it takes those that were handed in and writes them again under new ids, sealed again
// for their new place, in the same scopes. A store of a million fills in minutes, and every row is one that the
// exchange could have written.
type filler struct {
	o       *office
	tx      *sql.Tx
	rnd     *rand.Rand
	models  []model
	columns []string
	record  *sql.Stmt
	rec     *sql.Stmt
	member  *sql.Stmt
	op      *sql.Stmt
	head    int64
	live    map[int64]int64
}

// model is one record that was handed in: its columns, its scopes, and the line of the operation that made it.
type model struct {
	row    map[string]any
	parts  map[string][]byte
	scopes []int64
	op     []any
}

const encountersID = "nod_encounters"

// fill brings the store to n encounters.
func (o *office) fill(ctx context.Context, n int) error {
	there, err := o.number("SELECT count(*) FROM encounters")
	if err != nil {
		return err
	}
	f := &filler{o: o, rnd: rand.New(rand.NewPCG(uint64(n), 2)), live: map[int64]int64{}}
	if err := f.learn(); err != nil {
		return err
	}
	triggers, err := o.dropTriggers()
	if err != nil {
		return err
	}
	const perTransaction = 20_000
	for left := n - int(there); left > 0; left -= perTransaction {
		if err := f.transact(ctx, min(left, perTransaction)); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	for _, trigger := range triggers {
		if _, err := o.db().NewQuery(trigger).Execute(); err != nil {
			return fmt.Errorf("restore a trigger: %w", err)
		}
	}
	_, err = o.db().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute()
	return err
}

// dropTriggers takes the marks of change away while rows are written that stand in the feed already.
func (o *office) dropTriggers() ([]string, error) {
	var triggers []string
	if err := o.db().NewQuery("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'encounters'").Column(&triggers); err != nil {
		return nil, fmt.Errorf("list triggers: %w", err)
	}
	for _, trigger := range triggers {
		name := strings.Fields(trigger)[2]
		if _, err := o.db().NewQuery("DROP TRIGGER " + name).Execute(); err != nil {
			return nil, fmt.Errorf("drop a trigger: %w", err)
		}
	}
	return triggers, nil
}

// learn reads the records that were handed in for real, which are the first.
func (f *filler) learn() error {
	found, err := f.o.db().DB().Query("SELECT * FROM encounters ORDER BY rowid LIMIT 400")
	if err != nil {
		return fmt.Errorf("read models: %w", err)
	}
	if f.columns, err = found.Columns(); err != nil {
		return fmt.Errorf("read models: %w", err)
	}
	all, err := scanAll(found)
	if err != nil {
		return fmt.Errorf("read models: %w", err)
	}
	for _, values := range all {
		m := model{row: map[string]any{}, parts: map[string][]byte{}}
		for i, name := range f.columns {
			m.row[name] = values[i]
		}
		if err := f.understand(&m, m.row["id"].(string)); err != nil {
			return err
		}
		f.models = append(f.models, m)
	}
	return nil
}

func (f *filler) understand(m *model, id string) error {
	for _, part := range []string{"content", "identity", "contact"} {
		sealed, _ := m.row["sealed_"+part].([]byte)
		if len(sealed) == 0 {
			continue
		}
		plain, err := f.o.keys.Unseal("encounters|"+id+"|"+part, sealed)
		if err != nil {
			return fmt.Errorf("open a model: %w", err)
		}
		m.parts[part] = plain
	}
	db := f.o.db()
	if err := db.NewQuery("SELECT scope FROM sync_member WHERE coll = {:coll} AND rec = {:rec} AND st = 1").
		Bind(map[string]any{"coll": encountersID, "rec": id}).Column(&m.scopes); err != nil {
		return fmt.Errorf("read scopes: %w", err)
	}
	found, err := db.DB().Query("SELECT user, coll, v, at_ms, result FROM sync_op WHERE rec = ? LIMIT 1", id)
	if err != nil {
		return fmt.Errorf("read the operation: %w", err)
	}
	ops, err := scanAll(found)
	if err == nil && (len(ops) != 1 || len(m.scopes) == 0) {
		err = wrong("model", len(ops), 1)
	}
	if err == nil {
		m.op = ops[0]
	}
	return err
}

func (f *filler) transact(ctx context.Context, n int) (err error) {
	conn, err := f.o.db().DB().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if f.tx, err = conn.BeginTx(ctx, nil); err != nil {
		return err
	}
	if err := f.prepare(); err != nil {
		return err
	}
	for range n {
		if err := f.one(f.models[f.rnd.IntN(len(f.models))]); err != nil {
			return errors.Join(err, f.tx.Rollback())
		}
	}
	for scope, n := range f.live {
		if _, err := f.tx.Exec("UPDATE sync_scope SET live = live + ? WHERE id = ?", n, scope); err != nil {
			return err
		}
	}
	clear(f.live)
	if _, err := f.tx.Exec("UPDATE sync_meta SET head = ?", f.head); err != nil {
		return err
	}
	return f.tx.Commit()
}

func (f *filler) prepare() error {
	if err := f.tx.QueryRow("SELECT head FROM sync_meta").Scan(&f.head); err != nil {
		return err
	}
	marks := strings.Repeat(", ?", len(f.columns))[2:]
	for into, query := range map[**sql.Stmt]string{
		&f.record: "INSERT INTO encounters VALUES (" + marks + ")",
		&f.rec:    "INSERT INTO sync_rec (coll, rec, rev) VALUES (?, ?, ?)",
		&f.member: "INSERT INTO sync_member (coll, rec, scope, seq, st) VALUES (?, ?, ?, ?, 1)",
		&f.op: `INSERT INTO sync_op (device, seq, op_id, user, coll, rec, v, commit_seq, at_ms, result)
			VALUES ('filled', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	} {
		stmt, err := f.tx.Prepare(query)
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		*into = stmt
	}
	return nil
}

// one writes a record, its scopes and its operation, with the numbers that a hand-in would have used.
func (f *filler) one(m model) error {
	id := newID()
	row := make([]any, len(f.columns))
	for i, name := range f.columns {
		row[i] = m.row[name]
		part, isSealed := strings.CutPrefix(name, "sealed_")
		if isSealed && m.parts[part] != nil {
			sealed, err := f.o.keys.Seal("encounters|"+id+"|"+part, m.parts[part])
			if err != nil {
				return err
			}
			row[i] = sealed
		}
		if name == "id" {
			row[i] = id
		}
	}
	commit, seq := f.head+1, f.head+2
	f.head += 2
	op := append([]any{commit, newID()}, m.op[0], m.op[1], id, m.op[2], commit, m.op[3], m.op[4])
	_, err := f.record.Exec(row...)
	for _, scope := range m.scopes {
		f.live[scope]++
		_, wrote := f.member.Exec(encountersID, id, scope, seq)
		err = errors.Join(err, wrote)
	}
	_, wroteRec := f.rec.Exec(encountersID, id, seq)
	_, wroteOp := f.op.Exec(op...)
	return errors.Join(err, wroteRec, wroteOp)
}
