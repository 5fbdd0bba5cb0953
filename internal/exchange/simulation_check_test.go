package exchange_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// observe takes what the server has committed since the last look into the model, and compares the two.
func (w *world) observe() {
	news := w.host.query(fmt.Sprintf("SELECT device, seq, op_id, user, v, commit_seq FROM sync_op WHERE commit_seq > %d ORDER BY commit_seq", w.model.taken))
	for _, row := range news {
		id, v, commit := row["op_id"].String, row["v"].String, whole(row["commit_seq"].String)
		if commit <= w.model.taken {
			w.failf("I10 order: %s shares the number %d with another verdict", id, commit)
		}
		w.model.taken = commit
		w.count("verdict " + v)
		w.takeVerdict(id, row["device"].String, v, row["user"].String)
	}
	// What an administrator changed has its number once the feed has taken it in.
	edited := w.edited && w.host.number("SELECT count(*) FROM sync_dirty") == 0
	if (len(news) > 0 || edited) && w.failure == nil {
		w.edited = w.edited && !edited
		w.checkModel()
	}
}

func (w *world) takeVerdict(id, device, v, user string) {
	id, _, again := strings.Cut(id, "/") // Under another number, and then without effect.
	o, known := w.ops[id]
	if !known {
		w.failf("I2 once: the server knows an operation %s that nobody made", id)
		return
	}
	if _, before := w.model.verdicts[id]; before != again || again != (v == "dup") {
		w.failf("I2 once: %s was taken before: %t, and now it is %s", id, before, v)
	}
	if again {
		return
	}
	if user != o.user {
		w.failf("I15 attribution: %s is of %s, stored as of %s", id, o.user, user)
	}
	w.model.verdicts[id] = v
	if want := w.model.take(o, device); v != want {
		w.failf("I20 oracle: %s (%s %s %+v %+v) got %q, want %q", id, o.op.Coll, o.op.Kind, o.op.Set, o.op.Cmd, v, want)
	}
}

// checkModel compares what is stored with what must be: every value in its record, in an open conflict, or held.
func (w *world) checkModel() {
	d, m := w.host.read(), w.model
	w.sizes(d)
	w.checkPapers(d)
	for id, e := range m.encounters {
		w.checkEncounter(d, id, e)
		rev := d.revs["encounters/"+id]
		if moved := rev != e.seen; moved != (e.rev == changed) {
			w.failf("I3 rev: %s stands at rev %d after %d, changed: %t", id, rev, e.seen, e.rev == changed)
		}
		e.rev, e.seen = rev, rev
	}
	for id, c := range m.conflicts {
		row, there := d.row("conflicts", id), d.rows["conflicts"][id] != nil
		parts := []any{row.content["incoming"], row.identity["incoming"], row.contact["incoming"]}
		kept := c.kind == "command" || slices.ContainsFunc(parts, func(one any) bool { return same(one, c.incoming) })
		if !there || row.clear["of_rec"] != c.rec || row.clear["field"] != c.field || !kept || (row.clear["state"] == "open") != c.open {
			w.failf("I1 no loss: conflict %s of %s should be kept, open %t: %v", c.field, c.rec, c.open, row.clear)
		}
	}
	for id, h := range m.holds {
		row, there := d.row("holds", id), d.rows["holds"][id] != nil
		op, _ := row.identity["op"].(map[string]any)
		kept := h.made.unreadable || op["rec"] == h.made.op.Rec
		if !there || row.clear["author"] != h.author || row.clear["state"] != h.state || !kept {
			w.failf("I1 no loss: %s should be held, %s: %v", h.made.id, h.state, row.clear)
		}
	}
	for id, text := range m.addenda {
		if got := d.row("addenda", id).content["text"]; got != text {
			w.failf("I1 no loss: addendum %s is %v, want %q", id, got, text)
		}
	}
}

// sizes compares how many rows there are: nothing twice, nothing from nowhere.
func (w *world) sizes(d *data) {
	m := w.model
	versions, decisions := 0, 0
	for _, e := range m.encounters {
		versions, decisions = versions+e.version, decisions+e.decisions
	}
	for coll, want := range map[string]int{"encounters": len(m.encounters), "referrals": len(m.referrals), "addenda": len(m.addenda), "conflicts": len(m.conflicts), "holds": len(m.holds),
		"versions": versions + m.goneVersions + len(m.versions), "reviews": decisions + m.goneDecisions + len(m.reviews),
		"packs": len(m.packs), "disclosures": len(m.disclosures), "tasks": len(m.tasks)} {
		if got := len(d.rows[coll]); got != want {
			w.failf("I2 once: there are %d %s, want %d", got, coll, want)
		}
	}
}

func (w *world) checkEncounter(d *data, id string, e *encounter) {
	row, there := d.rows["encounters"][id]
	if !there {
		w.failf("I1 no loss: %s is not stored", id)
		return
	}
	got := casework.Values{}
	for _, name := range fine {
		for _, part := range []casework.Values{row.content, row.identity, row.contact} {
			got.Put(name, firstSaid(part[name], got[name]))
		}
		if text, clear := row.clear[name]; clear {
			got.Put(name, typed(name, text))
		}
	}
	if !same(map[string]any(got), map[string]any(e.fields)) {
		w.failf("I3 no silent overwrite: %s is %s, want %s", id, casework.Canonical(map[string]any(got)), casework.Canonical(map[string]any(e.fields)))
	}
	is := encounter{author: row.clear["author"], agency: row.clear["agency"], review: row.clear["review_agency"], state: row.clear["state"],
		pickedUp: row.clear["picked_up_by"], submitted: whole(row.clear["submitted_at_ms"]) > 0, calm: whole(row.clear["danger_stood_down"]) == 1,
		callBack: whole(row.clear["callback_needed"]) == 1, version: int(whole(row.clear["version"])), closedMs: whole(row.clear["closed_at_ms"])}
	if !alike(is, *e) || is.agency != e.agency || is.review != e.review {
		w.failf("I20 oracle: %s stands as %+v, want %+v", id, is, *e)
	}
}

func firstSaid(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// checkAnswer looks at an answer as it leaves the server.
func (w *world) checkAnswer(m, answer *message) {
	if m.kind != "push" || answer.err != nil {
		return
	}
	if n := w.host.number("SELECT count(*) FROM sync_dirty"); n != 0 {
		w.failf("I11 membership: %d rows are dirty after a hand-in", n)
	}
	w.checkMembers()
	for _, v := range answer.push.Verdicts {
		raw, err := json.Marshal(v)
		if err != nil {
			w.t.Fatal(err)
		}
		at := m.device + " " + v.OpID
		if first, again := w.firstVerdicts[at]; again && first != string(raw) {
			w.failf("I2 once: %s was told %s, and now %s", v.OpID, first, raw)
		}
		w.firstVerdicts[at] = string(raw)
	}
	if answer.push.Stop == nil && len(answer.push.Verdicts) != len(m.ops) {
		w.failf("I13 progress: %d verdicts for %d operations", len(answer.push.Verdicts), len(m.ops))
	}
}

// checkMembers compares the feed's index with the scopes of every record.
func (w *world) checkMembers() {
	d := w.host.read()
	want, live := map[string]bool{}, map[string]int64{}
	for _, coll := range collections {
		for id := range d.rows[coll] {
			for _, key := range d.keysOf(coll, id) {
				want[coll+"/"+id+" "+key], live[key] = true, live[key]+1
			}
		}
	}
	got := map[string]bool{}
	for _, row := range w.host.query("SELECT m.coll, m.rec, s.key FROM sync_member m JOIN sync_scope s ON s.id = m.scope WHERE m.st = 1") {
		got[strings.TrimPrefix(row["coll"].String, "nod_")+"/"+row["rec"].String+" "+row["key"].String] = true
	}
	if !maps.Equal(got, want) {
		w.failf("I11 membership: %s", difference(got, want))
	}
	for _, row := range w.host.query("SELECT key, live FROM sync_scope") {
		if whole(row["live"].String) != live[row["key"].String] {
			w.failf("I11 membership: %s counts %s, want %d", row["key"].String, row["live"].String, live[row["key"].String])
		}
	}
}

func difference(got, want map[string]bool) string {
	var out []string
	for one := range got {
		if !want[one] {
			out = append(out, "too much: "+one)
		}
	}
	for one := range want {
		if !got[one] {
			out = append(out, "missing: "+one)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// checkSent looks at the rows of a chunk as they leave: each visible to this person now, identity and contact to the author alone.
func (w *world) checkSent(user, lines string) {
	d, mine := w.host.read(), w.model.keysOfPerson(user)
	for text := range strings.Lines(lines) {
		var l feedLine
		if err := json.Unmarshal([]byte(text), &l); err != nil || l.K != "p" {
			continue
		}
		w.count("row sent")
		w.checkReceived(d, user, l)
		if len(d.via(mine, l.C, l.I)) == 0 {
			w.failf("I5 disclosure: %s/%s was sent to %s", l.C, l.I, user)
		}
		if w.sawSame(user+text, l.D, d.row(l.C, l.I)) {
			continue
		}
		if got, want := map[string]any(l.D), map[string]any(d.sent(user, l.C, l.I)); !same(got, want) {
			w.failf("I5 disclosure: %s/%s went to %s as %s, want %s", l.C, l.I, user, casework.Canonical(got), casework.Canonical(want))
		}
	}
}

// sawSame says whether this very answer was compared with this very row before, which saves most of the time.
func (w *world) sawSame(key any, answer casework.Values, row *stored) bool {
	if w.seen[key].row == row {
		return true
	}
	w.seen[key] = glance{row, answer}
	return false
}

// glance keeps what was compared, so that nothing else takes its place in memory.
type glance struct {
	row    *stored
	answer casework.Values
}

// checkPhone compares a phone that has heard everything with what its person may see: content, rev and scopes.
func (w *world) checkPhone(p *handset, head int64) {
	d := w.host.read()
	if d.dirty > 0 || d.head != head || p.wiped {
		return
	}
	mine, want := w.model.keysOfPerson(p.user), map[string]bool{}
	if !slices.Equal(position(p.cursor).scopes(), d.ids(mine)) {
		return // A scope came or went since; the next pull tells.
	}
	w.count("phone compared")
	for _, coll := range collections {
		for id := range d.rows[coll] {
			via := d.via(mine, coll, id)
			if len(via) == 0 {
				continue
			}
			at := coll + "/" + id
			want[at] = true
			row, there := p.rows[at]
			slices.Sort(row.Scopes)
			switch {
			case !there:
				w.failf("I4 convergence: %s lacks %s", p.user, at)
			case row.Rev != d.revs[at] || !slices.Equal(row.Scopes, via) || !w.sawSame(reflect.ValueOf(row.D).Pointer(), row.D, d.row(coll, id)) && !same(map[string]any(row.D), map[string]any(d.sent(p.user, coll, id))):
				w.failf("I4 convergence: %s holds %s at rev %d by %v as %s, want rev %d by %v as %s", p.user, at, row.Rev, row.Scopes,
					casework.Canonical(map[string]any(row.D)), d.revs[at], via, casework.Canonical(map[string]any(d.sent(p.user, coll, id))))
			}
		}
	}
	for at := range p.rows {
		if !want[at] {
			w.failf("I6 forgetting: %s still holds %s", p.user, at)
		}
	}
}

func (d *data) ids(keys []string) []int64 {
	var out []int64
	for _, key := range keys {
		if id, ok := d.scopes[key]; ok {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// checkEnd is what must hold when everything is at rest.
func (w *world) checkEnd() {
	for _, o := range w.ops {
		if _, told := w.model.verdicts[o.id]; !told {
			w.failf("I1 no loss: %s of %s has no verdict", o.id, o.device)
		}
	}
	w.checkPaths()
	d := w.host.read()
	for _, p := range w.phones {
		w.checkPhone(p, d.head)
		if p.wiped && len(p.rows) > 0 {
			w.failf("I6 forgetting: a wiped phone holds %d rows", len(p.rows))
		}
		w.checkDrafts(p, d)
		if !p.wiped && position(p.cursor).M != d.head {
			w.failf("I13 progress: %s stands at %d of %d", p.device, position(p.cursor).M, d.head)
		}
	}
}

// checkDrafts holds for each phone that may still write: the server has the newest of every draft, and none that ended.
func (w *world) checkDrafts(p *handset, d *data) {
	for rec, n := range p.drafts {
		row := d.row("drafts", named(p.user, "draft", rec))
		there := len(row.content) > 0
		if !w.model.revoked[p.device] && (whole(row.clear["n"]) != n || there == p.ended[rec]) {
			w.failf("I1 no loss: draft %s stands at %s, there: %t, want %d, there: %t", rec, row.clear["n"], there, n, !p.ended[rec])
		}
	}
}
