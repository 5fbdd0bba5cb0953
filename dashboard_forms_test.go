package main

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/forms"
)

const formRows = "/api/collections/forms/records"

// nextVersion is a seeded form as its second version.
func nextVersion(t *testing.T, code string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile("pb_migrations/forms/" + code + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var definition map[string]any
	if err := json.Unmarshal(raw, &definition); err != nil {
		t.Fatal(err)
	}
	definition["version"] = 2
	return definition
}

// TestDashboardForms publishes a second version of a form and an agency's own.
func TestDashboardForms(t *testing.T) {
	s := start(t, t.TempDir(), false)
	admin := s.admin(t)
	agency := s.ask(t, "POST", "/api/collections/agencies/records", map[string]any{"code": "demo-one", "name_en": "One", "name_cy": "Un", "kind": "ngo"}, "Authorization", admin)
	for of, version := range map[any]int{"": 2, agency.body["id"]: 3} {
		definition := nextVersion(t, "nrm")
		definition["version"] = version
		row := map[string]any{"code": "nrm", "version": version, "definition": definition, "agency": of}
		if got := s.ask(t, "POST", formRows, row, "Authorization", admin); got.status != 200 {
			t.Fatalf("agency %q: got %d %s", of, got.status, got.raw)
		}
		if got := s.ask(t, "POST", formRows, row, "Authorization", admin); got.status != 400 {
			t.Errorf("agency %q again: got %d, want 400", of, got.status)
		}
	}
	id := s.anyID(t, "forms")
	if got := s.ask(t, "PATCH", formRows+"/"+id, map[string]any{"retired": true}, "Authorization", admin); got.status != 200 {
		t.Errorf("retire: got %d %s", got.status, got.raw)
	}
	for name, body := range map[string]map[string]any{
		"code": {"code": "other"}, "version": {"version": 9}, "agency": {"agency": agency.body["id"]},
		"definition": {"definition": nextVersion(t, "nrm")}, "definition beside retired": {"retired": false, "definition": map[string]any{}},
	} {
		if got := s.ask(t, "PATCH", formRows+"/"+id, body, "Authorization", admin); got.status != 403 {
			t.Errorf("change %s: got %d, want 403", name, got.status)
		}
	}
	if got := s.ask(t, "DELETE", formRows+"/"+id, nil, "Authorization", admin); got.status != 403 {
		t.Errorf("delete: got %d, want 403", got.status)
	}
	entries := s.auditRows(t)
	if last := entries[len(entries)-1].Entry; last.Act != "admin_refused" || last.Coll != "forms" || last.Rec != id {
		t.Errorf("last audit row: got %+v, want the refused deletion", last)
	}
}

// TestDashboardFormBroken is what an administrator is told of a form that cannot be asked.
func TestDashboardFormBroken(t *testing.T) {
	s := start(t, t.TempDir(), false)
	admin := s.admin(t)
	user := s.addUser(t, "onnen@example.org")
	agency := s.ask(t, "POST", "/api/collections/agencies/records", map[string]any{"code": "demo-one", "name_en": "One", "name_cy": "Un", "kind": "ngo"}, "Authorization", admin).body["id"]
	question := func(d map[string]any) map[string]any {
		return d["sections"].([]any)[1].(map[string]any)["questions"].([]any)[1].(map[string]any)
	}
	tests := []struct {
		name  string
		spoil func(row, definition map[string]any)
		want  string
	}{
		{"operation", func(_, d map[string]any) { question(d)["when"] = []any{"equals", "under_18", "yes"} }, `sections[1].questions[1].when: has the operation`},
		{"key", func(_, d map[string]any) { question(d)["when"] = []any{"answered", "under18"} }, `sections[1].questions[1].when: \"under18\" is neither a question nor derived`},
		{"Welsh", func(_, d map[string]any) { delete(question(d)["label"].(map[string]any), "cy") }, `sections[1].questions[1].label.cy: has no Welsh words`},
		{"no JSON object", func(row, _ map[string]any) { row["definition"] = "text" }, "definition: must be an object"},
		{"nothing", func(row, _ map[string]any) { delete(row, "definition") }, "definition: must be an object"},
		{"other code", func(row, _ map[string]any) { row["code"] = "nrm2" }, "must be those in the definition"},
		{"other version", func(row, _ map[string]any) { row["version"] = 3 }, "must be those in the definition"},
		{"everybody's number", func(row, d map[string]any) { row["agency"], row["version"], d["version"] = agency, 1, 1 }, "is a form that everybody has"},
		{"no such agency", func(row, _ map[string]any) { row["agency"] = user }, "no such agency"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			definition := nextVersion(t, "nrm")
			row := map[string]any{"code": "nrm", "version": 2, "agency": "", "definition": definition}
			tt.spoil(row, definition)
			got := s.ask(t, "POST", formRows, row, "Authorization", admin)
			if got.status != 400 || !strings.Contains(got.raw, tt.want) {
				t.Errorf("got %d %s, want 400 with %q", got.status, got.raw, tt.want)
			}
		})
	}
	token := s.token(t, "users", "onnen@example.org")
	if got := s.ask(t, "POST", formRows, map[string]any{"code": "nrm", "version": 2, "definition": nextVersion(t, "nrm")}, "Authorization", token); got.status != 403 {
		t.Errorf("somebody who is no administrator: got %d, want 403", got.status)
	}
}

// TestFormsInFeed changes rows by hand and looks for the marks that bring the change to phones.
func TestFormsInFeed(t *testing.T) {
	s := start(t, t.TempDir(), false)
	id := s.anyID(t, "forms")
	undone := errors.New("undone")
	tests := map[string]struct {
		sql  string
		want []string
	}{
		"new":     {"INSERT INTO forms (id, code, version, agency, definition) VALUES ('aaaaaaaaaaaaaaa', 'x', 1, '', '{}')", []string{"aaaaaaaaaaaaaaa"}},
		"changed": {"UPDATE forms SET retired = 1 WHERE id = '" + id + "'", []string{id}},
		"renamed": {"UPDATE forms SET id = 'aaaaaaaaaaaaaaa' WHERE id = '" + id + "'", []string{"aaaaaaaaaaaaaaa", id}},
		"gone":    {"DELETE FROM forms WHERE id = '" + id + "'", []string{id}},
	}
	for name, tt := range tests {
		err := s.app.RunInTransaction(func(tx core.App) error {
			var marked []string
			if _, err := tx.DB().NewQuery("DELETE FROM sync_dirty").Execute(); err != nil {
				return err
			}
			if _, err := tx.DB().NewQuery(tt.sql).Execute(); err != nil {
				return err
			}
			if err := tx.DB().NewQuery("SELECT rec FROM sync_dirty WHERE coll = 'nod_forms' ORDER BY rec").Column(&marked); err != nil {
				return err
			}
			slices.Sort(tt.want)
			if !slices.Equal(marked, tt.want) {
				t.Errorf("%s: got %v marked, want %v", name, marked, tt.want)
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
	}
}

// TestPublishedFormReachesPhones is the way of a new version from the dashboard to a phone, where it can be asked.
func TestPublishedFormReachesPhones(t *testing.T) {
	s := start(t, t.TempDir(), false)
	admin := s.admin(t)
	s.addUser(t, "onnen@example.org")
	p := s.enrol(t, "onnen@example.org", "devaaaaaaaaaaaa")
	versions := func() map[float64]*forms.Form {
		out := map[float64]*forms.Form{}
		for _, row := range p.pull(t) {
			if row.C != "forms" || row.D["code"] != "nrm" {
				continue
			}
			raw, err := json.Marshal(row.D["definition"])
			if err != nil {
				t.Fatal(err)
			}
			form, err := forms.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			out[row.D["version"].(float64)] = form
		}
		return out
	}
	if got := versions(); len(got) != 1 || got[1] == nil {
		t.Fatalf("before: got %d versions, want the first", len(got))
	}
	definition := nextVersion(t, "nrm")
	definition["title"].(map[string]any)["en"] = "Changed"
	if got := s.ask(t, "POST", formRows, map[string]any{"code": "nrm", "version": 2, "definition": definition}, "Authorization", admin); got.status != 200 {
		t.Fatalf("publish: got %d %s", got.status, got.raw)
	}
	got := versions()
	if len(got) != 2 || got[2] == nil || got[2].Title.EN != "Changed" || got[1].Title.EN == "Changed" {
		t.Errorf("after: got %d versions, want the old one as it was and the new one", len(got))
	}
}
