// Package reconcile decides how an edit meets a record that may have changed since its author looked.
//
// It promises that no value disappears: what is not written is kept beside the record's own for a person to choose.
// It is pure, and its table is testdata/reconcile/.
//
// Not here: who may edit, and how conflicts are stored (exchange).
package reconcile

import (
	"slices"

	"noddfa/internal/casework"
)

// Outcome is what becomes of one field.
type Outcome string

// The outcomes.
const (
	Write     Outcome = "write"      // The record takes the new value.
	Same      Outcome = "same"       // The record holds the new value already.
	KeepBoth  Outcome = "keep_both"  // The record keeps its value, a conflict holds the new one.
	TakeSafer Outcome = "take_safer" // The record takes the safer value, a conflict holds both.
)

// Decide gives the outcome for a field whose record holds current, whose author saw prev and wrote next, and the value
// that the record holds afterwards.
func Decide(f casework.Field, current, prev, next any) (Outcome, any) {
	switch {
	case casework.Equal(current, next):
		return Same, current
	case f.OneWay && rank(f.Order, next) < rank(f.Order, current):
		return KeepBoth, current
	case casework.Seen(current, prev):
		return Write, next
	case f.Narrower:
		return safer(current, narrower(current, next))
	case f.Policy == "safest":
		if rank(f.Order, next) > rank(f.Order, current) {
			return TakeSafer, next
		}
	}
	return KeepBoth, current
}

func safer(current, taken any) (Outcome, any) {
	if casework.Equal(current, taken) {
		return KeepBoth, current
	}
	return TakeSafer, taken
}

// rank is a value's place from the least safe; nothing said is below everything.
func rank(order []any, value any) int {
	if casework.Empty(value) && !slices.Contains(order, any(false)) {
		return -1
	}
	return slices.IndexFunc(order, func(one any) bool { return casework.Equal(one, value) })
}

// narrower gives the block of safe contact that permits less. Where neither does, nobody makes contact meanwhile.
func narrower(a, b any) any {
	x, y := permission(a), permission(b)
	switch {
	case within(x, y):
		return a
	case within(y, x):
		return b
	}
	return map[string]any{"may": "no"}
}

func permission(value any) casework.Values {
	object, _ := value.(map[string]any)
	return object
}

var (
	contactRank = map[string]int{"": 0, "no": 0, "through": 1, "yes": 2}
	// channels are the ways that widen a permission, guards those that narrow it.
	channels = []string{"phone", "text", "email", "post", "in_person", "voicemail", "say_who"}
	guards   = []string{"withheld", "not_exploiters_number"}
)

// within says whether a permits nothing that b does not.
func within(a, b casework.Values) bool {
	if contactRank[a.Text("may")] == 0 {
		return true
	}
	if contactRank[a.Text("may")] > contactRank[b.Text("may")] || a.Text("through") != b.Text("through") {
		return false
	}
	for _, name := range channels {
		if a.Bool(name) && !b.Bool(name) {
			return false
		}
	}
	for _, name := range guards {
		if b.Bool(name) && !a.Bool(name) {
			return false
		}
	}
	return sameWords(a, b) && daysWithin(a, b) && hoursWithin(a, b)
}

// sameWords holds where no instruction differs: which of two instructions is the safer is for a person to say.
func sameWords(a, b casework.Values) bool {
	for _, name := range []string{"say_as", "code_word", "if_other_answers", "not_to_know"} {
		if a.Text(name) != b.Text(name) {
			return false
		}
	}
	return true
}

func daysWithin(a, b casework.Values) bool {
	days, wide := a.List("days"), b.List("days")
	if len(wide) == 0 {
		return true // No days named: any day.
	}
	return len(days) > 0 && !slices.ContainsFunc(days, func(day string) bool { return !slices.Contains(wide, day) })
}

func hoursWithin(a, b casework.Values) bool {
	start := b.Text("from") == "" || a.Text("from") >= b.Text("from")
	end := b.Text("until") == "" || (a.Text("until") != "" && a.Text("until") <= b.Text("until"))
	return start && end
}
