package exchange_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"noddfa/internal/casework"
)

// flatten lifts the answers of a row out of the objects in which it holds them.
func flatten(v casework.Values) casework.Values {
	out := casework.Values{}
	for name, value := range v {
		object, nested := value.(map[string]any)
		if !nested || name == "consent" {
			out.Put(name, value)
			continue
		}
		for key, inner := range object {
			out.Put(name+"."+key, inner)
		}
	}
	return out
}

// said is the whole row, but for what the server sets.
func (s stored) said(names []string) casework.Values {
	out := casework.Values{}
	for _, part := range []casework.Values{s.content, s.identity, s.contact} {
		for name, value := range flatten(part) {
			if name != "external_ref" && name != "recipient" {
				out.Put(name, value)
			}
		}
	}
	for _, name := range names {
		if text, there := s.clear[name]; there {
			out.Put(name, typed(name, text))
		}
	}
	return out
}

// checkPapers compares referrals and what follows them with what must be.
func (w *world) checkPapers(d *data) {
	m := w.model
	for id, r := range m.referrals {
		w.checkReferral(d, id, r)
		rev := d.revs["referrals/"+id]
		if moved := rev != r.seen; moved != (r.rev == changed) {
			w.failf("I3 rev: referral %s stands at rev %d after %d, changed: %t", id, rev, r.seen, r.rev == changed)
		}
		r.rev, r.seen = rev, rev
	}
	for id, s := range m.reviews {
		row := d.row("reviews", id).clear
		if got := (step{row["referral"], row["event"], row["from"], row["to"], row["reviewer"]}); got != *s {
			w.failf("I20 oracle: decision %s is %+v, want %+v", id, got, *s)
		}
	}
	for id, v := range m.versions {
		w.checkVersion(d, id, v)
	}
	for id, p := range m.packs {
		w.checkPack(d, id, p)
	}
	for id, one := range m.disclosures {
		row := d.row("disclosures", id).clear
		if got := d.row("disclosures", id).said([]string{"referral", "what", "to_kind", "gateway"}); !same(map[string]any(got), map[string]any(one.said)) {
			w.failf("I8 frozen: disclosure %s is %v, was %v", id, got, one.said)
		}
		if row["referral"] != one.rec || row["author"] != one.author || (row["state"] == "approved") != one.approved {
			w.failf("I20 oracle: disclosure %s is %v, want %+v", id, row, *one)
		}
	}
	for id, one := range m.tasks {
		row := d.row("tasks", id).clear
		if row["of_rec"] != one.rec || row["kind"] != one.kind || (row["state"] == "done") != one.done || row["done_by"] != one.doneBy {
			w.failf("I20 oracle: task %s is %v, want %+v", id, row, *one)
		}
	}
}

func (w *world) checkReferral(d *data, id string, r *referral) {
	row, there := d.rows["referrals"][id]
	if !there {
		w.failf("I1 no loss: referral %s is not stored", id)
		return
	}
	got := row.said(slices.Concat(once, []string{"codename", "language", "to_agency", "council", "danger", "consent_withdrawn"}))
	if !same(map[string]any(got), map[string]any(r.fields)) {
		w.failf("I3 no silent overwrite: referral %s is %s, want %s", id, casework.Canonical(map[string]any(got)), casework.Canonical(map[string]any(r.fields)))
	}
	c := row.clear
	is := referral{child: whole(c["child"]) == 1, decided: whole(c["decided_at_ms"]) > 0, sent: whole(c["sent_at_ms"]) > 0, awaits: whole(c["countersign_due_ms"]) > 0,
		urgent: whole(c["urgent"]) == 1, countersigned: c["countersigned_by"], cosigned: c["cosigned_by"], channel: c["channel"],
		number: row.content.Text("external_ref"), newer: c["superseded_by"], retains: c["retention"], outcomes: outcomesOf(c["outcomes"])}
	is.encounter = encounter{author: c["author"], agency: c["agency"], review: c["review_agency"], state: c["state"], pickedUp: c["picked_up_by"],
		submitted: whole(c["submitted_at_ms"]) > 0, version: int(whole(c["version"])), closedMs: whole(c["closed_at_ms"])}
	if is.stands() != r.stands() {
		w.failf("I20 oracle: referral %s stands as %s, want %s", id, is.stands(), r.stands())
	}
	w.checkLeft(d, id, r, is.sent)
}

func outcomesOf(text string) []string {
	var rows []struct{ Code string }
	_ = json.Unmarshal([]byte(text), &rows) // What is no list holds no outcome.
	var out []string
	for _, one := range rows {
		out = append(out, one.Code)
	}
	return out
}

// checkLeft is what must hold of everything that left, whatever the rules: somebody answers for it in the log, and nobody
// who needed to be asked had said no before.
func (w *world) checkLeft(d *data, id string, r *referral, sent bool) {
	c := d.row("referrals", id).clear
	if sent && !r.sentAtLook {
		logged := false
		for _, one := range d.rows["disclosures"] {
			logged = logged || one.clear["referral"] == id && one.clear["state"] == "approved"
		}
		if !logged {
			w.failf("disclosure: referral %s left, and no approved disclosure says so", id)
		}
		if r.wasWithdrawn {
			w.failf("consent: referral %s was sent after consent was withdrawn", id)
		}
	}
	r.sentAtLook = sent
	r.wasWithdrawn = whole(c["consent_withdrawn"]) == 1 && whole(c["child"]) == 0
}

// checkVersion compares a version with what the referral said when it was handed in.
func (w *world) checkVersion(d *data, id string, v *version) {
	row, got := d.row("versions", id), casework.Values{}
	for _, part := range []any{row.content["was"], row.identity["was_identity"], row.contact["was_contact"]} {
		values, _ := part.(map[string]any)
		maps.Copy(got, values)
	}
	if row.clear["referral"] != v.rec || !same(map[string]any(got), map[string]any(v.was)) {
		w.failf("I8 frozen: version %s of %s is %s, was %s", id, row.clear["referral"], casework.Canonical(map[string]any(got)), casework.Canonical(map[string]any(v.was)))
	}
}

// checkPack compares what an agency was sent with what the referral said then, and what follows it with what it says now.
func (w *world) checkPack(d *data, id string, p *parcel) {
	row := d.row("packs", id)
	got := row.said([]string{"number", "child", "channel", "type", "codename", "language", "form", "form_version", "to_agency", "danger"})
	if !same(map[string]any(got), map[string]any(p.frozen)) {
		w.failf("I8 frozen: pack %s is %s, was %s", id, casework.Canonical(map[string]any(got)), casework.Canonical(map[string]any(p.frozen)))
	}
	r := w.model.referrals[p.rec]
	if r == nil {
		return
	}
	now := fmt.Sprint(row.clear["state"], outcomesOf(row.clear["outcomes"]), row.content.Text("external_ref"), whole(row.clear["closed_at_ms"]))
	if want := fmt.Sprint(r.state, r.outcomes, r.number, r.closedMs); now != want {
		w.failf("I20 oracle: pack %s says %s, its referral %s", id, now, want)
	}
}

// checkReceived looks at a row on its way: an agency that something was sent to is sent packs and nothing else of it, and
// who it is about is for its author alone.
func (w *world) checkReceived(d *data, user string, l feedLine) {
	for key, id := range d.scopes {
		if slices.Contains(l.V, id) && received(key) != (l.C == "packs") {
			w.failf("I5 disclosure: %s/%s went to %s by %s", l.C, l.I, user, key)
		}
	}
	about := l.D["identity"] != nil || l.D["contact"] != nil
	if about && (l.C == "packs" || l.C == "referrals" && l.D.Text("author") != user) {
		w.failf("I5 disclosure: %s/%s told %s who it is about", l.C, l.I, user)
	}
}

// checkPaths is what must hold of every referral at the end: its decisions and versions are a path of the table of moves,
// from a draft to where it stands, and nobody decided on their own.
func (w *world) checkPaths() {
	walked := map[string]*walk{}
	for _, row := range w.host.query("SELECT referral, event, `from`, `to`, reviewer FROM reviews WHERE referral <> '' ORDER BY rowid") {
		id := row["referral"].String
		if walked[id] == nil {
			walked[id] = &walk{at: "draft"}
		}
		one := walked[id]
		w.follow(id, one, step{id, row["event"].String, row["from"].String, row["to"].String, row["reviewer"].String})
	}
	for id, r := range w.model.referrals {
		one := walked[id]
		if one == nil {
			one = &walk{at: "draft"}
		}
		if one.at != r.state {
			one.handIn()
		}
		if one.at != r.state || one.versions != r.version {
			w.failf("path: referral %s is %s with %d versions, its decisions lead to %s with %d", id, r.state, r.version, one.at, one.versions)
		}
	}
}

// walk is how far the decisions of a referral have led.
type walk struct {
	at       string
	versions int
}

func (one *walk) handIn() {
	if one.at == "draft" || one.at == "returned" {
		one.at, one.versions = "submitted", one.versions+1
	}
}

func (w *world) follow(id string, one *walk, s step) {
	if one.at != s.from {
		one.handIn()
	}
	row, open := wayFor(s.event, s.from)
	stays := row.to == "" && s.to == s.from
	stopped := s.event == "consent_withdrawn" && s.to == "withdrawn"
	if one.at != s.from || !stopped && (!open || row.to != s.to && !stays) {
		w.failf("path: referral %s stood at %s, and then %+v", id, one.at, s)
	}
	if s.event == "urgent_send" && one.versions == 0 {
		one.versions++
	}
	one.at = s.to
	r := w.model.referrals[id]
	if r != nil && !stopped && row.by == "reviewer" && s.by == r.author {
		w.failf("path: %s decided on their own referral %s: %s", s.by, id, s.event)
	}
}
