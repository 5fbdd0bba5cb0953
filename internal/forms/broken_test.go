package forms_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"noddfa/internal/forms"
)

type object = map[string]any

func words(en, cy string) object { return object{"en": en, "cy": cy} }

func asked(key, typ string, more ...any) object {
	q := object{"key": key, "type": typ, "label": words("Question", "Cwestiwn"), "store": "answers"}
	for i := 0; i+1 < len(more); i += 2 {
		q[more[i].(string)] = more[i+1]
	}
	return q
}

var yesNo = []any{object{"value": "yes", "en": "Yes", "cy": "Ie"}, object{"value": "no", "en": "No", "cy": "Na"}}

// sound is a small form with one of everything; each test breaks it in one way.
func sound() object {
	return object{
		"code": "sound", "version": 3, "types": []any{"helpline"}, "title": words("Sound", "Cadarn"),
		"lists":   object{"towns": []any{object{"value": "A", "en": "A", "cy": "Â"}}},
		"derived": []any{object{"key": "$grown", "cases": []any{[]any{[]any{"eq", "child", "no"}, true}}}},
		"sections": []any{object{"id": "one", "title": words("One", "Un"), "sent": true, "questions": []any{
			asked("child", "radio", "options", yesNo),
			asked("town", "select", "list", "towns", "when", []any{"eq", "$grown", true}),
			asked("several", "checkboxes", "options", yesNo, "when", []any{"answered", "child"}),
			asked("day", "date", "when", []any{"has", "several", "yes"}),
			asked("many", "number", "when", []any{"gte", "day", "2026-01-01"}),
			asked("files", "file_repeat", "when", []any{"gt", "many", 2.0}),
			asked("note", "text", "when", []any{"some", "files", []any{"answered", "description"}}),
		}}},
		"migrations": []any{object{"from": 1, "rename": object{"old": "note"}, "note": words("New", "Newydd")}},
	}
}

// at gives what stands at a place such as sections[0].questions[1].
func at(form object, place string) (object, string) {
	var here any = form
	parts := strings.Split(place, ".")
	for _, part := range parts[:len(parts)-1] {
		name, index, _ := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		here = here.(object)[name]
		if index != "" {
			var i int
			if _, err := fmt.Sscan(index, &i); err != nil {
				panic(err)
			}
			here = here.([]any)[i]
		}
	}
	return here.(object), parts[len(parts)-1]
}

func TestSound(t *testing.T) {
	raw, err := json.Marshal(sound())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forms.Parse(raw); err != nil {
		t.Fatal(err)
	}
}

// TestBroken puts a value at one place of a sound form and looks where the reader finds the break and what it says.
func TestBroken(t *testing.T) {
	q := func(i int, name string) string { return fmt.Sprintf("sections[0].questions[%d].%s", i, name) }
	many := make([]any, 301)
	for i := range many {
		many[i] = asked(fmt.Sprintf("q%d", i), "text")
	}
	deep := []any{"answered", "child"}
	for range 9 {
		deep = []any{"not", deep}
	}
	tests := []struct {
		put   string
		value any
		place string // "" for the place that was put
		says  string
	}{
		{"code", "Bad code", "", "must be 1 to 40"},
		{"code", "form2", "", "must be 1 to 40"},
		{"version", 0, "", "whole number from 1"},
		{"version", 1.5, "", "whole number from 1"},
		{"types", []any{}, "", "names no type"},
		{"types", []any{"letter"}, "types[0]", "no type of referral"},
		{"title", object{"en": "Only"}, "title.cy", "no Welsh"},
		{"title", object{"cy": "Dim ond"}, "title.en", "no English"},
		{"colour", "red", "", "not part of a definition"},
		{"sections", []any{}, "", "no section"},
		{"sections", "one", "", "must be a list"},
		{"sections[0].id", "One", "", "must be 1 to 40"},
		{"sections[0].sent", nil, "", "is missing"},
		{"sections[0].sent", "yes", "", "true or false"},
		{"sections[0].intro", object{"en": "Only"}, "sections[0].intro.cy", "no Welsh"},
		{"sections[0].when", []any{"eq", "none", "x"}, "", "neither a question nor derived"},
		{"sections[0].questions", many, "", "more than 300"},
		{"lists", object{"towns": []any{object{"value": "A", "en": "A"}}}, "lists.towns[0].cy", "no Welsh"},
		{"lists", object{"towns": []any{}}, "lists.towns", "holds no option"},
		{"derived[0].key", "grown", "", "must begin with $"},
		{"derived[0].cases", []any{}, "", "no case"},
		{"derived[0].cases", []any{[]any{[]any{"eq", "child", "perhaps"}, true}}, "derived[0].cases[0][0]", "never has the value perhaps"},
		{q(0, "key"), "town", "sections[0].questions[1].key", "key of another question"},
		{q(0, "key"), "1st", "", "must be 1 to 40"},
		{q(0, "type"), "radios", "", "no type of question"},
		{q(0, "store"), "cupboard", "", "must be one of"},
		{q(0, "store"), nil, "", "must be one of"},
		{q(0, "label"), nil, "", "must be an object"},
		{q(0, "hint"), object{"cy": "Dim ond"}, q(0, "hint.en"), "no English"},
		{q(0, "label"), words(strings.Repeat("x", 501), "x"), q(0, "label.en"), "longer than 500"},
		{q(0, "options"), nil, "sections[0].questions[0]", "has 0 of options"},
		{q(0, "options"), []any{yesNo[0], yesNo[0]}, q(0, "options[1].value"), "twice"},
		{q(0, "safest"), []any{"yes", "maybe"}, "", "no option"},
		{q(0, "safest"), []any{"yes"}, "", "must order every option"},
		{q(0, "default"), "maybe", "", "is no answer"},
		{q(0, "copy"), "user.password", "", "nothing that can be copied"},
		{q(0, "scrub"), true, "", "only texts"},
		{q(0, "max"), 5, "", "has no limits"},
		{q(0, "check"), []any{"no_url"}, "", "no check of a radio"},
		{q(0, "store"), "consent", q(0, "key"), "no part of consent"},
		{"sections[0].questions", []any{asked("consent_nrm", "radio", "store", "consent", "options", []any{object{"value": "maybe", "en": "Maybe", "cy": "Efallai"}})}, q(0, "options"), "consent cannot hold"},
		{"sections[0].questions", []any{asked("explained_name", "text", "store", "consent")}, q(0, "max"), "at most 200"},
		{q(1, "list"), "cities", "", "no list of this form"},
		{q(1, "catalogue"), "countries", "sections[0].questions[1]", "has 2 of options"},
		{q(2, "min"), 1001, "", "whole number from 0 to 1000"},
		{q(6, "min"), 251, "", "more than max"},
		{q(6, "when"), []any{"equals", "child", "yes"}, "", "which the language does not have"},
		{q(6, "when"), []any{"all", []any{"answered", "child"}, []any{"nope", "child"}}, q(6, "when[2]"), "does not have"},
		{q(6, "when"), []any{"all", []any{"answered", "child"}, []any{"eq", "child", "maybe"}}, q(6, "when[2]"), "never has the value maybe"},
		{q(6, "when"), []any{"answered", "chld"}, "", "neither a question nor derived"},
		{q(6, "when"), []any{"eq", "several", "yes"}, "", "several values"},
		{q(6, "when"), []any{"has", "child", "yes"}, "", "does not suit child"},
		{q(6, "when"), []any{"count", "child", 1}, "", "one value"},
		{q(6, "when"), []any{"lt", "child", 1}, "", "does not suit child"},
		{q(6, "when"), []any{"lt", "day", 1}, "", "does not suit day"},
		{q(6, "when"), []any{"lt", "many", "2026-01-01"}, "", "does not suit many"},
		{q(6, "when"), []any{"lt", "many", "ten"}, q(6, "when[2]"), "a number or a date"},
		{q(6, "when"), []any{"some", "several", []any{"answered", "name"}}, "", "does not suit several"},
		{q(6, "when"), []any{"some", "files", []any{"answered", "size"}}, q(6, "when[2]"), "name and description"},
		{q(6, "when"), []any{"eq", "$grown", false}, "", "never has the value false"},
		{q(6, "when"), []any{"gt", "$grown", 1}, "", "does not suit $grown"},
		{q(6, "when"), deep, q(6, "when[1][1][1][1][1][1][1][1]"), "nests more than 8"},
		{q(6, "when"), "child", "", "must be a list"},
		{q(0, "when"), []any{"answered", "note"}, "sections[0].questions[0]", "waits for itself: child → note → files → many → day → several → child"},
		{q(3, "when"), []any{"answered", "day"}, "sections[0].questions[3]", "waits for itself: day → day"},
		{"migrations[0].from", 3, "", "less than the version"},
		{"migrations[0].rename", object{"old": "nowhere"}, "", "no question of this version"},
		{"migrations[0].note", nil, "", "must be an object"},
		{"migrations[0].drop", []any{"old"}, "migrations[0].rename", "cannot be renamed"},
		{"migrations[0].drop", []any{"town"}, "", "still asked"},
		{"migrations[0].rename", object{"old": "note", "older": "note"}, "", "two answers one key"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %.30v", tt.put, tt.value), func(t *testing.T) {
			form := sound()
			raw, err := json.Marshal(form)
			if err != nil {
				t.Fatal(err)
			}
			form = nil
			if err := json.Unmarshal(raw, &form); err != nil {
				t.Fatal(err)
			}
			where, name := at(form, tt.put)
			where[name] = tt.value
			if raw, err = json.Marshal(form); err != nil {
				t.Fatal(err)
			}
			want := tt.place
			if want == "" {
				want = tt.put
			}
			var broken *forms.Broken
			if _, err := forms.Parse(raw); !errors.As(err, &broken) || !strings.HasPrefix(broken.Place, want) || !strings.Contains(broken.Reason, tt.says) {
				t.Errorf("got %v, want %s: … %s", err, want, tt.says)
			}
		})
	}
}

func TestNotJSON(t *testing.T) {
	for raw, says := range map[string]string{"": "is not JSON", "[]": "must be an object", `{"code"`: "is not JSON", "\"" + strings.Repeat("x", 600_000) + "\"": "larger than"} {
		if _, err := forms.Parse([]byte(raw)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.10q: got %v, want %q", raw, err, says)
		}
	}
}

// FuzzParse reads whatever comes without failing, and asks whatever it took.
func FuzzParse(f *testing.F) {
	raw, err := json.Marshal(sound())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw))
	if raw, err = os.ReadFile(filepath.Join(definitions, "helpline.json")); err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw))
	f.Fuzz(func(t *testing.T, raw string) {
		form, err := forms.ParseAt([]byte(raw), noon)
		if err != nil {
			return
		}
		form.Check(forms.Answers{}, true)
	})
}
