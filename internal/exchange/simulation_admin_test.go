package exchange_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"noddfa/internal/testkit"
)

// administer is what happens at the server without any phone: people come, go and change roles, a database tool or the
// dashboard changes rows, time passes, old entries are cleared away, a backup is put back.
func (w *world) administer() {
	all, referred := slices.Sorted(maps.Keys(w.model.encounters)), slices.Sorted(maps.Keys(w.model.referrals))
	switch n := w.rng.IntN(100); {
	case n < 5 && len(referred) > 0:
		w.rawEditReferral(pick(w, referred...))
	case n < 30 && len(all) > 0:
		w.count("admin raw edit")
		w.rawEdit(pick(w, all...))
	case n < 37:
		w.dashboard()
	case n < 51:
		w.changeRoles()
	case n < 60:
		w.count("admin agency")
		name := cast[w.rng.IntN(len(cast))].name
		user, agency := testkit.ID(name), testkit.ID(pick(w, "aber", "bryn", "coed"))
		w.host.run("UPDATE users SET agency = {:agency} WHERE id = {:id}", dbx.Params{"agency": agency, "id": user})
		w.model.people[user].agency = agency
	case n < 63:
		w.revoke()
	case n < 73:
		w.passTime(pick(w, 25*time.Hour, 91*24*time.Hour))
	case n < 79:
		w.count("admin clearing")
		h := w.host.number("SELECT head FROM sync_meta") - 60 - w.rng.Int64N(60)
		w.host.run("DELETE FROM sync_member WHERE st = 0 AND seq <= {:h}", dbx.Params{"h": h})
		w.host.run("UPDATE sync_meta SET horizon = max(horizon, {:h})", dbx.Params{"h": h})
	case n < 81:
		w.count("admin new history")
		w.host.run("UPDATE sync_meta SET epoch = {:epoch}", dbx.Params{"epoch": w.id("epoch")})
	case n < 82 && len(referred) > 0:
		w.eraseReferral(pick(w, referred...))
	case n < 87 && len(all) > 0:
		w.erase(pick(w, all...))
	}
}

// passTime lets a day or a season go by. What was closed leaves those who no longer need it, which gives it a new number.
func (w *world) passTime(d time.Duration) {
	w.count("admin time")
	w.observe()
	here, before := w.host.read(), map[string]int{}
	for id := range w.model.encounters {
		before[id] = len(here.keysOf("encounters", id))
	}
	for id := range w.model.referrals {
		before[id] = len(here.keysOf("referrals", id))
	}
	w.clock.Forward(d)
	if err := w.host.app.Store.Settle(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	here.nowMs = w.clock.Now().UnixMilli()
	for id, e := range w.model.encounters {
		if len(here.keysOf("encounters", id)) != before[id] {
			e.rev, w.edited = changed, true
		}
	}
	for id, r := range w.model.referrals {
		if len(here.keysOf("referrals", id)) != before[id] {
			r.rev, w.edited = changed, true
		}
	}
}

// rawEdit changes one column behind everybody's back. The risk moves a record between scopes.
func (w *world) rawEdit(id string) {
	name, value := "council", fmt.Sprintf("W%07d", w.rng.IntN(5))
	if w.rng.IntN(3) > 0 {
		name, value = "risk", pick(w, "low", "high")
	}
	w.host.run("UPDATE encounters SET "+name+" = {:value} WHERE id = {:id}", dbx.Params{"value": value, "id": id})
	e := w.model.encounters[id]
	e.fields.Put(name, value)
	e.rev, w.edited = changed, true
}

// dashboard saves a record the way PocketBase's own screens do.
func (w *world) dashboard() {
	w.count("admin dashboard edit")
	record, err := w.host.app.Base.FindRecordById("agencies", testkit.ID("coed"))
	if err == nil {
		record.Set("name_en", w.text("Coed"))
		err = w.host.app.Base.Save(record)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) changeRoles() {
	w.count("admin roles")
	user := testkit.ID(cast[w.rng.IntN(len(cast))].name)
	roles := pick(w, []string{"field"}, []string{"supervisor", "safeguarding_lead"}, []string{"field", "supervisor"}, []string{"spoc", "safeguarding_lead"}, []string{"auditor"},
		[]string{"supervisor", "safeguarding_lead"})
	record, err := w.host.app.Base.FindRecordById("users", user)
	if err == nil {
		record.Set("roles", roles)
		err = w.host.app.Base.Save(record)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.model.people[user].roles = roles
}

// revoke takes a phone out of use; its person gets a new one.
func (w *world) revoke() {
	p := pick(w, w.phones...)
	if w.model.revoked[p.device] || !p.registered || len(w.phones) > 9 {
		return
	}
	w.count("admin revokes")
	w.host.run("UPDATE devices SET revoked = 1 WHERE id = {:id}", dbx.Params{"id": p.device})
	w.model.revoked[p.device] = true
	w.newHandset(p.user)
}

// erase takes a record out of the data, for good or as a clumsy hand would.
func (w *world) erase(id string) {
	w.count("admin erases")
	w.host.run("DELETE FROM encounters WHERE id = {:id}", dbx.Params{"id": id})
	if w.rng.IntN(2) == 0 {
		w.host.run("INSERT INTO sync_gone (coll, rec) VALUES ('nod_encounters', {:id})", dbx.Params{"id": id})
		w.model.erased[id] = true
	}
	e := w.model.encounters[id]
	w.model.goneVersions, w.model.goneDecisions = w.model.goneVersions+e.version, w.model.goneDecisions+e.decisions
	delete(w.model.encounters, id)
}

// rawEditReferral is the same for a referral. Danger brings it before another desk, and changes nothing that has left.
func (w *world) rawEditReferral(id string) {
	w.count("admin raw edit of a referral")
	name, value := pick(w, "council", "danger"), any(w.rng.IntN(2))
	if name == "council" {
		value = fmt.Sprintf("W%07d", w.rng.IntN(5))
	}
	w.host.run("UPDATE referrals SET "+name+" = {:value} WHERE id = {:id}", dbx.Params{"value": value, "id": id})
	r := w.model.referrals[id]
	r.rev, w.edited = changed, true
	r.fields.Put(name, typed(name, fmt.Sprint(value)))
}

// eraseReferral takes a referral away. What follows it is nobody's then; what an agency was sent stays theirs.
func (w *world) eraseReferral(id string) {
	w.count("admin erases a referral")
	w.host.run("DELETE FROM referrals WHERE id = {:id}", dbx.Params{"id": id})
	if w.rng.IntN(2) == 0 {
		w.host.run("INSERT INTO sync_gone (coll, rec) VALUES ('nod_referrals', {:id})", dbx.Params{"id": id})
		w.model.erased[id] = true
	}
	delete(w.model.referrals, id)
}
