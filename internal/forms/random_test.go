package forms_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"noddfa/internal/forms"
)

// pool is what random answers are drawn from.
type pool struct {
	Keys, Days, Lines     []string
	Scalars, Ordered, Odd []any
	Files                 []any
	Repeated              [][2]any
}

func readJSON[T any](t testing.TB, path string) T {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return out
}

// sequence draws numbers in an order that the app's test draws too (xorshift32).
type sequence struct {
	state uint32
	pool  pool
}

func (s *sequence) below(n int) int {
	s.state ^= s.state << 13
	s.state ^= s.state >> 17
	s.state ^= s.state << 5
	return int(s.state % uint32(n))
}

func draw[T any](s *sequence, of []T) T { return of[s.below(len(of))] }

var (
	ruleOps = []string{"all", "any", "not", "answered", "eq", "in", "has", "count", "lt", "lte", "gt", "gte", "some"}
	leafOps = ruleOps[3:12]
)

// rule draws a rule as JSON has it.
func (s *sequence) rule(depth int) []any {
	op := draw(s, ruleOps)
	if depth >= 4 {
		op = draw(s, leafOps)
	}
	out := []any{op}
	switch op {
	case "all", "any":
		for n := 1 + s.below(3); n > 0; n-- {
			out = append(out, s.rule(depth+1))
		}
		return out
	case "not":
		return append(out, s.rule(depth+1))
	}
	out = append(out, draw(s, s.pool.Keys))
	switch op {
	case "eq", "has":
		out = append(out, draw(s, s.pool.Scalars))
	case "in":
		var values []any
		for n := 1 + s.below(3); n > 0; n-- {
			values = append(values, draw(s, s.pool.Scalars))
		}
		out = append(out, values)
	case "count":
		out = append(out, 1+s.below(3))
	case "lt", "lte", "gt", "gte":
		out = append(out, draw(s, s.pool.Ordered))
	case "some":
		out = append(out, []any{draw(s, []string{"eq", "answered"}), draw(s, []string{"name", "description"})})
		if inner := out[2].([]any); inner[0] == "eq" {
			out[2] = append(inner, draw(s, s.pool.Scalars))
		}
	}
	return out
}

// data draws answers for a rule.
func (s *sequence) data() map[string]any {
	out := map[string]any{}
	for _, key := range s.pool.Keys {
		switch s.below(6) {
		case 0:
		case 1:
			out[key] = nil
		case 2, 3:
			out[key] = draw(s, s.pool.Scalars)
		case 4:
			out[key] = s.several(s.pool.Scalars)
		case 5:
			out[key] = s.several(s.pool.Files)
		}
	}
	return out
}

func (s *sequence) several(of []any) []any {
	out := []any{}
	for n := s.below(4); n > 0; n-- {
		out = append(out, draw(s, of))
	}
	return out
}

// answers draws an answer set for a form: mostly answers that suit, some that do not.
func (s *sequence) answers(f *forms.Form) forms.Answers {
	out := forms.Answers{}
	for _, section := range f.Sections {
		for _, q := range section.Questions {
			switch s.below(8) {
			case 0:
			case 1:
				out[q.Key] = draw(s, s.pool.Odd)
			default:
				out[q.Key] = s.answer(q)
			}
		}
	}
	if s.below(20) == 0 {
		out["no_such_question"] = "x"
	}
	return out
}

func (s *sequence) answer(q forms.Question) any {
	switch q.Type {
	case "radio", "select":
		return draw(s, q.Options).Value
	case "checkboxes", "select_repeat":
		out := []any{}
		for n := 1 + s.below(3); n > 0; n-- {
			out = append(out, draw(s, q.Options).Value)
		}
		return out
	case "number":
		return float64(s.below(40))
	case "confirm":
		return s.below(4) > 0
	case "date":
		return draw(s, s.pool.Days)
	case "file_repeat":
		return s.several(s.pool.Files)
	}
	if s.below(12) == 0 {
		one := draw(s, s.pool.Repeated)
		return strings.Repeat(one[0].(string), int(one[1].(float64)))
	}
	return draw(s, s.pool.Lines)
}
