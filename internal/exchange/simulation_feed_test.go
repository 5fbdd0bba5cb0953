package exchange_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/testkit"
)

// chunks splits a stream. What came after the last closing line is gone; a stream may end anywhere.
func (p *handset) chunks(m *message) []chunk {
	var out []chunk
	var now chunk
	from, epoch, gen := m.cursor, "", int64(0)
	for text := range strings.Lines(m.stream) {
		var l feedLine
		if !strings.HasSuffix(text, "\n") || json.Unmarshal([]byte(text), &l) != nil {
			return out
		}
		switch l.K {
		case "h":
			epoch, gen = l.Epoch, l.Gen
			p.obey(l.Order)
			if epoch != p.epoch {
				p.registered = false
				return nil
			}
		case "c":
			now.from, now.cursor, now.epoch, now.gen, now.head, now.more = from, l.Cursor, epoch, gen, l.Head, l.More
			out, from, now = append(out, now), l.Cursor, chunk{}
		case "e":
		default:
			now.lines = append(now.lines, l)
		}
	}
	return out
}

// write takes the tab's next chunk into the store, rows and cursor in one transaction that first compares the cursor.
func (p *handset) write(t *tab) {
	c := t.queue[0]
	t.queue = t.queue[1:]
	if p.wiped || c.epoch != p.epoch || (c.from != p.cursor && !p.w.defect.noCompare) {
		p.w.count("late chunk thrown away")
		t.queue = nil
		return
	}
	if was, is := position(p.cursor), position(c.cursor); p.cursor != "" && was.E == is.E && is.M < was.M {
		p.w.failf("I7 cursor: it went back from %d to %d", was.M, is.M)
	}
	for _, l := range c.lines {
		p.apply(l, c.gen)
	}
	p.cursor = c.cursor
	if c.head < p.headSeen {
		p.w.failf("I10 order: the head went back from %d to %d", p.headSeen, c.head)
	}
	p.headSeen = c.head
	if !c.more {
		p.dropTold(c.head)
		p.w.checkPhone(p, c.head)
	}
}

func (p *handset) apply(l feedLine, gen int64) {
	p.w.count("line " + l.K)
	at := l.C + "/" + l.I
	switch l.K {
	case "p":
		row := p.rows[at]
		if l.R < row.Rev {
			p.w.failf("I8 content: %s went back from rev %d to %d", at, row.Rev, l.R)
		}
		p.rows[at] = testkit.Row{Rev: l.R, D: l.D, Scopes: l.V, Gen: gen}
	case "f":
		delete(p.rows, at)
	case "x":
		for name, row := range p.rows {
			row.Scopes = slices.DeleteFunc(slices.Clone(row.Scopes), func(id int64) bool { return id == l.S })
			p.rows[name] = row
			if len(row.Scopes) == 0 {
				delete(p.rows, name)
			}
		}
	case "w":
		if !p.w.defect.noSweep {
			maps.DeleteFunc(p.rows, func(_ string, row testkit.Row) bool { return row.Gen < l.G })
		}
	}
}

// dropTold lets go of the readable copies of operations whose result the feed has brought.
func (p *handset) dropTold(head int64) {
	p.overlays = slices.DeleteFunc(p.overlays, func(one *made) bool {
		if one.verdict.Commit > head {
			return false
		}
		if row, there := p.rows[one.op.Coll+"/"+one.op.Rec]; there && row.Rev < one.verdict.Rev {
			p.w.failf("I9 own writes: %s would flicker: rev %d, written as %d", one.op.Rec, row.Rev, one.verdict.Rev)
		}
		return true
	})
}

// view is an encounter as the phone shows it: the row, and over it what this person wrote and the feed has not brought.
func (p *handset) view(rec string) (casework.Values, bool) { return p.viewOf("encounters", rec) }

// viewOf is the same for a referral, its answers lifted out as an operation names them.
func (p *handset) viewOf(coll, rec string) (casework.Values, bool) {
	row, there := p.rows[coll+"/"+rec]
	v := casework.Values{}
	maps.Copy(v, row.D)
	if coll == "referrals" {
		v = flatten(row.D)
	}
	for _, one := range append(slices.Clone(p.overlays), p.outbox...) {
		if one.op.Coll != coll || one.op.Rec != rec || one.op.User != p.user {
			continue
		}
		there = there || one.op.Kind == "create"
		for name, value := range one.op.Set {
			v.Put(name, value)
		}
		for _, name := range []string{"indicators", "exploitation"} {
			v.Put(name, casework.Merge(v.List(name), one.op.Add[name], one.op.Del[name]))
		}
	}
	return v, there
}

// place is what a cursor says, which a phone never reads: the simulation does, to see that it never goes back.
type place struct {
	E string
	M int64
	S []int64
}

func (p place) scopes() []int64 { return slices.Sorted(slices.Values(p.S)) }

func position(cursor string) place {
	var at place
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil && len(raw) > 16 {
		_ = json.Unmarshal(raw[16:], &at) // What does not parse has no position, and compares as the start.
	}
	return at
}
