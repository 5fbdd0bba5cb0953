package exchange_test

import (
	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/reconcile"
)

// referDefects are those of referrals; TestDefectIsCaught builds them in like the others.
var referDefects = map[string]defect{
	"a receiver gets the referral": {after: func(h *host) {
		h.run(`INSERT INTO sync_member (coll, rec, scope, seq, st) SELECT 'nod_referrals', r.id, s.id, m.rev, 1 FROM referrals r
			JOIN sync_scope s ON s.key = 'agency:' || r.to_agency || ':receive' JOIN sync_rec m ON m.coll = 'nod_referrals' AND m.rec = r.id
			WHERE r.sent_at_ms > 0 ON CONFLICT DO NOTHING`, nil)
	}},
	"any disclosure counts as approved":    {tx: func(_ *world, tx exchange.Tx) exchange.Tx { return openLog{tx} }},
	"a move on what was not seen":          {tx: func(w *world, tx exchange.Tx) exchange.Tx { return unseenRev{tx, w} }},
	"a pack follows what is written later": {tx: func(_ *world, tx exchange.Tx) exchange.Tx { return livePack{tx} }},
	"withdrawn consent waits": {decide: func(f casework.Field, current, prev, next any) (reconcile.Outcome, any) {
		outcome, taken := reconcile.Decide(f, current, prev, next)
		if f.Always && outcome != reconcile.Same {
			return reconcile.KeepBoth, current
		}
		return outcome, taken
	}},
	"a decision leaves no trace": {tx: func(_ *world, tx exchange.Tx) exchange.Tx { return noTrace{tx} }},
}

// openLog lets a disclosure through that nobody approved.
type openLog struct{ exchange.Tx }

func (l openLog) Get(coll, id string) (casework.Values, bool, error) {
	v, ok, err := l.Tx.Get(coll, id)
	if ok && coll == "disclosures" {
		v["state"] = "approved"
	}
	return v, ok, err
}

// unseenRev takes every move for one on what stands there now.
type unseenRev struct {
	exchange.Tx
	w *world
}

func (n unseenRev) Rev(coll, rec string) (int64, error) {
	rev, err := n.Tx.Rev(coll, rec)
	if coll != "referrals" || n.w.request == nil {
		return rev, err
	}
	for _, id := range n.w.request.ops {
		if op := n.w.ops[id].op; op.Rec == rec && op.Cmd != nil && op.Cmd.ExpectRev > 0 {
			return op.Cmd.ExpectRev, err
		}
	}
	return rev, err
}

// livePack brings what changes in a referral to the agency that it was sent to.
type livePack struct{ exchange.Tx }

func (l livePack) Update(coll, id string, v casework.Values, names []string) error {
	if err := l.Tx.Update(coll, id, v, names); err != nil || coll != "referrals" {
		return err
	}
	at, ok, err := l.PackOf(id)
	if err != nil || !ok {
		return err
	}
	pack, _, err := l.Get("packs", at)
	if err != nil {
		return err
	}
	fields := []string{"answers", "consent", "danger", "child", "codename"}
	for _, name := range fields {
		pack.Put(name, v[name])
	}
	return l.Tx.Update("packs", at, pack, fields)
}

// noTrace changes the state of a referral and keeps no row that says who did.
type noTrace struct{ exchange.Tx }

func (n noTrace) Insert(coll, id string, v casework.Values) error {
	if coll == "reviews" && v.Text("referral") != "" && v.Text("event") == "approve" {
		return nil
	}
	return n.Tx.Insert(coll, id, v)
}
