package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/demo"
)

// put is one row as a phone receives it.
type put struct {
	K, C, I string
	D       map[string]any
}

// pull gives every row of a first download.
func (p enrolled) pull(t *testing.T) []put {
	t.Helper()
	got := p.ask(t, "POST", "/api/noddfa/pull", map[string]any{"proto": 1, "device": p.device, "cursor": ""}, "Authorization", p.token, "X-Noddfa-Device", p.device)
	lines := strings.Split(strings.TrimSpace(got.raw), "\n")
	if got.status != 200 || got.header.Get("Content-Type") != "application/x-ndjson" || !strings.Contains(lines[0], `"noddfa":"pull/1"`) || lines[len(lines)-1] != `{"k":"e"}` {
		t.Fatalf("pull: got %d %.300s", got.status, got.raw)
	}
	var rows []put
	for _, line := range lines {
		var row put
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if row.K == "p" {
			rows = append(rows, row)
		}
	}
	return rows
}

// mayBeSeen is the access rule of encounters in plain words, written apart from the program's own.
func mayBeSeen(user, e *core.Record, now time.Time) bool {
	is := func(role string) bool { return slices.Contains(user.GetStringSlice("roles"), role) }
	mine := user.GetString("agency")
	closedFor := now.Sub(time.UnixMilli(int64(e.GetInt("closed_at_ms"))))
	closed := e.GetString("state") == "closed"
	if e.GetString("author") == user.Id {
		return !closed || closedFor <= 24*time.Hour
	}
	if e.GetInt("submitted_at_ms") == 0 || closed && closedFor > 90*24*time.Hour {
		return false
	}
	atRisk := e.GetBool("danger") || slices.Contains([]string{"child", "not_sure"}, e.GetString("age_status")) || slices.Contains([]string{"high", "critical"}, e.GetString("risk"))
	approved := e.GetString("state") == "approved" || closed
	return is("supervisor") && e.GetString("review_agency") == mine ||
		is("spoc") && e.GetString("agency") == mine && approved ||
		is("safeguarding_lead") && e.GetString("agency") == mine && atRisk
}

// TestFeedVisibility compares, for every made-up person, what their phone is told with what the access rule lets them see.
func TestFeedVisibility(t *testing.T) {
	s := demonstration(t)
	users, err := s.app.FindAllRecords("users")
	if err != nil {
		t.Fatal(err)
	}
	encounters, err := s.app.FindAllRecords("encounters")
	if err != nil || len(encounters) != 54 {
		t.Fatalf("got %d encounters, %v; want the 54 that reached the server", len(encounters), err)
	}
	seen := map[string]int{}
	for i, user := range users {
		t.Run(strings.Join(user.GetStringSlice("roles"), "+")+"/"+user.GetString("name"), func(t *testing.T) {
			p := s.enrol(t, user.Email(), fmt.Sprintf("devfeed%08d", i))
			rows := p.pull(t)
			want := map[string]*core.Record{}
			for _, e := range encounters {
				if mayBeSeen(user, e, time.Now()) {
					want[e.Id] = e
				}
			}
			checkRows(t, user, rows, want)
			seen[strings.Join(user.GetStringSlice("roles"), "+")] += len(want)
		})
	}
	for _, role := range []string{"field", "supervisor", "spoc", "safeguarding_lead"} {
		if seen[role] == 0 {
			t.Errorf("nobody with the role %s sees anything: the table tests nothing", role)
		}
	}
}

func checkRows(t *testing.T, user *core.Record, rows []put, want map[string]*core.Record) {
	t.Helper()
	got := map[string]bool{}
	for _, row := range rows {
		switch row.C {
		case "encounters":
			got[row.I] = true
			if want[row.I] == nil {
				t.Errorf("encounter %s is out of sight and was sent", row.I)
				continue
			}
			checkProtected(t, user, row, want[row.I])
		case "versions", "reviews":
			if id, _ := row.D["encounter"].(string); want[id] == nil {
				t.Errorf("%s of an encounter out of sight was sent", row.C)
			}
		case "conflicts":
			if id, _ := row.D["of_rec"].(string); want[id] == nil {
				t.Errorf("a conflict of an encounter out of sight was sent")
			}
		case "drafts", "audit", "users", "sync_op":
			t.Errorf("%s was sent", row.C)
		}
	}
	for id := range want {
		if !got[id] {
			t.Errorf("encounter %s may be seen and was not sent", id)
		}
	}
}

// checkProtected looks for identity and contact in what somebody else than the author received.
func checkProtected(t *testing.T, user *core.Record, row put, e *core.Record) {
	t.Helper()
	for name := range row.D {
		if strings.HasPrefix(name, "sealed") {
			t.Errorf("encounter %s was sent with %s", row.I, name)
		}
	}
	if e.GetString("author") == user.Id {
		return
	}
	for _, name := range []string{"name", "nickname", "date_of_birth", "identity_note", "safe_contact", "phone", "email", "address"} {
		if _, there := row.D[name]; there {
			t.Errorf("encounter %s was sent to a reader with %s", row.I, name)
		}
	}
	if has, _ := row.D["has_identity"].(bool); has != (e.GetString("sealed_identity") != "") {
		t.Errorf("encounter %s: got has_identity %v", row.I, has)
	}
}

// TestDemoStates checks that the script brought every record to the state the plan gives.
func TestDemoStates(t *testing.T) {
	s := demonstration(t)
	states := map[string]int{}
	encounters, err := s.app.FindAllRecords("encounters")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range encounters {
		states[e.GetString("state")]++
	}
	for state, want := range map[string]int{"approved": 40, "closed": 4, "submitted": 4, "in_review": 3, "returned": 2, "rejected": 1} {
		if got := states[state]; got != want {
			t.Errorf("%s: got %d, want %d", state, got, want)
		}
	}
	for coll, want := range map[string]int64{"users": 46, "agencies": 12, "conflicts": 1, "holds": 1} {
		if got, err := s.app.CountRecords(coll); err != nil || got != want {
			t.Errorf("%s: got %d, want %d (%v)", coll, got, want, err)
		}
	}
}

// TestDemoSignIn signs in with what the sign-in page shows.
func TestDemoSignIn(t *testing.T) {
	s := demonstration(t)
	list := s.ask(t, "GET", "/api/noddfa/demo", nil)
	people, _ := list.body["sign_ins"].([]any)
	if list.body["noddfa"] != "demo/1" || len(people) != 46 || strings.Contains(list.raw, demo.AdminEmail) {
		t.Fatalf("got %d people: %.200s", len(people), list.raw)
	}
	for _, i := range []int{0, 3, 45} {
		p := people[i].(map[string]any)
		got := s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": p["email"], "password": p["password"]})
		if token, _ := got.body["token"].(string); got.status != 200 || token == "" {
			t.Errorf("%s: got %d", p["role"], got.status)
		}
	}
	all, err := demo.SignIns(s.keys)
	if err != nil {
		t.Fatal(err)
	}
	got := s.ask(t, "POST", "/api/collections/_superusers/auth-with-password", map[string]any{"identity": all[0].Email, "password": all[0].Password})
	if got.status != 200 {
		t.Errorf("administrator: got %d", got.status)
	}
}
