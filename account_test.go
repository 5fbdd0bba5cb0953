package main

import (
	"context"
	"errors"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/demo"
)

// TestAccountRoutes is what a user may change about themselves, and that nothing else moves with it.
func TestAccountRoutes(t *testing.T) {
	s, worker, _ := station(t)
	ask := func(path string, body map[string]any) answer {
		return s.ask(t, "POST", "/api/noddfa/"+path, body, "Authorization", worker.token, "X-Noddfa-Device", worker.device)
	}
	if got := ask("locale", map[string]any{"locale": "cy", "roles": []string{"supervisor"}}); got.status != 200 || got.body["noddfa"] != "locale/1" {
		t.Errorf("locale: got %d %s", got.status, got.raw)
	}
	user, err := s.app.FindAuthRecordByEmail("users", "onnen@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if user.GetString("locale") != "cy" || user.GetString("roles") == "supervisor" || len(user.GetStringSlice("roles")) != 1 || user.GetStringSlice("roles")[0] != "field" {
		t.Errorf("got locale %q and roles %v", user.GetString("locale"), user.GetStringSlice("roles"))
	}
	if got := ask("locale", map[string]any{"locale": "fr"}); got.status != 400 || got.body["field"] != "locale" {
		t.Errorf("another language: got %d %s", got.status, got.raw)
	}
	if got := ask("devices/revoke", map[string]any{"id": worker.device}); got.status != 200 || got.body["revoked"] != true {
		t.Errorf("revoke: got %d %s", got.status, got.raw)
	}
	again := s.token(t, "users", "onnen@example.org")
	if got := s.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": worker.device}, "Authorization", again); got.body["order"] != "wipe" {
		t.Errorf("hello of a revoked phone: got %d %s", got.status, got.raw)
	}
	last := s.auditRows(t)
	if e := last[len(last)-1].Entry; e.Act != "device:revoke" || e.Actor != user.Id || e.Rec != worker.device {
		t.Errorf("got audit %+v", e)
	}
}

// TestRevealIsAudited checks that a look at identity leaves its row, and a look that was refused shows nothing.
func TestRevealIsAudited(t *testing.T) {
	s, worker, supervisor := station(t)
	const rec = "enc000000000001"
	worker.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": rec,
		"set": map[string]any{"codename": "robin", "name": "Celyn Enghraifft", "narrative": "Met at the market."}, "cmd": map[string]any{"name": "submit", "args": map[string]any{}}})
	got := supervisor.ask(t, "POST", "/api/noddfa/reveal", map[string]any{"proto": 1, "coll": "encounters", "rec": rec, "what": "identity"},
		"Authorization", supervisor.token, "X-Noddfa-Device", supervisor.device)
	if d, _ := got.body["d"].(map[string]any); got.body["noddfa"] != "reveal/1" || d["name"] != "Celyn Enghraifft" {
		t.Fatalf("got %d %s", got.status, got.raw)
	}
	rows := s.auditRows(t)
	e := rows[len(rows)-1].Entry
	if e.Act != "reveal:identity" || e.Rec != rec || e.Device != supervisor.device || e.Actor == "" {
		t.Errorf("got audit %+v", e)
	}
}

// TestDemoOnRealData refuses to mix made-up data with real, and changes nothing when it was loaded before.
func TestDemoOnRealData(t *testing.T) {
	s := start(t, t.TempDir(), false)
	c, err := s.app.FindCollectionByNameOrId("agencies")
	if err != nil {
		t.Fatal(err)
	}
	real := core.NewRecord(c)
	real.Load(map[string]any{"code": "pol-one", "name_en": "One", "name_cy": "Un", "kind": "police"})
	if err := s.app.Save(real); err != nil {
		t.Fatal(err)
	}
	if err := s.loadDemo(context.Background()); !errors.Is(err, demo.ErrRealData) {
		t.Errorf("got %v, want %v", err, demo.ErrRealData)
	}
	if n, err := s.app.CountRecords("users"); err != nil || n != 0 {
		t.Errorf("got %d users, %v; want none", n, err)
	}

	made := demonstration(t)
	before, err := made.app.CountRecords("audit")
	if err != nil {
		t.Fatal(err)
	}
	if err := made.loadDemo(context.Background()); err != nil {
		t.Errorf("second load: %v", err)
	}
	if after, err := made.app.CountRecords("audit"); err != nil || after != before {
		t.Errorf("second load: got %d audit rows, %v; want %d", after, err, before)
	}
}

// TestDemoBanner tells phones that the data is made up even when the server was not started as a demonstration.
func TestDemoBanner(t *testing.T) {
	folder := t.TempDir()
	_, stop, err := launch(folder, true, unchanged)
	if err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	s := start(t, folder, false)
	hello := func(email, device string) answer {
		p := s.enrol(t, email, device)
		return s.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": device}, "Authorization", p.token)
	}
	if got := hello("onnen@example.org", "devbanner000000"); got.body["demo"] != true {
		t.Errorf("got demo %v, want the banner", got.body["demo"])
	}
	if got := s.ask(t, "GET", "/api/noddfa/demo", nil); got.status != 404 {
		t.Errorf("sign-ins: got %d, want none shown", got.status)
	}
}
