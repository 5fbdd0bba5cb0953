package forms

import (
	"fmt"
	"slices"
	"strings"
)

// fileKeys are what an item of a file_repeat holds.
var fileKeys = []string{"name", "description"}

// checkRules says whether every key of every rule exists and suits its operation, and that no key waits for itself.
func (f *Form) checkRules(r *reader) {
	needs := map[string][]string{}
	for i, d := range f.Derive {
		for j, one := range d.Cases {
			needs[d.Key] = append(needs[d.Key], f.checkRule(r, fmt.Sprintf("derived[%d].cases[%d][0]", i, j), one.Rule)...)
		}
	}
	for i, s := range f.Sections {
		var shared []string
		if s.When != nil {
			shared = f.checkRule(r, fmt.Sprintf("sections[%d].when", i), *s.When)
		}
		for j, q := range s.Questions {
			needs[q.Key] = slices.Clone(shared)
			if q.When != nil {
				needs[q.Key] = append(needs[q.Key], f.checkRule(r, fmt.Sprintf("sections[%d].questions[%d].when", i, j), *q.When)...)
			}
		}
	}
	if r.broken == nil {
		f.checkCycles(r, needs)
	}
}

// checkRule gives the keys that a rule reads.
func (f *Form) checkRule(r *reader, place string, rule Rule) []string {
	var keys []string
	if rule.Key == "" {
		for i, one := range rule.Rules {
			keys = append(keys, f.checkRule(r, fmt.Sprintf("%s[%d]", place, i+1), one)...)
		}
		return keys
	}
	if i, ok := f.derived[rule.Key]; ok {
		f.checkDerived(r, place, rule, f.Derive[i])
	} else if i, ok := f.byKey[rule.Key]; ok {
		checkAsked(r, place, rule, f.questions[i])
	} else {
		r.refuse(place, "%q is neither a question nor derived", rule.Key)
	}
	return append(keys, rule.Key)
}

func (f *Form) checkDerived(r *reader, place string, rule Rule, d Derived) {
	values := rule.Values
	switch rule.Op {
	case "answered":
		return
	case "eq":
		values = []any{rule.Value}
	case "in":
	default:
		r.refuse(place, "%q does not suit %s, which has one value", rule.Op, rule.Key)
	}
	for _, value := range values {
		if !slices.ContainsFunc(d.Cases, func(one Case) bool { return same(one.Value, value) }) {
			r.refuse(place, "%s never has the value %v", rule.Key, value)
		}
	}
}

func checkAsked(r *reader, place string, rule Rule, q *Question) {
	several := kinds[q.Type].list
	values := rule.Values
	switch rule.Op {
	case "answered":
		return
	case "eq", "in":
		if several {
			r.refuse(place, "%q does not suit %s, which has several values", rule.Op, q.Key)
		}
		if rule.Op == "eq" {
			values = []any{rule.Value}
		}
	case "has":
		if !several || q.Type == "file_repeat" {
			r.refuse(place, "%q does not suit %s, a %s", rule.Op, q.Key, q.Type)
		}
		values = []any{rule.Value}
	case "count":
		if !several {
			r.refuse(place, "%q does not suit %s, which has one value", rule.Op, q.Key)
		}
		return
	case "some":
		if q.Type != "file_repeat" {
			r.refuse(place, "%q does not suit %s, a %s", rule.Op, q.Key, q.Type)
		}
		checkItem(r, place+"[2]", rule.Rules[0])
		return
	default:
		_, isNumber := rule.Value.(float64)
		if isNumber && q.Type != "number" || !isNumber && q.Type != "date" {
			r.refuse(place, "%q with %v does not suit %s, a %s", rule.Op, rule.Value, q.Key, q.Type)
		}
		return
	}
	for _, value := range values {
		checkValue(r, place, value, q)
	}
}

// checkValue refuses a comparison with something that the question can never hold: it is always a slip of the pen.
func checkValue(r *reader, place string, value any, q *Question) {
	ok := false
	switch v := value.(type) {
	case string:
		ok = q.chosen[v] || len(q.chosen) == 0 && q.Type != "number" && q.Type != "confirm"
	case float64:
		ok = q.Type == "number"
	case bool:
		ok = q.Type == "confirm" && v
	}
	if !ok {
		r.refuse(place, "%s never has the value %v", q.Key, value)
	}
}

func checkItem(r *reader, place string, rule Rule) {
	if rule.Key == "" {
		for i, one := range rule.Rules {
			checkItem(r, fmt.Sprintf("%s[%d]", place, i+1), one)
		}
		return
	}
	if !slices.Contains(fileKeys, rule.Key) || rule.Op != "answered" && rule.Op != "eq" && rule.Op != "in" {
		r.refuse(place, "an item has %s only, to be answered, eq or in", strings.Join(fileKeys, " and "))
	}
}

func (f *Form) checkCycles(r *reader, needs map[string][]string) {
	done := map[string]bool{}
	var path []string
	var walk func(key string)
	walk = func(key string) {
		if at := slices.Index(path, key); at >= 0 {
			r.refuse(f.placeOf(key), "waits for itself: %s", strings.Join(append(path[at:], key), " → "))
			return
		}
		if done[key] || r.broken != nil {
			return
		}
		path = append(path, key)
		for _, next := range needs[key] {
			walk(next)
		}
		path = path[:len(path)-1]
		done[key] = true
	}
	for _, d := range f.Derive {
		walk(d.Key)
	}
	for _, q := range f.questions {
		walk(q.Key)
	}
}

// placeOf gives where a key is defined.
func (f *Form) placeOf(key string) string {
	if i, ok := f.derived[key]; ok {
		return fmt.Sprintf("derived[%d]", i)
	}
	for i, s := range f.Sections {
		for j, q := range s.Questions {
			if q.Key == key {
				return fmt.Sprintf("sections[%d].questions[%d]", i, j)
			}
		}
	}
	return key
}
