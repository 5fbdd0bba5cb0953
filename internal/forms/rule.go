package forms

import (
	"encoding/json"
	"fmt"
	"noddfa/internal/casework"
	"strings"
)

// Rule is a condition of the closed rule language, in JSON a list that begins with its operation. The zero rule holds never.
type Rule struct {
	Op     string
	Key    string
	Value  any
	Values []any
	Rules  []Rule
}

// UnmarshalJSON reads a rule and refuses an operation or a shape that the language does not have.
func (r *Rule) UnmarshalJSON(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("read rule: %w", err)
	}
	reader := &reader{}
	rule := reader.rule(node{place: "rule", value: value}, 1)
	if reader.broken != nil {
		return reader.broken
	}
	*r = rule
	return nil
}

// Holds says whether a rule holds for the answers that get gives. No answer makes every comparison false.
func Holds(rule Rule, get func(key string) (any, bool)) bool {
	switch rule.Op {
	case "all":
		for _, one := range rule.Rules {
			if !Holds(one, get) {
				return false
			}
		}
		return true
	case "any":
		for _, one := range rule.Rules {
			if Holds(one, get) {
				return true
			}
		}
		return false
	case "not":
		return len(rule.Rules) == 1 && !Holds(rule.Rules[0], get)
	}
	value, ok := get(rule.Key)
	return ok && value != nil && fits(rule, value)
}

func fits(rule Rule, value any) bool {
	switch rule.Op {
	case "answered":
		return value != "" && (!isList(value) || len(casework.List(value)) > 0)
	case "eq":
		return same(value, rule.Value)
	case "in":
		return among(rule.Values, value)
	case "has":
		return among(casework.List(value), rule.Value)
	case "count":
		least, _ := number(rule.Value)
		return float64(len(casework.List(value))) >= least
	case "some":
		for _, one := range casework.List(value) {
			if Holds(rule.Rules[0], item(one)) {
				return true
			}
		}
		return false
	}
	order, ok := compare(value, rule.Value)
	switch {
	case !ok:
		return false
	case rule.Op == "lt":
		return order < 0
	case rule.Op == "lte":
		return order <= 0
	case rule.Op == "gt":
		return order > 0
	}
	return rule.Op == "gte" && order >= 0
}

// item gives the answers within one item of a list; an item that is no object has none.
func item(value any) func(key string) (any, bool) {
	object, _ := value.(map[string]any)
	return func(key string) (any, bool) {
		inner, ok := object[key]
		return inner, ok
	}
}

func isList(value any) bool {
	switch value.(type) {
	case []any, []string:
		return true
	}
	return false
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}

func among(values []any, value any) bool {
	for _, one := range values {
		if same(one, value) {
			return true
		}
	}
	return false
}

// same compares texts, truth values and numbers; nothing else is ever the same.
func same(a, b any) bool {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && x == y
	case bool:
		y, ok := b.(bool)
		return ok && x == y
	}
	x, ok := number(a)
	y, also := number(b)
	return ok && also && x == y
}

// compare orders numbers, and dates written YYYY-MM-DD. Other texts have no order: the app would sort them another way.
func compare(a, b any) (int, bool) {
	if x, ok := number(a); ok {
		y, ok := number(b)
		switch {
		case !ok:
			return 0, false
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y), isDay(x) && isDay(y)
}

// isDay says whether s has the shape YYYY-MM-DD; whether there is such a day is for the check of a date.
func isDay(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	for i, c := range []byte(s) {
		if i != 4 && i != 7 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
