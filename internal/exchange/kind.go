package exchange

import (
	"maps"
	"slices"
	"strings"

	"noddfa/internal/access"
	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// kind is what differs between the records that people write and decide on. Everything else they have in common: how an
// edit meets the record, how a move is given, what is kept of both.
type kind struct {
	coll string
	// follows is the column in which versions and decisions name such a record.
	follows string
	// editable says in which states a role changes fields. Later edits are kept for a person.
	editable  map[string][]string
	mayCreate func(casework.User) bool
	// roles gives every role in which a user stands to the record.
	roles func(casework.User, access.Record) []string
	// settle works out what follows from the fields.
	settle func(*edit) error
	// move gives the rule of an event; known says whether there is such an event, open whether it may happen in the state.
	move func(event, state string) (rule casework.Move, known, open bool)
	// effect is what a move changes beside the state.
	effect func(event string) func(*edit, casework.Values)
}

// kindOf gives the kind of a collection that people write, false for any other.
func kindOf(coll string) (kind, bool) {
	switch coll {
	case "encounters":
		return kind{coll: coll, follows: "encounter", mayCreate: access.MayCreate, roles: encounterRoles, settle: (*edit).settleEncounter,
			move: encounterMove, effect: encounterEffect, editable: map[string][]string{
				"author":     {casework.Draft, casework.Returned},
				"supervisor": {casework.Submitted, casework.InReview},
			}}, true
	case "referrals":
		return kind{coll: coll, follows: "referral", mayCreate: access.MayRefer, roles: access.ReferralRoles, settle: (*edit).settleReferral,
			move: referralMove, effect: referralEffect, editable: map[string][]string{
				"author":   {casework.Draft, casework.Returned},
				"reviewer": {casework.Returned}, // As cover for an author who is away.
			}}, true
	}
	return kind{}, false
}

func encounterRoles(u casework.User, r access.Record) []string {
	if role := access.Role(u, r); role != "" {
		return []string{role}
	}
	return nil
}

func encounterMove(event, state string) (casework.Move, bool, bool) {
	rule, known := casework.Commands["encounters"][event]
	move := casework.Move{Event: event, From: rule.From, To: rule.To, By: []string{rule.By}, ExpectRev: rule.ExpectRev, Guards: rule.Guards, Args: rule.Args}
	return move, known, slices.Contains(rule.From, state)
}

// referralMove gives the row for the state, or for a state that has none a row that says who may give the event at all.
func referralMove(event, state string) (casework.Move, bool, bool) {
	if rule, open := casework.MoveFor(event, state); open {
		return rule, true, true
	}
	var first casework.Move
	for _, row := range casework.Moves {
		switch {
		case row.Event != event:
		case first.Event == "":
			first = row
		default:
			first.By = slices.Concat(first.By, row.By)
		}
	}
	return first, first.Event != "", false
}

// standing is a record as access sees it.
func standing(coll string, v casework.Values) access.Record {
	return access.Record{Coll: coll, Author: v.Text("author"), Agency: v.Text("agency"), ReviewAgency: v.Text("review_agency"),
		State: v.Text("state"), Age: v.Text("age_status"), Risk: v.Text("risk"), Danger: v.Bool("danger"),
		SubmittedMs: v.Int("submitted_at_ms"), ClosedMs: v.Int("closed_at_ms"), Type: v.Text("type"), ToAgency: v.Text("to_agency"),
		Child: v.Bool("child"), DecidedMs: v.Int("decided_at_ms"), SentMs: v.Int("sent_at_ms")}
}

// rules finds the rule of a field: of the table, or for the answers of a referral of its form.
type rules struct {
	own, answers map[string]casework.Field
	form         *forms.Form
}

// answerParts are the objects of a referral that hold the answers of its form, by the part in which each is kept. In an
// operation, and while it is decided on, an answer is a field of its own: answers.birthplace.
var answerParts = map[string]string{"answers": casework.Content, "identity": casework.Identity, "contact": casework.Contact}

func (r rules) field(name string) (casework.Field, bool) {
	if field, ok := r.own[name]; ok {
		return field, true
	}
	field, ok := r.answers[name]
	return field, ok
}

// answerFields gives the rules of a form's answers. A form never changes, so they are made once for each.
func (x *Exchange) answerFields(form *forms.Form) map[string]casework.Field {
	if made, ok := x.fields.Load(form); ok {
		return made.(map[string]casework.Field)
	}
	out := map[string]casework.Field{}
	for _, section := range form.Sections {
		for _, question := range section.Questions {
			if part, ok := answerParts[question.Store]; ok {
				out[question.Store+"."+question.Key] = answerField(question, part)
			}
		}
	}
	x.fields.Store(form, out)
	return out
}

func answerField(question forms.Question, part string) casework.Field {
	field := casework.Field{Kind: "answer", Policy: "reg", Store: part, Rule: question.Check, Editors: []string{"author", "reviewer"}}
	for _, value := range question.Safest {
		field.Policy, field.Order = "safest", append(field.Order, value)
	}
	return field
}

// flat lifts the answers of a referral out of the objects they are kept in.
func flat(v casework.Values) casework.Values {
	out := make(casework.Values, len(v))
	for name, value := range v {
		object, isObject := value.(map[string]any)
		if _, isPart := answerParts[name]; !isPart || !isObject {
			out[name] = value
			continue
		}
		for key, inner := range object {
			out.Put(name+"."+key, inner)
		}
	}
	return out
}

// nested undoes flat.
func nested(v casework.Values) casework.Values {
	out := make(casework.Values, len(v))
	for name, value := range v {
		part, key, dotted := strings.Cut(name, ".")
		if !dotted {
			out[name] = value
			continue
		}
		object, _ := out[part].(map[string]any)
		if object == nil {
			object = map[string]any{}
			out[part] = object
		}
		object[key] = value
	}
	return out
}

// tops gives the fields of a row in which flat fields stand.
func tops(names []string) []string {
	out := map[string]bool{}
	for _, name := range names {
		part, _, _ := strings.Cut(name, ".")
		out[part] = true
	}
	return slices.Sorted(maps.Keys(out))
}

// answersOf gives the answers of a referral by the keys of their questions, consent among them.
func answersOf(v casework.Values) forms.Answers {
	out := forms.Answers{}
	for name, value := range v {
		part, key, dotted := strings.Cut(name, ".")
		if _, isPart := answerParts[part]; dotted && isPart {
			out[key] = value
		}
	}
	consent, _ := v["consent"].(map[string]any)
	maps.Copy(out, consent)
	return out
}
