package records_test

import (
	"path/filepath"
	"testing"

	"noddfa/internal/records"
)

// The build tags turn these parts of SQLite on. Without them a filter fails only when somebody uses it.
func TestBuildTagsAreSet(t *testing.T) {
	db, err := records.Connect(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for name, sql := range map[string]string{
		"sqlite_math_functions": "SELECT acos(0.5)",
		"sqlite_fts5":           "CREATE VIRTUAL TABLE words USING fts5(word)",
	} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Errorf("the build tag %s is missing, use make: %v", name, err)
		}
	}
}

func TestWriterSettings(t *testing.T) {
	db, err := records.Connect(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "trusted_schema": "0", "busy_timeout": "10000"} {
		var got string
		if err := db.NewQuery("PRAGMA " + pragma).Row(&got); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", pragma, got, err, want)
		}
	}
}
