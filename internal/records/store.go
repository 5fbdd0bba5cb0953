package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
	"noddfa/internal/forms"
)

// Keys is what this package needs of the key folder.
type Keys interface {
	Seal(aad string, plain []byte) ([]byte, error)
	Unseal(aad string, sealed []byte) ([]byte, error)
}

// Store is the data file of an app that has been bootstrapped and migrated. It is safe for use by many goroutines.
type Store struct {
	keys  Keys
	now   func() time.Time
	write *sql.DB
	read  *sql.DB
	// writer and readers are the connections with their statements, for one user at a time.
	writer  chan *conn
	readers chan *conn
	// committed holds a value when the feed has grown since somebody last looked.
	committed chan struct{}

	mu     sync.Mutex
	scopes map[string]int64
	danger map[string]bool
	forms  map[formName]*forms.Form
}

// Open gives the store of an app, by the machine's clock.
func Open(app core.App, keys Keys) (*Store, error) { return OpenAt(app, keys, time.Now) }

// OpenAt gives the store of an app by a clock of the caller's.
func OpenAt(app core.App, keys Keys, now func() time.Time) (*Store, error) {
	writer, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return nil, errors.New("open records: the app stands in a transaction")
	}
	read, err := connectRead(filepath.Join(app.DataDir(), "data.db"))
	if err != nil {
		return nil, err
	}
	s := &Store{keys: keys, now: now, write: writer.DB(), read: read, writer: make(chan *conn, 1), readers: make(chan *conn, readers),
		committed: make(chan struct{}, 1), scopes: map[string]int64{}, forms: map[formName]*forms.Form{}}
	s.writer <- &conn{}
	for range readers {
		s.readers <- &conn{}
	}
	if err := s.Write(context.Background(), func(exchange.Tx) error { return nil }); err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return s, nil
}

// Close lets go of the pull pool, and of the statements on the writer, which belongs to the app.
func (s *Store) Close() error {
	err := (<-s.writer).forget()
	for range readers {
		err = errors.Join(err, (<-s.readers).forget())
	}
	return errors.Join(err, s.read.Close())
}

// Write runs f in one write transaction, drains it and commits it; nothing of it stays when f gives an error.
func (s *Store) Write(ctx context.Context, f func(exchange.Tx) error) error {
	var had *conn
	select {
	case had = <-s.writer:
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer: %w", ctx.Err())
	}
	defer func() { s.writer <- had }()
	return on(ctx, s.write, had, func(c *conn) error {
		if err := c.exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		t := &tx{conn: c, store: s, scopes: map[string]int64{}, live: map[int64]int64{}}
		if err := s.transact(t, f); err != nil {
			return errors.Join(err, c.undo())
		}
		s.learn(t)
		return nil
	})
}

func (s *Store) transact(t *tx, f func(exchange.Tx) error) error {
	if err := t.begin(); err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	if err := t.end(); err != nil {
		return err
	}
	return t.exec("COMMIT")
}

// learn keeps what a committed transaction found out.
func (s *Store) learn(t *tx) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, id := range t.scopes {
		s.scopes[key] = id
	}
	if t.catalogue {
		s.danger = nil
	}
	if t.meta.Head > t.started {
		select {
		case s.committed <- struct{}{}:
		default: // Somebody has yet to look, and will see this change too.
		}
	}
}

// Dirty says whether changes made outside this store wait for the next drain.
func (s *Store) Dirty(ctx context.Context) (bool, error) {
	dirty := false
	err := s.Read(ctx, func(r exchange.Reader) error {
		snap := r.(*snapshot)
		return snap.row("SELECT EXISTS (SELECT 1 FROM sync_dirty)", []any{&dirty})
	})
	return dirty, err
}

// Settle drains what waits, and lets records leave the scopes they have outlived. It is called every hour.
func (s *Store) Settle(ctx context.Context) error {
	return s.Write(ctx, func(w exchange.Tx) error {
		t := w.(*tx)
		now := s.now().UnixMilli()
		const day = 24 * 60 * 60 * 1000
		for _, table := range []string{"encounters", "referrals", "packs"} {
			err := t.exec(`INSERT INTO sync_dirty (coll, rec) SELECT 'nod_`+table+`', r.id FROM `+table+` r WHERE r.state = 'closed'
				AND EXISTS (SELECT 1 FROM sync_member m JOIN sync_scope s ON s.id = m.scope WHERE m.coll = 'nod_`+table+`' AND m.rec = r.id AND m.st = 1
					AND (r.closed_at_ms < ? OR (r.closed_at_ms < ? AND s.key LIKE 'user:%'))) ON CONFLICT DO NOTHING`, now-90*day, now-day)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
