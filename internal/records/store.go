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
	conns chan *snapshot

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
	wanted   map[string]bool
	scopes   map[string]int64
	danger   map[string]bool
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
	s := &Store{keys: keys, now: now, write: writer.DB(), read: read, conns: make(chan *snapshot, readers),
		prepared: map[string]*sql.Stmt{}, wanted: map[string]bool{}, scopes: map[string]int64{}}
	for range readers {
		s.conns <- &snapshot{store: s}
	}
	if err := s.Write(context.Background(), func(exchange.Tx) error { return nil }); err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return s, nil
}

// Close lets go of the pull pool. The writer belongs to the app.
func (s *Store) Close() error { return s.read.Close() }

// Write runs f in one write transaction, drains it and commits it; nothing of it stays when f gives an error.
func (s *Store) Write(ctx context.Context, f func(exchange.Tx) error) error {
	if err := s.prepare(); err != nil {
		return err
	}
	// Only the wait for the writer may be cancelled: a statement that is cut short leaves the connection in doubt.
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("wait for the writer: %w", err)
	}
	defer func() { _ = conn.Close() }() // Gives the connection back; that has no way to fail that matters here.
	inner, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return s.finish(inner, f)
}

func (s *Store) finish(inner *sql.Tx, f func(exchange.Tx) error) (err error) {
	t := &tx{store: s, sql: inner, stmts: map[string]*sql.Stmt{}, scopes: map[string]int64{}, live: map[int64]int64{}}
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, inner.Rollback())
		}
	}()
	if err := t.begin(); err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	if err := t.end(); err != nil {
		return err
	}
	done = true
	if err := inner.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.learn(t)
	return nil
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
}

// prepare makes the statements that the last transactions lacked. It cannot be done within one, because the writer is
// a single connection.
func (s *Store) prepare() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for query := range s.wanted {
		stmt, err := s.write.Prepare(query)
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		s.prepared[query] = stmt
		delete(s.wanted, query)
	}
	return nil
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
		return t.exec(`INSERT INTO sync_dirty (coll, rec) SELECT 'nod_encounters', e.id FROM encounters e WHERE e.state = 'closed'
			AND EXISTS (SELECT 1 FROM sync_member m JOIN sync_scope s ON s.id = m.scope WHERE m.coll = 'nod_encounters' AND m.rec = e.id AND m.st = 1
				AND (e.closed_at_ms < ? OR (e.closed_at_ms < ? AND s.key LIKE 'user:%'))) ON CONFLICT DO NOTHING`, now-90*day, now-day)
	})
}
