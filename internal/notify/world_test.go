package notify_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/notify"
	"noddfa/internal/testkit"
)

// world is a server with one agency, an author and three supervisors, each with a phone, and a push service.
type world struct {
	t       *testing.T
	app     *testkit.App
	service *testkit.PushService
	notify  *notify.Notify
	mail    *postbox
	log     *bytes.Buffer
	phones  map[string]*testkit.Phone
}

// postbox takes letters in the place of a mail server.
type postbox struct {
	mu      sync.Mutex
	isReady bool
	fail    error
	letters []string
}

func (p *postbox) Ready() bool { return p.isReady }

func (p *postbox) Send(to, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail == nil {
		p.letters = append(p.letters, to+": "+text)
	}
	return p.fail
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, app: testkit.NewApp(t), mail: &postbox{}, log: &bytes.Buffer{}, phones: map[string]*testkit.Phone{}}
	agency := testkit.AddAgency(t, w.app.Base, "hafan", "")
	w.join("onnen", casework.RoleField, agency)
	w.join("derw", casework.RoleSupervisor, agency)
	w.join("bedwen", casework.RoleSupervisor, agency)
	w.join("celyn", casework.RoleSupervisor, testkit.AddAgency(t, w.app.Base, "elsewhere", ""))
	_, public := w.app.Keys.VAPID()
	w.service = testkit.NewPushService(t, b64(public))
	w.restart()
	return w
}

func (w *world) join(name, role, agency string) {
	user := testkit.AddUser(w.t, w.app.Base, name, []string{role}, agency)
	w.phones[name] = testkit.NewPhone(w.t, w.app.Exchange, user, "phone"+name)
}

// restart makes a notifier on what is stored, as a server that starts again does.
func (w *world) restart() {
	services, err := notify.Local(w.service.Host())
	if err != nil {
		w.t.Fatal(err)
	}
	w.notify = notify.New(notify.Options{Store: w.app.Store, Keys: w.app.Keys, Services: services, Client: services.Client(),
		Contact: func() string { return "desk@example.org" }, Mail: w.mail, Now: w.app.Clock.Now, Random: func() float64 { return 1 },
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
}

// subscribe turns notifications on for a person's phone.
func (w *world) subscribe(names ...string) {
	w.t.Helper()
	for _, name := range names {
		b := w.service.Subscribe(name)
		if err := w.notify.Subscribe(w.t.Context(), w.person(name), notify.Where{Endpoint: b.Endpoint, P256dh: b.P256dh, Auth: b.Auth}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) person(name string) notify.Person {
	p := w.phones[name]
	return notify.Person{User: p.User.ID, Agency: p.User.Agency, Device: p.Device}
}

// pass tells and sends everything there is now.
func (w *world) pass() {
	w.t.Helper()
	for _, step := range []func(*notify.Notify) error{
		func(n *notify.Notify) error { return n.Follow(w.t.Context()) },
		func(n *notify.Notify) error { return n.Push(w.t.Context()) },
		func(n *notify.Notify) error { return n.Write(w.t.Context()) },
	} {
		if err := step(w.notify); err != nil {
			w.t.Fatal(err)
		}
	}
}

// submit hands in a new record and gives its id.
func (w *world) submit(by, rec string, set casework.Values) string {
	w.t.Helper()
	id := testkit.ID("enc" + rec)
	if set == nil {
		set = casework.Values{}
	}
	for name, value := range map[string]any{"codename": "robin", "narrative": "They were afraid."} {
		if _, there := set[name]; !there {
			set[name] = value
		}
	}
	v := w.phones[by].Do(exchange.Op{Kind: "create", Coll: "encounters", Rec: id, Set: set, Cmd: &exchange.Cmd{Name: "submit"}})
	if v.V != "ok" {
		w.t.Fatalf("submit: got %s %s %v", v.V, v.Key, v.Fields)
	}
	return id
}

// decide gives a supervisor's command on the record as it stands.
func (w *world) decide(by, rec, name string, args casework.Values) {
	w.t.Helper()
	p := w.phones[by]
	p.Pull()
	v := p.Do(exchange.Op{Kind: "cmd", Coll: "encounters", Rec: rec, Cmd: &exchange.Cmd{Name: name, ExpectRev: p.Rows["encounters/"+rec].Rev, Args: args}})
	if v.V != "ok" {
		w.t.Fatalf("%s: got %s %s", name, v.V, v.Key)
	}
}

// inbox gives the kinds of a person's unread notices by the record they lead to, as their phone is sent them.
func (w *world) inbox(name string) map[string]string {
	w.t.Helper()
	p := w.phones[name]
	p.Pull()
	out := map[string]string{}
	for at, row := range p.Rows {
		if len(at) > 8 && at[:8] == "notices/" && row.D.Text("state") == "unread" {
			out[row.D.Text("of_rec")] += row.D.Text("kind")
		}
	}
	return out
}

// count runs a query that gives one number.
func (w *world) count(query string, params dbx.Params) int {
	w.t.Helper()
	var n int
	if err := w.app.Base.NonconcurrentDB().NewQuery(query).Bind(params).Row(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// read marks every notice of a person as read, as their phone does.
func (w *world) read(name string) {
	w.t.Helper()
	p := w.phones[name]
	p.Pull()
	for at := range p.Rows {
		if id, ok := strings.CutPrefix(at, "notices/"); ok {
			if v := p.Do(exchange.Op{Kind: "cmd", Coll: "notices", Rec: id, Cmd: &exchange.Cmd{Name: "read"}}); v.V != "ok" {
				w.t.Fatalf("read: got %s %s", v.V, v.Key)
			}
		}
	}
}

func sprint(v any) string { return fmt.Sprint(v) }

func (p *postbox) sorted() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(slices.Values(p.letters))
}
