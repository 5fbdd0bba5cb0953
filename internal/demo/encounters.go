package demo

import (
	"strings"
	"time"
)

// words are invented texts of one kind of exploitation.
type words struct {
	Places []struct{ Kind, En, Cy string }
	Ticks  []string
	En, Cy []string
}

// unfinished writes what became of a record that never reached the server: a draft that its author's phone keeps, one that
// was thrown away after 28 days, or two that went with a lost phone.
func (s *script) unfinished(c story) {
	const draftsMax = 28 * 24 * time.Hour
	switch c.FinalState {
	case "lost_unsynced":
		s.add(step{at: c.met, by: c.author})
		s.add(step{at: c.handedIn, by: c.author, lost: true})
		return
	case "expired":
		s.add(step{at: c.met.Add(draftsMax + time.Hour), by: c.author, rec: c.rec, gone: true})
	}
	value := s.fields(c)
	value["indicators"] = s.ticks(c)
	s.add(step{at: c.handedIn, by: c.author, rec: c.rec, draft: fields{"base_rev": 0, "value": value, "at_ms": c.made.UnixMilli()}})
}

// encounter writes the steps of one record: made and handed in, then what its state asks for.
func (s *script) encounter(c story) {
	s.add(step{at: c.handedIn, madeAt: c.made, by: c.author, rec: c.rec, kind: "create", set: s.fields(c), add: s.ticks(c), cmd: "submit"})
	s.between(c, c.handedIn)
	s.decide(c, c.handedIn.Add(20*time.Hour))
}

// between writes what happens between hand-in and decision.
func (s *script) between(c story, at time.Time) {
	author, reviewer, rec := c.author, c.reviewer, c.rec
	switch c.Scenario {
	case "edit_conflict":
		// The supervisor corrects the place and sends the record back; the author, with no signal, had corrected it too.
		was := s.texts[c.Type].Places[0].Kind
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
		old := s.narrative(c)
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
func (s *script) decide(c story, at time.Time) {
	cmd := func(after time.Duration, name string, args fields) {
		s.add(step{at: at.Add(after), by: c.reviewer, rec: c.rec, kind: "cmd", cmd: name, args: args})
	}
	if c.State == "submitted" {
		return
	}
	cmd(0, "pick_up", nil)
	switch c.State {
	case "approved":
		cmd(6*time.Hour, "approve", nil)
	case "closed":
		cmd(6*time.Hour, "approve", nil)
		after := 10 * 24 * time.Hour
		if c.Scenario == "retention_due" {
			after = 6 * 24 * time.Hour
		}
		cmd(after, "close", fields{"note": "Everything that was asked for has been done."})
	case "returned":
		cmd(3*time.Hour, "return", fields{"codes": []string{"R03", "R07"}, "fields": []string{"indicators", "safe_contact"},
			"note": "Please say how you know of each sign you ticked, and how the person may safely be reached."})
	case "rejected":
		cmd(3*time.Hour, "reject", fields{"reason": "The police had already recorded the same child on the same day; this record adds nothing to theirs."})
	}
}

func (s *script) narrative(c story) string {
	texts, turn := s.texts[c.Type].En, c.i
	if c.Language == "cy" {
		texts = s.texts[c.Type].Cy
	}
	if c.Scenario == "return_then_approve" {
		turn = 0
	}
	return texts[turn%len(texts)]
}

func (s *script) risk(c story) string {
	if c.Danger {
		return "high"
	}
	return []string{"medium", "low", "high", "medium"}[c.i%4]
}

// ticks chooses signs that fit the kind of exploitation, and those the scenario names.
func (s *script) ticks(c story) []string {
	named := map[string][]string{
		"danger_offline":    {"DAN-01:said_by_person"},
		"danger_not_called": {"DAN-02:seen"},
		"shelter_tonight":   {"DAN-11:said_by_person"},
		"forced_marriage":   {"FMA-01:said_by_person", "FMA-03:found"},
		"marac_overlap":     {"SEX-10:said_by_person"},
	}
	all := s.texts[c.Type].Ticks
	ticks := append([]string(nil), named[c.Scenario]...)
	for k := range min(len(all), 3+c.i%3) {
		ticks = append(ticks, all[(c.i+k)%len(all)])
	}
	if c.AgeStatus == "child" {
		ticks = append(ticks, "CHI-05:said_by_person")
	}
	return ticks
}

func (s *script) fields(c story) fields {
	place := s.texts[c.Type].Places[c.i%len(s.texts[c.Type].Places)]
	if c.Scenario == "edit_conflict" {
		place = s.texts[c.Type].Places[0]
	}
	text := place.En
	if c.Language == "cy" {
		text = place.Cy
	}
	f := fields{
		"codename": c.Codename, "met_at": c.met.UTC().Format(clockForm), "language": c.Language,
		"force": "demo-pol-" + c.Force, "place_kind": place.Kind, "place": fields{"text": text},
		"narrative": s.narrative(c), "risk": s.risk(c),
	}
	if c.Force == "glasfor" || c.Force == "morlan" {
		f["council"] = "demo-la-" + c.Force
	}
	for name, value := range map[string]string{"age_status": c.AgeStatus, "age_band": c.AgeBand, "gender": c.Gender, "nationality": c.Nationality} {
		if value != "" {
			f[name] = value
		}
	}
	if c.CountyLines {
		f["county_lines"] = true
	}
	addDanger(f, c)
	addPerson(f, c)
	return f
}

func addDanger(f fields, c story) {
	switch {
	case c.Scenario == "danger_not_called":
		f["danger"], f["danger_answers"] = true, fields{"called_999": "unsafe_to", "safe_to_talk": "stop"}
	case c.Danger:
		f["danger"], f["danger_answers"] = true, fields{"called_999": "yes", "reference": "EX-" + strings.TrimPrefix(c.ID, "DEMO-"), "safe_to_talk": "move"}
	case c.Type == "organ":
		f["danger_answers"] = fields{"called_999": "not_needed", "safe_to_talk": "yes"}
	}
}

// addPerson gives every third record a name and a safe way to reach the person; numbers are from the range kept for drama.
func addPerson(f fields, c story) {
	if c.subject.nickname != "" {
		f["nickname"] = c.subject.nickname
	}
	switch {
	case c.AgeStatus == "":
	case c.Scenario == "unsafe_contact" || c.Scenario == "forced_marriage":
		f["safe_contact"] = fields{"may": "no", "not_to_know": "Everyone at the address"}
	case c.i%3 == 0:
		f["name"] = c.subject.first + " " + surname
		f["safe_contact"] = fields{"may": "yes", "phone": true, "days": []string{"tue", "thu"}, "from": "10:00", "until": "12:00", "say_who": false,
			"say_as": "the library", "withheld": true}
		f["phone"] = c.subject.phone
	case c.i%3 == 1:
		f["safe_contact"] = fields{"may": "through", "through": "The support worker at the drop-in"}
	}
}
