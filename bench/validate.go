package main

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

const (
	validations   = 5_000
	fullBoxes     = 300
	validateAimMs = 0.5
)

// measureValidate measures what a hand-in asks of the form engine: what follows from the answers, which questions they
// show, what is wrong with them, and what is answered without being asked.
func measureValidate(string) ([]figure, error) {
	form, err := nrmForm()
	if err != nil {
		return nil, err
	}
	person, err := adult()
	if err != nil {
		return nil, err
	}
	if err := findsBroken(form, person); err != nil {
		return nil, err
	}
	took, shown, err := validateMany(form, person, validations)
	if err != nil {
		return nil, err
	}
	const most = 15_000
	full, boxes := fillLong(form, person, func() string { return strings.Repeat("gair ", most/len("gair ")) })
	heavy, _, err := validateMany(form, full, fullBoxes)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d answers, %d questions shown; %.3f ms with %d boxes of %d characters", len(person), shown, ms(heavy), boxes, most)
	return []figure{atMost("nrm_validate_ms", ms(took), "ms", validateAimMs, note)}, nil
}

// validateMany gives the median of n validations of a whole answer set, each of which must find nothing wrong.
func validateMany(form *forms.Form, answers forms.Answers, n int) (time.Duration, int, error) {
	all, want := make([]time.Duration, 0, n), len(form.Shown(answers))
	for turn := range warm + n {
		var shown []forms.Question
		var problems casework.Problems
		var left []string
		var derived map[string]any
		took, _ := timed(func() error {
			derived, shown = form.Derived(answers), form.Shown(answers)
			problems, left = form.Check(answers, true), form.NotAsked(answers)
			return nil
		})
		if len(problems) > 0 || len(left) > 0 || len(shown) != want || derived["$referral_kind"] != "nrm" {
			return 0, 0, wrong("a whole form", fmt.Sprint(problems, left, len(shown), derived), "nothing wrong")
		}
		if turn >= warm {
			all = append(all, took)
		}
	}
	return median(all), want, nil
}

// findsBroken spoils one answer at a time and has each found, and nothing else.
func findsBroken(form *forms.Form, answers forms.Answers) error {
	for key, spoil := range map[string]struct {
		value any
		word  string
	}{
		"birthplace":       {nil, casework.KeyRequired},
		"pv_email":         {"not an address", forms.KeyCheckEmail},
		"dob":              {"1992-02-30", forms.KeyCheckDate},
		"nationality":      {"nowhere", forms.KeyChooseListed},
		"favourite_colour": {"here", casework.KeyUnknownField},
	} {
		spoilt := answers.Clone()
		spoilt[key] = spoil.value
		if got, want := form.Check(spoilt, true), (casework.Problems{key: spoil.word}); !maps.Equal(got, want) {
			return wrong("a form with a broken answer", got, want)
		}
	}
	spoilt := answers.Clone()
	spoilt["consent_nrm"] = "no"
	if len(form.NotAsked(spoilt)) == 0 {
		return wrong("answers that are not asked for", 0, "some")
	}
	return nil
}
