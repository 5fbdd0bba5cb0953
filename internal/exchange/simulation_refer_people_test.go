package exchange_test

import (
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// desk lets the owner of the phone do something about referrals that the phone shows them.
func (w *world) desk(p *handset) {
	all := p.listed("referrals")
	switch n := w.rng.IntN(100); {
	case n < 3:
		w.referOne(p)
	case n < 8:
		w.endDuty(p)
	case n < 14:
		w.receive(p)
	case n < 60 && len(w.model.referrals) > 0:
		w.promptly()
	case len(all) > 0 && n < 63:
		w.poisonReferral(p, pick(w, all...))
	case len(all) > 0:
		if rec := pick(w, all...); !p.hasWritten(rec) && w.invites(p, rec) || w.rng.IntN(5) == 0 {
			w.work(p, rec)
		}
	case len(w.model.referrals) < 3:
		w.referOne(p)
	}
}

// invites says whether a referral waits for this person.
func (w *world) invites(p *handset, rec string) bool {
	r := w.model.referrals[rec]
	if r == nil {
		return false
	}
	for _, one := range w.model.disclosures {
		if one.rec == rec && !one.approved && one.author != p.user && !slices.Contains(one.approvals, p.user) &&
			slices.ContainsFunc(w.model.standsTo(p.user, r), func(role string) bool { return among("reviewer safeguarding_lead", role) }) {
			return true
		}
	}
	v := r.fields.Clone()
	v["state"], v["child"], v["author"], v["agency"], v["cosigned_by"] = r.state, r.child, r.author, r.agency, r.cosigned
	row, open := wayFor(w.next(p, v, r.author == p.user), r.state)
	return open && slices.ContainsFunc(w.model.standsTo(p.user, r), func(role string) bool { return among(row.by, role) })
}

// promptly lets somebody for whom a referral waits, on a good line, hear of it, work on it and hand that in. A referral goes
// through many hands; without such people few would go far in one history.
func (w *world) promptly() {
	all := slices.Sorted(maps.Keys(w.model.referrals))
	for _, i := range w.rng.Perm(len(w.phones) * len(all)) {
		p, rec := w.phones[i/len(all)], all[i%len(all)]
		if !p.registered || p.wiped || !w.invites(p, rec) {
			continue
		}
		w.count("person at a desk")
		for range 1 + len(p.outbox) {
			w.atOnce(p)
		}
		if w.failure == nil && p.registered && !p.wiped {
			w.work(p, rec)
			w.atOnce(p)
		}
		return
	}
}

// atOnce is one exchange without any fault, while all others wait.
func (w *world) atOnce(p *handset) {
	was, t := w.calm, p.tabs[0]
	w.calm = true
	defer func() { w.calm = was }()
	t.waits, t.queue = 0, nil
	p.begin(t)
	if t.waits == 0 {
		return // A phone that was wiped asks for nothing.
	}
	m := w.net[len(w.net)-1]
	w.net = w.net[:len(w.net)-1]
	w.deliver(w.host.serve(m))
	for len(t.queue) > 0 && w.failure == nil {
		p.write(t)
	}
}

// hasWritten says whether an operation on the record waits on the phone for the feed to bring what it did.
func (p *handset) hasWritten(rec string) bool {
	return slices.ContainsFunc(append(slices.Clone(p.outbox), p.overlays...), func(one *made) bool { return one.op.Rec == rec })
}

// listed gives the ids of the records of a collection that the phone shows.
func (p *handset) listed(coll string) []string {
	var out []string
	for name := range p.rows {
		if id, ok := strings.CutPrefix(name, coll+"/"); ok {
			out = append(out, id)
		}
	}
	for _, one := range p.outbox {
		if one.op.Kind == "create" && one.op.Coll == coll {
			out = append(out, one.op.Rec)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// work does what the state of a referral invites this person to, now and then something else.
func (w *world) work(p *handset, rec string) {
	v, _ := p.viewOf("referrals", rec)
	mine, kind := w.mine(p, v), v.Text("type")
	switch n := w.rng.IntN(100); {
	case mine && kind == "handover" && v.Bool("consent_withdrawn") && v.Bool("child") && among("draft returned", v.Text("state")) && n < 60:
		set := casework.Values{} // A child withdrew, and turns out to be an adult, whose word counts.
		w.age(kind, set, "no")
		w.changeReferral(p, rec, v, set, nil)
	case n < 5 || n < 12 && v.Bool("child"):
		w.changeReferral(p, rec, v, casework.Values{"consent_withdrawn": w.rng.IntN(6) > 0, "withdrawn_reason": w.text("reason")}, nil)
	case n < 12:
		w.give(p, rec, pick(w, slices.Sorted(maps.Keys(ways))...))
	case n < 20 && mine, n < 60 && mine && among("draft returned", v.Text("state")), n < 24 && v.Text("state") == "returned":
		set := casework.Values{}
		for range 1 + w.rng.IntN(2) {
			w.reply(kind, set)
		}
		var cmd *exchange.Cmd
		if w.rng.IntN(3) == 0 {
			cmd = w.order(p, rec, w.next(p, v, mine))
		}
		w.changeReferral(p, rec, v, set, cmd)
	case n < 26 && v.Text("state") == "in_review" && w.rng.IntN(2) == 0: // A reviewer who corrects and approves in one.
		w.changeReferral(p, rec, v, casework.Values{"consent": agrees, "answers.fr_name": w.text("reply")}, w.order(p, rec, "approve"))
	default:
		if !w.approveOne(p, rec) && !w.log(p, rec, v) {
			w.give(p, rec, w.next(p, v, mine))
		}
	}
}

// approveOne approves a disclosure that the phone shows as waiting.
func (w *world) approveOne(p *handset, rec string) bool {
	for _, id := range p.listed("disclosures") {
		row, known := p.rows["disclosures/"+id].D, w.model.disclosures[id]
		if row.Text("referral") == rec && row.Text("state") == "open" && known != nil && !slices.Contains(known.approvals, p.user) && w.rng.IntN(4) > 0 {
			w.count("person approves a disclosure")
			p.save(exchange.Op{Kind: "cmd", Coll: "disclosures", Rec: id, Cmd: &exchange.Cmd{Name: "approve", Args: casework.Values{}}})
			return true
		}
	}
	return false
}

func (w *world) changeReferral(p *handset, rec string, v, set casework.Values, cmd *exchange.Cmd) {
	op := exchange.Op{Kind: "patch", Coll: "referrals", Rec: rec, BaseRev: p.rows["referrals/"+rec].Rev, Set: set, Prev: casework.Values{}, Cmd: cmd}
	for name := range set {
		if value, ok := v[name]; ok {
			op.Prev[name] = value
		}
	}
	w.count("person patches referral")
	p.save(op)
}

// log writes a disclosure where the next move would need one, and mostly sends at once: both wait in the outbox.
func (w *world) log(p *handset, rec string, v casework.Values) bool {
	early := v.Text("state") == "submitted" && v.Text("type") == "victim_support" || among("draft submitted", v.Text("state")) && (v.Bool("danger") || v.Bool("child"))
	if !early && v.Text("state") != "approved" || w.rng.IntN(2) == 0 {
		return false
	}
	w.count("person discloses")
	id := w.id("dis")
	p.save(exchange.Op{Kind: "create", Coll: "disclosures", Rec: id, Set: casework.Values{"referral": rec, "what": "in_app", "to_name": w.text("Hub"),
		"to_kind": pick(w, "support", "support", "police", "immigration"), "gateway": "consent", "necessity": w.text("why"), "proportionality": w.text("how much")}})
	if w.rng.IntN(2) == 0 {
		cmd := w.order(p, rec, pick(w, "mark_sent", w.next(p, v, w.mine(p, v))))
		if cmd.Args["disclosure"] != nil {
			cmd.Args["disclosure"] = id
		}
		p.save(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: rec, Cmd: cmd})
	}
	return true
}

func (w *world) give(p *handset, rec, event string) {
	w.count("person moves")
	p.save(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: rec, Cmd: w.order(p, rec, event)})
}

// receive acts on what was sent to this person's agency.
func (w *world) receive(p *handset) {
	if packs := p.listed("packs"); len(packs) > 0 {
		w.count("person receives")
		w.give(p, p.rows["packs/"+pick(w, packs...)].D.Text("referral"), pick(w, "acknowledge", "record_outcome"))
	}
}

func (w *world) endDuty(p *handset) {
	if tasks := p.listed("tasks"); len(tasks) > 0 {
		w.count("person ends a task")
		p.save(exchange.Op{Kind: "cmd", Coll: "tasks", Rec: pick(w, tasks...), Cmd: &exchange.Cmd{Name: "done", Args: casework.Values{}}})
	}
}
