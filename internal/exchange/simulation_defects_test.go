package exchange_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/reconcile"
	"noddfa/internal/testkit"
)

// defect is a fault built into a history on purpose: in the store as the exchange sees it, in the stream, in how a
// field meets the record, or in a phone. The zero value is none.
type defect struct {
	tx           func(*world, exchange.Tx) exchange.Tx
	reader       func(*world, exchange.Reader) exchange.Reader
	after        func(*host)
	stream       func(string) string
	decide       func(f casework.Field, current, prev, next any) (reconcile.Outcome, any)
	blind        bool // Changes of others are not noticed before a pull.
	forgets      bool // Commits are answered before they are on the disk.
	noCompare    bool // Chunks are taken in without comparing the cursor.
	noSweep      bool
	keepsAge     bool // After a change of history, old rows count as new.
	rowsFromPush bool // An answer to a hand-in adds rows.
}

var defects = map[string]defect{
	"last write wins": {decide: func(_ casework.Field, _, _, next any) (reconcile.Outcome, any) { return reconcile.Write, next }},
	"a clash is dropped": {decide: func(f casework.Field, current, prev, next any) (reconcile.Outcome, any) {
		outcome, taken := reconcile.Decide(f, current, prev, next)
		if outcome == reconcile.KeepBoth {
			return reconcile.Same, current
		}
		return outcome, taken
	}},
	"the safer value waits": {decide: func(f casework.Field, current, prev, next any) (reconcile.Outcome, any) {
		outcome, taken := reconcile.Decide(f, current, prev, next)
		if outcome == reconcile.TakeSafer {
			return reconcile.KeepBoth, current
		}
		return outcome, taken
	}},
	"no dedupe":                         {tx: func(w *world, tx exchange.Tx) exchange.Tx { return noDedupe{tx, w} }},
	"a refused operation has no number": {tx: func(_ *world, tx exchange.Tx) exchange.Tx { return noNumber{tx} }},
	"a refused operation is not kept":   {tx: func(_ *world, tx exchange.Tx) exchange.Tx { return noHold{tx} }},
	"an addendum leaves the rev":        {tx: func(_ *world, tx exchange.Tx) exchange.Tx { return noTouch{tx} }},
	"no exit row":                       {after: func(h *host) { h.run("DELETE FROM sync_member WHERE st = 0", nil) }},
	"forget by single scope":            {reader: func(_ *world, r exchange.Reader) exchange.Reader { return &singleScope{Reader: r} }},
	"no lag":                            {reader: func(w *world, r exchange.Reader) exchange.Reader { return noLag{r, w} }},
	"identity for everyone":             {reader: func(_ *world, r exchange.Reader) exchange.Reader { return openBook{r} }},
	"roles stay for ever":               {reader: func(w *world, r exchange.Reader) exchange.Reader { return oldRoles{r, w} }},
	"no drop":                           {stream: func(text string) string { return without(text, `{"k":"x"`) }},
	"no forget":                         {stream: func(text string) string { return without(text, `{"k":"f"`) }},
	"edits of others are not noticed":   {blind: true},
	"answered before it is on the disk": {forgets: true},
	"no cursor compare-and-set":         {noCompare: true},
	"no sweep":                          {noSweep: true},
	"old rows count as new":             {keepsAge: true},
	"a hand-in adds rows":               {rowsFromPush: true},
}

const defectHistories = 120

// TestDefectIsCaught builds each defect into histories until one breaks a promise. A simulation that lets one through
// proves nothing.
func TestDefectIsCaught(t *testing.T) {
	all := maps.Clone(defects)
	maps.Copy(all, referDefects)
	for name, d := range all {
		if testing.Short() && name != "no drop" {
			continue // The race detector needs one history of each kind, not all of them.
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var caught error
			for seed := uint64(1); seed <= defectHistories && caught == nil; seed++ {
				t.Run("", func(t *testing.T) { _, caught = history(t, seed, d) })
			}
			if caught == nil {
				t.Errorf("%d histories did not notice", defectHistories)
			}
			t.Log(caught)
		})
	}
}

// noDedupe runs every operation anew, however often it came.
type noDedupe struct {
	exchange.Tx
	w *world
}

func (d noDedupe) Device(id string) (exchange.Device, bool, error) {
	device, ok, err := d.Tx.Device(id)
	if d.w.request != nil && len(d.w.request.ops) > 0 {
		device.LastSeq = min(device.LastSeq, d.w.ops[d.w.request.ops[0]].seq-1)
	}
	return device, ok, err
}

func (noDedupe) OpKnown(string) (bool, error) { return false, nil }

func (d noDedupe) PutOp(op exchange.StoredOp) error {
	if known, err := d.Tx.OpKnown(op.OpID); err != nil || known {
		return err
	}
	return d.Tx.PutOp(op)
}

// noNumber gives a refusal the number of the verdict before it.
type noNumber struct{ exchange.Tx }

func (n noNumber) PutOp(op exchange.StoredOp) error {
	if op.Verdict.Hold != "" {
		op.Verdict.Commit--
	}
	return n.Tx.PutOp(op)
}

type noHold struct{ exchange.Tx }

func (n noHold) Insert(coll, id string, v casework.Values) error {
	if coll == "holds" {
		return nil
	}
	return n.Tx.Insert(coll, id, v)
}

type noTouch struct{ exchange.Tx }

func (noTouch) Touch(string, string) error { return nil }

// singleScope decides on a record by the entry it met, not by all the scopes the record stands in.
type singleScope struct {
	exchange.Reader
	left []string
}

func (s *singleScope) Feed(scope, after, upTo int64, most int, live bool) ([]exchange.FeedEntry, error) {
	entries, err := s.Reader.Feed(scope, after, upTo, most, live)
	for _, entry := range entries {
		if !entry.In {
			s.left = append(s.left, entry.Rec)
		}
	}
	return entries, err
}

func (s *singleScope) Rows(reader, coll string, ids []string) ([]exchange.Row, error) {
	rows, err := s.Reader.Rows(reader, coll, ids)
	return slices.DeleteFunc(rows, func(row exchange.Row) bool { return slices.Contains(s.left, row.ID) }), err
}

// noLag leaves out what a scope held before it was gained.
type noLag struct {
	exchange.Reader
	w *world
}

func (n noLag) Feed(scope, after, upTo int64, most int, live bool) ([]exchange.FeedEntry, error) {
	if live && n.w.pulling != "" {
		return nil, nil
	}
	return n.Reader.Feed(scope, after, upTo, most, live)
}

// openBook sends every reader what only the author is sent.
type openBook struct{ exchange.Reader }

func (o openBook) Rows(_, coll string, ids []string) ([]exchange.Row, error) {
	var out []exchange.Row
	for _, one := range cast {
		rows, err := o.Reader.Rows(testkit.ID(one.name), coll, ids)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			at := slices.IndexFunc(out, func(other exchange.Row) bool { return other.ID == row.ID })
			if at < 0 {
				out = append(out, row)
			} else if len(row.JSON) > len(out[at].JSON) {
				out[at] = row
			}
		}
	}
	return out, nil
}

// oldRoles never takes a scope away from anybody.
type oldRoles struct {
	exchange.Reader
	w *world
}

func (o oldRoles) Scopes(user string) ([]exchange.Scope, error) {
	scopes, err := o.Reader.Scopes(user)
	for _, had := range o.w.hadScopes[user] {
		if !slices.ContainsFunc(scopes, func(one exchange.Scope) bool { return one.ID == had.ID }) {
			scopes = append(scopes, had)
		}
	}
	o.w.hadScopes[user] = scopes
	return scopes, err
}

// without gives the stream with some lines taken out.
func without(text, prefix string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, prefix) {
			out.WriteString(line)
		}
	}
	return out.String()
}
