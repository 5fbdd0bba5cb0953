package audit_test

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"noddfa/internal/audit"
)

// table is an audit table in memory: the smallest thing that can be a Log.
type table struct{ rows []audit.Row }

func (t *table) AuditLast() (int64, string, error) {
	if len(t.rows) == 0 {
		return 0, "", nil
	}
	last := t.rows[len(t.rows)-1]
	return last.Seq, last.Hash, nil
}

func (t *table) AuditInsert(r audit.Row) error {
	t.rows = append(t.rows, r)
	return nil
}

func (t *table) all() iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		for _, r := range t.rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func filled(t *testing.T) *table {
	t.Helper()
	log := &table{}
	for _, act := range []string{"sign_in", "reveal:identity", "cmd:approve"} {
		if _, err := audit.Append(log, audit.Entry{AtMs: 1795449600000, Actor: "usr00000000000a", Role: "supervisor", Act: act}); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

func TestVerify(t *testing.T) {
	tests := []struct {
		name   string
		change func(rows []audit.Row) []audit.Row
		want   error
		n      int64
	}{
		{"OK", func(r []audit.Row) []audit.Row { return r }, nil, 3},
		{"OK empty", func([]audit.Row) []audit.Row { return nil }, nil, 0},
		{"ErrBroken changed act", func(r []audit.Row) []audit.Row { r[1].Entry.Act = "sign_in"; return r }, audit.ErrBroken, 1},
		{"ErrBroken changed and hashed again", func(r []audit.Row) []audit.Row {
			r[1].Entry.Actor = "usr00000000000b"
			r[1].Hash = audit.Sum(r[1])
			return r
		}, audit.ErrBroken, 2},
		{"ErrBroken first taken out", func(r []audit.Row) []audit.Row { return r[1:] }, audit.ErrBroken, 0},
		{"ErrBroken middle taken out", func(r []audit.Row) []audit.Row { return append(r[:1:1], r[2]) }, audit.ErrBroken, 1},
		{"ErrBroken swapped", func(r []audit.Row) []audit.Row { r[0], r[1] = r[1], r[0]; return r }, audit.ErrBroken, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := filled(t)
			log.rows = tt.change(log.rows)
			n, _, err := audit.Verify(log.all())
			if n != tt.n || !errors.Is(err, tt.want) {
				t.Errorf("got %d, %v; want %d, %v", n, err, tt.n, tt.want)
			}
		})
	}
}

// TestSum pins the hash, so that a chain written today can be checked by any later version.
func TestSum(t *testing.T) {
	got := audit.Sum(audit.Row{Seq: 1, Entry: audit.Entry{AtMs: 1795449600000, Actor: "usr00000000000a", Role: "field", Agency: "agy00000000000a",
		Act: "reveal:identity", Coll: "encounters", Rec: "rec00000000000a", Device: "dev00000000000a", Detail: "own"}})
	if want := "34d540820ee02a23ec4cfbc6a186672da856b6fad6f91456668f12d671e5ffbf"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAppend(t *testing.T) {
	ok := audit.Entry{AtMs: 1, Act: "sign_in"}
	with := func(change func(*audit.Entry)) audit.Entry { e := ok; change(&e); return e }
	tests := []struct {
		name  string
		entry audit.Entry
		want  error
	}{
		{"OK", ok, nil},
		{"OK codes", with(func(e *audit.Entry) { e.Detail = "R01 R02 rev=7 fields:danger,risk" }), nil},
		{"ErrNotCodes no act", with(func(e *audit.Entry) { e.Act = "" }), audit.ErrNotCodes},
		{"ErrNotCodes no time", with(func(e *audit.Entry) { e.AtMs = 0 }), audit.ErrNotCodes},
		{"ErrNotCodes a sentence", with(func(e *audit.Entry) { e.Detail = "She said: \"help\"" }), audit.ErrNotCodes},
		{"ErrNotCodes a line break", with(func(e *audit.Entry) { e.Detail = "a\nb" }), audit.ErrNotCodes},
		{"ErrNotCodes long", with(func(e *audit.Entry) { e.Detail = strings.Repeat("a", 501) }), audit.ErrNotCodes},
		{"ErrNotCodes long actor", with(func(e *audit.Entry) { e.Actor = strings.Repeat("a", 65) }), audit.ErrNotCodes},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := &table{}
			if _, got := audit.Append(log, tt.entry); !errors.Is(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if got, want := len(log.rows), map[bool]int{true: 1, false: 0}[tt.want == nil]; got != want {
				t.Errorf("got %d rows, want %d", got, want)
			}
		})
	}
}
