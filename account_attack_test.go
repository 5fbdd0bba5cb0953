package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

func (p enrolled) hello(t *testing.T, device string) answer {
	t.Helper()
	return p.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": device, "name": "x", "sign_key": sharedKey}, "Authorization", p.token)
}

// sharedKey is a good point that is nobody's.
const sharedKey = "BOi8tHINMx1V9-xdj2ziuXyLMHSz0-UkAIldmz0vtWMMUNwavJbHgth9cqEiU2Y_UtJi6D423NzaBvJXIoOEMWs"

// lockedOrder hands in nothing by the device's signature and gives the order that comes back.
func (p enrolled) lockedOrder(t *testing.T) any {
	t.Helper()
	body := []byte(p.head(0))
	return p.ask(t, "POST", "/api/noddfa/push", body, "Content-Type", "application/x-ndjson", "X-Noddfa-Device", p.device, "X-Noddfa-Signature", p.sign(t, body, "0-0")).body["order"]
}

// TestStolenPhoneDoesNotComeBackAsAnother revokes an unlocked phone: its token neither enrols another device, nor reads as
// one, nor ends the owner's other phones.
func TestStolenPhoneDoesNotComeBackAsAnother(t *testing.T) {
	s, stolen, _ := station(t)
	safe := s.enrol(t, "onnen@example.org", "devsafephone000")
	if got := safe.ask(t, "POST", "/api/noddfa/devices/revoke", map[string]any{"id": stolen.device}, "Authorization", safe.token, "X-Noddfa-Device", safe.device); got.status != 200 {
		t.Fatalf("revoke: got %d %s", got.status, got.raw)
	} else if safe.token, _ = got.body["token"].(string); safe.hello(t, safe.device).status != 200 {
		t.Errorf("the phone that revoked cannot go on: %s", got.raw)
	}
	as := func(device string) []string {
		return []string{"Authorization", stolen.token, "X-Noddfa-Device", device}
	}
	for name, got := range map[string]answer{
		"enrols another":   stolen.hello(t, "devanother00000"),
		"reads as another": s.ask(t, "POST", "/api/noddfa/pull", map[string]any{"proto": 1, "device": safe.device, "cursor": ""}, as(safe.device)...),
		"ends another":     s.ask(t, "POST", "/api/noddfa/devices/revoke", map[string]any{"id": safe.device}, as(safe.device)...),
	} {
		if got.status != 401 || got.body["key"] != "error.sign_in" {
			t.Errorf("%s: got %d %s, want 401", name, got.status, got.raw)
		}
	}
	if order := stolen.lockedOrder(t); order != "wipe" {
		t.Errorf("the stolen phone: got order %v, want wipe", order)
	}
	if order := safe.lockedOrder(t); order != "" {
		t.Errorf("the owner's phone: got order %v, want none", order)
	}
}

// TestRevokedByHandStillDoesNothing revokes by raw SQL, which leaves the token alive.
func TestRevokedByHandStillDoesNothing(t *testing.T) {
	s, stolen, _ := station(t)
	if _, err := s.app.NonconcurrentDB().NewQuery("UPDATE devices SET revoked = 1 WHERE id = '" + stolen.device + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]map[string]any{"locale": {"locale": "cy"}, "devices/revoke": {"id": stolen.device}} {
		if got := s.ask(t, "POST", "/api/noddfa/"+path, body, "Authorization", stolen.token, "X-Noddfa-Device", stolen.device); got.status != 403 {
			t.Errorf("%s: got %d %s, want 403", path, got.status, got.raw)
		}
	}
}

// TestDeactivatedAccount ends an account: nothing is read or signed any more, and what was sealed is held.
func TestDeactivatedAccount(t *testing.T) {
	s, worker, supervisor := station(t)
	admin := s.token(t, core.CollectionNameSuperusers, "admin@example.org")
	user, err := s.app.FindAuthRecordByEmail("users", "onnen@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.ask(t, "PATCH", "/api/collections/users/records/"+user.Id, map[string]any{"deactivated": true}, "Authorization", admin); got.status != 200 {
		t.Fatalf("deactivate: got %d %s", got.status, got.raw)
	}
	signIn := s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": "onnen@example.org", "password": "passpasspass"})
	if signIn.status < 400 || strings.Contains(signIn.raw, "token") {
		t.Errorf("sign-in: got %d %s", signIn.status, signIn.raw)
	}
	for _, path := range []string{"hello", "pull", "push", "reveal", "locale", "devices/revoke"} {
		got := s.ask(t, "POST", "/api/noddfa/"+path, map[string]any{"proto": 1, "device": worker.device}, "Authorization", worker.token, "X-Noddfa-Device", worker.device)
		if got.status != 401 {
			t.Errorf("%s: got %d %s, want 401", path, got.status, got.raw)
		}
	}
	if order := worker.lockedOrder(t); order != "wipe" {
		t.Errorf("got order %v, want wipe", order)
	}
	if d := supervisor.pull(t); len(d) == 0 {
		t.Error("a colleague's phone reads nothing any more")
	}
}

// TestDeletedAccount takes an account away by raw SQL: every route answers plainly, and nobody else is held up.
func TestDeletedAccount(t *testing.T) {
	s, worker, _ := station(t)
	if _, err := s.app.NonconcurrentDB().NewQuery("DELETE FROM users WHERE email = 'onnen@example.org'").Execute(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"hello", "pull", "push", "reveal"} {
		got := s.ask(t, "POST", "/api/noddfa/"+path, map[string]any{"proto": 1, "device": worker.device}, "Authorization", worker.token, "X-Noddfa-Device", worker.device)
		if got.status != 401 {
			t.Errorf("%s: got %d %s, want 401", path, got.status, got.raw)
		}
	}
	body := []byte(worker.head(0))
	got := s.ask(t, "POST", "/api/noddfa/push", body, "Content-Type", "application/x-ndjson", "X-Noddfa-Device", worker.device, "X-Noddfa-Signature", worker.sign(t, body, "0-0"))
	if got.status != 403 || got.body["noddfa"] != "error/1" {
		t.Errorf("locked: got %d %s, want 403 of ours", got.status, got.raw)
	}
}

// TestTakenDeviceIDTellsNothing says hello as a device of somebody else.
func TestTakenDeviceIDTellsNothing(t *testing.T) {
	_, worker, supervisor := station(t)
	got := worker.hello(t, supervisor.device)
	if got.status != 403 || got.raw != `{"noddfa":"error/1","code":"forbidden","key":"error.forbidden","field":""}`+"\n" {
		t.Errorf("got %d %s, want a bare refusal", got.status, got.raw)
	}
	if again := supervisor.hello(t, supervisor.device); again.status != 200 || again.body["device"].(map[string]any)["name"] != "Test phone" {
		t.Errorf("the owner's hello afterwards: got %d %s", again.status, again.raw)
	}
}

// TestPasswordsTriedAtOnce tries many passwords in the same moment.
func TestPasswordsTriedAtOnce(t *testing.T) {
	s := start(t, t.TempDir(), false)
	s.addUser(t, "onnen@example.org")
	var mu sync.Mutex
	var all sync.WaitGroup
	statuses := map[int]int{}
	for range 30 {
		all.Go(func() {
			got := s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": "onnen@example.org", "password": "wrongwrongwrong"})
			mu.Lock()
			defer mu.Unlock()
			statuses[got.status]++
		})
	}
	all.Wait()
	if statuses[400] != 10 || statuses[429] != 20 {
		t.Errorf("got %v, want ten tries and no more", statuses)
	}
}

// TestClosedFlows is what PocketBase offers accounts beside a password; each would be a way around an administrator.
func TestClosedFlows(t *testing.T) {
	s, worker, _ := station(t)
	flows := []string{"request-otp", "auth-with-otp", "auth-with-oauth2", "request-email-change", "confirm-email-change", "request-verification",
		"confirm-verification", "request-password-reset", "confirm-password-reset", "auth-refresh", "impersonate/aaaaaaaaaaaaaaa"}
	for _, collection := range []string{"users", "_pb_users_auth_", "USERS"} {
		for _, flow := range flows {
			got := s.ask(t, "POST", "/api/collections/"+collection+"/"+flow, map[string]any{"email": "onnen@example.org", "newEmail": "x@example.org"}, "Authorization", worker.token)
			unknown := s.ask(t, "POST", "/api/collections/"+collection+"/"+flow, map[string]any{"email": "nobody@example.org", "newEmail": "x@example.org"}, "Authorization", worker.token)
			if got.status != 404 || got.raw != unknown.raw {
				t.Errorf("%s/%s: got %d %s, want it not there, for whoever", collection, flow, got.status, got.raw)
			}
		}
	}
}

// TestNoOtherSiteReads asks as a page of another site does, and as a proxy that makes up addresses.
func TestNoOtherSiteReads(t *testing.T) {
	s, worker, _ := station(t)
	for _, method := range []string{"OPTIONS", "POST", "GET"} {
		for _, path := range []string{"/api/noddfa/hello", "/api/health", "/api/realtime", "/api/collections/users/auth-with-password", "/"} {
			if method == "GET" && path == "/api/realtime" {
				continue // A stream that does not end.
			}
			got := s.ask(t, method, path, nil, "Origin", "https://example.com", "Authorization", worker.token, "X-Forwarded-For", "203.0.113.77", "X-Forwarded-Host", "example.com")
			for name := range got.header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s: got %s", method, path, name)
				}
			}
			if strings.Contains(got.raw, "203.0.113.77") {
				t.Errorf("%s %s repeats an address", method, path)
			}
		}
	}
}

// TestNobodyHearsLive subscribes to every collection and changes rows of those that an administrator may change.
func TestNobodyHearsLive(t *testing.T) {
	s, worker, _ := station(t)
	admin := s.token(t, core.CollectionNameSuperusers, "admin@example.org")
	user, err := s.app.FindAuthRecordByEmail("users", "onnen@example.org")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Get(s.url + "/api/realtime")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	heard := make(chan string, 100)
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := r.Body.Read(buffer)
			if n > 0 {
				heard <- string(buffer[:n])
			}
			if err != nil {
				close(heard)
				return
			}
		}
	}()
	hello := <-heard
	_, id, _ := strings.Cut(hello, "id:")
	id, _, _ = strings.Cut(id, "\n")
	topics := []string{"users/*", "users/" + user.Id, "devices/*", "agencies/*", "encounters/*", "holds/*", "audit/*"}
	if got := s.ask(t, "POST", "/api/realtime", map[string]any{"clientId": id, "subscriptions": topics}, "Authorization", worker.token); got.status != 204 {
		t.Fatalf("subscribe: got %d %s", got.status, got.raw)
	}
	s.ask(t, "PATCH", "/api/collections/users/records/"+user.Id, map[string]any{"name": "Qwyxzmarker"}, "Authorization", admin)
	s.ask(t, "PATCH", "/api/collections/devices/records/"+worker.device, map[string]any{"name": "Qwyxzmarker"}, "Authorization", admin)
	worker.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": "enc000000000001", "set": map[string]any{"codename": "robin", "narrative": "x"}})
	select {
	case text := <-heard:
		t.Errorf("heard %q", text)
	case <-time.After(500 * time.Millisecond):
	}
}

// TestFilterOracles asks questions whose answers would show rows that are closed.
func TestFilterOracles(t *testing.T) {
	s, worker, _ := station(t)
	for _, collection := range []string{"users", "agencies", "devices", "encounters", "_authOrigins", "_externalAuths", "_mfas", "_otps", "_superusers"} {
		seen := []string{}
		for _, query := range []string{"filter=id!=''", "filter=id=''", "filter=@collection.users.email~'onnen'", "filter=@collection.users.email~'nobody'",
			"sort=-@collection.users.email", "expand=agency,user&fields=*", "fields=id,tokenKey,email&skipTotal=1"} {
			got := s.ask(t, "GET", "/api/collections/"+collection+"/records?"+strings.ReplaceAll(query, "'", "%27"), nil, "Authorization", worker.token)
			if items, _ := got.body["items"].([]any); got.status < 400 && len(items) > 0 {
				t.Errorf("%s?%s: got %s", collection, query, got.raw)
			}
			seen = append(seen, got.raw)
		}
		if seen[2] != seen[3] {
			t.Errorf("%s: a filter tells whether an account exists: %s and %s", collection, seen[2], seen[3])
		}
	}
}

// TestAuditRowIsNotReplaced puts a row in another's place, which runs none of the triggers for the row that goes.
func TestAuditRowIsNotReplaced(t *testing.T) {
	s, _, _ := station(t)
	before := s.auditRows(t)
	for _, sql := range []string{
		"REPLACE INTO audit (id, seq, act) SELECT id, 1000, 'x' FROM audit WHERE seq = 1",
		"INSERT OR REPLACE INTO audit (id, seq, act) VALUES ('aaaaaaaaaaaaaaa', 1, 'x')",
	} {
		if _, err := s.app.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
	if after := s.auditRows(t); !slices.Equal(before, after) {
		t.Error("the audit changed")
	}
}
