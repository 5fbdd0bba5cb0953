package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// snapshot is one connection of the pull pool, lent to one reader at a time.
type snapshot struct {
	*conn
	store *Store
}

// Read runs f on one snapshot of the data.
func (s *Store) Read(ctx context.Context, f func(exchange.Reader) error) error {
	var had *conn
	select {
	case had = <-s.readers:
	case <-ctx.Done():
		return fmt.Errorf("wait for a reader: %w", ctx.Err())
	}
	defer func() { s.readers <- had }()
	// The wait is over, and a statement that is cut short leaves the connection in doubt.
	return on(context.WithoutCancel(ctx), s.read, had, func(c *conn) error {
		if err := c.exec("BEGIN"); err != nil {
			return err
		}
		err := f(&snapshot{conn: c, store: s})
		return errors.Join(err, c.undo())
	})
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
	ok, err := n.found(deviceQuery, deviceFields(&d, &key), id)
	if err != nil || !ok {
		return d, false, err
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
	var id, author, scopes string
	var rev int64
	var clear []byte
	var parts [3][]byte
	err = n.each(tab.sql.feed, []any{string(list)}, []any{&id, &rev, &scopes, &author, &clear, &parts[0], &parts[1], &parts[2]}, func() error {
		row := exchange.Row{Coll: coll, ID: id, Rev: rev, Scopes: numbers(scopes)}
		var err error
		row.JSON, err = n.outgoing(tab, id, clear, parts, author == reader && reader != "")
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
	return n.store.openInto(clear, t, id, parts, skip)
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
