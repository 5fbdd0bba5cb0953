package forms

import (
	"fmt"
	"maps"
	"slices"

	"noddfa/internal/casework"
)

// Note tells a person what a new version of a form did to their answers.
type Note struct {
	// To is the version that did it, and Keys the questions whose answers it changed, in the new version's names.
	To   int
	Keys []string
	Text Words
}

// Migrate carries answers from an older version of the form to this one, and gives a note for each version that changed
// some of them.
func (f *Form) Migrate(from int, a Answers) (Answers, []Note) {
	out := a.Clone()
	if out == nil {
		out = Answers{}
	}
	var notes []Note
	for _, m := range f.Migrations {
		if m.From < from {
			continue
		}
		if keys := m.apply(out); len(keys) > 0 {
			notes = append(notes, Note{To: m.From + 1, Keys: keys, Text: m.Note})
		}
	}
	return out, notes
}

// apply changes the answers: drops first, then all renames at once, then values under their new keys.
func (m Migration) apply(a Answers) []string {
	var touched []string
	for _, key := range m.Drop {
		if !casework.Empty(a[key]) {
			touched = append(touched, key)
		}
		delete(a, key)
	}
	moved := map[string]any{}
	for _, old := range slices.Sorted(maps.Keys(m.Rename)) {
		if value, ok := a[old]; ok {
			moved[m.Rename[old]] = value
			touched = append(touched, m.Rename[old])
			delete(a, old)
		}
	}
	maps.Copy(a, moved)
	for _, key := range slices.Sorted(maps.Keys(m.Values)) {
		if value, changed := replaced(a[key], m.Values[key]); changed {
			a[key] = value
			touched = append(touched, key)
		}
	}
	slices.Sort(touched)
	return slices.Compact(touched)
}

func replaced(value any, by map[string]string) (any, bool) {
	if s, ok := value.(string); ok {
		next, ok := by[s]
		return next, ok
	}
	changed := false
	var out []any
	for _, one := range casework.List(value) {
		s, _ := one.(string)
		next, ok := by[s]
		if ok {
			one, changed = next, true
		}
		if !among(out, one) {
			out = append(out, one)
		}
	}
	return out, changed
}

// checkMigrations refuses steps out of order, and answers that would end under a key that no question has.
func (f *Form) checkMigrations(r *reader) {
	last := 0
	for i, m := range f.Migrations {
		place := fmt.Sprintf("migrations[%d]", i)
		if m.From <= last || m.From >= f.Version {
			r.refuse(place+".from", "must go up and be less than the version")
		}
		last = m.From
		for _, key := range m.Drop {
			if f.staysAsked(i, key) {
				r.refuse(place+".drop", "%q is still asked, and what was answered to it would be lost", key)
			}
		}
		for _, old := range slices.Sorted(maps.Keys(m.Rename)) {
			if !codeShape.MatchString(old) || slices.Contains(m.Drop, old) {
				r.refuse(place+".rename", "%q cannot be renamed", old)
			}
			f.lives(r, place+".rename", i, m.Rename[old])
		}
		for _, key := range slices.Sorted(maps.Keys(m.Values)) {
			f.lives(r, place+".values", i, key)
		}
		targets := slices.Sorted(maps.Values(m.Rename))
		if len(slices.Compact(slices.Clone(targets))) != len(targets) {
			r.refuse(place+".rename", "gives two answers one key")
		}
	}
}

// staysAsked says whether a key that a step drops is a question of this version, and no other answer is put in its place.
func (f *Form) staysAsked(step int, key string) bool {
	_, asked := f.byKey[key]
	for _, later := range f.Migrations[step:] {
		asked = asked && !slices.Contains(slices.Collect(maps.Values(later.Rename)), key)
	}
	return asked
}

// lives follows a key through the later steps to a question of this version.
func (f *Form) lives(r *reader, place string, step int, key string) {
	for _, later := range f.Migrations[step+1:] {
		if slices.Contains(later.Drop, key) {
			return
		}
		if next, ok := later.Rename[key]; ok {
			key = next
		}
	}
	if _, ok := f.byKey[key]; !ok {
		r.refuse(place, "%q is no question of this version", key)
	}
}
