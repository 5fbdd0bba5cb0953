package forms

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Broken says where a definition is broken and why.
type Broken struct {
	Place  string
	Reason string
}

// Error gives the place and the reason.
func (b *Broken) Error() string { return b.Place + ": " + b.Reason }

// reader keeps the first thing that is broken; after it, whatever is read is empty and of no consequence.
type reader struct {
	broken *Broken
}

// node is a value of a definition and the place where it stands.
type node struct {
	place string
	value any
}

func (r *reader) refuse(place, reason string, args ...any) {
	if r.broken == nil {
		r.broken = &Broken{Place: place, Reason: fmt.Sprintf(reason, args...)}
	}
}

// object gives the members of a value, which may hold these names and no other.
func (r *reader) object(n node, names ...string) map[string]node {
	object, ok := n.value.(map[string]any)
	if !ok {
		r.refuse(n.place, "must be an object")
		return nil
	}
	out := make(map[string]node, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if len(names) > 0 && !slices.Contains(names, name) {
			r.refuse(within(n.place, name), "is not part of a definition")
		}
		out[name] = node{within(n.place, name), object[name]}
	}
	for _, name := range names {
		if _, ok := out[name]; !ok {
			out[name] = node{within(n.place, name), nil}
		}
	}
	return out
}

func within(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}

// items gives the members of a list of at most max; a list that is absent is empty.
func (r *reader) items(n node, max int) []node {
	if n.value == nil {
		return nil
	}
	values, ok := n.value.([]any)
	if !ok {
		r.refuse(n.place, "must be a list")
	}
	if len(values) > max {
		r.refuse(n.place, "holds %d items, more than %d", len(values), max)
		return nil
	}
	out := make([]node, len(values))
	for i, value := range values {
		out[i] = node{fmt.Sprintf("%s[%d]", n.place, i), value}
	}
	return out
}

// text gives a text of at most max characters, "" when it is absent.
func (r *reader) text(n node, max int) string {
	if n.value == nil {
		return ""
	}
	s, ok := n.value.(string)
	if !ok {
		r.refuse(n.place, "must be a text")
	}
	if utf8.RuneCountInString(s) > max {
		r.refuse(n.place, "is longer than %d characters", max)
	}
	return s
}

func (r *reader) texts(n node, max int) []string {
	var out []string
	for _, one := range r.items(n, max) {
		s := r.text(one, 200)
		if s == "" {
			r.refuse(one.place, "must be a text")
		}
		out = append(out, s)
	}
	return out
}

// shaped gives a text that has the shape, which reason describes.
func (r *reader) shaped(n node, shape *regexp.Regexp, reason string) string {
	s := r.text(n, 100)
	if !shape.MatchString(s) {
		r.refuse(n.place, "%s", reason)
	}
	return s
}

func (r *reader) yes(n node) bool {
	b, ok := n.value.(bool)
	if n.value != nil && !ok {
		r.refuse(n.place, "must be true or false")
	}
	return b
}

// whole gives a whole number from low to high, 0 when it is absent.
func (r *reader) whole(n node, low, high int) int {
	if n.value == nil {
		return 0
	}
	f, ok := n.value.(float64)
	if !ok || f != float64(int(f)) || int(f) < low || int(f) > high {
		r.refuse(n.place, "must be a whole number from %d to %d", low, high)
		return 0
	}
	return int(f)
}

// words gives a text in both languages. One that is needed may not be left out; neither may be there without the other.
func (r *reader) words(n node, max int, needed bool) Words {
	if n.value == nil && !needed {
		return Words{}
	}
	in := r.object(n, "en", "cy")
	out := Words{EN: r.text(in["en"], max), CY: r.text(in["cy"], max)}
	switch {
	case out.EN == "" && (needed || out.CY != ""):
		r.refuse(within(n.place, "en"), "has no English words")
	case out.CY == "" && (needed || out.EN != ""):
		r.refuse(within(n.place, "cy"), "has no Welsh words")
	}
	return out
}
