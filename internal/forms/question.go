package forms

import (
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// kind is what a type of question has beside its words.
type kind struct {
	// choice has options, list has several values, max bounds a question that names no limit of its own, top a limit.
	choice, list bool
	max, top     int
	checks       []string
}

var kinds = map[string]kind{
	"text":          {max: 250, top: 15000, checks: []string{"no_url"}},
	"longtext":      {max: 15000, top: 15000, checks: []string{"no_url"}},
	"radio":         {choice: true},
	"select":        {choice: true},
	"checkboxes":    {choice: true, list: true, max: optionsMax, top: optionsMax},
	"select_repeat": {choice: true, list: true, max: 10, top: 100},
	"email":         {max: 254, top: 15000},
	"tel":           {max: 60, top: 15000, checks: []string{"intl_phone"}},
	"date":          {checks: []string{"not_future", "after_1900"}},
	"number":        {max: 999_999_999, top: 999_999_999},
	"confirm":       {},
	"file_repeat":   {list: true, max: 100, top: 100},
}

var stores = []string{"answers", casework.Identity, casework.Contact, "consent"}

// sources are the things that an answer may be copied from.
var sources = []string{"user.email", "user.name", "user.first_name", "user.last_name", "user.job_title", "user.phone",
	"agency.name", "agency.nrm_list_name", "agency.cover_email", "encounter.codename", "encounter.narrative", "encounter.signs_seen",
	"encounter.signs_text", "encounter.place", "encounter.gender", "encounter.nationality", "encounter.under_18", "encounter.spoken_language",
	"encounter.interpreter", "encounter.called_999", "encounter.risk", "encounter.risk_note", "encounter.council", "encounter.force",
	"encounter.name", "encounter.nickname", "encounter.date_of_birth", "encounter.phone", "encounter.email", "encounter.address",
	"encounter.safe_contact", "today"}

func (r *reader) question(n node) Question {
	in := r.object(n, "key", "ref", "type", "label", "hint", "required", "when", "options", "list", "catalogue", "store", "check",
		"max", "min", "safest", "scrub", "location", "copy", "default")
	q := Question{
		Key: r.shaped(in["key"], codeShape, codeReason), Ref: r.shaped(in["ref"], refShape, "must be the name of a box"), Type: r.text(in["type"], 40),
		Label: r.words(in["label"], labelMax, true), Hint: r.words(in["hint"], hintMax, false),
		Required: r.yes(in["required"]), When: r.optionalRule(in["when"]),
		Options: r.options(in["options"]), List: r.text(in["list"], 40), Catalogue: r.text(in["catalogue"], 40),
		Store: r.text(in["store"], 40), Checks: r.texts(in["check"], 4), Safest: r.texts(in["safest"], 20),
		Scrub: r.yes(in["scrub"]), Location: r.yes(in["location"]), Copy: r.text(in["copy"], 60), Default: in["default"].value,
	}
	k, ok := kinds[q.Type]
	if !ok {
		r.refuse(in["type"].place, "%q is no type of question", q.Type)
	}
	if !slices.Contains(stores, q.Store) {
		r.refuse(in["store"].place, "must be one of %s", strings.Join(stores, ", "))
	}
	for _, check := range q.Checks {
		if !slices.Contains(k.checks, check) {
			r.refuse(in["check"].place, "%q is no check of a %s", check, q.Type)
		}
	}
	if q.Copy != "" && !slices.Contains(sources, q.Copy) {
		r.refuse(in["copy"].place, "%q is nothing that can be copied", q.Copy)
	}
	r.limits(in, &q, k)
	return q
}

func (r *reader) limits(in map[string]node, q *Question, k kind) {
	if k.top == 0 && (in["max"].value != nil || in["min"].value != nil) {
		r.refuse(in["max"].place, "a %s has no limits", q.Type)
		return
	}
	q.Min, q.Max = r.whole(in["min"], 0, k.top), r.whole(in["max"], 1, k.top)
	if q.Max == 0 {
		q.Max = k.max
	}
	if q.Min > q.Max {
		r.refuse(in["min"].place, "is more than max")
	}
	if text := q.Type == "text" || q.Type == "longtext"; !text && (q.Scrub || q.Location) {
		if q.Scrub {
			r.refuse(in["scrub"].place, "only texts are read for names")
		}
		r.refuse(in["location"].place, "only texts are read for places")
	}
}
