package exchange_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// person lets the owner of the phone do something that the phone shows them.
func (w *world) person(p *handset) {
	if w.rng.IntN(100) < map[bool]int{true: 85, false: 15}[w.seed%2 == 0] { // Every second history is about referrals.
		w.desk(p)
		return
	}
	encounters, others := p.shown()
	rec := w.inviting(p, encounters)
	switch n := w.rng.IntN(100); {
	case rec == "" || n < 10:
		w.recordOne(p)
	case n < 13:
		w.poison(p)
	case n < 15:
		w.count("person draft")
		p.drafts[w.id("rec")]++
	case n < 18 && len(p.drafts) > 0:
		rec := pick(w, slices.Sorted(maps.Keys(p.drafts))...)
		p.drafts[rec]++
		p.ended[rec] = w.rng.IntN(3) == 0
	case n < 40 && len(others) > 0:
		w.settleOther(p, others[w.rng.IntN(len(others))])
	case n < 44:
		w.count("person addendum")
		p.save(exchange.Op{Kind: "create", Coll: "addenda", Rec: w.id("add"), Set: casework.Values{"encounter": rec, "text": w.text("addendum")}})
	default:
		w.edit(p, rec)
	}
}

// inviting chooses a record, mostly one on which this person has something to do.
func (w *world) inviting(p *handset, encounters []string) string {
	rec := ""
	for range 5 {
		if len(encounters) == 0 {
			return ""
		}
		rec = encounters[w.rng.IntN(len(encounters))]
		v, _ := p.view(rec)
		state, mine := v.Text("state"), w.mine(p, v)
		if mine && (state == "" || state == "draft" || state == "returned") {
			break
		}
		if !mine && w.model.people[p.user].is("supervisor") && (state == "submitted" || state == "in_review" || state == "approved") {
			break
		}
	}
	return rec
}

// mine says whether the person wrote the record; a row that is not there yet can only be their own.
func (w *world) mine(p *handset, v casework.Values) bool {
	return v.Text("author") == p.user || v.Text("author") == ""
}

// shown lists the encounters on the phone, and the conflicts and holds that wait.
func (p *handset) shown() (encounters, others []string) {
	for name, row := range p.rows {
		coll, id, _ := strings.Cut(name, "/")
		switch {
		case coll == "encounters":
			encounters = append(encounters, id)
		case (coll == "conflicts" || coll == "holds") && row.D.Text("state") == "open":
			others = append(others, name)
		}
	}
	for _, one := range p.outbox {
		if one.op.Kind == "create" && one.op.Coll == "encounters" {
			encounters = append(encounters, one.op.Rec)
		}
	}
	slices.Sort(encounters)
	slices.Sort(others)
	return slices.Compact(encounters), others
}

func (w *world) text(what string) string {
	w.made++
	return fmt.Sprintf("%s %d", what, w.made)
}

func pick[T any](w *world, from ...T) T { return from[w.rng.IntN(len(from))] }

// answers gives new values for some fields. Every text is new in the whole history.
func (w *world) answers(most int) casework.Values {
	set := casework.Values{}
	for range 1 + w.rng.IntN(most) {
		switch w.rng.IntN(9) {
		case 0, 1:
			set["narrative"] = w.text("narrative")
		case 2:
			set["name"] = w.text("name")
		case 3:
			set["age_status"] = pick(w, "adult", "not_sure", "child")
		case 4:
			set["risk"] = pick(w, "low", "medium", "high", "critical")
		case 5:
			set["danger"] = w.rng.IntN(2) == 0
			set["danger_answers"] = map[string]any{"called_999": pick(w, "yes", "no_signal", "unsafe_to"), "reference": w.text("ref")}
		case 6:
			set["council"] = fmt.Sprintf("W%07d", w.rng.IntN(5))
		case 7:
			set["codename"] = w.text("Robin")
		case 8:
			set["safe_contact"] = pick(w, map[string]any{"may": "no"}, map[string]any{"may": "yes", "phone": true},
				map[string]any{"may": "yes", "phone": true, "text": true}, map[string]any{"may": "yes", "phone": true, "say_as": w.text("say")})
		}
	}
	return set
}

func (w *world) ticks() []string {
	return []string{pick(w, w.model.codes...) + ":" + pick(w, "seen", "said_by_person")}
}

func (w *world) recordOne(p *handset) {
	w.count("person creates")
	set := w.answers(5)
	op := exchange.Op{Kind: "create", Coll: "encounters", Rec: w.id("rec"), Set: set}
	if w.rng.IntN(3) > 0 {
		op.Add = map[string][]string{"indicators": w.ticks()}
	}
	if w.rng.IntN(2) > 0 {
		op.Cmd = &exchange.Cmd{Name: "submit", Args: casework.Values{}}
	}
	p.save(op)
}

// edit changes or decides on a record that the phone shows.
func (w *world) edit(p *handset, rec string) {
	v, _ := p.view(rec)
	row := p.rows["encounters/"+rec]
	op := exchange.Op{Coll: "encounters", Rec: rec, BaseRev: row.Rev}
	mine := w.mine(p, v)
	if !mine && !w.model.people[p.user].is("supervisor") && w.rng.IntN(8) > 0 {
		return // Nothing on the screen invites it; now and then somebody's role is lost while they work.
	}
	if w.rng.IntN(10) < map[bool]int{true: 3, false: 7}[mine] {
		op.Kind = "cmd"
		op.Cmd = w.decision(v, mine, row.Rev)
		if mine && w.rng.IntN(3) == 0 {
			op.Kind = "patch"
			w.change(&op, v)
		}
	} else {
		op.Kind = "patch"
		w.change(&op, v)
		if !mine {
			op.Set, op.Add, op.Del = casework.Values{"council": fmt.Sprintf("W%07d", w.rng.IntN(5))}, nil, nil
		}
	}
	op.Prev = casework.Values{}
	for name := range op.Set {
		if value, ok := v[name]; ok {
			op.Prev[name] = value
		}
	}
	w.count("person " + op.Kind)
	p.save(op)
}

func (w *world) change(op *exchange.Op, v casework.Values) {
	op.Set = w.answers(3)
	switch w.rng.IntN(4) {
	case 0:
		op.Add = map[string][]string{"indicators": w.ticks()}
	case 1:
		if ticks := v.List("indicators"); len(ticks) > 0 {
			op.Del = map[string][]string{"indicators": {ticks[w.rng.IntN(len(ticks))]}}
		}
	case 2:
		op.Add = map[string][]string{"exploitation": {pick(w, "labour", "sexual", "criminal")}}
	}
}

// decision is the command that the record's state invites, now and then another one.
func (w *world) decision(v casework.Values, mine bool, rev int64) *exchange.Cmd {
	cmd := &exchange.Cmd{ExpectRev: rev, Args: casework.Values{}}
	if w.rng.IntN(12) == 0 {
		mine = !mine
	}
	if mine {
		cmd.ExpectRev = 0
		cmd.Name = map[string]string{"draft": "submit", "": "submit", "returned": "resubmit"}[v.Text("state")]
		if cmd.Name == "" || w.rng.IntN(12) == 0 {
			cmd.Name = "withdraw"
		}
	} else {
		cmd.Name = map[string]string{"submitted": "pick_up", "in_review": pick(w, "approve", "return", "return", "return", "reject"), "approved": "close"}[v.Text("state")]
		if cmd.Name == "" || w.rng.IntN(5) == 0 {
			cmd.Name = pick(w, "change_risk", "stand_down", "pick_up")
		}
	}
	switch cmd.Name {
	case "withdraw", "reject", "stand_down":
		cmd.Args["reason"] = w.text("reason")
	case "return":
		cmd.Args["codes"], cmd.Args["note"] = []any{"R01"}, w.text("note")
	case "change_risk":
		cmd.Args["reason"], cmd.Args["risk"] = w.text("reason"), pick(w, "low", "low", "critical")
	}
	return cmd
}

// settleOther chooses in a conflict, or releases or dismisses what is held.
func (w *world) settleOther(p *handset, name string) {
	coll, id, _ := strings.Cut(name, "/")
	row := p.rows[name]
	if coll == "holds" {
		w.count("person holds")
		p.save(exchange.Op{Kind: "cmd", Coll: "holds", Rec: id, Cmd: &exchange.Cmd{Name: pick(w, "release", "dismiss"), Args: casework.Values{}}})
		return
	}
	w.count("person resolves")
	field := row.D.Text("field")
	v, _ := p.viewOf(row.D.Text("of_coll"), row.D.Text("of_rec"))
	set := casework.Values{"choice": pick(w, "current", "incoming")}
	if slices.Contains([]string{"narrative", "answers.account", "answers.summary"}, field) && w.rng.IntN(2) == 0 {
		set = casework.Values{"choice": "other", "value": w.text("narrative")}
	}
	p.save(exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: id, Set: set, Prev: casework.Values{"value": v[field]}})
}

// poison makes an operation that no good phone would make. It must be refused and kept, and hold nothing up.
func (w *world) poison(p *handset) {
	w.count("person poison")
	op := exchange.Op{Kind: "create", Coll: "encounters", Rec: w.id("rec"), Set: casework.Values{"narrative": w.text("narrative")}}
	switch w.rng.IntN(7) {
	case 0:
		op.V = 2
	case 1:
		op.User = pick(w, w.phones...).user
	case 2:
		op.Coll = "passports"
	case 3:
		op.Kind = "hole"
	case 4:
		op.Set["state"] = "approved"
	case 5:
		op.Set["narrative"] = strings.Repeat("x", 15001)
	case 6:
		if all := slices.Sorted(maps.Keys(w.model.encounters)); len(all) > 0 {
			op.Kind, op.Rec, op.Prev = "patch", pick(w, all...), casework.Values{}
		}
	}
	p.save(op)
}
