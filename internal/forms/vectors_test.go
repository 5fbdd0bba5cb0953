package forms_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

func TestRules(t *testing.T) {
	cases := readJSON[[]struct {
		Rule    forms.Rule
		Answers map[string]any
		Holds   bool
	}](t, "../../testdata/forms/rules.json")
	if len(cases) < 80 {
		t.Fatalf("got %d cases, want them all", len(cases))
	}
	for i, tt := range cases {
		got := forms.Holds(tt.Rule, func(key string) (any, bool) { value, ok := tt.Answers[key]; return value, ok })
		if got != tt.Holds {
			t.Errorf("case %d: %v with %v: got %v, want %v", i, tt.Rule, tt.Answers, got, tt.Holds)
		}
	}
}

func TestRuleBeyondTheLanguage(t *testing.T) {
	for _, raw := range []string{`["equals","a","x"]`, `["eq","a"]`, `["not"]`, `["all"]`, `[]`, `"eq"`, `["lt","a","b"]`, `["in","a",[]]`, `["eq","a",null]`, `["count","a",0]`} {
		var rule forms.Rule
		if err := json.Unmarshal([]byte(raw), &rule); err == nil {
			t.Errorf("%s: got no error", raw)
		}
	}
}

// one is a form of a single question.
func one(t testing.TB, question map[string]any) (*forms.Form, error) {
	t.Helper()
	question["key"] = "q"
	words := map[string]any{"en": "Form", "cy": "Ffurflen"}
	towns := []any{}
	for _, value := range []string{"Cardiff / Caerdydd", "Newport / Casnewydd", "Unknown"} {
		towns = append(towns, map[string]any{"value": value, "en": value, "cy": value})
	}
	raw, err := json.Marshal(map[string]any{"code": "one", "version": 1, "types": []any{"helpline"}, "title": words, "lists": map[string]any{"towns": towns},
		"sections": []any{map[string]any{"id": "s", "title": words, "sent": true, "questions": []any{question}}}})
	if err != nil {
		t.Fatal(err)
	}
	return forms.ParseAt(raw, noon)
}

func TestChecks(t *testing.T) {
	cases := readJSON[[]struct {
		Question map[string]any
		Values   []struct {
			Value  any
			Repeat []any
			Wrong  string
		}
	}](t, "../../testdata/forms/checks.json")
	seen := map[string]bool{}
	for _, tt := range cases {
		f, err := one(t, tt.Question)
		if err != nil {
			t.Fatalf("%v: %v", tt.Question, err)
		}
		q, _ := f.Question("q")
		for _, v := range tt.Values {
			if v.Repeat != nil {
				v.Value = strings.Repeat(v.Repeat[0].(string), int(v.Repeat[1].(float64)))
			}
			if got := q.Check(v.Value); got != v.Wrong {
				t.Errorf("%s with %.40v: got %q, want %q", q.Type, v.Value, got, v.Wrong)
			}
			seen[v.Wrong] = true
		}
	}
	want := []string{casework.KeyTooLong, casework.KeyCheck, forms.KeyNoWebLinks, forms.KeyDateFuture, forms.KeyDateEarly, forms.KeyCheckDate,
		forms.KeyCheckPhone, forms.KeyCheckEmail, forms.KeyChooseListed, forms.KeyTooFew, forms.KeyTooMany, forms.KeyCheckNumber}
	for _, key := range want {
		if !seen[key] {
			t.Errorf("no case comes to %s", key)
		}
	}
}

func TestMissing(t *testing.T) {
	for typ, want := range map[string]string{"text": casework.KeyRequired, "confirm": forms.KeyConfirm} {
		f, err := one(t, map[string]any{"type": typ, "label": map[string]any{"en": "Q", "cy": "C"}, "store": "answers", "required": true})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Check(forms.Answers{"q": false, "r": "x"}, true); got["q"] != want || got["r"] != casework.KeyUnknownField {
			t.Errorf("%s: got %v", typ, got)
		}
	}
}

func TestPathways(t *testing.T) {
	cases := readJSON[[]struct {
		Facts            forms.Answers
		Suggest, Reasons []string
		Forbidden        map[string]string
	}](t, "../../testdata/forms/pathways.json")
	for _, tt := range cases {
		var types, reasons []string
		for _, s := range forms.Suggest(tt.Facts) {
			types, reasons = append(types, s.Type), append(reasons, s.Reason)
		}
		if !slices.Equal(types, tt.Suggest) || !slices.Equal(reasons, tt.Reasons) {
			t.Errorf("%v: got %v %v, want %v %v", tt.Facts, types, reasons, tt.Suggest, tt.Reasons)
		}
		forbidden := map[string]string{}
		for typ := range casework.ReferralTypes {
			if key := forms.Forbidden(typ, tt.Facts); key != "" {
				forbidden[typ] = key
			}
		}
		if !maps.Equal(forbidden, tt.Forbidden) {
			t.Errorf("%v: got forbidden %v, want %v", tt.Facts, forbidden, tt.Forbidden)
		}
	}
}
