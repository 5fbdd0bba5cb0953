package forms_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

const definitions = "../../pb_migrations/forms"

// noon is the clock of every test.
func noon() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }

func load(t testing.TB, code string) *forms.Form {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(definitions, code+".json"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := forms.ParseAt(raw, noon)
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return f
}

func codes(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(definitions + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, path := range paths {
		out = append(out, strings.TrimSuffix(filepath.Base(path), ".json"))
	}
	return out
}

// TestDefinitions reads every form that a new server has.
func TestDefinitions(t *testing.T) {
	for _, code := range codes(t) {
		if f := load(t, code); f.Code != code || f.Version != 1 {
			t.Errorf("%s holds the form %s version %d", code, f.Code, f.Version)
		}
	}
	for name, typ := range casework.ReferralTypes {
		if f := load(t, typ.Form); !slices.Contains(f.Types, name) {
			t.Errorf("the form %s is not for %s", typ.Form, name)
		}
	}
}
