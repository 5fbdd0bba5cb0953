package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/demo"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
)

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
	for coll, want := range map[string]int64{"users": 47, "agencies": 12, "conflicts": 1, "holds": 1} {
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
	if list.body["noddfa"] != "demo/1" || len(people) != 47 || strings.Contains(list.raw, demo.AdminEmail) {
		t.Fatalf("got %d people: %.200s", len(people), list.raw)
	}
	for _, i := range []int{0, 3, 46} {
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

// plannedRow is a row of the plan, as far as it says what is to become of referrals.
type plannedRow struct {
	Codename   string   `json:"codename"`
	Referrals  []string `json:"referrals"`
	FinalState string   `json:"final_state"`
	Language   string   `json:"language"`
}

func demoPlan(t *testing.T) []plannedRow {
	t.Helper()
	raw, err := os.ReadFile("internal/demo/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []plannedRow
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// shownReferral is a made-up referral as the server holds it, every part opened, and its form.
type shownReferral struct {
	id   string
	d    casework.Values
	form *forms.Form
}

// demoReferrals gives every made-up referral by its code-name and type.
func demoReferrals(t *testing.T, s *server) map[string]shownReferral {
	t.Helper()
	stored, err := s.app.FindAllRecords("referrals")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]shownReferral{}
	err = s.store.Write(context.Background(), func(tx exchange.Tx) error {
		for _, one := range stored {
			d, _, err := tx.Get("referrals", one.Id)
			if err != nil {
				return err
			}
			form, _, err := tx.Form(d.Text("form"), d.Int("form_version"), d.Text("agency"))
			if err != nil {
				return err
			}
			out[d.Text("codename")+" "+d.Text("type")] = shownReferral{one.Id, d, form}
		}
		return nil
	})
	if err != nil || len(out) != len(stored) {
		t.Fatalf("got %d referrals of %d: %v", len(out), len(stored), err)
	}
	return out
}

// demoDrafts gives what phones keep of referrals that are not handed in, by code-name and type.
func demoDrafts(t *testing.T, s *server) map[string]bool {
	t.Helper()
	stored, err := s.app.FindRecordsByFilter("drafts", "author != ''", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	err = s.store.Write(context.Background(), func(tx exchange.Tx) error {
		for _, one := range stored {
			d, _, err := tx.Get("drafts", one.Id)
			if err != nil {
				return err
			}
			draft, _ := d["draft"].(map[string]any)
			value, _ := draft["value"].(map[string]any)
			if draft["coll"] == "referrals" {
				out[casework.Values(value).Text("codename")+" "+casework.Values(value).Text("type")] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDemoReferralStates holds every planned referral to its state, and the whole to the totals of the plan.
func TestDemoReferralStates(t *testing.T) {
	s := demonstration(t)
	referrals := demoReferrals(t, s)
	// Beside the last referral of a row, which ends in the planned state, these ended elsewhere than it.
	elsewhere := map[string]string{"ruff msvcc_emergency": "outcome_recorded", "lapwing dtn": "superseded", "snipe safeguarding_child": "outcome_recorded",
		"rook safeguarding_child": "outcome_recorded"}
	drafts := demoDrafts(t, s)
	totals, planned := map[string]int{}, 0
	for _, row := range demoPlan(t) {
		totals[row.FinalState]++
		for i, kind := range row.Referrals {
			name, want := row.Codename+" "+kind, row.FinalState
			got, there := referrals[name]
			if last := i == len(row.Referrals)-1; want == "lost_unsynced" || want == "draft" && (last || kind != "safeguarding_child") {
				if there || drafts[name] != (want == "draft") {
					t.Errorf("%s: on the server %v, as a draft %v", name, there, drafts[name])
				}
				continue
			}
			planned++
			if i < len(row.Referrals)-1 && kind == "safeguarding_child" && want != "closed" && want != "outcome_recorded" {
				want = "acknowledged" // The council is told before anything else is settled.
			}
			if other := elsewhere[name]; other != "" {
				want = other
			}
			if !there || got.d.Text("state") != want || got.d.Text("language") != row.Language {
				t.Errorf("%s: got %q in %q, want %q in %q", name, got.d.Text("state"), got.d.Text("language"), want, row.Language)
			}
		}
	}
	want := map[string]int{"sent": 22, "approved": 9, "acknowledged": 6, "draft": 4, "closed": 4, "submitted": 4, "in_review": 3, "outcome_recorded": 2,
		"returned": 2, "rejected": 1, "withdrawn_external": 1, "lost_unsynced": 1, "expired": 1}
	if !maps.Equal(totals, want) {
		t.Errorf("totals of the plan: got %v, want %v", totals, want)
	}
	if len(referrals) != planned {
		t.Errorf("got %d referrals, want the %d of the plan", len(referrals), planned)
	}
}

// TestDemoReferralsWereMoved plays the versions and decisions of each referral over the table of moves, from draft to the
// state it stands in: a state that was written by any other way would have none, or others.
func TestDemoReferralsWereMoved(t *testing.T) {
	s := demonstration(t)
	for name, one := range demoReferrals(t, s) {
		type happened struct {
			at              int
			version         bool
			event, from, to string
		}
		var past []happened
		for _, coll := range []string{"versions", "reviews"} {
			rows, err := s.app.FindRecordsByFilter(coll, "referral = {:id}", "received_at_ms", 0, 0, map[string]any{"id": one.id})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				past = append(past, happened{row.GetInt("received_at_ms"), coll == "versions", row.GetString("event"), row.GetString("from"), row.GetString("to")})
			}
		}
		slices.SortStableFunc(past, func(a, b happened) int { return a.at - b.at })
		state, versions := casework.Draft, 0
		for i, h := range past {
			event, to := h.event, h.to
			if h.version {
				versions++
				if i+1 < len(past) && past[i+1].event == "urgent_send" && past[i+1].at == h.at {
					continue // Sending at once keeps what left as a version.
				}
				event, to = "submit", casework.Submitted
				if versions > 1 {
					event = "resubmit"
				}
			} else if h.from != state {
				t.Errorf("%s: %s from %q, but it stood in %q", name, event, h.from, state)
			}
			move, ok := casework.MoveFor(event, state)
			if !ok || move.To != "" && move.To != to || move.To == "" && to != state {
				t.Errorf("%s: the table has no %s from %q to %q", name, event, state, to)
			}
			state = to
		}
		if state != one.d.Text("state") || int64(versions) != one.d.Int("version") {
			t.Errorf("%s: its past ends in %q with %d versions, it stands in %q with %d", name, state, versions, one.d.Text("state"), one.d.Int("version"))
		}
		logged, err := s.app.FindRecordsByFilter("audit", "rec = {:id} && act ~ 'cmd:'", "", 0, 0, map[string]any{"id": one.id})
		if err != nil || len(logged) != len(past)-versions {
			t.Errorf("%s: got %d rows in the audit log, want %d (%v)", name, len(logged), len(past)-versions, err)
		}
	}
}
