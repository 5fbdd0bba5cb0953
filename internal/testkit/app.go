// Package testkit gives tests a real app on a real file, and phones that speak the protocol.
//
// It promises that nothing of ours is replaced but the clock, the randomness and the network.
//
// Not here: anything that the program itself imports.
package testkit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/keys"
	"noddfa/internal/records"

	_ "noddfa/pb_migrations" // The schema.

	_ "github.com/pocketbase/pocketbase/migrations" // PocketBase's own tables.
)

// App is a server without its HTTP side: data file, keys, store and exchange.
type App struct {
	Base     core.App
	Keys     *keys.Folder
	Store    *records.Store
	Exchange *exchange.Exchange
	Clock    *Clock
}

// Clock is a clock that moves when a test says so.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Start is when every test begins.
var Start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// NewClock gives a clock that stands at Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now gives the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Forward moves the clock.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// template is the files of an app that was migrated once, by their names.
var template = sync.OnceValues(func() (files map[string][]byte, err error) {
	dir, err := os.MkdirTemp("", "noddfa-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	app := newBase(dir)
	if err := errors.Join(app.Bootstrap(), app.RunAllMigrations(), hashQuickly(app)); err != nil {
		return nil, err
	}
	for _, db := range []dbx.Builder{app.NonconcurrentDB(), app.AuxNonconcurrentDB()} {
		if _, err := db.NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute(); err != nil {
			return nil, err
		}
	}
	if err := app.ResetBootstrapState(); err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, name := range []string{"data.db", "auxiliary.db"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// hashQuickly has the passwords of people in tests hashed at the lowest cost: nobody signs in with them, and a test makes six
// people or more.
func hashQuickly(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	password, ok := users.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField)
	if !ok {
		return errors.New("users have no password")
	}
	password.Cost = 4 // The least that bcrypt takes.
	return app.Save(users)
}

func newBase(dir string) core.App {
	return core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: records.Connect})
}

// NewApp gives an app of its own, copied from a template that is migrated once.
func NewApp(t testing.TB) *App {
	t.Helper()
	folder, err := keys.Make(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return NewAppWith(t, folder)
}

// NewAppWith gives an app of its own on keys of the test's choice.
func NewAppWith(t testing.TB, folder *keys.Folder) *App {
	t.Helper()
	files, err := template()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Reopen(t, dir, folder, NewClock())
}

// Reopen gives an app on a data folder that exists, as after a restart.
func Reopen(t testing.TB, dir string, folder *keys.Folder, clock *Clock) *App {
	t.Helper()
	app := newBase(dir)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	store, err := records.OpenAt(app, folder, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// As the program ends, so that PocketBase's log writer has stopped before its databases are taken away.
		event := &core.TerminateEvent{}
		event.App = app
		err := app.OnTerminate().Trigger(event, func(e *core.TerminateEvent) error {
			return errors.Join(store.Close(), e.App.ResetBootstrapState())
		})
		if err != nil {
			t.Error(err)
		}
	})
	made := &App{Base: app, Keys: folder, Store: store, Clock: clock}
	made.Exchange = exchange.New(store, folder, clock.Now, bytes.NewReader(nil))
	return made
}

// AddAgency makes an agency with an id made from its code.
func AddAgency(t testing.TB, app core.App, code, reviewAgency string) string {
	t.Helper()
	id := ID(code)
	add(t, app, "agencies", id, map[string]any{"code": code, "name_en": code + " (EN)", "name_cy": code + " (CY)", "kind": "ngo", "review_agency": reviewAgency})
	return id
}

// AddUser makes a user with the roles in the agency, named after their id.
func AddUser(t testing.TB, app core.App, name string, roles []string, agency string) casework.User {
	t.Helper()
	id := ID(name)
	add(t, app, "users", id, map[string]any{"email": name + "@example.org", "password": "made-up-passphrase", "name": name, "roles": roles,
		"agency": agency, "locale": "en", "verified": true})
	return casework.User{ID: id, Name: name, Roles: slices.Clone(roles), Agency: agency, Locale: "en"}
}

func add(t testing.TB, app core.App, coll, id string, fields map[string]any) {
	t.Helper()
	c, err := app.FindCollectionByNameOrId(coll)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Set("id", id)
	for name, value := range fields {
		r.Set(name, value)
	}
	if err := app.Save(r); err != nil {
		t.Fatal(fmt.Errorf("add %s %s: %w", coll, id, err))
	}
}

// ID gives an id that reads as its name: letters and digits, filled with zeros to 15 characters.
func ID(name string) string {
	id := make([]byte, 0, 15)
	for _, char := range []byte(name) {
		if (char >= 'a' && char <= 'z' || char >= '0' && char <= '9') && len(id) < 15 {
			id = append(id, char)
		}
	}
	for len(id) < 15 {
		id = append(id, '0')
	}
	return string(id)
}
