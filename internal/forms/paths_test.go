package forms_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

const pathsPath = "../../testdata/forms/paths.json"

// path is one kind of referral on the NRM form, as a stranger may read it.
type path struct {
	About string `json:"about"`
	// Given are the answers that make the path.
	Given []forms.Answers `json:"given"`
	// Fewest and Most are how many questions it asks, Ways how many different sets of questions.
	Fewest int `json:"fewest"`
	Most   int `json:"most"`
	Ways   int `json:"ways"`
	// Person are how many the scripted person of this path answers or may answer.
	Person map[string]int `json:"questions_for"`
	// Identity and Contact are the questions that say who the person is and how to reach them.
	Identity  []string `json:"identity"`
	Contact   []string `json:"contact"`
	Always    []string `json:"always"`
	Sometimes []string `json:"sometimes"`
}

type given = forms.Answers

// each gives the paths with and without working with the authorities, each with answers that were left behind by questions
// that are not asked any more, and must not count.
func each(left given, paths ...given) []given {
	var out []given
	for _, one := range paths {
		for _, works := range []string{"yes", "no"} {
			with := one.Clone()
			maps.Copy(with, left)
			with["will_cooperate"] = works
			out = append(out, with)
		}
	}
	return out
}

// nrmPaths are the paths that the guidance knows, with the answers that lead to each.
var nrmPaths = map[string]path{
	"child": {About: "Under 18 or not certain: no question of consent, the council first", Person: map[string]int{"child": 0},
		Given: each(given{"consent_nrm": "no", "identity_consent_dtn": "yes"}, given{"under_18": "yes"}, given{"under_18": "not_sure"})},
	"adult_nrm": {About: "An adult who agrees to the NRM", Person: map[string]int{"adult": 0},
		Given: each(given{"identity_consent_dtn": "yes"}, given{"under_18": "no", "consent_nrm": "yes"})},
	"dtn_unnamed": {About: "An adult who declines the NRM and is not named (Modern Slavery Act 2015 s.52(3))", Person: map[string]int{"unnamed": 0}, Given: []given{
		{"under_18": "no", "consent_nrm": "no", "will_cooperate": "no", "identity_consent_dtn": "no"},
		{"under_18": "no", "consent_nrm": "no", "will_cooperate": "no", "identity_consent_dtn": "yes"},
		{"under_18": "no", "consent_nrm": "no", "will_cooperate": "yes", "identity_consent_dtn": "no"}}},
	"dtn_named": {About: "An adult who declines the NRM, will work with the authorities and agrees to be named", Person: map[string]int{"named": 0}, Given: []given{
		{"under_18": "no", "consent_nrm": "no", "will_cooperate": "yes", "identity_consent_dtn": "yes"}}},
}

// TestPaths walks every way through the NRM form that its own conditions allow.
func TestPaths(t *testing.T) {
	f := load(t, "nrm")
	got := map[string]path{}
	reached := map[string]bool{}
	for name, p := range nrmPaths {
		got[name] = walkPath(t, f, p, reached)
	}
	for _, s := range f.Sections {
		for _, q := range s.Questions {
			if !reached[q.Key] {
				t.Errorf("no path asks %s", q.Key)
			}
		}
	}
	start := path{About: "Nothing is answered yet", Given: []given{{}}, Ways: 1, Identity: []string{}, Contact: []string{}, Sometimes: []string{}}
	start.Always = keysOf(f.Shown(nil))
	start.Fewest, start.Most = len(start.Always), len(start.Always)
	got["start"] = start
	if unnamed := got["dtn_unnamed"]; len(unnamed.Identity)+len(unnamed.Contact) > 0 {
		t.Errorf("an unnamed Duty to Notify asks who they are: %v %v", unnamed.Identity, unnamed.Contact)
	}
	if *update {
		writeJSON(t, pathsPath, got)
		return
	}
	want := readJSON[map[string]path](t, pathsPath)
	for name := range got {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s: got %+v, want %+v; see with -update and git diff", name, got[name], want[name])
		}
	}
}

func walkPath(t *testing.T, f *forms.Form, p path, reached map[string]bool) path {
	seen := map[string]int{}
	for _, fixed := range p.Given {
		w := newWalk(f, fixed)
		fewest, most, ways := 0, 0, 1
		for _, group := range w.groups() {
			sets := w.ways(group, func(a forms.Answers, shown []string) {
				if want := naive(f, a); !slices.Equal(shown, want) {
					t.Fatalf("%v: got %v shown, want %v", a, shown, want)
				}
			})
			ways *= len(sets)
			sizes := slices.Sorted(maps.Values(sets))
			fewest, most = fewest+sizes[0], most+sizes[len(sizes)-1]
			count(sets, group, seen)
		}
		if p.Fewest == 0 || fewest < p.Fewest {
			p.Fewest = fewest
		}
		p.Most, p.Ways = max(p.Most, most), max(p.Ways, ways)
	}
	gather(f, &p, seen, reached)
	for name := range p.Person {
		p.Person[name] = len(f.Shown(person(t, name).Answers))
	}
	return p
}

// count notes of each question of a group whether every set so far has it (2), some have (1) or none (0).
func count(sets map[string]int, group []string, seen map[string]int) {
	for _, key := range group {
		n := 0
		for set := range sets {
			if slices.Contains(strings.Fields(set), key) {
				n++
			}
		}
		was, known := seen[key]
		switch {
		case n == len(sets) && (!known || was == 2):
			seen[key] = 2
		case n > 0 || was > 0:
			seen[key] = 1
		default:
			seen[key] = 0
		}
	}
}

// gather lists the questions of a path in the order of the form.
func gather(f *forms.Form, p *path, seen map[string]int, reached map[string]bool) {
	p.Identity, p.Contact, p.Always, p.Sometimes = []string{}, []string{}, []string{}, []string{}
	for _, s := range f.Sections {
		for _, q := range s.Questions {
			switch seen[q.Key] {
			case 0:
				continue
			case 1:
				p.Sometimes = append(p.Sometimes, q.Key)
			case 2:
				p.Always = append(p.Always, q.Key)
			}
			reached[q.Key] = true
			switch q.Store {
			case casework.Identity:
				p.Identity = append(p.Identity, q.Key)
			case casework.Contact:
				p.Contact = append(p.Contact, q.Key)
			}
		}
	}
}

// naive finds what is shown in another way than the engine: it starts with every question shown, and takes answers of
// hidden ones away until nothing changes.
func naive(f *forms.Form, a forms.Answers) []string {
	visible := a.Clone()
	for range 100 {
		get := func(key string) (any, bool) { return lookUp(f, visible, key) }
		var shown []string
		next := forms.Answers{}
		for _, s := range f.Sections {
			for _, q := range s.Questions {
				if (s.When == nil || forms.Holds(*s.When, get)) && (q.When == nil || forms.Holds(*q.When, get)) {
					shown = append(shown, q.Key)
					next.Put(q.Key, a[q.Key])
				}
			}
		}
		if reflect.DeepEqual(next, visible) {
			return shown
		}
		visible = next
	}
	return nil
}

func lookUp(f *forms.Form, visible forms.Answers, key string) (any, bool) {
	for _, d := range f.Derive {
		for _, one := range d.Cases {
			if d.Key == key && forms.Holds(one.Rule, func(key string) (any, bool) { return lookUp(f, visible, key) }) {
				return one.Value, true
			}
		}
	}
	value, ok := visible[key]
	return value, ok
}
