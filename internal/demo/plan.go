package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// planned is one made-up encounter with its referrals, and how far each has come.
type planned struct {
	ID          string `json:"id"`
	Codename    string `json:"codename"`
	Agency      string `json:"agency"`
	Force       string `json:"force"`
	Type        string `json:"type"`
	CountyLines bool   `json:"county_lines"`
	AgeBand     string `json:"age_band"`
	AgeStatus   string `json:"age_status"`
	Gender      string `json:"gender"`
	Nationality string `json:"nationality"`
	Language    string `json:"language"`
	Danger      bool   `json:"danger"`
	DaysAgo     int    `json:"days_ago"`
	// State is where the encounter ends; "" means that it never reached the server.
	State string `json:"state"`
	// Referrals are types in the order they were made. FinalState is where the last of them ends, and most often all do;
	// "lost_unsynced" and "expired" say what became of work that was never handed in.
	Referrals  []string `json:"referrals"`
	FinalState string   `json:"final_state"`
	Scenario   string   `json:"scenario"`
}

// fields are values of a record by field name.
type fields = map[string]any

// step is what one person does at one time: an operation, unless one of the acts below is named.
type step struct {
	at       time.Time
	madeAt   time.Time // by the phone's clock, when it differs
	by       *person
	coll     string
	rec      string
	kind     string
	set      fields
	prev     fields
	add      []string
	cmd      string
	args     fields
	wantHold bool // the scenario is about a refusal

	draft fields // what the phone keeps of a record that is not handed in
	gone  bool   // the draft is thrown away
	lost  bool   // the phone is lost, and revoked
	look  bool   // every sign that could give the person away is read and cleared
}

//go:embed plan.json
var planJSON []byte

//go:embed texts.json
var textsJSON []byte

type script struct {
	now    time.Time
	people []person
	forms  map[string]*forms.Form
	texts  map[string]words
	table  table
	told   map[string]scenario
	bank   bank
	steps  []step
}

// write turns the plan into steps.
func write(now time.Time, people []person, forms map[string]*forms.Form) ([]step, error) {
	s := &script{now: now, people: people, forms: forms}
	var plan []planned
	for _, one := range []struct {
		raw  []byte
		into any
	}{{textsJSON, &s.texts}, {planJSON, &plan}, {pathsJSON, &s.table}, {scenariosJSON, &s.told}} {
		if err := json.Unmarshal(one.raw, one.into); err != nil {
			return nil, fmt.Errorf("read demo plan: %w", err)
		}
	}
	var err error
	if s.bank, err = readBank(); err != nil {
		return nil, err
	}
	for i, e := range plan {
		c := s.caseOf(i, e)
		if e.State == "" {
			s.unfinished(c)
		} else {
			s.encounter(c)
		}
		if err := s.referrals(c); err != nil {
			return nil, fmt.Errorf("plan %s: %w", e.ID, err)
		}
	}
	return s.steps, nil
}

// story is one planned encounter with the people in it and the moments that everything else counts from.
type story struct {
	planned
	i                int
	scenario         scenario
	rec              string
	author, reviewer *person
	met, made        time.Time // made by the author's phone
	handedIn         time.Time
	subject          subject
}

func (s *script) caseOf(i int, e planned) story {
	y, m, d := s.now.AddDate(0, 0, -e.DaysAgo).Date()
	met := time.Date(y, m, d, 8+i%7, i%9*7, 0, 0, time.UTC) // By day, whenever the program starts.
	c := story{planned: e, i: i, scenario: s.told[e.Scenario], rec: id("encounter", e.ID), author: s.author(i, e), reviewer: s.reviewer(e),
		met: met, made: met.Add(30 * time.Minute), handedIn: met.Add(2 * time.Hour)}
	if e.Scenario == "offline_3_days" {
		c.handedIn, c.made = met.Add(71*time.Hour), c.made.Add(9*time.Minute)
	}
	c.subject = s.subject(c)
	return c
}

func (s *script) add(st step) {
	if st.coll == "" {
		st.coll = "encounters"
	}
	s.steps = append(s.steps, st)
}

func (s *script) author(i int, e planned) *person {
	switch {
	case e.Scenario == "self_approval_blocked":
		return s.pick(e.Agency, casework.RoleSupervisor, i)
	case e.State == "":
		return s.pick(e.Agency, casework.RoleField, unfinishedBy)
	}
	return s.pick(e.Agency, casework.RoleField, i)
}

// unfinishedBy is whose phone, of an agency's field workers, holds what is not handed in. Everybody else's is empty.
const unfinishedBy = 2

func (s *script) reviewer(e planned) *person {
	for k := range s.people {
		a := s.people[k].agency
		if a.Code == e.Agency && (e.Scenario == "self_approval_blocked" || s.pick(e.Agency, "supervisor", 0) == nil) {
			return s.pick(a.ReviewAgency, "supervisor", 0)
		}
	}
	return s.pick(e.Agency, "supervisor", 0)
}

// pick gives one of the people of an agency with a role, another one for another turn; nil when there is none.
func (s *script) pick(code, role string, turn int) *person {
	var found []*person
	for k := range s.people {
		if s.people[k].agency.Code == code && s.people[k].role == role {
			found = append(found, &s.people[k])
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found[turn%len(found)]
}
