package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // PocketBase's own tables.

	"noddfa/internal/api"
	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/keys"
	"noddfa/internal/records"
	_ "noddfa/pb_migrations" // Our tables.
)

// office is a server as the program wires it, in a folder of its own.
type office struct {
	folder   string
	app      core.App
	keys     *keys.Folder
	store    *records.Store
	exchange *exchange.Exchange
	// url is where it serves after serve was called.
	url    string
	server *http.Server
	// minutes is how far the clock of the routes has been moved on.
	minutes time.Duration
}

func (o *office) data() string       { return filepath.Join(o.folder, "data") }
func (o *office) keysFolder() string { return filepath.Join(o.folder, "keys") }

func openOffice(folder string) (*office, error) {
	o := &office{folder: folder}
	var err error
	if o.keys, err = keys.Make(o.keysFolder()); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	o.app = core.NewBaseApp(core.BaseAppConfig{DataDir: o.data(), DBConnect: records.Connect})
	if err := errors.Join(o.app.Bootstrap(), o.app.RunAllMigrations()); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if o.store, err = records.Open(o.app, o.keys); err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	o.exchange = exchange.New(o.store, o.keys, time.Now, rand.Reader)
	return o, nil
}

// close lets go of the files, so that another process may open them.
func (o *office) close() error {
	var stopped error
	if o.server != nil {
		stopped = o.server.Close()
	}
	return errors.Join(stopped, o.store.Close(), o.app.ResetBootstrapState())
}

// db is the writer.
func (o *office) db() *dbx.DB { return o.app.NonconcurrentDB().(*dbx.DB) }

// serve answers all routes on a free port. Only the clock of the limits is not the machine's: nobody waits a minute here.
func (o *office) serve() error {
	router, err := apis.NewRouter(o.app)
	if err != nil {
		return fmt.Errorf("make the router: %w", err)
	}
	now := func() time.Time {
		o.minutes += time.Minute
		return time.Now().Add(o.minutes)
	}
	api.New(api.Options{Exchange: o.exchange, Now: now, Audit: records.Audit}).Bind(router)
	mux, err := router.BuildMux()
	if err != nil {
		return fmt.Errorf("make the routes: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	o.url = "http://" + listener.Addr().String()
	o.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = o.server.Serve(listener) }() // Ends when the office closes.
	return nil
}

const password = "a made-up password"

// addAgency and addUser give the ids that they made.
func (o *office) addAgency(code string) (string, error) {
	id := newID()
	return id, o.add("agencies", map[string]any{"id": id, "code": code, "name_en": "Agency " + code, "name_cy": "Asiantaeth " + code, "kind": "ngo"})
}

func (o *office) addUser(email, role, agency string) (casework.User, error) {
	u := casework.User{ID: newID(), Name: "Celyn Enghraifft", Roles: []string{role}, Agency: agency, Locale: "en"}
	return u, o.add("users", map[string]any{"id": u.ID, "email": email, "password": password, "name": u.Name, "roles": u.Roles,
		"agency": agency, "locale": u.Locale, "verified": true})
}

func (o *office) add(coll string, fields map[string]any) error {
	collection, err := o.app.FindCollectionByNameOrId(coll)
	if err != nil {
		return fmt.Errorf("find %s: %w", coll, err)
	}
	record := core.NewRecord(collection)
	record.Load(fields)
	if err := o.app.Save(record); err != nil {
		return fmt.Errorf("add to %s: %w", coll, err)
	}
	return nil
}

func (o *office) token(user string) (string, error) {
	record, err := o.app.FindRecordById("users", user)
	if err != nil {
		return "", fmt.Errorf("find user: %w", err)
	}
	return record.NewAuthToken()
}

// number asks the writer for one number.
func (o *office) number(query string) (int64, error) {
	var n int64
	if err := o.db().NewQuery(query).Row(&n); err != nil {
		return 0, fmt.Errorf("%.40s: %w", query, err)
	}
	return n, nil
}
