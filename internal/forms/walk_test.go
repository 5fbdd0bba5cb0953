package forms_test

import (
	"maps"
	"slices"
	"strings"

	"noddfa/internal/forms"
)

// walk is a form with some answers fixed; the rest of it falls into groups whose answers do not touch each other, so that
// every way through a group, in every group, is every way through the form.
type walk struct {
	form  *forms.Form
	fixed forms.Answers
	// reads gives the questions that decide whether a question is shown, derived keys followed to theirs.
	reads map[string][]string
}

func newWalk(f *forms.Form, fixed forms.Answers) *walk {
	w := &walk{form: f, fixed: fixed, reads: map[string][]string{}}
	for _, s := range f.Sections {
		for _, q := range s.Questions {
			keys := map[string]bool{}
			for _, rule := range []*forms.Rule{s.When, q.When} {
				if rule != nil {
					w.collect(*rule, keys)
				}
			}
			w.reads[q.Key] = slices.Sorted(maps.Keys(keys))
		}
	}
	return w
}

func (w *walk) collect(rule forms.Rule, into map[string]bool) {
	if rule.Key == "" {
		for _, one := range rule.Rules {
			w.collect(one, into)
		}
		return
	}
	for _, d := range w.form.Derive {
		if d.Key == rule.Key {
			for _, one := range d.Cases {
				w.collect(one.Rule, into)
			}
			return
		}
	}
	into[rule.Key] = true
}

// groups gives the questions that hang together, apart from those that are fixed.
func (w *walk) groups() [][]string {
	var order []string
	group := map[string]string{}
	for _, s := range w.form.Sections {
		for _, q := range s.Questions {
			order = append(order, q.Key)
			group[q.Key] = q.Key
		}
	}
	for _, key := range order {
		for _, other := range w.reads[key] {
			if _, isFixed := w.fixed[other]; !isFixed {
				old, joined := group[key], group[other]
				for _, one := range order {
					if group[one] == old {
						group[one] = joined
					}
				}
			}
		}
	}
	members := map[string][]string{}
	for _, key := range order {
		members[group[key]] = append(members[group[key]], key)
	}
	return slices.Collect(maps.Values(members))
}

// decides says whether a rule of the form reads the question.
func (w *walk) decides(key string) bool {
	for _, keys := range w.reads {
		if slices.Contains(keys, key) {
			return true
		}
	}
	return false
}

// choices are the answers to a question that can lead another way.
func choices(q forms.Question) []any {
	switch q.Type {
	case "radio", "select":
		var out []any
		for _, one := range q.Options {
			out = append(out, one.Value)
		}
		return out
	case "checkboxes":
		all := []any{}
		out := []any{}
		for _, one := range q.Options {
			out = append(out, []any{one.Value})
			all = append(all, one.Value)
		}
		return append(out, all)
	case "file_repeat":
		return []any{nil, []any{map[string]any{"name": "a.pdf"}}}
	}
	return []any{nil, "x"}
}

// each gives every combination of answers to the group's deciding questions, on top of what is fixed.
func (w *walk) each(group []string, visit func(a forms.Answers)) {
	var deciding []forms.Question
	for _, key := range group {
		if _, isFixed := w.fixed[key]; !isFixed && w.decides(key) {
			q, _ := w.form.Question(key)
			deciding = append(deciding, q)
		}
	}
	var next func(i int, a forms.Answers)
	next = func(i int, a forms.Answers) {
		if i == len(deciding) {
			visit(a)
			return
		}
		for _, value := range choices(deciding[i]) {
			with := a.Clone()
			with.Put(deciding[i].Key, value)
			next(i+1, with)
		}
	}
	next(0, w.fixed)
}

// ways gives each set of the group's questions that can be shown together.
func (w *walk) ways(group []string, visit func(a forms.Answers, shown []string)) map[string]int {
	out := map[string]int{}
	w.each(group, func(a forms.Answers) {
		all := keysOf(w.form.Shown(a))
		visit(a, all)
		var shown []string
		for _, key := range all {
			if slices.Contains(group, key) {
				shown = append(shown, key)
			}
		}
		out[strings.Join(shown, " ")] = len(shown)
	})
	return out
}

func keysOf(questions []forms.Question) []string {
	var out []string
	for _, q := range questions {
		out = append(out, q.Key)
	}
	return out
}
