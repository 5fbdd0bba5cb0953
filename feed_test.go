package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
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

// mayReferralBeSeen is the access rule of referrals in plain words, written apart from the program's own.
func mayReferralBeSeen(user, r *core.Record, now time.Time) bool {
	is := func(role string) bool { return slices.Contains(user.GetStringSlice("roles"), role) }
	mine, kind := user.GetString("agency"), r.GetString("type")
	closed := r.GetString("state") == "closed"
	closedFor := now.Sub(time.UnixMilli(int64(r.GetInt("closed_at_ms"))))
	if r.GetString("author") == user.Id && (!closed || closedFor <= 24*time.Hour) {
		return true
	}
	if r.GetInt("submitted_at_ms") == 0 || closed && closedFor > 90*24*time.Hour {
		return false
	}
	ours, theirs := r.GetString("agency") == mine, r.GetString("to_agency") == mine
	approved := slices.Contains([]string{"approved", "sent", "sent_urgent", "acknowledged", "outcome_recorded", "closed", "withdrawn_external", "superseded"}, r.GetString("state"))
	switch {
	case is("supervisor") && kind == "handover":
		return theirs
	case is("supervisor"):
		return kind != "intel_gain" && r.GetString("review_agency") == mine
	case is("spoc"):
		return ours && (approved && slices.Contains([]string{"nrm", "dtn", "ictg"}, kind) || kind == "victim_support" || kind == "msvcc_emergency")
	case is("safeguarding_lead"):
		return ours && (r.GetBool("child") || r.GetBool("danger"))
	case is("marac_coord"):
		return theirs && kind == "marac" && approved
	}
	return is("intel") && theirs && kind == "intel_gain"
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
	referrals, err := s.app.FindAllRecords("referrals")
	if err != nil {
		t.Fatal(err)
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
			for _, r := range referrals {
				if mayReferralBeSeen(user, r, time.Now()) {
					want[r.Id] = r
				}
			}
			checkRows(t, s, user, rows, want)
			seen[strings.Join(user.GetStringSlice("roles"), "+")] += len(want)
		})
	}
	for _, role := range []string{"field", "supervisor", "spoc", "safeguarding_lead", "marac_coord", "intel"} {
		if seen[role] == 0 {
			t.Errorf("nobody with the role %s sees anything: the table tests nothing", role)
		}
	}
}

func checkRows(t *testing.T, s *server, user *core.Record, rows []put, want map[string]*core.Record) {
	t.Helper()
	got := map[string]bool{}
	for _, row := range rows {
		switch row.C {
		case "encounters", "referrals":
			got[row.I] = true
			if want[row.I] == nil {
				t.Errorf("%s %s is out of sight and was sent", row.C, row.I)
				continue
			}
			checkProtected(t, user, row, want[row.I])
		case "versions", "reviews", "disclosures":
			of, _ := row.D["encounter"].(string)
			if referral, _ := row.D["referral"].(string); referral != "" {
				of = referral
			}
			if want[of] == nil {
				t.Errorf("%s of %q, which is out of sight, was sent", row.C, of)
			}
		case "packs", "drafts":
			owner, mine := "to_agency", user.GetString("agency")
			if row.C == "drafts" {
				owner, mine = "author", user.Id
			}
			if stored, err := s.app.FindRecordById(row.C, row.I); err != nil || stored.GetString(owner) != mine {
				t.Errorf("%s of somebody else was sent (%v)", row.C, err)
			}
		case "conflicts":
			if id, _ := row.D["of_rec"].(string); want[id] == nil {
				t.Errorf("a conflict of an encounter out of sight was sent")
			}
		case "audit", "users", "sync_op":
			t.Errorf("%s was sent", row.C)
		}
	}
	for id := range want {
		if !got[id] {
			t.Errorf("record %s may be seen and was not sent", id)
		}
	}
}

// checkProtected looks for identity and contact in what somebody else than the author received.
func checkProtected(t *testing.T, user *core.Record, row put, e *core.Record) {
	t.Helper()
	for name := range row.D {
		if strings.HasPrefix(name, "sealed") {
			t.Errorf("record %s was sent with %s", row.I, name)
		}
	}
	if e.GetString("author") == user.Id {
		return
	}
	for _, name := range []string{"name", "nickname", "date_of_birth", "identity_note", "safe_contact", "phone", "email", "address", "identity", "contact"} {
		if _, there := row.D[name]; there {
			t.Errorf("record %s was sent to a reader with %s", row.I, name)
		}
	}
	if has, _ := row.D["has_identity"].(bool); has != (e.GetString("sealed_identity") != "") {
		t.Errorf("record %s: got has_identity %v", row.I, has)
	}
}
