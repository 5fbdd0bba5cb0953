package pack

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// people are the scripted people whose packs stand in testdata, and the type of referral and random id of each.
var people = []struct {
	name, kind, rec string
	named           bool
}{
	{"child", "nrm", "3f9k2m7q5t8wzab", false},
	{"adult", "nrm", "7p4x9c2n6v1jdre", false},
	{"unnamed", "dtn", "2h8s5g3y9b6kqmw", false},
	{"named", "dtn", "9d1v6r4t8x2cpfz", true},
}

// row gives the answers of a scripted person as the row of a referral holds them.
func row(t *testing.T, form *forms.Form, name, kind string, named bool) casework.Values {
	t.Helper()
	var person struct {
		Answers casework.Values `json:"answers"`
	}
	read(t, &person, "../../testdata/forms/people", name+".json")
	out := casework.Values{"type": kind, "form": "nrm", "form_version": 1.0, "named": named}
	for _, group := range []string{"answers", "identity", "contact", "consent"} {
		out[group] = map[string]any{}
	}
	for key, value := range person.Answers {
		q, ok := form.Question(key)
		if !ok {
			t.Fatalf("%s: the form has no question %s", name, key)
		}
		out[q.Store].(map[string]any)[key] = value
	}
	return out
}

// TestPacksOfPeople compares the pack of each scripted person with the one in testdata, entry by entry and field by field.
func TestPacksOfPeople(t *testing.T) {
	form := nrm(t)
	for _, person := range people {
		t.Run(person.name, func(t *testing.T) {
			p, err := Make(form, row(t, form, person.name, person.kind, person.named), Meta{Rec: person.rec, Recipient: "Home Office (DEMO)"})
			if err != nil {
				t.Fatal(err)
			}
			var got, want map[string]any
			raw, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			read(t, &want, packs, person.name+".json")
			compare(t, "", got, want)
			if len(p.Entries) < 40 {
				t.Errorf("got %d entries, want a whole form", len(p.Entries))
			}
			inOrder(t, p.Entries)
		})
	}
}

// compare says where two JSON values differ, down to the field.
func compare(t *testing.T, place string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		keys := slices.Collect(maps.Keys(w))
		for key := range g {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			compare(t, place+"."+key, g[key], w[key])
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Errorf("%s: got %d items, want %d", place, len(g), len(w))
		}
		for i := range min(len(g), len(w)) {
			compare(t, place+"["+refOf(w[i])+"]", g[i], w[i])
		}
	default:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", place, got, want)
		}
	}
}

func refOf(item any) string {
	object, _ := item.(map[string]any)
	ref, _ := object["ref"].(string)
	return ref
}

// inOrder checks that the boxes follow each other as on the Home Office's form.
func inOrder(t *testing.T, entries []Entry) {
	t.Helper()
	order := homeOfficeOrder(t)
	for _, e := range entries {
		at := slices.Index(order, e.Ref)
		if at < 0 {
			t.Fatalf("got box %s where the Home Office's form has none", e.Ref)
		}
		order = order[at+1:]
	}
}

// TestUnnamedPackHoldsNobody fills identity and contact in the row of the person who is not to be named, as a draft that once
// was a referral by name may leave them.
func TestUnnamedPackHoldsNobody(t *testing.T) {
	form := nrm(t)
	full := row(t, form, "unnamed", "dtn", false)
	for _, section := range form.Sections {
		for _, q := range section.Questions {
			if q.Store == "identity" || q.Store == "contact" {
				full[q.Store].(map[string]any)[q.Key] = "Marcword"
			}
		}
	}
	p, err := Make(form, full, Meta{Rec: "2h8s5g3y9b6kqmw", Recipient: "Home Office (DEMO)"})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "Marcword") {
		t.Error("got a pack that holds what says who the person is")
	}
	for _, e := range p.Entries {
		if q, _ := form.Question(e.Key); q.Store == "identity" || q.Store == "contact" {
			t.Errorf("got the question %s, whose answer names the person", e.Key)
		}
	}
	for _, lang := range Languages {
		if out := printIn(t, p, lang); strings.Contains(out.text(), "Marcword") {
			t.Errorf("%s: got a paper that holds what says who the person is", lang)
		}
	}
}

// TestPapersOfPeople reads the paper of each scripted person back: every entry stands on it in words, and the names of the
// person as often as in the entries.
func TestPapersOfPeople(t *testing.T) {
	form := nrm(t)
	for _, person := range people {
		p, err := Make(form, row(t, form, person.name, person.kind, person.named), Meta{Rec: person.rec, Recipient: "Home Office (DEMO)"})
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range Languages {
			out := printIn(t, p, lang)
			whole := squeezed(withoutEdges(out, lang, p))
			for _, e := range p.Entries {
				answer, _ := (&paper{lang: lang}).answerText(e)
				for _, want := range []string{in(lang, e.SectionTitle), in(lang, e.Label), answer, word(lang, "box", "ref", e.Ref)} {
					if !strings.Contains(whole, squeezed(want)) {
						t.Errorf("%s %s: got a paper without %.60q of %s", person.name, lang, want, e.Ref)
					}
				}
			}
			checkNames(t, form, p, out, lang)
		}
	}
}

// checkNames counts each answer that says who the person is: on paper as often as the entries say it in words.
func checkNames(t *testing.T, form *forms.Form, p Pack, out printed, lang string) {
	t.Helper()
	var entries strings.Builder
	for _, e := range p.Entries {
		entries.WriteString(in(lang, e.Text) + "\n" + in(lang, e.Label) + "\n")
	}
	names := 0
	for _, e := range p.Entries {
		if q, _ := form.Question(e.Key); q.Store != "identity" || e.Text.EN == "" {
			continue
		}
		names++
		name := in(lang, e.Text)
		if got, want := strings.Count(out.text(), name), strings.Count(entries.String(), name); got != want {
			t.Errorf("%s: got %q %d times on paper, want %d", lang, name, got, want)
		}
		if strings.Contains(out.facts, name) {
			t.Errorf("%s: got %q in the facts of the file", lang, name)
		}
	}
	if names == 0 && p.Named {
		t.Error("got no name to look for in a pack that names the person")
	}
}
