package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/keys"
	"noddfa/internal/testkit"
)

// The people of every history: who they are at its start, and how many phones each has.
var cast = []struct {
	name, agency string
	roles        []string
	phones       int
}{
	{"fay", "aber", []string{"field"}, 2},
	{"finn", "bryn", []string{"field"}, 1},
	{"sue", "aber", []string{"supervisor", "safeguarding_lead"}, 1},
	{"sid", "bryn", []string{"supervisor", "safeguarding_lead"}, 1},
	{"lee", "aber", []string{"spoc", "safeguarding_lead"}, 1},
}

const catalogueSize = 9 // Indicators that stay: enough to fill chunks, few enough to run thousands of histories.

// stage0 is a data folder with agencies and people that every history starts from, and its keys.
var stage0 = sync.OnceValues(func() (string, *keys.Folder) {
	t := &outliving{}
	app := testkit.NewApp(t)
	testkit.AddAgency(t, app.Base, "aber", "")
	testkit.AddAgency(t, app.Base, "bryn", testkit.ID("aber"))
	testkit.AddAgency(t, app.Base, "coed", testkit.ID("bryn"))
	for _, one := range cast {
		testkit.AddUser(t, app.Base, one.name, one.roles, testkit.ID(one.agency))
	}
	for id, one := range agencies {
		mustRun(t, app, fmt.Sprintf("UPDATE agencies SET kind = '%s', may_refer = %t WHERE id = '%s'", one.kind, one.refers, id))
	}
	for _, sql := range []string{
		"DELETE FROM forms WHERE code NOT IN ('handover', 'victim_support')",
		fmt.Sprintf("DELETE FROM indicators WHERE sort > %d AND NOT immediate_danger", catalogueSize),
		"DELETE FROM indicators WHERE immediate_danger AND sort > (SELECT min(sort) FROM indicators WHERE immediate_danger)",
	} {
		mustRun(t, app, sql)
	}
	if err := app.Store.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"DELETE FROM sync_member WHERE st = 0", "UPDATE sync_meta SET horizon = head", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		mustRun(t, app, sql)
	}
	return app.Base.DataDir(), app.Keys
})

// outliving is a test that is never over, for what all histories share.
type outliving struct{ testing.TB }

func (*outliving) Helper()        {}
func (*outliving) Cleanup(func()) {}
func (*outliving) Fatal(a ...any) { panic(fmt.Sprint(a...)) }
func (*outliving) TempDir() string {
	dir, err := os.MkdirTemp(shared, "stage")
	if err != nil {
		panic(err)
	}
	return dir
}

// shared is where stage0 stands; TestMain takes it away.
var shared string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "noddfa-sim-")
	if err != nil {
		panic(err)
	}
	shared = dir
	code := m.Run()
	_ = os.RemoveAll(dir) // Left-over files of a test run harm nobody.
	os.Exit(code)
}

func mustRun(t testing.TB, app *testkit.App, sql string) {
	if _, err := app.Base.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		t.Fatal(fmt.Errorf("%.60s: %w", sql, err))
	}
}

// host is the server of a history: the real exchange on the real store on a real file, which may lose its power.
type host struct {
	w     *world
	dir   string
	app   *testkit.App
	x     *exchange.Exchange
	loses bool // The hand-in under way is undone just before its commit.
	// walSafe is the length of the log at the last commit that was answered.
	walSafe int64
	// last is what the oracle read, good until lastChanges moves on.
	last        *data
	opened      map[string]opened
	lastChanges int64
}

var errPower = errors.New("the power failed")

func (h *host) start(from string, wal int64) {
	h.dir = h.w.t.TempDir()
	for _, name := range []string{"data.db", "auxiliary.db", "data.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if name == "data.db-wal" && int64(len(raw)) > wal {
			raw = raw[:wal]
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(h.dir, name), raw, 0o600)
		}
		if err != nil {
			h.w.t.Fatal(err)
		}
	}
	_, folder := stage0()
	h.app = testkit.Reopen(h.w.t, h.dir, folder, h.w.clock)
	h.x = exchange.New(spy{h.app.Store, h}, folder, h.w.clock.Now, bytes.NewReader(nil))
	h.x.SetChunkRows(7)
	if h.w.defect.decide != nil {
		h.x.SetDecide(h.w.defect.decide)
	}
	if full := h.number("PRAGMA synchronous"); full != 2 {
		h.w.t.Fatalf("synchronous is %d: a commit would not survive the power", full)
	}
	h.walSafe, h.last, h.opened = h.walSize(), nil, map[string]opened{}
}

// crash lets the power fail: what goes on is a copy of the files, with the log cut anywhere after its last safe byte.
func (h *host) crash(safe int64) {
	now := h.walSize()
	cut := safe
	if now > safe {
		cut += h.w.rng.Int64N(now - safe + 1)
	}
	h.w.count("crash")
	h.start(h.dir, cut)
	h.w.observe()
}

func (h *host) walSize() int64 {
	info, err := os.Stat(filepath.Join(h.dir, "data.db-wal"))
	if err != nil {
		return 0
	}
	return info.Size()
}

// spy stands between the exchange and the store, for crashes and for the defects that must be caught.
type spy struct {
	exchange.Store
	host *host
}

func (s spy) Write(ctx context.Context, f func(exchange.Tx) error) error {
	err := s.Store.Write(ctx, func(tx exchange.Tx) error {
		if wrap := s.host.w.defect.tx; wrap != nil {
			tx = wrap(s.host.w, tx)
		}
		if err := f(tx); err != nil {
			return err
		}
		if s.host.loses {
			return errPower
		}
		return nil
	})
	if after := s.host.w.defect.after; after != nil && err == nil {
		after(s.host)
	}
	return err
}

func (s spy) Read(ctx context.Context, f func(exchange.Reader) error) error {
	return s.Store.Read(ctx, func(r exchange.Reader) error {
		if wrap := s.host.w.defect.reader; wrap != nil {
			r = wrap(s.host.w, r)
		}
		return f(r)
	})
}

func (s spy) Dirty(ctx context.Context) (bool, error) {
	if s.host.w.defect.blind {
		return false, nil
	}
	return s.Store.Dirty(ctx)
}

// serve answers one request, or loses the power on the way and answers nothing.
func (h *host) serve(m *message) *message {
	caller := exchange.Caller{User: casework.User{ID: m.phone.user}, Device: m.device, Locked: m.kind == "push" && m.phone.wiped}
	answer := &message{kind: m.kind, answer: true, phone: m.phone, tab: m.tab, id: m.id, device: m.device, cursor: m.cursor}
	ctx := context.Background()
	before := h.walSize()
	crash := !h.w.calm && h.w.rng.IntN(60) == 0
	switch m.kind {
	case "hello":
		answer.hello, answer.err = h.x.Hello(ctx, caller, exchange.HelloRequest{Proto: 1, Device: m.device, Name: "Phone", SignKey: testkit.SignKey(), App: "sim"})
	case "push":
		h.loses = crash && h.w.rng.IntN(3) == 0
		h.w.request = m
		answer.push, answer.err = h.x.Push(ctx, caller, strings.NewReader(m.body))
		h.loses = false
	case "pull":
		answer.stream, answer.err = h.pull(caller, m)
		before = h.walSize() // What the administrator did meanwhile is on the disk.
	}
	if crash {
		if h.w.defect.forgets {
			before = h.walSafe // As if commits were answered before they are on the disk.
		}
		h.crash(before)
		return nil
	}
	if !h.w.defect.forgets || h.w.rng.IntN(4) == 0 {
		h.walSafe = h.walSize()
	}
	h.w.observe()
	h.w.checkAnswer(m, answer)
	return answer
}

// serveCalm answers without any fault.
func (h *host) serveCalm(m *message) *message {
	was := h.w.calm
	h.w.calm = true
	defer func() { h.w.calm = was }()
	return h.serve(m)
}

// pull writes the stream. Between chunks the world goes on.
func (h *host) pull(caller exchange.Caller, m *message) (string, error) {
	var out bytes.Buffer
	seen := 0
	h.w.pulling = m.cursor
	err := h.x.Pull(context.Background(), caller, exchange.PullRequest{Proto: 1, Device: m.device, Cursor: m.cursor}, &out, func() error {
		h.w.checkSent(m.phone.user, out.String()[seen:])
		seen = out.Len()
		if !h.w.calm && h.w.rng.IntN(8) == 0 {
			h.w.administer()
		}
		return nil
	})
	text := out.String()
	if h.w.defect.stream != nil {
		text = h.w.defect.stream(text)
	}
	return text, err
}

func (h *host) number(sql string) int64 {
	var n int64
	if err := h.app.Base.NonconcurrentDB().NewQuery(sql).Row(&n); err != nil {
		h.w.t.Fatal(fmt.Errorf("%.60s: %w", sql, err))
	}
	return n
}

// run changes the data as a person with a database tool would.
func (h *host) run(sql string, bind dbx.Params) {
	if _, err := h.app.Base.NonconcurrentDB().NewQuery(sql).Bind(bind).Execute(); err != nil {
		h.w.t.Fatal(fmt.Errorf("%.60s: %w", sql, err))
	}
}
