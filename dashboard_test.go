package main

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/audit"
)

// caseData names the collections that change by operations only.
var caseData = []string{"encounters", "addenda", "versions", "reviews", "conflicts", "holds", "drafts", "audit", "notices", "push_subscriptions"}

// refusal is a request of an administrator and the status that refuses it.
type refusal struct {
	name, method, path string
	body               any
	status             int
}

// TestDashboardRefusals is what not even an administrator may do.
func TestDashboardRefusals(t *testing.T) {
	s := start(t, t.TempDir(), false)
	admin := s.admin(t)
	user := s.addUser(t, "onnen@example.org")
	refused := []refusal{
		{"new collection", "POST", "/api/collections", map[string]any{"name": "more", "type": "base"}, 403},
		{"changed rules", "PATCH", "/api/collections/encounters", map[string]any{"listRule": ""}, 403},
		{"dropped collection", "DELETE", "/api/collections/encounters", nil, 403},
		{"imported collections", "PUT", "/api/collections/import", map[string]any{"collections": []any{map[string]any{"name": "more", "type": "base"}}}, 403},
		{"emptied collection", "DELETE", "/api/collections/audit/truncate", nil, 404},
		{"emptied collection, other spelling", "DELETE", "/api/collections/AUDIT/truncate", nil, 404},
		{"raw SQL", "POST", "/api/sql", map[string]any{"query": "SELECT 1"}, 404},
		{"batch", "POST", "/api/batch", map[string]any{"requests": []any{}}, 404},
		{"batch switched on", "PATCH", "/api/settings", map[string]any{"batch": map[string]any{"enabled": true, "maxRequests": 5, "timeout": 3}}, 403},
		{"addresses logged", "PATCH", "/api/settings", map[string]any{"logs": map[string]any{"logIP": true}}, 403},
		{"impersonation", "POST", "/api/collections/users/impersonate/" + user, map[string]any{}, 404},
		{"backup uploaded", "POST", "/api/backups/upload", map[string]any{}, 404},
		{"backup restored", "POST", "/api/backups/x.zip/restore", map[string]any{}, 404},
		{"details logged", "PATCH", "/api/settings", map[string]any{"logs": map[string]any{"minLevel": -4}}, 403},
		{"people logged", "PATCH", "/api/settings", map[string]any{"logs": map[string]any{"logAuthId": true}}, 403},
		{"an account deleted", "DELETE", "/api/collections/users/records/" + user, nil, 403},
		{"a sign deleted", "DELETE", "/api/collections/indicators/records/" + s.anyID(t, "indicators"), nil, 403},
		{"a device made up", "POST", "/api/collections/devices/records", map[string]any{"name": "x"}, 403},
	}
	for _, name := range caseData {
		records := "/api/collections/" + name + "/records"
		refused = append(refused, refusal{name + " created", "POST", records, map[string]any{"id": "aaaaaaaaaaaaaaa"}, 403})
	}
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			if got := s.ask(t, tt.method, tt.path, tt.body, "Authorization", admin); got.status != tt.status {
				t.Errorf("got %d %s, want %d", got.status, got.raw, tt.status)
			}
		})
	}
}

// TestDashboardCaseData tries to change and delete real rows of case data.
func TestDashboardCaseData(t *testing.T) {
	s := demonstration(t)
	admin := s.token(t, core.CollectionNameSuperusers, "gweinyddwr@example.org")
	for _, name := range []string{"encounters", "versions", "reviews", "conflicts", "holds", "audit"} {
		rows, err := s.app.FindRecordsByFilter(name, "", "", 1, 0)
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s has no rows: %v", name, err)
		}
		path := "/api/collections/" + name + "/records/" + rows[0].Id
		for _, method := range []string{"PATCH", "DELETE"} {
			if got := s.ask(t, method, path, map[string]any{"state": "approved"}, "Authorization", admin); got.status != 403 {
				t.Errorf("%s %s: got %d, want 403", method, name, got.status)
			}
		}
		got := s.ask(t, "GET", path, nil, "Authorization", admin)
		if got.status != 200 {
			t.Errorf("GET %s: got %d, want the row as it lies", name, got.status)
		}
		for _, leak := range []string{"Enghraifft\",\"narrative", "07700 900", "passport", "Met during"} {
			if strings.Contains(got.raw, leak) {
				t.Errorf("%s shows %q to an administrator", name, leak)
			}
		}
	}
}

// TestDashboardDevice is what an administrator may change about a phone: to end it, not to give it to somebody else.
func TestDashboardDevice(t *testing.T) {
	s := start(t, t.TempDir(), false)
	admin := s.admin(t)
	s.addUser(t, "onnen@example.org")
	other := s.addUser(t, "derw@example.org")
	p := s.enrol(t, "onnen@example.org", "devaaaaaaaaaaaa")
	path := "/api/collections/devices/records/" + p.device
	for name, body := range map[string]map[string]any{"owner": {"user": other}, "key": {"sign_key": "AAAA"}, "owner beside name": {"name": "x", "user": other}} {
		if got := s.ask(t, "PATCH", path, body, "Authorization", admin); got.status != 403 {
			t.Errorf("%s: got %d, want 403", name, got.status)
		}
	}
	if got := s.ask(t, "PATCH", path, map[string]any{"revoked": true}, "Authorization", admin); got.status != 200 {
		t.Fatalf("revoke: got %d %s", got.status, got.raw)
	}
	body := []byte(p.head(0))
	for name, headers := range map[string][]string{
		"signed in": {"Authorization", s.token(t, "users", "onnen@example.org")},
		"locked":    {"X-Noddfa-Signature", p.sign(t, body, "0-0")},
	} {
		got := s.ask(t, "POST", "/api/noddfa/push", body, append([]string{"Content-Type", "application/x-ndjson", "X-Noddfa-Device", p.device}, headers...)...)
		if got.status != 200 || got.body["order"] != "wipe" {
			t.Errorf("%s: got %d %s, want the order to wipe", name, got.status, got.raw)
		}
	}
}

// TestDashboardActs is what an administrator may do, each with its audit row.
func TestDashboardActs(t *testing.T) {
	s := start(t, t.TempDir(), false)
	admin := s.admin(t)
	agency := s.ask(t, "POST", "/api/collections/agencies/records", map[string]any{"code": "demo-one", "name_en": "One", "name_cy": "Un", "kind": "ngo"}, "Authorization", admin)
	if agency.status != 200 {
		t.Fatalf("agency: got %d %s", agency.status, agency.raw)
	}
	user := s.ask(t, "POST", "/api/collections/users/records", map[string]any{"email": "onnen@example.org", "password": "passpasspass",
		"passwordConfirm": "passpasspass", "name": "Onnen Enghraifft", "roles": []string{"field"}, "agency": agency.body["id"]}, "Authorization", admin)
	if user.status != 200 {
		t.Fatalf("user: got %d %s", user.status, user.raw)
	}
	id := user.body["id"].(string)
	if got := s.ask(t, "PATCH", "/api/collections/users/records/"+id, map[string]any{"roles": []string{"supervisor"}}, "Authorization", admin); got.status != 200 {
		t.Fatalf("promotion: got %d %s", got.status, got.raw)
	}
	s.ask(t, "DELETE", "/api/collections/encounters", nil, "Authorization", admin)
	s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": "onnen@example.org", "password": "wrongwrongwrong"})
	s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": "onnen@example.org", "password": "passpasspass"})

	want := []audit.Entry{
		{Role: "superuser", Act: "admin:create", Coll: "agencies", Rec: agency.body["id"].(string)},
		{Role: "superuser", Act: "admin:create", Coll: "users", Rec: id},
		{Role: "superuser", Act: "admin:update", Coll: "users", Rec: id, Detail: "roles"},
		{Role: "superuser", Act: "admin_refused", Coll: "_collections", Rec: "nod_encounters", Detail: "delete"},
		{Actor: id, Role: "user", Act: "sign_in_failed"},
		{Actor: id, Role: "user", Agency: agency.body["id"].(string), Act: "sign_in", Detail: "password"},
	}
	got := s.auditRows(t)
	if len(got) != len(want) {
		t.Fatalf("got %d rows %+v, want %d", len(got), got, len(want))
	}
	for i := range want {
		e := got[i].Entry
		e.AtMs = 0
		if want[i].Role == "superuser" {
			e.Actor = ""
		}
		if e != want[i] {
			t.Errorf("row %d: got %+v, want %+v", i+1, e, want[i])
		}
	}
	if strings.Contains(s.auditText(t), "Onnen") {
		t.Error("the audit holds a name")
	}
}

// TestAuditChain verifies the chain that real acts have made, and that its rows cannot be changed by SQL.
func TestAuditChain(t *testing.T) {
	s := demonstration(t)
	rows := s.auditRows(t)
	if len(rows) < 100 {
		t.Fatalf("got %d rows, want one for every decision", len(rows))
	}
	n, _, err := audit.Verify(func(yield func(audit.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil || n != int64(len(rows)) {
		t.Errorf("got %d rows good of %d, %v", n, len(rows), err)
	}
	for _, sql := range []string{"UPDATE audit SET act = 'x' WHERE seq = 1", "DELETE FROM audit WHERE seq = 1"} {
		if _, err := s.app.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
}

// TestSignInLimit tries passwords until the account has to wait.
func TestSignInLimit(t *testing.T) {
	s := start(t, t.TempDir(), false)
	s.addUser(t, "onnen@example.org")
	for _, identity := range []string{"onnen@example.org", "nobody@example.org"} {
		statuses := map[int]int{}
		for range 12 {
			statuses[s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": identity, "password": "wrongwrongwrong"}).status]++
		}
		if statuses[400] != 10 || statuses[429] != 2 {
			t.Errorf("%s: got %v, want ten refusals and then a wait", identity, statuses)
		}
	}
}

// anyID gives the id of some row.
func (s *server) anyID(t *testing.T, collection string) string {
	t.Helper()
	rows, err := s.app.FindRecordsByFilter(collection, "", "", 1, 0)
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s has no rows: %v", collection, err)
	}
	return rows[0].Id
}

// admin makes an administrator and gives their token.
func (s *server) admin(t *testing.T) string {
	t.Helper()
	c, err := s.app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail("admin@example.org")
	r.SetPassword("passpasspass")
	if err := s.app.Save(r); err != nil {
		t.Fatal(err)
	}
	return s.token(t, core.CollectionNameSuperusers, "admin@example.org")
}

func (s *server) addUser(t *testing.T, email string) string {
	t.Helper()
	c, err := s.app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail(email)
	r.SetPassword("passpasspass")
	r.Set("roles", []string{"field"})
	if err := s.app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r.Id
}

func (s *server) auditRows(t *testing.T) []audit.Row {
	t.Helper()
	records, err := s.app.FindRecordsByFilter("audit", "", "seq", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var rows []audit.Row
	for _, r := range records {
		rows = append(rows, audit.Row{Seq: int64(r.GetInt("seq")), Prev: r.GetString("prev"), Hash: r.GetString("hash"), Entry: audit.Entry{
			AtMs: int64(r.GetInt("at_ms")), Actor: r.GetString("actor"), Role: r.GetString("role"), Agency: r.GetString("agency"), Act: r.GetString("act"),
			Coll: r.GetString("coll"), Rec: r.GetString("rec"), Device: r.GetString("device"), Detail: r.GetString("detail")}})
	}
	return rows
}

func (s *server) auditText(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, r := range s.auditRows(t) {
		all.WriteString(r.Entry.Detail + r.Entry.Rec + r.Entry.Act + "\n")
	}
	return all.String()
}
