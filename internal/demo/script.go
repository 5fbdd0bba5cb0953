package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// planned is one made-up encounter and how far it has come.
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
	State    string `json:"state"`
	Scenario string `json:"scenario"`
}

// words are invented texts of one kind of exploitation.
type words struct {
	Places []struct{ Kind, En, Cy string }
	Ticks  []string
	En, Cy []string
}

// fields are values of an encounter by field name.
type fields = map[string]any

// step is one operation by one person at one time.
type step struct {
	at       time.Time
	madeAt   time.Time // by the phone's clock, when it differs
	by       *person
	rec      string
	kind     string
	set      fields
	prev     fields
	add      []string
	cmd      string
	args     fields
	wantHold bool // the scenario is about a refusal
}

//go:embed plan.json
var planJSON []byte

//go:embed texts.json
var textsJSON []byte

type script struct {
	now    time.Time
	people []person
	texts  map[string]words
	steps  []step
}

// write turns the plan into steps.
func write(now time.Time, people []person) ([]step, error) {
	s := &script{now: now, people: people}
	if err := json.Unmarshal(textsJSON, &s.texts); err != nil {
		return nil, fmt.Errorf("read demo texts: %w", err)
	}
	var plan []planned
	if err := json.Unmarshal(planJSON, &plan); err != nil {
		return nil, fmt.Errorf("read demo plan: %w", err)
	}
	for i, e := range plan {
		if e.State == "" {
			continue
		}
		s.encounter(i, e)
	}
	return s.steps, nil
}

// encounter writes the steps of one record: made and handed in, then what its state asks for.
func (s *script) encounter(i int, e planned) {
	author, reviewer := s.author(i, e), s.reviewer(e)
	met := s.now.AddDate(0, 0, -e.DaysAgo).Truncate(time.Hour).Add(time.Duration(i%9) * 7 * time.Minute)
	handedIn := met.Add(2 * time.Hour)
	made := met.Add(30 * time.Minute)
	if e.Scenario == "offline_3_days" {
		handedIn, made = met.Add(71*time.Hour), made.Add(9*time.Minute)
	}
	rec := id("encounter", e.ID)
	s.add(step{at: handedIn, madeAt: made, by: author, rec: rec, kind: "create", set: s.fields(i, e, met), add: s.ticks(i, e), cmd: "submit"})
	s.scenario(e, rec, author, reviewer, handedIn)
	s.decide(e, rec, reviewer, handedIn.Add(20*time.Hour))
}

// scenario writes what happens between hand-in and decision.
func (s *script) scenario(e planned, rec string, author, reviewer *person, at time.Time) {
	switch e.Scenario {
	case "edit_conflict":
		// The supervisor corrects the place and sends the record back; the author, with no signal, had corrected it too.
		was := s.texts[e.Type].Places[0].Kind
		s.add(step{at: at.Add(3 * time.Hour), by: reviewer, rec: rec, kind: "cmd", cmd: "pick_up"})
		s.add(step{at: at.Add(4 * time.Hour), by: reviewer, rec: rec, kind: "patch", set: fields{"place_kind": "farm"}, prev: fields{"place_kind": was}})
		s.add(step{at: at.Add(5 * time.Hour), by: reviewer, rec: rec, kind: "cmd", cmd: "return", args: fields{
			"codes": []string{"R02"}, "fields": []string{"met_at"}, "note": "Please check the time: was it the morning or the evening?"}})
		s.add(step{at: at.Add(8 * time.Hour), madeAt: at.Add(4 * time.Hour), by: author, rec: rec, kind: "patch", cmd: "resubmit",
			set: fields{"place_kind": "shop"}, prev: fields{"place_kind": was}})
	case "return_then_approve":
		s.add(step{at: at.Add(4 * time.Hour), by: reviewer, rec: rec, kind: "cmd", cmd: "pick_up"})
		s.add(step{at: at.Add(5 * time.Hour), by: reviewer, rec: rec, kind: "cmd", cmd: "return", args: fields{
			"codes": []string{"R01"}, "fields": []string{"narrative"},
			"note": "Please say more about how they were treated: who spoke, what was said, what you saw yourself."}})
		old := s.narrative(0, e)
		s.add(step{at: at.Add(9 * time.Hour), by: author, rec: rec, kind: "patch", cmd: "resubmit", prev: fields{"narrative": old}, set: fields{
			"narrative": old + " I saw the bed myself: a folding frame between the boiler and the wall. The lady of the house told them twice, in my hearing, to be quiet."}})
	case "self_approval_blocked":
		s.add(step{at: at.Add(2 * time.Hour), by: author, rec: rec, kind: "cmd", cmd: "pick_up", wantHold: true})
	case "danger_not_called":
		s.add(step{at: at.Add(12 * time.Minute), by: reviewer, rec: rec, kind: "cmd", cmd: "change_risk", args: fields{
			"risk": "critical", "reason": "Rang back after twelve minutes. The person controlling them had returned; police sent by another route."}})
	case "danger_offline":
		s.add(step{at: at.Add(time.Hour), by: reviewer, rec: rec, kind: "cmd", cmd: "stand_down", args: fields{
			"reason": "Officers went in; the person is out and safe tonight."}})
	}
}

// decide writes the supervisor's part.
func (s *script) decide(e planned, rec string, by *person, at time.Time) {
	cmd := func(after time.Duration, name string, args fields) {
		s.add(step{at: at.Add(after), by: by, rec: rec, kind: "cmd", cmd: name, args: args})
	}
	if e.State == "submitted" {
		return
	}
	cmd(0, "pick_up", nil)
	switch e.State {
	case "approved":
		cmd(6*time.Hour, "approve", nil)
	case "closed":
		cmd(6*time.Hour, "approve", nil)
		cmd(10*24*time.Hour, "close", fields{"note": "Everything that was asked for has been done."})
	case "returned":
		cmd(3*time.Hour, "return", fields{"codes": []string{"R03", "R07"}, "fields": []string{"indicators", "safe_contact"},
			"note": "Please say how you know of each sign you ticked, and how the person may safely be reached."})
	case "rejected":
		cmd(3*time.Hour, "reject", fields{"reason": "The police had already recorded the same child on the same day; this record adds nothing to theirs."})
	}
}

func (s *script) add(st step) { s.steps = append(s.steps, st) }

func (s *script) author(i int, e planned) *person {
	want := "field"
	if e.Scenario == "self_approval_blocked" {
		want = "supervisor"
	}
	return s.pick(e.Agency, want, i)
}

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

func (s *script) narrative(i int, e planned) string {
	if e.Language == "cy" {
		return s.texts[e.Type].Cy[i%len(s.texts[e.Type].Cy)]
	}
	return s.texts[e.Type].En[i%len(s.texts[e.Type].En)]
}

// ticks chooses signs that fit the kind of exploitation, and those the scenario names.
func (s *script) ticks(i int, e planned) []string {
	named := map[string][]string{
		"danger_offline":    {"DAN-01:said_by_person"},
		"danger_not_called": {"DAN-02:seen"},
		"shelter_tonight":   {"DAN-11:said_by_person"},
		"forced_marriage":   {"FMA-01:said_by_person", "FMA-03:found"},
	}
	all := s.texts[e.Type].Ticks
	ticks := append([]string(nil), named[e.Scenario]...)
	for k := range min(len(all), 3+i%3) {
		ticks = append(ticks, all[(i+k)%len(all)])
	}
	if e.AgeStatus == "child" {
		ticks = append(ticks, "CHI-05:said_by_person")
	}
	return ticks
}

func (s *script) fields(i int, e planned, met time.Time) fields {
	place := s.texts[e.Type].Places[i%len(s.texts[e.Type].Places)]
	if e.Scenario == "edit_conflict" {
		place = s.texts[e.Type].Places[0]
	}
	text := place.En
	if e.Language == "cy" {
		text = place.Cy
	}
	f := fields{
		"codename": e.Codename, "met_at": met.UTC().Format("2006-01-02T15:04Z"), "language": e.Language,
		"force": "demo-pol-" + e.Force, "place_kind": place.Kind, "place": fields{"text": text},
		"narrative": s.narrative(i, e), "risk": []string{"medium", "low", "high", "medium"}[i%4],
	}
	if e.Force == "glasfor" || e.Force == "morlan" {
		f["council"] = "demo-la-" + e.Force
	}
	if e.Scenario == "return_then_approve" {
		f["narrative"] = s.narrative(0, e)
	}
	for name, value := range map[string]string{"age_status": e.AgeStatus, "age_band": e.AgeBand, "gender": e.Gender, "nationality": e.Nationality} {
		if value != "" {
			f[name] = value
		}
	}
	if e.CountyLines {
		f["county_lines"] = true
	}
	s.addDanger(f, e)
	s.addPerson(f, i, e)
	return f
}

func (s *script) addDanger(f fields, e planned) {
	switch {
	case e.Scenario == "danger_not_called":
		f["danger"], f["danger_answers"] = true, fields{"called_999": "unsafe_to", "safe_to_talk": "stop"}
	case e.Danger:
		f["danger"], f["danger_answers"] = true, fields{"called_999": "yes", "reference": "EX-" + strings.TrimPrefix(e.ID, "DEMO-"), "safe_to_talk": "move"}
	case e.Type == "organ":
		f["danger_answers"] = fields{"called_999": "not_needed", "safe_to_talk": "yes"}
	}
	if e.Danger {
		f["risk"] = "high"
	}
}

// addPerson gives every third record a name and a safe way to reach the person; numbers are from the range kept for drama.
func (s *script) addPerson(f fields, i int, e planned) {
	if e.AgeStatus == "" {
		return
	}
	switch {
	case e.Scenario == "unsafe_contact" || e.Scenario == "forced_marriage":
		f["safe_contact"] = fields{"may": "no", "not_to_know": "Everyone at the address"}
	case i%3 == 0:
		f["name"] = firstNames[(i*5)%len(firstNames)] + " Enghraifft"
		f["safe_contact"] = fields{"may": "yes", "phone": true, "days": []string{"tue", "thu"}, "from": "10:00", "until": "12:00", "say_who": false,
			"say_as": "the library", "withheld": true}
		f["phone"] = fmt.Sprintf("07700 900%03d", i)
	case i%3 == 1:
		f["safe_contact"] = fields{"may": "through", "through": "The support worker at the drop-in"}
	}
}
