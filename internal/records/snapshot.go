package records

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// snapshot is one connection of the pull pool with its statements, lent to one reader at a time.
type snapshot struct {
	store *Store
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// Read runs f on one snapshot of the data.
func (s *Store) Read(ctx context.Context, f func(exchange.Reader) error) (err error) {
	var snap *snapshot
	select {
	case snap = <-s.conns:
	case <-ctx.Done():
		return fmt.Errorf("wait for a reader: %w", ctx.Err())
	}
	defer func() { s.conns <- snap }()
	if err := snap.begin(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.end()) }()
	return f(snap)
}

// end lets go of the snapshot. A connection in doubt is not lent again.
func (n *snapshot) end() error {
	undo := n.exec("ROLLBACK")
	if undo == nil {
		return nil
	}
	err := errors.Join(undo, n.conn.Close())
	n.conn, n.stmts = nil, nil
	return err
}

func (n *snapshot) begin() error {
	if n.conn == nil {
		// The connection outlives the request that opens it, and a statement that is cut short leaves it in doubt.
		conn, err := n.store.read.Conn(context.Background())
		if err != nil {
			return fmt.Errorf("open a reader: %w", err)
		}
		n.conn, n.stmts = conn, map[string]*sql.Stmt{}
	}
	return n.exec("BEGIN")
}

func (n *snapshot) stmt(query string) (*sql.Stmt, error) {
	if stmt, ok := n.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := n.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60s: %w", query, err)
	}
	n.stmts[query] = stmt
	return stmt, nil
}

func (n *snapshot) exec(query string) error {
	stmt, err := n.stmt(query)
	if err != nil {
		return err
	}
	_, err = stmt.Exec()
	return err
}

func (n *snapshot) row(query string, into []any, args ...any) error {
	stmt, err := n.stmt(query)
	if err != nil {
		return err
	}
	return stmt.QueryRow(args...).Scan(into...)
}

func (n *snapshot) each(query string, args []any, into []any, f func() error) error {
	stmt, err := n.stmt(query)
	if err != nil {
		return err
	}
	rows, err := stmt.Query(args...)
	if err != nil {
		return fmt.Errorf("%.40s: %w", query, err)
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return errors.Join(err, rows.Close())
		}
		if err := f(); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Meta gives the place in history.
func (n *snapshot) Meta() (exchange.Meta, error) {
	var m exchange.Meta
	err := n.row("SELECT epoch, head, horizon, durable FROM sync_meta WHERE id = 1", []any{&m.Epoch, &m.Head, &m.Horizon, &m.Durable})
	return m, err
}

// Device gives an enrolled device.
func (n *snapshot) Device(id string) (exchange.Device, bool, error) {
	d, key := exchange.Device{ID: id}, ""
	err := n.row(deviceQuery, deviceFields(&d, &key), id)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("read device: %w", err)
	}
	d, err = withKey(d, key)
	return d, err == nil, err
}

// Scopes gives the user's scopes, the most needed first.
func (n *snapshot) Scopes(user string) ([]exchange.Scope, error) {
	out := []exchange.Scope{}
	var one exchange.Scope
	err := n.each("SELECT s.id, s.key, s.live FROM sync_grant g JOIN sync_scope s ON s.id = g.scope WHERE g.user = ? ORDER BY g.ord, s.id",
		[]any{user}, []any{&one.ID, &one.Key, &one.Live}, func() error { out = append(out, one); return nil })
	return out, err
}

// Feed gives entries of one scope in order.
func (n *snapshot) Feed(scope, after, upTo int64, max int, live bool) ([]exchange.FeedEntry, error) {
	query := "SELECT seq, coll, rec, st FROM sync_member WHERE scope = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
	if live {
		query = "SELECT seq, coll, rec, st FROM sync_member WHERE scope = ? AND seq > ? AND seq <= ? AND st = 1 ORDER BY seq LIMIT ?"
	}
	var out []exchange.FeedEntry
	var one exchange.FeedEntry
	err := n.each(query, []any{scope, after, upTo, max}, []any{&one.Seq, &one.Coll, &one.Rec, &one.In}, func() error {
		// Strings of one collection share their bytes with its table.
		if tab, ok := tablesByID[one.Coll]; ok {
			one.Coll = tab.name
		}
		out = append(out, one)
		return nil
	})
	return out, err
}

// Rows gives records as one reader may see them.
func (n *snapshot) Rows(reader, coll string, ids []string) ([]exchange.Row, error) {
	tab, ok := tables[coll]
	if !ok {
		return nil, fmt.Errorf("read rows of %q: no such collection", coll)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("list ids: %w", err)
	}
	out := make([]exchange.Row, 0, len(ids))
	var id, author string
	var scopes sql.NullString
	var rev int64
	var clear sql.RawBytes
	var parts [3]sql.RawBytes
	err = n.each(tab.sql.feed, []any{string(list)}, []any{&id, &rev, &scopes, &author, &clear, &parts[0], &parts[1], &parts[2]}, func() error {
		row := exchange.Row{Coll: coll, ID: id, Rev: rev, Scopes: numbers(scopes.String)}
		var err error
		row.JSON, err = n.outgoing(tab, id, clear, [3][]byte{parts[0], parts[1], parts[2]}, author == reader && reader != "")
		out = append(out, row)
		return err
	})
	return out, err
}

// outgoing is a row as it is sent: the clear columns, the content, and to the author what is theirs alone.
func (n *snapshot) outgoing(t *table, id string, clear []byte, parts [3][]byte, isAuthor bool) ([]byte, error) {
	skip := []string{casework.Identity, casework.Contact}
	if isAuthor && len(t.own) > 0 {
		skip = nil
	}
	// The driver's own bytes do not outlive the row.
	return n.store.openInto(bytes.Clone(clear), t, id, parts, skip)
}

func numbers(list string) []int64 {
	if list == "" {
		return nil
	}
	var out []int64
	for one := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseInt(one, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}
