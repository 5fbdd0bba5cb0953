package exchange

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"noddfa/internal/casework"
)

const chunkMax = 500

// bootstrapsMax is how many first downloads run at one time; the rest are told to come back.
const bootstrapsMax = 4

// Pull writes what changed since the cursor, in chunks that each are one snapshot. flush is called after each, so that a
// phone sees progress and a slow one holds nothing back.
func (x *Exchange) Pull(ctx context.Context, c Caller, q PullRequest, w io.Writer, flush func() error) error {
	if q.Proto != 1 {
		return &casework.Error{Code: casework.TooOld, Key: "error.too_old"}
	}
	if c.Locked || q.Device != c.Device {
		return &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	p := &pull{x: x, user: c.User.ID, device: c.Device, text: q.Cursor, first: true}
	defer p.leave()
	for more := true; more; {
		p.out.Reset()
		// Before each chunk, because a role may be lost while a long answer is under way.
		if err := x.settle(ctx); err != nil {
			return err
		}
		err := x.store.Read(ctx, func(r Reader) error {
			var err error
			more, err = p.chunk(r)
			return err
		})
		if err != nil {
			return err
		}
		if !more {
			p.out.WriteString("{\"k\":\"e\"}\n")
		}
		if _, err := w.Write(p.out.Bytes()); err != nil {
			return fmt.Errorf("write chunk: %w", err)
		}
		if err := flush(); err != nil {
			return fmt.Errorf("flush chunk: %w", err)
		}
	}
	return nil
}

// settle has the writer drain what others changed, which the pull pool cannot do.
func (x *Exchange) settle(ctx context.Context) error {
	dirty, err := x.store.Dirty(ctx)
	if err != nil || !dirty {
		return err
	}
	return x.store.Write(ctx, func(Tx) error { return nil })
}

// pull is one answer under way.
type pull struct {
	x            *Exchange
	user, device string
	text         string
	first        bool
	inside       bool // one of the bootstraps that run now
	out          bytes.Buffer
	n            int
}

// enter takes a place among the first downloads, which read every row their user may see. Whether a pull is one follows
// from the cursor as it was understood: one that this server cannot serve from, or was cut in the middle, costs the same
// as none.
func (p *pull) enter(c cursor) bool {
	if p.inside || !c.Sweep && len(c.Lag) == 0 {
		return true
	}
	select {
	case p.x.bootstraps <- struct{}{}:
		p.inside = true
	default:
	}
	return p.inside
}

func (p *pull) leave() {
	if p.inside {
		<-p.x.bootstraps
	}
}

// chunk writes one chunk to the buffer and says whether more follow.
func (p *pull) chunk(r Reader) (more bool, err error) {
	meta, err := r.Meta()
	if err != nil {
		return false, err
	}
	device, ok, err := r.Device(p.device)
	if err != nil {
		return false, err
	}
	if !ok || device.User != p.user {
		return false, &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	mine, err := r.Scopes(p.user)
	if err != nil {
		return false, err
	}
	c, lost := p.x.begin(p.text, p.user, meta, mine)
	if !p.enter(c) {
		return false, &casework.Error{Code: casework.Busy, Key: "error.busy"}
	}
	if p.first {
		p.header(meta, c, mine, device.Revoked)
		p.first = false
	}
	if device.Revoked {
		return false, nil
	}
	for _, id := range lost {
		fmt.Fprintf(&p.out, "{\"k\":\"x\",\"s\":%d}\n", id)
	}
	return p.body(r, meta, c)
}

func (p *pull) header(meta Meta, c cursor, mine []Scope, revoked bool) {
	total, order := int64(0), ""
	for _, scope := range mine {
		if slices.ContainsFunc(c.Lag, func(l lag) bool { return l.Scope == scope.ID && l.Pos == 0 }) {
			total += scope.Live
		}
	}
	if revoked {
		total, order = 0, "wipe"
	}
	fmt.Fprintf(&p.out, "{\"k\":\"h\",\"noddfa\":\"pull/1\",\"epoch\":%q,\"head\":%d,\"gen\":%d,\"total\":%d,\"server_ms\":%d,\"order\":%q}\n",
		meta.Epoch, meta.Head, c.Gen, total, p.x.now().UnixMilli(), order)
}

func (p *pull) body(r Reader, meta Meta, c cursor) (more bool, err error) {
	p.n = 0
	room := p.x.chunkRows
	for len(c.Lag) > 0 && room > 0 {
		if room, err = p.lag(r, &c, room); err != nil {
			return false, err
		}
	}
	if len(c.Lag) == 0 {
		if c.Sweep {
			fmt.Fprintf(&p.out, "{\"k\":\"w\",\"g\":%d}\n", c.Gen)
			c.Sweep = false
		}
		if err := p.main(r, meta, &c, room); err != nil {
			return false, err
		}
	}
	more = len(c.Lag) > 0 || c.Main < meta.Head
	p.text, err = p.x.writeCursor(c)
	fmt.Fprintf(&p.out, "{\"k\":\"c\",\"cursor\":%q,\"n\":%d,\"more\":%t,\"head\":%d}\n", p.text, p.n, more, meta.Head)
	return more, err
}

// lag sends a part of the first scope that still arrives, and gives the room that is left in the chunk.
func (p *pull) lag(r Reader, c *cursor, room int) (int, error) {
	first := &c.Lag[0]
	entries, err := r.Feed(first.Scope, first.Pos, c.Main, room, true)
	if err != nil {
		return 0, err
	}
	rows, err := p.rows(r, entries)
	if err != nil {
		return 0, err
	}
	earlier := p.earlier(*c)
	for _, entry := range entries {
		row, ok := rows[name{entry.Coll, entry.Rec}]
		// A record that an earlier scope of the same batch has sent already is not sent again.
		if ok && !slices.ContainsFunc(row.Scopes, func(id int64) bool { return slices.Contains(earlier, id) }) {
			p.put(row, c.Scopes)
		}
		first.Pos = entry.Seq
	}
	if len(entries) < room {
		c.Done = append(c.Done, *first)
		c.Lag = c.Lag[1:]
		if len(c.Lag) == 0 {
			c.Lag, c.Done = nil, nil
		}
	}
	return room - len(entries), nil
}

func (p *pull) earlier(c cursor) []int64 {
	var out []int64
	for _, done := range c.Done {
		if done.Batch == c.Lag[0].Batch {
			out = append(out, done.Scope)
		}
	}
	return out
}

// main sends what changed since the main position in any of my scopes. A record has the same number in all its scopes,
// so a number is never split between chunks.
func (p *pull) main(r Reader, meta Meta, c *cursor, room int) error {
	if c.Main >= meta.Head {
		return nil
	}
	if room == 0 {
		return nil
	}
	page, upTo, err := p.page(r, meta, *c, room)
	if err != nil {
		return err
	}
	rows, err := p.rows(r, page)
	if err != nil {
		return err
	}
	for _, entry := range page {
		row, ok := rows[name{entry.Coll, entry.Rec}]
		if !ok || len(shared(row.Scopes, c.Scopes)) == 0 {
			fmt.Fprintf(&p.out, "{\"k\":\"f\",\"c\":%q,\"i\":%q}\n", entry.Coll, entry.Rec)
			p.n++
			continue
		}
		p.put(row, c.Scopes)
	}
	c.Main = upTo
	return nil
}

// page merges the scopes' entries by number, and gives the position that the page reaches.
func (p *pull) page(r Reader, meta Meta, c cursor, room int) ([]FeedEntry, int64, error) {
	var all []FeedEntry
	upTo := meta.Head
	for _, scope := range c.Scopes {
		entries, err := r.Feed(scope, c.Main, meta.Head, room, false)
		if err != nil {
			return nil, 0, err
		}
		if len(entries) == room {
			upTo = min(upTo, entries[room-1].Seq)
		}
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b FeedEntry) int { return int(a.Seq - b.Seq) })
	all = slices.CompactFunc(all, func(a, b FeedEntry) bool { return a.Seq == b.Seq })
	all = slices.DeleteFunc(all, func(e FeedEntry) bool { return e.Seq > upTo })
	if len(all) > room {
		all, upTo = all[:room], all[room-1].Seq
	}
	return all, upTo, nil
}
