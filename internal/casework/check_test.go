package casework_test

import (
	"strings"
	"testing"

	"noddfa/internal/casework"
)

func TestCheck(t *testing.T) {
	fields := casework.Collections["encounters"].Fields
	for _, c := range []struct {
		name, field string
		value       any
		want        string
	}{
		{"OK", "codename", "robin 7", ""},
		{"OK Welsh", "codename", "Crëyr 55", ""},
		{"OK without a number", "codename", "coch-y-berllan", ""},
		{"ErrName", "codename", "Nia Jones", casework.KeyCheck},
		{"ErrNameBehindABird", "codename", "robin Jones 7", casework.KeyCheck},
		{"ErrDateBehindABird", "codename", "robin 20080229", casework.KeyCheck},
		{"ErrMarkup", "codename", "<b>robin</b>", casework.KeyCheck},
		{"OK", "narrative", strings.Repeat("ŵ", 15000), ""},
		{"ErrTooLong", "narrative", strings.Repeat("ŵ", 15001), casework.KeyTooLong},
		{"ErrNotText", "narrative", 7.0, casework.KeyCheck},
		{"ErrZeroByte", "narrative", "a\x00b", casework.KeyCheck},
		{"OK", "risk", "high", ""},
		{"ErrNotListed", "risk", "extreme", casework.KeyCheck},
		{"OK", "indicators", []any{"GEN-01:seen", "DAN-04:said_by_person"}, ""},
		{"ErrTwice", "indicators", []any{"GEN-01:seen", "GEN-01:seen"}, casework.KeyCheck},
		{"ErrNoBasis", "indicators", []any{"GEN-01"}, casework.KeyCheck},
		{"ErrMixed", "indicators", []any{"GEN-01:seen", 4.0}, casework.KeyCheck},
		{"OK", "place", map[string]any{"text": "By the port", "lat": 51.5, "lng": -3.2}, ""},
		{"ErrOffTheMap", "place", map[string]any{"lat": 91.0}, casework.KeyCheck},
		{"ErrUnknownKey", "place", map[string]any{"what3words": "a.b.c"}, casework.KeyCheck},
		{"OK", "date_of_birth", "2008-02-29", ""},
		{"ErrNoSuchDay", "date_of_birth", "2007-02-29", casework.KeyCheck},
		{"OK", "met_at", "2026-11-23T09:30", ""},
		{"ErrNotATime", "met_at", "yesterday", casework.KeyCheck},
		{"OK", "danger", true, ""},
		{"ErrWord", "danger", "yes", casework.KeyCheck},
		{"OK", "phone", "+44 7700 900123", ""},
		{"ErrLetters", "phone", "call me", casework.KeyCheck},
		{"OK cleared", "narrative", "", ""},
		{"OK cleared", "place", nil, ""},
		{"ErrServerOnly", "state", "approved", casework.KeyUnknownField},
	} {
		t.Run(c.field+"/"+c.name, func(t *testing.T) {
			if got := casework.Check(fields, map[string]any{c.field: c.value}, false)[c.field]; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestEqualTakesNoNoticeOfHowEmptyIsSpelt(t *testing.T) {
	empty := []any{nil, "", false, []any{}, map[string]any{}, map[string]any{"a": ""}}
	for _, a := range empty {
		for _, b := range empty {
			if !casework.Equal(a, b) {
				t.Errorf("%v and %v: got different, want equal", a, b)
			}
		}
	}
	if casework.Equal("a", nil) || casework.Equal(0.0, nil) || casework.Equal("0", 0.0) {
		t.Error("a value equals nothing")
	}
}

func TestEveryRuleNamesWhatExists(t *testing.T) {
	for name, field := range casework.Collections["encounters"].Fields {
		if field.Policy == "safest" && !field.Narrower && len(field.Order) < 2 {
			t.Errorf("%s: safest without an order", name)
		}
		if (field.Kind == "enum" || field.Kind == "codes") && len(field.Of) == 0 {
			t.Errorf("%s: no values", name)
		}
	}
}
