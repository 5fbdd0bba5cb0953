package reconcile_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/reconcile"
)

func TestTable(t *testing.T) {
	files, err := filepath.Glob("../../testdata/reconcile/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("tables: got %v, %v; want three or more", files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases []struct {
			Name, Coll, Field         string
			Current, Prev, New, After any
			Outcome                   reconcile.Outcome
		}
		if err := json.Unmarshal(raw, &cases); err != nil || len(cases) == 0 {
			t.Fatalf("read %s: %d cases, %v", file, len(cases), err)
		}
		for _, c := range cases {
			t.Run(c.Field+" "+c.Name, func(t *testing.T) {
				field, ok := casework.Collections[cmp.Or(c.Coll, "encounters")].Fields[c.Field]
				if !ok {
					t.Fatalf("no field %s", c.Field)
				}
				got, after := reconcile.Decide(field, c.Current, c.Prev, c.New)
				if got != c.Outcome || !casework.Equal(after, c.After) {
					t.Errorf("got %s %s, want %s %s", got, casework.Canonical(after), c.Outcome, casework.Canonical(c.After))
				}
			})
		}
	}
}
