package demo

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// bank holds invented answers by group and by the key of the question. A group is a type of referral, a kind of
// exploitation with an age ("sexual_child"), "child" or "adult", a kind of exploitation, or "any", in that order.
type bank map[string]map[string]any

//go:embed answers
var answersFS embed.FS

func readBank() (bank, error) {
	files, err := answersFS.ReadDir("answers")
	if err != nil {
		return nil, fmt.Errorf("read demo answers: %w", err)
	}
	out := bank{}
	for _, file := range files {
		raw, err := answersFS.ReadFile(path.Join("answers", file.Name()))
		if err != nil {
			return nil, fmt.Errorf("read demo answers: %w", err)
		}
		var group map[string]any
		if err := json.Unmarshal(raw, &group); err != nil {
			return nil, fmt.Errorf("read demo answers %s: %w", file.Name(), err)
		}
		out[strings.TrimSuffix(file.Name(), ".json")] = group
	}
	return out, nil
}

var errAnswer = errors.New("the form asks what the made-up answers do not hold")

// fill answers a form for a story: what the scenario says, then what the bank holds, then what a phone would copy. Which
// questions there are is the form's to say, and an answer that it does not ask is left out.
func (s *script) fill(c story, typ string, over fields) (forms.Answers, error) {
	form := s.forms[casework.ReferralTypes[typ].Form]
	out, seen := forms.Answers{}, map[string]bool{}
	for again := true; again; {
		again = false
		for _, q := range form.Shown(out) {
			if seen[q.Key] {
				continue
			}
			seen[q.Key], again = true, true
			value, err := s.answer(c, typ, q, over)
			if err != nil {
				return nil, err
			}
			out.Put(q.Key, value)
		}
	}
	for _, key := range form.NotAsked(out) {
		delete(out, key)
	}
	if problems := form.Check(out, true); len(problems) > 0 {
		return nil, fmt.Errorf("answer %s: %v: %w", form.Code, problems, errAnswer)
	}
	return out, nil
}

func (s *script) answer(c story, typ string, q forms.Question, over fields) (any, error) {
	value, found := over[q.Key]
	age := "child"
	if c.AgeStatus == "adult" {
		age = "adult"
	}
	for _, group := range []string{typ, c.Type + "_" + age, age, c.Type, "any"} {
		if !found {
			value, found = s.bank[group][q.Key]
		}
	}
	if !found {
		value = s.copied(c, q)
	}
	value = suited(q, spoken(value, c.Language, c.i))
	if wrong := q.Check(value); wrong != "" || q.Required && casework.Empty(value) {
		return nil, fmt.Errorf("question %s of %s: %v is %s: %w", q.Key, typ, value, wrong, errAnswer)
	}
	return value, nil
}

// spoken chooses the language of a text, and one of several for each turn.
func spoken(value any, language string, turn int) any {
	texts, ok := value.(map[string]any)
	if !ok {
		return value
	}
	value, there := texts[language]
	if !there {
		value = texts["en"]
	}
	if several, ok := value.([]any); ok {
		return several[turn%len(several)]
	}
	return value
}

// suited leaves the values that a list of the form has: forms name the same kinds of exploitation differently.
func suited(q forms.Question, value any) any {
	values, ok := value.([]any)
	if !ok || len(q.Options) == 0 {
		return value
	}
	return slices.DeleteFunc(slices.Clone(values), func(one any) bool {
		return !slices.ContainsFunc(q.Options, func(o forms.Option) bool { return o.Value == one })
	})
}

// referralFields puts answers where a referral keeps them.
func referralFields(form *forms.Form, answers forms.Answers) fields {
	set, consent := fields{}, fields{}
	for key, value := range answers {
		q, _ := form.Question(key)
		if q.Store == "consent" {
			consent[key] = value
		} else {
			set[q.Store+"."+key] = value
		}
	}
	if len(consent) > 0 {
		set["consent"] = consent
	}
	return set
}

// copied gives what a phone fills in: from the account of the worker, their agency and the encounter.
func (s *script) copied(c story, q forms.Question) any {
	sources := s.ofWorker(c.author)
	maps.Copy(sources, s.ofEncounter(c))
	if value, ok := sources[q.Copy]; ok {
		return value
	}
	return s.ofSubject(c)[q.Key]
}

func (s *script) ofWorker(p *person) fields {
	first, last, _ := strings.Cut(p.name, " ")
	title := strings.ReplaceAll(p.role, "_", " ")
	if p.role == casework.RoleField {
		title = "outreach worker"
		if p.agency.Kind == "police" {
			title = "constable"
		}
	}
	n := slices.IndexFunc(s.people, func(one person) bool { return one.id == p.id })
	return fields{"user.email": p.email, "user.name": p.name, "user.first_name": first, "user.last_name": last, "user.job_title": title,
		"user.phone": fmt.Sprintf("01632 960%03d", 100+n), "agency.name": p.agency.NameEn}
}

func (s *script) ofEncounter(c story) fields {
	under18 := map[string]string{"child": "yes", "not_sure": "not_sure", "adult": "no"}[c.AgeStatus]
	at := c.handedIn
	return fields{"encounter.codename": c.Codename, "encounter.narrative": s.narrative(c), "encounter.under_18": under18,
		"encounter.gender": c.Gender, "encounter.nationality": c.Nationality, "encounter.nickname": c.subject.nickname,
		"encounter.risk": s.risk(c), "today": at.Format("2006-01-02")}
}

// ofSubject gives what only the person could have said, by the key of the question.
func (s *script) ofSubject(c story) fields {
	speaks := s.table.Languages[c.Nationality]
	if c.Language == "cy" {
		speaks = "cy"
	}
	if speaks == "" {
		speaks = "unknown"
	}
	interpreter, other, explained := "no", "", "in_person"
	if speaks != "en" && speaks != "cy" {
		names := forms.Catalogues["languages"]
		name := names[slices.IndexFunc(names, func(o forms.Option) bool { return o.Value == speaks })]
		interpreter, other, explained = "yes", map[string]string{"en": name.EN, "cy": name.CY}[c.Language], "interpreter_phone"
	}
	out := fields{"first_name": c.subject.first, "last_name": surname, "pv_phone": c.subject.phone, "person_language": speaks,
		"interpreter": interpreter, "interpreter_language": other, "explained_by": explained}
	if !c.subject.born.IsZero() {
		out["dob"] = c.subject.born.Format("2006-01-02")
	}
	return out
}
