package main

import (
	"encoding/json"
	"fmt"
	"os"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
)

// nrmForm reads the form of the Home Office as every server has it.
func nrmForm() (*forms.Form, error) {
	raw, err := os.ReadFile("pb_migrations/forms/nrm.json")
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	return forms.Parse(raw)
}

// adult gives the whole answers of a made-up adult who agrees to be referred.
func adult() (forms.Answers, error) {
	raw, err := os.ReadFile("testdata/forms/people/adult.json")
	if err != nil {
		return nil, fmt.Errorf("read the person: %w", err)
	}
	var person struct{ Answers forms.Answers }
	if err := json.Unmarshal(raw, &person); err != nil {
		return nil, fmt.Errorf("read the person: %w", err)
	}
	return person.Answers, nil
}

// fillLong gives the answers with a new text in every long box that has one, and counts those.
func fillLong(form *forms.Form, answers forms.Answers, text func() string) (forms.Answers, int) {
	out, n := answers.Clone(), 0
	for _, q := range form.Shown(answers) {
		if q.Type == "longtext" && out.Text(q.Key) != "" {
			out[q.Key] = text()
			n++
		}
	}
	return out, n
}

// referral gives the fields of a new referral, with each answer where it is kept.
func referral(form *forms.Form, answers forms.Answers) casework.Values {
	consent := map[string]any{}
	set := casework.Values{"type": "nrm", "form": form.Code, "form_version": form.Version, "language": "en", "danger": false, "consent": consent}
	for _, q := range form.Shown(answers) {
		switch value, answered := answers[q.Key]; {
		case !answered:
		case q.Store == "consent":
			consent[q.Key] = value
		default:
			set[q.Store+"."+q.Key] = value
		}
	}
	return set
}

// referrals makes n new referrals of the person, each handed in with the operation that creates it and with narratives of
// its own.
func (w *writer) referrals(form *forms.Form, answers forms.Answers, n int) []exchange.Op {
	ops := make([]exchange.Op, n)
	for i := range ops {
		long, _ := fillLong(form, answers, w.narrative)
		set := referral(form, long)
		set["codename"] = w.codename()
		ops[i] = exchange.Op{Kind: "create", Coll: "referrals", Rec: newID(), Set: set, Cmd: &exchange.Cmd{Name: "submit"}}
	}
	return ops
}
