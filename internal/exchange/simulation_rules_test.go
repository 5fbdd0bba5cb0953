package exchange_test

import (
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// orders are the values of fields where the safer one wins, from the least safe.
var orders = map[string][]any{
	"age_status": {"adult", "not_sure", "child"},
	"risk":       {"low", "medium", "high", "critical"},
	"danger":     {nil, true},

	"consent_withdrawn": {nil, true},
	"answers.under_18":  {"no", "not_sure", "yes"},
	"answers.risk":      {"low", "medium", "high", "critical"},
}

// field lets one field meet the record: written where the author saw what stands there, kept beside it where not.
func (t *trial) field(name string, late bool) (wrote, kept bool) {
	current := t.e.fields[name]
	next, set := t.op.Set[name]
	if !set {
		next = members(casework.Texts(current), t.op.Add[name], t.op.Del[name])
	}
	switch {
	case same(current, next):
		return false, false
	case !late && (!set || same(current, t.op.Prev[name])) && !(name == "consent_withdrawn" && current == true):
		t.e.fields.Put(name, next)
		return true, false
	}
	kind := "field"
	if late {
		kind = "late"
	}
	t.keep(name, kind, next)
	if safe := safer(name, current, next); !same(safe, current) {
		t.e.fields.Put(name, safe)
		return true, true
	}
	return false, true
}

func members(have, add, del []string) []any {
	all := slices.Concat(have, add)
	slices.Sort(all)
	var out []any
	for _, one := range slices.Compact(all) {
		if !slices.Contains(del, one) || slices.Contains(add, one) {
			out = append(out, one)
		}
	}
	return out
}

func safer(name string, a, b any) any {
	if name == "safe_contact" {
		return narrowerContact(a, b)
	}
	order, ok := orders[name]
	if ok && slices.Index(order, bare(b)) > slices.Index(order, bare(a)) {
		return b
	}
	return a
}

// narrowerContact knows the few permissions that the people of a history give.
func narrowerContact(a, b any) any {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	switch {
	case x["may"] != "yes":
		return a
	case y["may"] != "yes":
		return b
	case !same(x["say_as"], y["say_as"]):
		return map[string]any{"may": "no"}
	case x["text"] == true:
		return b
	}
	return a
}

func (t *trial) keep(field, kind string, incoming any) {
	t.clashes = true
	coll := "encounters"
	if t.r != nil {
		coll = "referrals"
	}
	t.writes = append(t.writes, func() {
		t.m.conflicts[named(t.id, "conflict", field)] = &clash{coll: coll, rec: t.rec, field: field, kind: kind, incoming: incoming, open: true}
	})
}

// follow is what follows from the fields: danger, and whether somebody must call back.
func (t *trial) follow() {
	e := t.e
	said := e.fields.Bool("danger")
	anew := said && !t.before.fields.Bool("danger")
	for _, tick := range e.ticks() {
		anew = anew || !slices.Contains(t.before.ticks(), tick)
		code, _, _ := strings.Cut(tick, ":")
		if t.m.danger[code] {
			said = true
		}
	}
	if anew {
		e.calm = false
	}
	e.fields.Put("danger", said)
	answers, _ := e.fields["danger_answers"].(map[string]any)
	e.callBack = said && !e.calm && (answers["called_999"] == "no_signal" || answers["called_999"] == "unsafe_to")
}

// rules says from which states a command leads where, and whose it is.
var rules = map[string]struct {
	from []string
	to   string
	desk bool
}{
	"submit":      {from: []string{"draft"}, to: "submitted"},
	"resubmit":    {from: []string{"returned"}, to: "submitted"},
	"withdraw":    {from: []string{"draft", "submitted", "returned"}, to: "withdrawn"},
	"pick_up":     {from: []string{"submitted", "in_review"}, to: "in_review", desk: true},
	"approve":     {from: []string{"in_review"}, to: "approved", desk: true},
	"return":      {from: []string{"in_review"}, to: "returned", desk: true},
	"reject":      {from: []string{"in_review"}, to: "rejected", desk: true},
	"close":       {from: []string{"approved"}, to: "closed", desk: true},
	"stand_down":  {from: []string{"submitted", "in_review", "returned", "approved"}, desk: true},
	"change_risk": {from: []string{"submitted", "in_review", "returned", "approved"}, desk: true},
}

// command tries the operation's command and gives "rejected" or "forbidden" when it is refused. One that comes too late
// is kept beside the record.
func (t *trial) command() string {
	cmd, e := t.op.Cmd, t.e
	rule := rules[cmd.Name]
	if rule.desk != (t.role == "supervisor") {
		return "forbidden"
	}
	switch right := slices.Contains(rule.from, e.state); {
	case rule.desk && cmd.ExpectRev != t.before.rev:
		t.result = "stale"
	case rule.desk && !right:
		return "rejected"
	case !right:
		t.result = "late"
	case !t.ready(cmd.Name):
		return "rejected"
	default:
		t.carryOut(cmd.Name)
		return ""
	}
	t.keep("", "command", nil)
	return ""
}

func (t *trial) ready(name string) bool {
	switch name {
	case "submit", "resubmit":
		answers, _ := t.e.fields["danger_answers"].(map[string]any)
		said := t.e.fields.Text("narrative") != "" || len(t.e.ticks()) > 0
		return said && (!t.e.fields.Bool("danger") || bare(answers["called_999"]) != nil)
	case "approve":
		return t.settled()
	}
	return true
}

func (t *trial) carryOut(name string) {
	e := t.e
	if to := rules[name].to; to != "" {
		e.state = to
	}
	switch name {
	case "submit", "resubmit":
		e.version++
		e.submitted, e.pickedUp = true, ""
		return
	case "pick_up":
		e.pickedUp = t.user
	case "close":
		e.closedMs = t.m.w.clock.Now().UnixMilli()
	case "stand_down":
		e.calm, e.callBack = true, false
	case "change_risk":
		e.fields.Put("risk", t.op.Cmd.Args.Text("risk"))
	}
	e.decisions++
}

// choose is a person's choice between two values.
func (t *trial) choose() string {
	c := t.m.conflicts[t.op.Rec]
	if c != nil && c.coll == "referrals" {
		return t.chooseAnswer(c)
	}
	if c == nil || !t.open(c.rec) {
		return "forbidden"
	}
	choice := t.op.Set.Text("choice")
	next := c.incoming
	if choice == "other" {
		next = t.op.Set["value"]
	}
	t.result = "ok"
	switch {
	case c.field == "" && choice != "current":
		return "rejected"
	case choice == "other" && t.role == "supervisor" && !slices.Contains([]string{"council", "exploitation", "age_status"}, c.field):
		return "forbidden" // Of the fields in fine, the three that a reviewer writes too.
	case !c.open && choice == "other":
		t.keep(c.field, "field", next)
		return "stale"
	case !c.open:
		return "merged"
	case c.field != "" && !same(t.e.fields[c.field], t.op.Prev["value"]):
		if choice == "other" {
			t.keep(c.field, "field", next)
		}
		return "stale"
	case choice != "current" && slices.Contains([]string{"approved", "closed", "rejected", "withdrawn"}, t.e.state):
		return "rejected"
	case choice != "current" && t.role == "author" && t.e.state == "in_review":
		return "rejected"
	case choice != "current":
		t.e.fields.Put(c.field, next)
		t.follow()
		t.store()
	}
	t.writes = append(t.writes, func() { c.open = false })
	return t.result
}

// settleHold releases what is held, which then runs as its author's, or dismisses it.
func (t *trial) settleHold(p *worker) string {
	h := t.m.holds[t.op.Rec]
	if h == nil || (h.author != t.user && !(p.is("supervisor") && p.agency == h.review)) {
		return "forbidden"
	}
	release := t.op.Cmd.Name == "release"
	switch {
	case release && h.author == t.user:
		return "forbidden"
	case h.state != "open":
		return "merged"
	case !release:
		t.writes = append(t.writes, func() { h.state = "dismissed" })
		return "ok"
	}
	if h.made.unreadable || h.made.op.V != 1 || h.made.op.User != h.author || h.made.op.Coll == "holds" {
		return "rejected"
	}
	inner := &trial{m: t.m, op: h.made.op, id: h.made.id, user: h.author}
	if v := inner.run(); v == "rejected" || v == "forbidden" || v == "gone" {
		return v
	}
	t.writes = append(t.writes, inner.writes...)
	t.writes = append(t.writes, func() { h.state = "released" })
	return "ok"
}
