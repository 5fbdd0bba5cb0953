package main

import (
	"encoding/base64"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/keys"
	"noddfa/internal/testkit"
)

// pushing gives a station whose program knows a push service on this machine, and the worker's browser there.
func pushing(t *testing.T) (s *server, worker, supervisor enrolled, service *testkit.PushService) {
	t.Helper()
	folder := t.TempDir()
	made, err := keys.Make(filepath.Join(folder, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	_, public := made.VAPID()
	service = testkit.NewPushService(t, base64.RawURLEncoding.EncodeToString(public))
	s, worker, supervisor = staffed(t, startWith(t, folder, false, func(c *config) { c.pushHost = service.Host() }))
	return s, worker, supervisor, service
}

func (p enrolled) post(t *testing.T, path string, body any) answer {
	t.Helper()
	return p.ask(t, "POST", "/api/noddfa/"+path, body, "Authorization", p.token, "X-Noddfa-Device", p.device)
}

func asAsked(b *testkit.Browser) map[string]any {
	return map[string]any{"endpoint": b.Endpoint, "keys": map[string]any{"p256dh": b.P256dh, "auth": b.Auth}, "consent": true}
}

// TestPushRoutes asks for notifications, tries them, is told of a return and turns them off, all over HTTP.
func TestPushRoutes(t *testing.T) {
	s, worker, supervisor, service := pushing(t)
	key := worker.ask(t, "GET", "/api/noddfa/push/key", nil, "Authorization", worker.token, "X-Noddfa-Device", worker.device)
	if key.status != 200 || key.body["noddfa"] != "push-key/1" || key.body["key"] != s.notify.PublicKey() {
		t.Fatalf("key: got %d %s", key.status, key.raw)
	}
	if got := worker.post(t, "push/test", map[string]any{}); got.status != 404 {
		t.Errorf("test before subscribing: got %d %s", got.status, got.raw)
	}
	b := service.Subscribe("worker")
	if got := worker.post(t, "push/subscribe", asAsked(b)); got.status != 200 || got.body["on"] != true {
		t.Fatalf("subscribe: got %d %s", got.status, got.raw)
	}
	got := worker.post(t, "push/test", map[string]any{})
	if m := await(t, service); got.status != 200 || m.Text != `{"n":"`+got.body["notice"].(string)+`"}` {
		t.Errorf("test: got %d %s and the message %s", got.status, got.raw, m.Text)
	}

	rec := "enc000000000001"
	rev := worker.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": rec, "set": map[string]any{"codename": "robin", "narrative": "Qwyxztale"},
		"cmd": map[string]any{"name": "submit", "args": map[string]any{}}})["rev"]
	for _, cmd := range []map[string]any{{"name": "pick_up"}, {"name": "return", "args": map[string]any{"codes": []string{"R01"}, "note": "Qwyxznote"}}} {
		cmd["expect_rev"] = rev
		rev = supervisor.handIn(t, map[string]any{"kind": "cmd", "coll": "encounters", "rec": rec, "cmd": cmd})["rev"]
	}
	m := await(t, service)
	notice := strings.TrimSuffix(strings.TrimPrefix(m.Text, `{"n":"`), `"}`)
	if d := worker.row(t, "notices", notice); d["kind"] != "returned" || d["of_rec"] != rec {
		t.Errorf("got message %s, which leads to %v", m.Text, d)
	}
	if d := supervisor.row(t, "notices", notice); d != nil {
		t.Error("somebody else was sent the notice")
	}

	if got := worker.post(t, "push/unsubscribe", map[string]any{}); got.status != 200 || got.body["on"] != false {
		t.Errorf("unsubscribe: got %d %s", got.status, got.raw)
	}
	if got := worker.post(t, "push/test", map[string]any{}); got.status != 404 {
		t.Errorf("test afterwards: got %d %s", got.status, got.raw)
	}
	for act, want := range map[string]int{"push:subscribe": 1, "push:test": 1, "push:unsubscribe": 1, "notice:push": 2} {
		var n int
		if err := s.app.DB().NewQuery("SELECT count(*) FROM audit WHERE act = {:act} AND device = {:device}").Bind(dbx.Params{"act": act, "device": worker.device}).Row(&n); err != nil || n != want {
			t.Errorf("audit of %s: got %d rows, %v, want %d", act, n, err, want)
		}
	}
	time.Sleep(4 * time.Second) // PocketBase writes its request log in batches of three seconds.
	s.search(t, s.dir, "Qwyxz", b.Endpoint, service.Host(), b.P256dh, b.Auth)
}

func await(t *testing.T, service *testkit.PushService) testkit.Message {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got := service.Messages(); len(got) > 0 {
			return got[0]
		}
	}
	t.Fatal("no message came within ten seconds")
	return testkit.Message{}
}

// TestPushRoutesRefuse is what is not taken, and from whom.
func TestPushRoutesRefuse(t *testing.T) {
	s, worker, supervisor, service := pushing(t)
	good := asAsked(service.Subscribe("worker"))
	with := func(name string, value any) map[string]any {
		out := map[string]any{}
		for k, v := range good {
			out[k] = v
		}
		out[name] = value
		return out
	}
	tests := []struct {
		name, method, path string
		body               any
		token, device      string
		status             int
		key                string
	}{
		{"no token", "POST", "push/subscribe", good, "", worker.device, 401, "error.sign_in"},
		{"another's device", "POST", "push/subscribe", good, worker.token, supervisor.device, 403, "error.forbidden"},
		{"key without a token", "GET", "push/key", nil, "", worker.device, 401, "error.sign_in"},
		{"an administrator", "POST", "push/subscribe", good, s.token(t, core.CollectionNameSuperusers, "admin@example.org"), worker.device, 401, "error.sign_in"},
		{"without consent", "POST", "push/subscribe", with("consent", false), worker.token, worker.device, 400, "error.required"},
		{"our own network", "POST", "push/subscribe", with("endpoint", "https://10.0.0.1/x"), worker.token, worker.device, 400, "error.check_answer"},
		{"another port of this machine", "POST", "push/subscribe", with("endpoint", "http://127.0.0.1:1/push/x"), worker.token, worker.device, 400, "error.check_answer"},
		{"keys that are none", "POST", "push/subscribe", with("keys", map[string]any{"p256dh": "x", "auth": "y"}), worker.token, worker.device, 400, "error.check_answer"},
		{"no JSON", "POST", "push/subscribe", []byte("{"), worker.token, worker.device, 400, "error.malformed"},
		{"too large", "POST", "push/subscribe", with("endpoint", strings.Repeat("x", 70_000)), worker.token, worker.device, 413, "error.too_large"},
		{"test without a subscription", "POST", "push/test", map[string]any{}, worker.token, worker.device, 404, "error.not_found"},
		{"OK", "POST", "push/subscribe", good, worker.token, worker.device, 200, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.ask(t, tt.method, "/api/noddfa/"+tt.path, tt.body, "Authorization", tt.token, "X-Noddfa-Device", tt.device)
			if key, _ := got.body["key"].(string); got.status != tt.status || key != tt.key {
				t.Errorf("got %d %s, want %d %s", got.status, got.raw, tt.status, tt.key)
			}
		})
	}
	t.Run("slow_down", func(t *testing.T) {
		var last answer
		for range 6 {
			last = worker.post(t, "push/test", map[string]any{})
		}
		if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
			t.Errorf("got %d %s", last.status, last.raw)
		}
	})
	t.Run("a device that was stopped", func(t *testing.T) {
		// Stopping it ends every token, so the worker signs in again before they try.
		got := worker.post(t, "devices/revoke", map[string]any{"id": worker.device})
		worker.token = s.token(t, "users", "onnen@example.org")
		again := worker.post(t, "push/subscribe", good)
		var left int
		if err := s.app.DB().NewQuery("SELECT count(*) FROM push_subscriptions").Row(&left); err != nil || got.status != 200 || again.status != 403 || left != 0 {
			t.Errorf("got %d, then %d %s and %d subscriptions left, %v", got.status, again.status, again.raw, left, err)
		}
	})
}

// TestPushHostIsOurOwn is the flag of tests: it opens nothing but this machine.
func TestPushHostIsOurOwn(t *testing.T) {
	for _, host := range []string{"10.0.0.1:9000", "example.org:443", "0.0.0.0:9000", "localhost:9000"} {
		folder := t.TempDir()
		if _, err := open(config{dir: folder + "/data", keys: folder + "/keys", installedName: "Notes", now: time.Now, pushHost: host}); err == nil || !strings.Contains(err.Error(), "push") {
			t.Errorf("%s: got %v, want it refused", host, err)
		}
	}
}
