package forms

import "noddfa/internal/casework"

// view is a form beside one answer set. It works out each question and each derived key once.
type view struct {
	form     *Form
	answers  Answers
	sections []int8
	shown    []int8
	derived  []any
	ready    []bool
}

const (
	unknown int8 = iota
	isShown
	isHidden
)

func (f *Form) view(a Answers) *view {
	return &view{form: f, answers: a, sections: make([]int8, len(f.Sections)), shown: make([]int8, len(f.questions)),
		derived: make([]any, len(f.Derive)), ready: make([]bool, len(f.Derive))}
}

// get gives an answer as rules see it: none for a question that is not shown.
func (v *view) get(key string) (any, bool) {
	if i, ok := v.form.derived[key]; ok {
		value := v.derive(i)
		return value, value != nil
	}
	i, ok := v.form.byKey[key]
	if !ok {
		return nil, false
	}
	value, ok := v.answers[key]
	if !ok || casework.Empty(value) || !v.isShown(i) {
		return nil, false
	}
	return value, true
}

func (v *view) isShown(i int) bool {
	if v.shown[i] == unknown {
		q := v.form.questions[i]
		v.shown[i] = verdict(v.sectionShown(q.section) && (q.When == nil || Holds(*q.When, v.get)))
	}
	return v.shown[i] == isShown
}

func (v *view) sectionShown(i int) bool {
	if v.sections[i] == unknown {
		when := v.form.Sections[i].When
		v.sections[i] = verdict(when == nil || Holds(*when, v.get))
	}
	return v.sections[i] == isShown
}

func (v *view) derive(i int) any {
	if v.ready[i] {
		return v.derived[i]
	}
	for _, one := range v.form.Derive[i].Cases {
		if Holds(one.Rule, v.get) {
			v.derived[i] = one.Value
			break
		}
	}
	v.ready[i] = true
	return v.derived[i]
}

func verdict(holds bool) int8 {
	if holds {
		return isShown
	}
	return isHidden
}

// Shown gives the questions that the answers show, in the order of the form.
func (f *Form) Shown(a Answers) []Question {
	v := f.view(a)
	out := make([]Question, 0, len(f.questions))
	for i, q := range f.questions {
		if v.isShown(i) {
			out = append(out, *q)
		}
	}
	return out
}

// Derived gives the derived keys that have a value.
func (f *Form) Derived(a Answers) map[string]any {
	v := f.view(a)
	out := make(map[string]any, len(f.Derive))
	for i, d := range f.Derive {
		if value := v.derive(i); value != nil {
			out[d.Key] = value
		}
	}
	return out
}

// NotAsked gives the keys of questions that are answered and not shown, in the order of the form.
func (f *Form) NotAsked(a Answers) []string {
	v := f.view(a)
	var out []string
	for i, q := range f.questions {
		if !casework.Empty(a[q.Key]) && !v.isShown(i) {
			out = append(out, q.Key)
		}
	}
	return out
}

// Check gives what is wrong with the answers to shown questions, nothing when all is well. With whole, required answers
// must be there.
func (f *Form) Check(a Answers, whole bool) casework.Problems {
	v := f.view(a)
	problems := casework.Problems{}
	for key, value := range a {
		i, ok := f.byKey[key]
		if !ok {
			problems[key] = casework.KeyUnknownField
		} else if v.isShown(i) {
			if wrong := f.questions[i].Check(value); wrong != "" {
				problems[key] = wrong
			}
		}
	}
	if !whole {
		return problems
	}
	for i, q := range f.questions {
		if q.Required && casework.Empty(a[q.Key]) && v.isShown(i) {
			problems[q.Key] = q.missing()
		}
	}
	return problems
}
