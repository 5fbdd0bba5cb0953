package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"noddfa/internal/records"
)

// twin is a second file with the schema, the indexes and the settings of the first, but no triggers. What a hand-in
// wrote to the first is inserted there as it stands.
type twin struct {
	// record is the table of what people handed in.
	record  string
	sources []source
	db      *sql.DB
	conn    *sql.Conn
	inserts map[string]*sql.Stmt
	alone   *sql.Stmt
	// seen is the last row of each table that was taken over.
	seen map[string]int64
}

// source says how the newest rows of a table are found, by a number that only grows.
type source struct{ table, query, last string }

// sourcesOf are the tables that a hand-in of a record writes to.
func sourcesOf(record string) []source {
	return []source{numbered(record, "rowid"), numbered("versions", "rowid"), numbered("sync_rec", "rev"), numbered("sync_member", "seq"),
		numbered("sync_op", "commit_seq")}
}

func numbered(table, by string) source {
	return source{table, "SELECT * FROM " + table + " WHERE " + by + " > ?", "SELECT coalesce(max(" + by + "), 0) FROM " + table}
}

// rows are values by table, in the order of the columns.
type rows map[string][][]any

// openTwin copies the file of an office where records of one kind are handed in.
func openTwin(ctx context.Context, o *office, record string) (*twin, error) {
	path := filepath.Join(o.folder, "twin.db")
	if _, err := o.db().NewQuery("VACUUM INTO {:path}").Bind(map[string]any{"path": path}).Execute(); err != nil {
		return nil, fmt.Errorf("copy the file: %w", err)
	}
	db, err := records.Connect(path)
	if err != nil {
		return nil, err
	}
	t := &twin{record: record, sources: sourcesOf(record), db: db.DB(), inserts: map[string]*sql.Stmt{}, seen: map[string]int64{}}
	// The name of the file decides about the settings, so they are said again.
	if t.conn, err = t.db.Conn(ctx); err != nil {
		return nil, fmt.Errorf("open the copy: %w", err)
	}
	if err := t.exec(ctx, "PRAGMA synchronous = FULL"); err != nil {
		return nil, err
	}
	return t, errors.Join(t.dropTriggers(ctx), t.prepare(ctx, o))
}

func (t *twin) exec(ctx context.Context, query string) error {
	_, err := t.conn.ExecContext(ctx, query)
	return err
}

func (t *twin) dropTriggers(ctx context.Context) error {
	var drops sql.NullString
	err := t.conn.QueryRowContext(ctx, "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'").Scan(&drops)
	if err != nil {
		return fmt.Errorf("list triggers: %w", err)
	}
	return t.exec(ctx, drops.String)
}

func (t *twin) prepare(ctx context.Context, o *office) error {
	if err := t.exec(ctx, "CREATE TABLE alone AS SELECT * FROM "+t.record+" WHERE 0; CREATE UNIQUE INDEX alone_id ON alone (id); CREATE INDEX alone_state ON alone (state)"); err != nil {
		return fmt.Errorf("make a table: %w", err)
	}
	for _, s := range t.sources {
		last, err := o.number(s.last)
		if err != nil {
			return err
		}
		t.seen[s.table] = last
		if t.inserts[s.table], err = t.insertInto(ctx, s.table); err != nil {
			return err
		}
	}
	var err error
	t.alone, err = t.insertInto(ctx, "alone")
	return err
}

func (t *twin) insertInto(ctx context.Context, table string) (*sql.Stmt, error) {
	var n int
	if err := t.conn.QueryRowContext(ctx, "SELECT count(*) FROM pragma_table_info(?)", table).Scan(&n); err != nil {
		return nil, fmt.Errorf("count columns: %w", err)
	}
	stmt, err := t.conn.PrepareContext(ctx, "INSERT OR REPLACE INTO "+table+" VALUES (?"+strings.Repeat(", ?", n-1)+")")
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return stmt, nil
}

// written gives the rows that the first file got since the last time.
func (t *twin) written(o *office) (rows, error) {
	out := rows{}
	for _, s := range t.sources {
		found, err := o.db().DB().Query(s.query, t.seen[s.table])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.table, err)
		}
		if out[s.table], err = scanAll(found); err != nil {
			return nil, fmt.Errorf("read %s: %w", s.table, err)
		}
		if t.seen[s.table], err = o.number(s.last); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scanAll(found *sql.Rows) ([][]any, error) {
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for found.Next() {
		row, into := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, errors.Join(err, found.Close())
		}
		out = append(out, row)
	}
	return out, found.Err()
}

// insert writes the rows in one transaction, with statements that are ready.
// What a hand-in touched again, as the row of its phone, takes the place of the older one.
func (t *twin) insert(ctx context.Context, r rows) error {
	return t.transact(ctx, func() error {
		for _, s := range t.sources {
			if err := each(ctx, t.inserts[s.table], r[s.table]); err != nil {
				return err
			}
		}
		return nil
	})
}

// insertAlone writes the records only, into a table with the same columns and indexes.
func (t *twin) insertAlone(ctx context.Context, r rows) error {
	return t.transact(ctx, func() error { return each(ctx, t.alone, r[t.record]) })
}

func (t *twin) transact(ctx context.Context, f func() error) error {
	if err := t.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return t.exec(ctx, "COMMIT")
}

func each(ctx context.Context, stmt *sql.Stmt, list [][]any) error {
	for _, row := range list {
		if _, err := stmt.ExecContext(ctx, row...); err != nil {
			return fmt.Errorf("insert: %w", err)
		}
	}
	return nil
}

// check counts both files: n records, and as many rows of every table here as there.
func (t *twin) check(o *office, n int) error {
	for _, s := range t.sources {
		there, err := o.number("SELECT count(*) FROM " + s.table)
		if err != nil {
			return err
		}
		var here int64
		if err := t.conn.QueryRowContext(context.Background(), "SELECT count(*) FROM "+s.table).Scan(&here); err != nil {
			return fmt.Errorf("count %s: %w", s.table, err)
		}
		if here != there || (s.table == t.record && here != int64(n)) {
			return wrong("rows of "+s.table, here, there)
		}
	}
	return nil
}

func (t *twin) close() { _ = errors.Join(t.conn.Close(), t.db.Close()) } // The file goes with its folder.
