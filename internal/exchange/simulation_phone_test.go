package exchange_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// handset is a phone of a history: one store, which two tabs share, and nothing in it but what they wrote.
type handset struct {
	w            *world
	user, device string
	tabs         [2]*tab
	sealer       *testkit.Phone
	registered   bool
	epoch        string
	rows         map[string]testkit.Row
	cursor       string
	outbox       []*made // Without a verdict yet, in the order of their numbers.
	overlays     []*made // With a verdict whose result the feed has not brought yet.
	nextSeq      int64
	drafts       map[string]int64 // The newest number of each draft; what the server has is in sentDrafts.
	sentDrafts   map[string]int64
	ended        map[string]bool // Drafts that their person threw away.
	wiped        bool
	copied       bool // Another phone was made of this one's backup, or this one of another's.
	skewMs       int64
	headSeen     int64
}

// tab is one open window of the app. It has at most one request under way, and chunks it has not yet written.
type tab struct {
	waits  int // The request it waits for, 0 for none.
	frozen int // Steps until it goes on.
	queue  []chunk
}

// chunk is what a stream carries up to one closing line.
type chunk struct {
	from, cursor, epoch string
	gen, head           int64
	more                bool
	lines               []feedLine
}

type feedLine struct {
	K, C, I, Cursor, Epoch, Order string
	S, R, G, Gen, Head            int64
	More                          bool
	V                             []int64
	D                             casework.Values
}

// made is an operation that a person saved on a phone.
type made struct {
	id, device, user string
	seq              int64
	op               exchange.Op
	line             string // Sealed, with a place for the number.
	unreadable       bool
	verdict          *exchange.Verdict
}

func (w *world) newHandset(user string) *handset {
	p := &handset{w: w, user: user, device: w.id("dev"), tabs: [2]*tab{{}, {}}, rows: map[string]testkit.Row{},
		drafts: map[string]int64{}, sentDrafts: map[string]int64{}, ended: map[string]bool{}, nextSeq: 1, skewMs: w.rng.Int64N(20*year) - 10*year}
	p.sealer = &testkit.Phone{T: w.t, User: casework.User{ID: user}}
	w.phones = append(w.phones, p)
	w.deliver(w.host.serveCalm(&message{kind: "hello", phone: p, tab: p.tabs[0], device: p.device}))
	return p
}

const year = 365 * 24 * 60 * 60 * 1000

// save seals an operation and puts it in the outbox under the next number, as one write.
func (p *handset) save(op exchange.Op) *made {
	if op.V == 0 {
		op.V = 1
	}
	if op.User == "" {
		op.User = p.user
	}
	op.AtMs = p.w.clock.Now().UnixMilli() + p.skewMs
	m := &made{id: p.w.id("op"), device: p.device, user: p.user, seq: p.nextSeq}
	plain, err := json.Marshal(op)
	if err == nil {
		err = json.Unmarshal(plain, &m.op) // What the ledger knows is what was written, not what was meant.
	}
	if err != nil {
		p.w.t.Fatal(err)
	}
	enc, ct := p.sealer.Seal("noddfa-op/1", m.id, plain)
	m.line = fmt.Sprintf(`"kid":%q,"enc":%q,"ct":%q}`, p.sealer.Hello.Key.KID, enc, ct)
	if p.w.rng.IntN(80) == 0 {
		m.unreadable, m.line = true, strings.Replace(m.line, ct[:8], "AAAAAAAA", 1)
	}
	p.nextSeq++
	p.outbox = append(p.outbox, m)
	p.w.ops[m.id] = m
	return m
}

// begin starts the next request of a tab: hello when the device is not known, else a hand-in or a pull.
func (p *handset) begin(t *tab) {
	p.w.requests++
	m := &message{phone: p, tab: t, id: p.w.requests, device: p.device, kind: "pull", cursor: p.cursor}
	switch {
	case !p.registered || (!p.w.calm && p.w.rng.IntN(20) == 0):
		m.kind = "hello"
	case (len(p.outbox) > 0 || p.draftWaits()) && (p.wiped || p.w.calm || p.w.rng.IntN(2) == 0):
		m.kind = "push"
		p.fill(m)
	case p.wiped:
		return
	}
	t.waits = m.id
	p.w.net = append(p.w.net, m)
}

func (p *handset) draftWaits() bool {
	for rec, n := range p.drafts {
		if p.sentDrafts[rec] < n {
			return true
		}
	}
	return false
}

// fill writes the body of a hand-in: the first operations that wait, and the drafts that changed.
func (p *handset) fill(m *message) {
	ops := p.outbox[:min(len(p.outbox), 1+p.w.rng.IntN(5))]
	lines := []string{""}
	for _, one := range ops {
		m.ops = append(m.ops, one.id)
		lines = append(lines, fmt.Sprintf(`{"k":"o","op_id":%q,"seq":%d,`, one.id, one.seq)+one.line)
	}
	drafts := 0
	for _, rec := range slices.Sorted(maps.Keys(p.drafts)) {
		if n := p.drafts[rec]; p.sentDrafts[rec] < n {
			drafts++
			if p.ended[rec] {
				lines = append(lines, fmt.Sprintf(`{"k":"d","rec":%q,"n":%d,"gone":true}`, rec, n))
				continue
			}
			enc, ct := p.sealer.Seal("noddfa-draft/1", rec, fmt.Appendf(nil, `{"narrative":"draft %d"}`, n))
			lines = append(lines, fmt.Sprintf(`{"k":"d","rec":%q,"n":%d,"kid":%q,"enc":%q,"ct":%q}`, rec, n, p.sealer.Hello.Key.KID, enc, ct))
		}
	}
	lines[0] = fmt.Sprintf(`{"k":"h","proto":1,"device":%q,"epoch":%q,"app":"sim","client_ms":%d,"ops":%d,"drafts":%d}`,
		p.device, p.epoch, p.w.clock.Now().UnixMilli()+p.skewMs, len(ops), drafts)
	m.body = strings.Join(lines, "\n") + "\n"
}

// take receives an answer. One that the tab no longer waits for, or that is for a device that this phone was, is not used.
func (p *handset) take(m *message) {
	if m.tab.waits != m.id || m.device != p.device {
		return
	}
	m.tab.waits = 0
	var refused *casework.Error
	if errors.As(m.err, &refused) && refused.Key == "error.epoch" {
		p.adopt(refused.Epoch)
	}
	if m.err != nil {
		return
	}
	switch m.kind {
	case "hello":
		p.adopt(m.hello.Epoch)
		p.registered, p.sealer.Hello = true, m.hello
		p.obey(m.hello.Order)
	case "push":
		p.settle(m.push)
	case "pull":
		m.tab.queue = p.chunks(m)
	}
}

func (p *handset) obey(order string) {
	if order == "wipe" {
		p.wiped, p.rows, p.cursor, p.overlays = true, map[string]testkit.Row{}, "", nil
	}
}

// adopt follows the server to another history. Rows stay readable until the sweep, and count as older than any other.
func (p *handset) adopt(epoch string) {
	if p.epoch == epoch {
		return
	}
	p.epoch = epoch
	p.startOver()
}

func (p *handset) startOver() {
	p.cursor, p.headSeen = "", 0
	if p.w.defect.keepsAge {
		return
	}
	for name, row := range p.rows {
		row.Gen, row.Rev = 0, 0
		p.rows[name] = row
	}
}

func (p *handset) settle(answer exchange.PushAnswer) {
	if answer.Epoch != p.epoch {
		return
	}
	for _, verdict := range answer.Verdicts {
		i := slices.IndexFunc(p.outbox, func(one *made) bool { return one.id == verdict.OpID && one.seq == verdict.Seq })
		if i < 0 {
			continue
		}
		one := p.outbox[i]
		one.verdict = &verdict
		p.outbox = slices.Delete(p.outbox, i, i+1)
		if verdict.V == "ok" && (one.op.Coll == "encounters" || one.op.Coll == "referrals") {
			p.overlays = append(p.overlays, one)
		}
		if p.w.defect.rowsFromPush {
			p.rows["encounters/"+one.op.Rec] = testkit.Row{Rev: verdict.Rev, D: one.op.Set}
		}
	}
	for _, draft := range answer.Drafts {
		p.sentDrafts[draft.Rec] = max(p.sentDrafts[draft.Rec], draft.N)
	}
	if answer.Stop != nil && answer.Stop.Why == "fork" && p.copied {
		p.becomeNew()
	} else if answer.Stop != nil {
		p.w.failf("I13 progress: an honest phone was told %s, expects %d", answer.Stop.Why, answer.Stop.Expect)
	}
	p.obey(answer.Order)
}

// copyOf makes a phone from the backup of another: the same device, the same numbers, the same work that waits.
func (w *world) copyOf(p *handset) {
	w.count("phone copied")
	c := *p
	p.copied, c.copied = true, true
	c.tabs, c.rows = [2]*tab{{}, {}}, maps.Clone(p.rows)
	c.outbox, c.overlays = nil, slices.Clone(p.overlays)
	for _, one := range p.outbox {
		again := *one
		c.outbox = append(c.outbox, &again)
	}
	// Drafts are numbered on each device alone; the copy goes on without them.
	c.drafts, c.sentDrafts, c.ended = map[string]int64{}, map[string]int64{}, map[string]bool{}
	w.phones = append(w.phones, &c)
}

// becomeNew takes another device id, because the numbers of the old one were used by a copy. Operations keep their ids,
// so that none has two effects.
func (p *handset) becomeNew() {
	p.w.count("became a new device")
	p.device, p.registered, p.copied = p.w.id("dev"), false, false
	for i, one := range p.outbox {
		one.seq = int64(i + 1)
	}
	p.nextSeq = int64(len(p.outbox) + 1)
	p.startOver()
}
