package forms_test

import (
	"slices"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// scripted is a person of testdata/forms/people with a whole answer set.
type scripted struct {
	About, Form, Kind string
	Version           int
	Answers           forms.Answers
}

func person(t testing.TB, name string) scripted {
	t.Helper()
	return readJSON[scripted](t, "../../testdata/forms/people/"+name+".json")
}

var people = []string{"child", "adult", "unnamed", "named"}

// TestPeople holds the scripted people to whole answer sets: nothing missing, nothing wrong, nothing that was not asked.
func TestPeople(t *testing.T) {
	for _, name := range people {
		p := person(t, name)
		f := load(t, p.Form)
		if problems := f.Check(p.Answers, true); len(problems) > 0 {
			t.Errorf("%s: got problems %v", name, problems)
		}
		if left := f.NotAsked(p.Answers); len(left) > 0 {
			t.Errorf("%s: answers %v are not asked for", name, left)
		}
		if got := f.Derived(p.Answers)["$referral_kind"]; got != p.Kind {
			t.Errorf("%s: got the kind %v, want %s", name, got, p.Kind)
		}
	}
}

// TestPeopleNeedEachAnswer takes each required answer away in turn.
func TestPeopleNeedEachAnswer(t *testing.T) {
	for _, name := range people {
		p := person(t, name)
		f := load(t, p.Form)
		for _, q := range f.Shown(p.Answers) {
			without := p.Answers.Clone()
			delete(without, q.Key)
			_, missing := f.Check(without, true)[q.Key]
			if missing != q.Required {
				t.Errorf("%s without %s: a problem is %v, want %v", name, q.Key, missing, q.Required)
			}
			if _, early := f.Check(without, false)[q.Key]; early {
				t.Errorf("%s without %s: a draft may miss anything", name, q.Key)
			}
		}
	}
}

// TestHiddenAnswers turns a named Duty to Notify into an unnamed one: names are not asked for any more, nor read by any
// rule, and come back when the answer does.
func TestHiddenAnswers(t *testing.T) {
	p := person(t, "named")
	f := load(t, p.Form)
	p.Answers["identity_consent_dtn"] = "no"
	want := []string{"crime_ref_exists", "first_name", "last_name", "pv_contact_by", "pv_email", "pv_email_safe"}
	if got := f.NotAsked(p.Answers); !slices.Equal(got, want) {
		t.Errorf("got %v not asked, want %v", got, want)
	}
	for _, q := range f.Shown(p.Answers) {
		if q.Store == casework.Identity || q.Store == casework.Contact {
			t.Errorf("an unnamed Duty to Notify asks %s", q.Key)
		}
	}
	// An answer that is not asked for may be wrong: it goes nowhere.
	p.Answers["pv_email"] = "not an address"
	if problems := f.Check(p.Answers, true); len(problems) > 0 {
		t.Errorf("got problems %v, want none", problems)
	}
	p.Answers["identity_consent_dtn"] = "yes"
	if got := f.Check(p.Answers, true); got["pv_email"] != forms.KeyCheckEmail {
		t.Errorf("got %v, want the address checked again", got)
	}
}

func BenchmarkValidate(b *testing.B) {
	p := person(b, "adult")
	f := load(b, p.Form)
	for b.Loop() {
		f.Check(p.Answers, true)
	}
}
