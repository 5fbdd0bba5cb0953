package forms

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"noddfa/internal/casework"
)

// The limits of a definition.
const (
	definitionMax = 512 << 10
	versionMax    = 100_000
	sectionsMax   = 40
	questionsMax  = 300
	optionsMax    = 1000
	labelMax      = 500
	hintMax       = 2000
)

var (
	formShape    = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)
	codeShape    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	derivedShape = regexp.MustCompile(`^\$[a-z][a-z0-9_]{0,38}$`)
	refShape     = regexp.MustCompile(`^[a-z0-9 (),.*-]{0,100}$`)
	codeReason   = "must be 1 to 40 of a-z, 0-9 and _, and begin with a letter"
)

// Parse reads a definition. Its error is a *Broken, which says what is broken first.
func Parse(raw []byte) (*Form, error) { return ParseAt(raw, time.Now) }

// ParseAt is Parse with the clock that "not_future" goes by.
func ParseAt(raw []byte, now func() time.Time) (*Form, error) {
	if len(raw) > definitionMax {
		return nil, &Broken{Place: "definition", Reason: fmt.Sprintf("is larger than %d bytes", definitionMax)}
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, &Broken{Place: "definition", Reason: "is not JSON: " + err.Error()}
	}
	r := &reader{}
	f := r.form(node{"", value})
	if r.broken == nil {
		f.index(r, today(now))
	}
	if r.broken == nil {
		f.checkRules(r)
	}
	if r.broken == nil {
		f.checkMigrations(r)
	}
	if r.broken != nil {
		return nil, r.broken
	}
	return f, nil
}

// today gives the day it is in Wales at the latest: an hour before UTC says so in summer.
func today(now func() time.Time) func() string {
	return func() string { return now().UTC().Add(time.Hour).Format(time.DateOnly) }
}

func (r *reader) form(n node) *Form {
	if _, ok := n.value.(map[string]any); !ok {
		r.refuse("definition", "must be an object")
		return &Form{}
	}
	in := r.object(n, "code", "version", "types", "title", "derived", "lists", "sections", "migrations")
	f := &Form{
		Code:    r.shaped(in["code"], formShape, "must be 1 to 40 of a-z and _, and begin with a letter"),
		Version: r.whole(in["version"], 1, versionMax),
		Types:   r.texts(in["types"], 12),
		Title:   r.words(in["title"], labelMax, true),
		Lists:   map[string][]Option{},
	}
	if f.Version == 0 {
		r.refuse("version", "is missing")
	}
	if len(f.Types) == 0 {
		r.refuse("types", "names no type of referral")
	}
	for i, one := range f.Types {
		if _, ok := casework.ReferralTypes[one]; !ok {
			r.refuse(fmt.Sprintf("types[%d]", i), "%q is no type of referral", one)
		}
	}
	for _, one := range r.items(in["derived"], 50) {
		f.Derive = append(f.Derive, r.derived(one))
	}
	if in["lists"].value != nil {
		lists := r.object(in["lists"])
		for _, name := range slices.Sorted(maps.Keys(lists)) {
			if !codeShape.MatchString(name) {
				r.refuse(lists[name].place, "%s", codeReason)
			}
			f.Lists[name] = r.options(lists[name])
		}
	}
	for i, one := range r.items(in["sections"], sectionsMax) {
		f.Sections = append(f.Sections, r.section(one, i))
	}
	if len(f.Sections) == 0 {
		r.refuse("sections", "holds no section")
	}
	for _, one := range r.items(in["migrations"], 100) {
		f.Migrations = append(f.Migrations, r.migration(one))
	}
	return f
}

func (r *reader) derived(n node) Derived {
	in := r.object(n, "key", "cases")
	d := Derived{Key: r.shaped(in["key"], derivedShape, "must begin with $ and a letter, and hold a-z, 0-9 and _")}
	for _, one := range r.items(in["cases"], 50) {
		pair := r.items(one, 2)
		if len(pair) != 2 {
			r.refuse(one.place, "must be a rule and a value")
			return d
		}
		d.Cases = append(d.Cases, Case{Rule: r.rule(pair[0], 1), Value: r.scalar(pair[1])})
	}
	if len(d.Cases) == 0 {
		r.refuse(in["cases"].place, "holds no case")
	}
	return d
}

func (r *reader) options(n node) []Option {
	var out []Option
	seen := map[string]bool{}
	for _, one := range r.items(n, optionsMax) {
		in := r.object(one, "value", "en", "cy")
		option := Option{Value: r.text(in["value"], 200), Words: Words{EN: r.text(in["en"], labelMax), CY: r.text(in["cy"], labelMax)}}
		switch {
		case option.Value == "":
			r.refuse(in["value"].place, "is missing")
		case seen[option.Value]:
			r.refuse(in["value"].place, "%q stands there twice", option.Value)
		case option.EN == "":
			r.refuse(in["en"].place, "has no English words")
		case option.CY == "":
			r.refuse(in["cy"].place, "has no Welsh words")
		}
		seen[option.Value] = true
		out = append(out, option)
	}
	if n.value != nil && len(out) == 0 {
		r.refuse(n.place, "holds no option")
	}
	return out
}

func (r *reader) section(n node, index int) Section {
	in := r.object(n, "id", "title", "intro", "when", "sent", "questions")
	s := Section{
		ID:    r.shaped(in["id"], codeShape, codeReason),
		Title: r.words(in["title"], labelMax, true),
		Intro: r.words(in["intro"], hintMax, false),
		When:  r.optionalRule(in["when"]),
		Sent:  r.yes(in["sent"]),
	}
	if in["sent"].value == nil {
		r.refuse(in["sent"].place, "is missing")
	}
	for _, one := range r.items(in["questions"], questionsMax) {
		q := r.question(one)
		q.Section, q.Sent, q.section = s.ID, s.Sent, index
		s.Questions = append(s.Questions, q)
	}
	if len(s.Questions) == 0 {
		r.refuse(in["questions"].place, "holds no question")
	}
	return s
}

func (r *reader) optionalRule(n node) *Rule {
	if n.value == nil {
		return nil
	}
	rule := r.rule(n, 1)
	return &rule
}

func (r *reader) migration(n node) Migration {
	in := r.object(n, "from", "rename", "drop", "values", "note")
	m := Migration{From: r.whole(in["from"], 1, versionMax), Drop: r.texts(in["drop"], questionsMax),
		Note: r.words(in["note"], hintMax, true), Rename: r.pairs(in["rename"]), Values: map[string]map[string]string{}}
	if in["values"].value != nil {
		values := r.object(in["values"])
		for _, key := range slices.Sorted(maps.Keys(values)) {
			m.Values[key] = r.pairs(values[key])
		}
	}
	return m
}

func (r *reader) pairs(n node) map[string]string {
	out := map[string]string{}
	if n.value == nil {
		return out
	}
	members := r.object(n)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		out[name] = r.text(members[name], 200)
		if out[name] == "" {
			r.refuse(members[name].place, "must be a text")
		}
	}
	return out
}
