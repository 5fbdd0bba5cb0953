package pack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/forms"
)

const packs = "../../testdata/pack"

func read(t *testing.T, into any, path ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", filepath.Join(path...), err)
	}
}

func nrm(t *testing.T) *forms.Form {
	t.Helper()
	raw, err := os.ReadFile("../../pb_migrations/forms/nrm.json")
	if err != nil {
		t.Fatal(err)
	}
	form, err := forms.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

func homeOfficeOrder(t *testing.T) []string {
	t.Helper()
	var order []string
	read(t, &order, packs, "home-office-order.json")
	return order
}

// TestFormIsInHomeOfficeOrder holds our definition to the order of the Home Office's form, box by box.
func TestFormIsInHomeOfficeOrder(t *testing.T) {
	want := homeOfficeOrder(t)
	if len(want) < 100 {
		t.Fatalf("got %d boxes in the list, want the whole form", len(want))
	}
	var got []string
	for _, section := range nrm(t).Sections {
		for _, q := range section.Questions {
			if section.Sent && q.Ref != "" {
				got = append(got, refs(q)...)
			}
		}
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("box %d: got %q, want %q", i+1, got[min(i, len(got)):], want[min(i, len(want)):])
		}
	}
	if at := slices.IndexFunc(got, func(ref string) bool { return strings.ContainsAny(ref, "*") }); at >= 0 {
		t.Errorf("got %s for an option whose box nobody named", got[at])
	}
}
