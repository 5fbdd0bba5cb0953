package exchange

import (
	"errors"
	"slices"
	"time"

	"noddfa/internal/anonymity"
	"noddfa/internal/casework"
)

// keyGivesAway is why a move is refused while something may give the person away.
const keyGivesAway = "error.dtn_anonymity_clear"

const (
	// rareBelow is how many people of a nationality a force has met in rareYears when one more may be known by it.
	rareBelow = 5
	rareYears = 3
	// hitsMax is how many uncleared hits a referral shows at one time.
	hitsMax = 200
)

// findHits looks for what could give the person of an unnamed Duty to Notify away, and keeps what a second person has
// cleared. MSA 2015 s.52(3): a notification must not identify an adult who has not agreed to it.
func (e *edit) findHits(kind casework.ReferralType) error {
	if !kind.Anonymity || e.v.Bool("named") {
		delete(e.v, "hits")
		return nil
	}
	in, err := e.anonymityInput()
	if err != nil {
		return err
	}
	cleared := map[string]map[string]any{}
	for _, one := range casework.List(e.v["hits"]) {
		if hit, ok := one.(map[string]any); ok && hit["cleared_by"] != nil {
			cleared[casework.Values(hit).Text("id")] = hit
		}
	}
	var hits []any
	open := 0
	// What blocks comes first, so that no number of warnings crowds it out.
	found := anonymity.Check(in)
	slices.SortStableFunc(found, func(a, b anonymity.Hit) int {
		switch {
		case a.Block == b.Block:
			return 0
		case a.Block:
			return -1
		}
		return 1
	})
	for _, hit := range found {
		row := map[string]any{"id": hit.ID, "field": hit.Field, "kind": hit.Kind, "text": hit.Text, "block": hit.Block}
		if was, ok := cleared[hit.ID]; ok {
			row = was
		} else if open++; open > hitsMax {
			continue // They come up once these are cleared.
		}
		hits = append(hits, row)
	}
	e.v.Put("hits", hits)
	return nil
}

// identifying are the questions of any form, and the fields of an encounter, whose words must not stand in a narrative.
var identifying = map[string]string{
	"name": "name", "nickname": "nickname", "phone": "phone", "email": "email", "address": "address", "first_name": "name", "last_name": "name",
	"other_name": "nickname", "pv_phone": "phone", "alt_phone": "phone", "pv_email": "email", "pv_street": "address", "pv_postcode": "postcode",
	"ho_ref": "reference", "crime_ref": "reference", "safeguarding_ref": "reference", "pv_town": "address", "pv_county": "address",
	"dob": "date_of_birth", "date_of_birth": "date_of_birth", "codename": "codename",
}

// anonymityInput gathers the narratives of the referral, and what is known of the person: in it, in the encounter that it
// was made from, and in the other referrals of that encounter.
func (e *edit) anonymityInput() (anonymity.Input, error) {
	answers := e.answers()
	in := anonymity.Input{Texts: map[string]string{}, Locations: map[string]string{}, Files: len(casework.List(answers["files"])),
		Now: time.UnixMilli(e.nowMs), Welsh: e.v.Text("language") == "cy", Towns: append(answers.List("uk_towns"), answers.List("overseas_countries")...)}
	if town := answers.Text("current_town"); town != "" {
		in.Towns = append(in.Towns, town)
	}
	for _, q := range e.rules.form.Shown(answers) {
		text := answers.Text(q.Key)
		switch {
		case text == "":
		case q.Location:
			in.Locations[q.Store+"."+q.Key] = text
		case q.Scrub:
			in.Texts[q.Store+"."+q.Key] = text
		}
	}
	in.Birthplace, in.Family, in.Job = answers.Text("birthplace") != "", answers.Text("family") != "", answers.Text("work_history") != ""
	known, err := e.known()
	if err != nil {
		return in, err
	}
	for _, v := range known {
		for name, kind := range identifying {
			if value := v.Text(name); value != "" {
				in.Identifiers = append(in.Identifiers, anonymity.Identifier{Kind: kind, Value: value})
			}
		}
	}
	in.Nationality = answers.Text("dtn_nationality")
	if in.Nationality == "" {
		return in, nil
	}
	since := time.UnixMilli(e.nowMs).AddDate(-rareYears, 0, 0).UnixMilli()
	n, err := e.tx.CountNationality(in.Nationality, e.v.Text("force"), since)
	in.RareNationality = n < rareBelow
	return in, err
}

// known gives everything that the agency has recorded of the person, by the names of fields and questions. What another
// agency wrote is no part of it: a hit would tell the author what stands there.
func (e *edit) known() ([]casework.Values, error) {
	own := answersOf(e.v)
	own.Put("codename", e.v["codename"])
	out := []casework.Values{own}
	encounter := e.v.Text("encounter")
	if encounter == "" {
		return out, nil
	}
	met, ok, err := e.tx.Get("encounters", encounter)
	if err != nil {
		return nil, err
	}
	if ok && met.Text("agency") == e.v.Text("agency") {
		out = append(out, met)
	}
	others, err := e.tx.ReferralsOf(encounter)
	for _, id := range others {
		v, ok, err := e.tx.Get("referrals", id)
		if err != nil {
			return nil, err
		}
		if ok && id != e.rec && v.Text("agency") == e.v.Text("agency") {
			out = append(out, casework.Values(answersOf(flat(v))))
		}
	}
	return out, err
}

// keepHits stores what stopped a move. The move itself was undone, and with it what it found: unless that stands on the
// record, nobody sees what there is to look at. Who reviews is asked to, when the referral was out of their hands already.
func (a *act) keepHits(rec string) error {
	e, err := a.open("referrals", rec)
	var no *refusal
	if errors.As(err, &no) {
		return nil // It was never taken in.
	}
	if err != nil {
		return err
	}
	if err := e.kind.settle(e); err != nil {
		return err
	}
	if e.v.Text("state") == casework.Approved {
		e.task("clear_hits", 0)
	}
	return e.write()
}
