// Noddfa is a field companion and sync server for people who protect victims of human trafficking.
//
// This file is the wiring, in reading order: keys, store, exchange, telling, hooks, routes, app, server. It holds no rule.
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"

	"noddfa/internal/api"
	"noddfa/internal/demo"
	"noddfa/internal/exchange"
	"noddfa/internal/keys"
	"noddfa/internal/notify"
	"noddfa/internal/records"
	"noddfa/pb_hooks"
	_ "noddfa/pb_migrations"
	"noddfa/pwa"
)

func main() {
	// Everything this program writes is for its own account only.
	syscall.Umask(0o077)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is what the command line decides.
type config struct {
	dir, keys, http, installedName, pushHost string
	demo, dev                                bool
	now                                      func() time.Time
	out                                      io.Writer
}

// program is a server that is ready to serve.
type program struct {
	config
	app      core.App
	keys     *keys.Folder
	store    *records.Store
	exchange *exchange.Exchange
	notify   *notify.Notify
}

// open brings up everything below HTTP: keys, database, migrations, exchange.
func open(c config) (*program, error) {
	_, err := os.Stat(filepath.Join(c.dir, "data.db"))
	hasData := !errors.Is(err, fs.ErrNotExist)
	folder, err := keys.For(c.keys, hasData)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: c.dir, DBConnect: records.Connect, IsDev: c.dev})
	if err := app.Bootstrap(); err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, fmt.Errorf("bring the schema up to date: %w", err)
	}
	store, err := records.Open(app, folder)
	if err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	p := &program{config: c, app: app, keys: folder, store: store, exchange: exchange.New(store, folder, c.now, rand.Reader)}
	// The banner follows the data and not the flag: made-up records must never be taken for real ones.
	if p.exchange.Demo, err = demo.Holds(app); err != nil {
		return nil, err
	}
	if p.notify, err = p.notifier(); err != nil {
		return nil, err
	}
	pb_hooks.Register(app, pb_hooks.Options{Dev: c.dev, Now: c.now, Audit: records.Audit})
	return p, nil
}

// serve answers on listener until the server is told to stop.
func (p *program) serve(listener net.Listener) error {
	signIns, err := p.appSignIns()
	if err != nil {
		return err
	}
	routes := api.New(api.Options{Exchange: p.exchange, Notify: p.notify, Now: p.now, Audit: records.Audit, SignIns: signIns})
	app, err := pwa.New(pwa.Files(), p.installedName)
	if err != nil {
		return fmt.Errorf("open the app: %w", err)
	}
	p.app.Cron().MustAdd("noddfaSettle", "7 * * * *", p.hourly)
	p.app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener = listener
		routes.Bind(se.Router)
		se.Router.Any("/", apis.WrapStdHandler(app))
		return se.Next()
	})
	p.notify.Start()
	err = apis.Serve(p.app, apis.ServeConfig{HttpAddr: listener.Addr().String()})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// close lets what is under way finish and closes the database.
func (p *program) close() error {
	event := &core.TerminateEvent{}
	event.App = p.app
	p.notify.Stop()
	// The store lets go of its statements before the app closes the connections they stand on.
	return p.app.OnTerminate().Trigger(event, func(e *core.TerminateEvent) error {
		return errors.Join(p.store.Close(), e.App.ResetBootstrapState())
	})
}
