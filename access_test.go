package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// everyRole is who may stand before the records API: every role of ours, and nobody.
var everyRole = []string{"field", "supervisor", "spoc", "safeguarding_lead", "marac_coord", "intel", "coordinator", "commissioner", "auditor", ""}

// bookkeeping names PocketBase's own collections whose rules show each user their own rows, of which there are none.
var bookkeeping = []string{"_authOrigins", "_externalAuths", "_mfas", "_otps"}

// TestAccessRecordsAPI is the table role × collection × act: PocketBase's own way to records is closed to everybody but
// administrators, for every collection there is.
func TestAccessRecordsAPI(t *testing.T) {
	s := demonstration(t)
	collections, err := s.app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	if len(collections) < 16 {
		t.Fatalf("got %d collections, want all of ours and PocketBase's", len(collections))
	}
	users := s.byRole(t)
	for _, role := range everyRole {
		token := ""
		if role != "" {
			if users[role] == nil {
				t.Fatalf("nobody has the role %s", role)
			}
			token = s.token(t, "users", users[role].Email())
		}
		for _, c := range collections {
			t.Run(role+"/"+c.Name, func(t *testing.T) { checkClosed(t, s, c, token) })
		}
	}
}

func checkClosed(t *testing.T, s *server, c *core.Collection, token string) {
	t.Helper()
	id := "aaaaaaaaaaaaaaa"
	if rows, err := s.app.FindRecordsByFilter(c, "", "", 1, 0); err == nil && len(rows) == 1 {
		id = rows[0].Id
	}
	records := "/api/collections/" + c.Name + "/records"
	acts := []struct {
		act, method, path string
		body              any
	}{
		{"list", http.MethodGet, records, nil},
		{"view", http.MethodGet, records + "/" + id, nil},
		{"create", http.MethodPost, records, map[string]any{"id": "bbbbbbbbbbbbbbb", "email": "x@example.org", "password": "passpasspass", "passwordConfirm": "passpasspass", "roles": []string{"supervisor"}}},
		{"update", http.MethodPatch, records + "/" + id, map[string]any{"state": "approved", "roles": []string{"supervisor"}}},
		{"delete", http.MethodDelete, records + "/" + id, nil},
	}
	for _, a := range acts {
		got := s.ask(t, a.method, a.path, a.body, "Authorization", token)
		if a.act == "list" && slices.Contains(bookkeeping, c.Name) && got.status == http.StatusOK {
			if items, _ := got.body["items"].([]any); len(items) != 0 {
				t.Errorf("list: got %d rows, want none", len(items))
			}
			continue
		}
		if got.status < 400 || got.status >= 500 {
			t.Errorf("%s: got %d, want it refused", a.act, got.status)
		}
		for _, leak := range []string{"sealed_", "narrative", "tokenKey", "@example.org", "codename"} {
			if strings.Contains(got.raw, leak) {
				t.Errorf("%s: the refusal holds %q", a.act, leak)
			}
		}
	}
}

// TestAccessSelf tries what PocketBase's stock accounts allow: registering, and changing one's own row.
func TestAccessSelf(t *testing.T) {
	s := demonstration(t)
	field := s.byRole(t)["field"]
	token := s.token(t, "users", field.Email())
	records := "/api/collections/users/records"
	for name, got := range map[string]answer{
		"register":         s.ask(t, "POST", records, map[string]any{"email": "new@example.org", "password": "passpasspass", "passwordConfirm": "passpasspass"}),
		"promote oneself":  s.ask(t, "PATCH", records+"/"+field.Id, map[string]any{"roles": []string{"supervisor"}}, "Authorization", token),
		"move agency":      s.ask(t, "PATCH", records+"/"+field.Id, map[string]any{"agency": "aaaaaaaaaaaaaaa"}, "Authorization", token),
		"read oneself":     s.ask(t, "GET", records+"/"+field.Id, nil, "Authorization", token),
		"change e-mail":    s.ask(t, "POST", "/api/collections/users/request-email-change", map[string]any{"newEmail": "other@example.org"}, "Authorization", token),
		"code by e-mail":   s.ask(t, "POST", "/api/collections/users/request-otp", map[string]any{"email": field.Email()}),
		"read settings":    s.ask(t, "GET", "/api/settings", nil, "Authorization", token),
		"read logs":        s.ask(t, "GET", "/api/logs", nil, "Authorization", token),
		"read collections": s.ask(t, "GET", "/api/collections", nil, "Authorization", token),
		"list backups":     s.ask(t, "GET", "/api/backups", nil, "Authorization", token),
	} {
		if got.status < 400 || got.status >= 500 {
			t.Errorf("%s: got %d, want it refused", name, got.status)
		}
	}
}

// TestAccessOwnRoutes is the table of our own routes for those who have no business there.
func TestAccessOwnRoutes(t *testing.T) {
	s := demonstration(t)
	users := s.byRole(t)
	field, other := users["field"], users["supervisor"]
	own := s.deviceOf(t, field.Id)
	foreign := s.deviceOf(t, other.Id)
	fieldToken := s.token(t, "users", field.Email())
	admin := s.token(t, core.CollectionNameSuperusers, "gweinyddwr@example.org")
	encounter := s.encounterOf(t, other.Id, field.Id)

	routes := map[string]any{
		"/api/noddfa/hello":          map[string]any{"proto": 1, "device": own},
		"/api/noddfa/pull":           map[string]any{"proto": 1, "device": own, "cursor": ""},
		"/api/noddfa/reveal":         map[string]any{"proto": 1, "coll": "encounters", "rec": encounter, "what": "identity"},
		"/api/noddfa/locale":         map[string]any{"locale": "cy"},
		"/api/noddfa/devices/revoke": map[string]any{"id": foreign},
	}
	for path, body := range routes {
		tests := []struct {
			name, token, device, code string
			status                    int
		}{
			{"no token", "", own, "unauthorised", 401},
			{"a broken token", "abc.def.ghi", own, "unauthorised", 401},
			{"an administrator", admin, own, "unauthorised", 401},
			{"another user's device", fieldToken, foreign, "forbidden", 403},
			{"a device nobody has", fieldToken, "zzzzzzzzzzzzzzz", "forbidden", 403},
		}
		for _, tt := range tests {
			t.Run(path+"/"+tt.name, func(t *testing.T) {
				got := s.ask(t, "POST", path, body, "Authorization", tt.token, "X-Noddfa-Device", tt.device)
				if got.status != tt.status || got.body["noddfa"] != "error/1" || got.body["code"] != tt.code {
					t.Errorf("got %d %s, want %d %s", got.status, got.raw, tt.status, tt.code)
				}
			})
		}
	}
	t.Run("hello as another user's device", func(t *testing.T) {
		got := s.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": foreign}, "Authorization", fieldToken, "X-Noddfa-Device", foreign)
		if got.status != 403 || got.body["code"] != "forbidden" {
			t.Errorf("got %d %s, want 403 forbidden", got.status, got.raw)
		}
	})
	t.Run("reveal of a record out of sight", func(t *testing.T) {
		got := s.ask(t, "POST", "/api/noddfa/reveal", routes["/api/noddfa/reveal"], "Authorization", fieldToken, "X-Noddfa-Device", own)
		if got.status != 404 || got.body["code"] != "not_found" {
			t.Errorf("got %d %s, want 404 not_found", got.status, got.raw)
		}
	})
	t.Run("revoking another user's device", func(t *testing.T) {
		got := s.ask(t, "POST", "/api/noddfa/devices/revoke", routes["/api/noddfa/devices/revoke"], "Authorization", fieldToken, "X-Noddfa-Device", own)
		if got.status != 404 {
			t.Errorf("got %d %s, want 404", got.status, got.raw)
		}
	})
}

// deviceOf gives the made-up phone of a user.
func (s *server) deviceOf(t *testing.T, user string) string {
	t.Helper()
	devices, err := s.app.FindRecordsByFilter("devices", "user = {:user}", "", 1, 0, map[string]any{"user": user})
	if err != nil || len(devices) == 0 {
		t.Fatalf("user %s has no device: %v", user, err)
	}
	return devices[0].Id
}

// encounterOf gives an encounter that a supervisor sees and a field worker does not.
func (s *server) encounterOf(t *testing.T, supervisor, field string) string {
	t.Helper()
	user, err := s.app.FindRecordById("users", supervisor)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.app.FindRecordsByFilter("encounters", "review_agency = {:agency} && author != {:field} && sealed_identity != ''", "", 1, 0,
		map[string]any{"agency": user.GetString("agency"), "field": field})
	if err != nil || len(rows) == 0 {
		t.Fatalf("no such encounter: %v", err)
	}
	return rows[0].Id
}
