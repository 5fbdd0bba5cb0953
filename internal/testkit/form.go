package testkit

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// Form gives one of the forms that every server has.
func Form(t testing.TB, code string) *forms.Form {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "pb_migrations", "forms", code+".json"))
	if err != nil {
		t.Fatal(err)
	}
	form, err := forms.Parse(raw)
	if err != nil {
		t.Fatalf("form %s: %v", code, err)
	}
	return form
}

// Fill answers every question that the form asks beside those that are answered, with the first value that fits, and
// leaves out what it does not ask.
func Fill(t testing.TB, form *forms.Form, answers forms.Answers) forms.Answers {
	t.Helper()
	out := answers.Clone()
	for again := true; again; {
		again = false
		for _, q := range form.Shown(out) {
			if q.Required && casework.Empty(out[q.Key]) {
				out[q.Key], again = Answer(t, q), true
			}
		}
	}
	for _, key := range form.NotAsked(out) {
		delete(out, key)
	}
	if problems := form.Check(out, true); len(problems) > 0 {
		t.Fatalf("filled form %s: %v", form.Code, problems)
	}
	return out
}

// Answer gives the first value that fits a question.
func Answer(t testing.TB, q forms.Question) any {
	t.Helper()
	first := ""
	if len(q.Options) > 0 {
		first = q.Options[0].Value
	}
	for _, value := range []any{first, []any{first}, true, 1.0, "Made-up words.", "2020-05-17", "07700 900123", "onnen@example.org", "GB", "en",
		[]any{"GB"}, []any{map[string]any{"name": "notes.pdf"}}, "+44 7700 900123", "2026-11-20T10:00"} {
		if !casework.Empty(value) && value != "" && q.Check(value) == "" {
			return value
		}
	}
	t.Fatalf("nothing fits the question %s (%s)", q.Key, q.Type)
	return nil
}

// Referral gives the fields of a new referral by a form, with answers to it where they belong.
func Referral(t testing.TB, form *forms.Form, kind string, answers forms.Answers, more casework.Values) casework.Values {
	t.Helper()
	set := casework.Values{"type": kind, "codename": "robin 7", "form": form.Code, "form_version": float64(form.Version), "language": "en"}
	consent := map[string]any{}
	for key, value := range answers {
		q, ok := form.Question(key)
		switch {
		case !ok:
			t.Fatalf("form %s has no question %s", form.Code, key)
		case q.Store == "consent":
			consent[key] = value
		default:
			set[q.Store+"."+key] = value
		}
	}
	if len(consent) > 0 {
		set["consent"] = consent
	}
	for name, value := range more {
		set[name] = value
	}
	return set
}
