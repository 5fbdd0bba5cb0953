package forms

import (
	"fmt"
	"slices"

	"noddfa/internal/casework"
)

// index makes the form's tables of keys, and gives each question the values it allows.
func (f *Form) index(r *reader, today func() string) {
	f.byKey, f.derived = map[string]int{}, map[string]int{}
	ids := []string{}
	for i := range f.Sections {
		s := &f.Sections[i]
		if slices.Contains(ids, s.ID) {
			r.refuse(fmt.Sprintf("sections[%d].id", i), "%q is the id of another section", s.ID)
		}
		ids = append(ids, s.ID)
		for j := range s.Questions {
			q := &s.Questions[j]
			place := fmt.Sprintf("sections[%d].questions[%d]", i, j)
			if _, ok := f.byKey[q.Key]; ok {
				r.refuse(place+".key", "%q is the key of another question", q.Key)
			}
			f.byKey[q.Key] = len(f.questions)
			f.questions = append(f.questions, q)
			q.today = today
			f.choose(r, place, q)
		}
	}
	if len(f.questions) > questionsMax {
		r.refuse("sections", "hold %d questions, more than %d", len(f.questions), questionsMax)
	}
	for i, d := range f.Derive {
		if _, ok := f.derived[d.Key]; ok {
			r.refuse(fmt.Sprintf("derived[%d].key", i), "%q is derived twice", d.Key)
		}
		f.derived[d.Key] = i
	}
}

// choose resolves what may be chosen, and checks what depends on it.
func (f *Form) choose(r *reader, place string, q *Question) {
	ways := 0
	for _, has := range []bool{len(q.Options) > 0, q.List != "", q.Catalogue != ""} {
		if has {
			ways++
		}
	}
	if kinds[q.Type].choice && ways != 1 || !kinds[q.Type].choice && ways != 0 {
		r.refuse(place, "a %s has %d of options, list and catalogue", q.Type, ways)
		return
	}
	if q.List != "" {
		if q.Options = f.Lists[q.List]; q.Options == nil {
			r.refuse(place+".list", "%q is no list of this form", q.List)
		}
	}
	if q.Catalogue != "" {
		if q.Options = Catalogues[q.Catalogue]; q.Options == nil {
			r.refuse(place+".catalogue", "%q is no catalogue", q.Catalogue)
		}
	}
	q.chosen = make(map[string]bool, len(q.Options))
	for _, one := range q.Options {
		q.chosen[one.Value] = true
	}
	for i, one := range q.Safest {
		if !q.chosen[one] || slices.Index(q.Safest, one) != i {
			r.refuse(place+".safest", "%q is no option, or stands there twice", one)
		}
	}
	if len(q.Safest) > 0 && (kinds[q.Type].list || len(q.Safest) != len(q.Options)) {
		r.refuse(place+".safest", "must order every option of a question with one answer")
	}
	if q.Store == "consent" {
		checkConsent(r, place, q)
	}
	if q.Default != nil && q.Check(q.Default) != "" {
		r.refuse(place+".default", "is no answer to the question")
	}
}

// checkConsent refuses what the one group of consent that every referral has could not take in.
func checkConsent(r *reader, place string, q *Question) {
	field, ok := casework.Collections["referrals"].Fields["consent"].Keys[q.Key]
	if !ok {
		r.refuse(place+".key", "%q is no part of consent", q.Key)
		return
	}
	for _, one := range q.Options {
		var value any = one.Value
		if kinds[q.Type].list {
			value = []any{one.Value}
		}
		if field.Check(value) != "" {
			r.refuse(place+".options", "consent cannot hold %q as %s", one.Value, q.Key)
		}
	}
	if text := q.Type == "text" || q.Type == "longtext"; text && q.Max > field.Max {
		r.refuse(place+".max", "consent holds at most %d characters of %s", field.Max, q.Key)
	}
}
