package records

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/mattn/go-sqlite3"
)

// conn is one connection with its prepared statements. It passes database/sql by, which for statements as small as ours
// costs more than SQLite itself. One goroutine uses it at a time.
type conn struct {
	raw   *sqlite3.SQLiteConn
	stmts map[string]*sqlite3.SQLiteStmt
}

// on runs f on a connection of the pool. had is the connection of the last time, whose statements are ready when the
// pool gives the same one. An error that wraps driver.ErrBadConn has the pool throw the connection away.
func on(ctx context.Context, pool *sql.DB, had *conn, f func(*conn) error) error {
	lent, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("wait for a connection: %w", err)
	}
	defer func() { _ = lent.Close() }() // Gives it back; that has no way to fail that matters here.
	return lent.Raw(func(raw any) error {
		c, ok := raw.(*sqlite3.SQLiteConn)
		if !ok {
			return fmt.Errorf("use a %T: it is no connection of ours", raw)
		}
		if had.raw != c {
			if err := had.forget(); err != nil {
				return err
			}
			had.raw, had.stmts = c, map[string]*sqlite3.SQLiteStmt{}
		}
		return f(had)
	})
}

// undo ends a transaction without a trace. A connection on which that fails is not used again.
func (c *conn) undo() error {
	if c.raw.AutoCommit() {
		return nil // SQLite has undone it by itself, as it does when the disk is full.
	}
	if err := c.exec("ROLLBACK"); err != nil {
		return errors.Join(err, driver.ErrBadConn)
	}
	return nil
}

// forget closes the statements, without which the file of a closed connection stays open.
func (c *conn) forget() error {
	var err error
	for _, stmt := range c.stmts {
		err = errors.Join(err, stmt.Close())
	}
	c.raw, c.stmts = nil, nil
	return err
}

func (c *conn) stmt(query string) (*sqlite3.SQLiteStmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	made, err := c.raw.Prepare(query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60s: %w", query, err)
	}
	stmt, ok := made.(*sqlite3.SQLiteStmt)
	if !ok {
		return nil, fmt.Errorf("prepare %.60s: got a %T", query, made)
	}
	c.stmts[query] = stmt
	return stmt, nil
}

func (c *conn) exec(query string, args ...any) error {
	_, err := c.change(query, args...)
	return err
}

// change is exec, and says how many rows it changed.
func (c *conn) change(query string, args ...any) (int64, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	values, err := bound(args)
	if err != nil {
		return 0, fmt.Errorf("%.40s: %w", query, err)
	}
	result, err := stmt.Exec(values)
	if err != nil {
		return 0, fmt.Errorf("%.40s: %w", query, err)
	}
	return result.RowsAffected()
}

// row reads the first row; sql.ErrNoRows when there is none.
func (c *conn) row(query string, into []any, args ...any) error {
	found, err := c.found(query, into, args...)
	if err == nil && !found {
		err = fmt.Errorf("%.40s: %w", query, sql.ErrNoRows)
	}
	return err
}

// found is row, with no row as an answer and not as an error.
func (c *conn) found(query string, into []any, args ...any) (bool, error) {
	one := false
	err := c.each(query, args, into, func() error {
		one = true
		return io.EOF // No further rows.
	})
	return one, err
}

// each reads row after row into the same places and calls f after each. io.EOF from f ends it early and is no error.
func (c *conn) each(query string, args []any, into []any, f func() error) error {
	stmt, err := c.stmt(query)
	if err != nil {
		return err
	}
	values, err := bound(args)
	if err != nil {
		return fmt.Errorf("%.40s: %w", query, err)
	}
	rows, err := stmt.Query(values)
	if err != nil {
		return fmt.Errorf("%.40s: %w", query, err)
	}
	got := make([]driver.Value, len(into))
	for err == nil {
		if err = rows.Next(got); err == nil {
			err = errors.Join(assign(into, got), f())
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, rows.Close()); err != nil {
		return fmt.Errorf("%.40s: %w", query, err)
	}
	return nil
}

// bound gives values as the driver takes them.
func bound(args []any) ([]driver.Value, error) {
	out := make([]driver.Value, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case int:
			out[i] = int64(v)
		case nil, int64, bool, string, []byte:
			out[i] = v
		default:
			return nil, fmt.Errorf("value %d is a %T", i+1, arg)
		}
	}
	return out, nil
}

// assign puts the values of a row where they belong. A NULL is the empty value of its place.
func assign(into []any, got []driver.Value) error {
	for i, place := range into {
		fits := true
		switch p := place.(type) {
		case *string:
			*p, fits = text(got[i])
		case *[]byte:
			var s string
			if b, ok := got[i].([]byte); ok {
				*p = b
			} else if s, fits = text(got[i]); fits {
				*p = []byte(s)
			}
		case *int64:
			*p, fits = integer(got[i])
		case *int:
			n, ok := integer(got[i])
			*p, fits = int(n), ok
		case *bool:
			n, ok := integer(got[i])
			*p, fits = n != 0, ok
		default:
			fits = false
		}
		if !fits {
			return fmt.Errorf("column %d: a %T does not fit a %T", i+1, got[i], place)
		}
	}
	return nil
}

func text(value driver.Value) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case []byte:
		return string(v), true
	}
	return "", false
}

func integer(value driver.Value) (int64, bool) {
	switch v := value.(type) {
	case nil:
		return 0, true
	case int64:
		return v, true
	case float64:
		return int64(v), float64(int64(v)) == v
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}
