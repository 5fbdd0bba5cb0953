package exchange_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// world is one history: people, phones, a network that fails and a server that may lose its power. Everything that
// happens follows from the seed.
type world struct {
	t        testing.TB
	seed     uint64
	rng      *rand.Rand
	clock    *testkit.Clock
	host     *host
	model    *model
	phones   []*handset
	net      []*message
	ops      map[string]*made
	request  *message // The request under way at the server.
	pulling  string   // The cursor of the pull under way at the server.
	requests int
	made     int
	calm     bool // Faults are off.
	edited   bool // An administrator changed something that the model has not looked at.
	defect   defect
	counts   map[string]int
	failure  error
	// seen is what was compared before.
	seen map[any]glance
	// firstVerdicts is how each operation's verdict was first told.
	firstVerdicts map[string]string
	// hadScopes is for the defect that never takes one away.
	hadScopes map[string][]exchange.Scope
}

// message is a request on its way to the server, or an answer on its way back.
type message struct {
	kind                 string
	answer               bool
	phone                *handset
	tab                  *tab
	id                   int
	device, cursor, body string
	ops                  []string
	hello                exchange.HelloAnswer
	push                 exchange.PushAnswer
	stream               string
	err                  error
}

const stepsOfHistory = 500

// history plays the seed's history and gives the first promise that was broken.
func history(t testing.TB, seed uint64, d defect) (*world, error) {
	w := &world{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 7)), clock: testkit.NewClock(), ops: map[string]*made{}, defect: d, counts: map[string]int{}, firstVerdicts: map[string]string{}, seen: map[any]glance{},
		hadScopes: map[string][]exchange.Scope{}}
	w.host = &host{w: w}
	from, _ := stage0()
	w.model = newModel(w)
	w.host.start(from, 0)
	for _, row := range w.host.query("SELECT code, immediate_danger FROM indicators ORDER BY sort") {
		w.model.codes = append(w.model.codes, row["code"].String)
		w.model.danger[row["code"].String] = whole(row["immediate_danger"].String) == 1
	}
	for _, one := range cast {
		for range one.phones {
			w.newHandset(testkit.ID(one.name))
		}
	}
	for step := 0; step < stepsOfHistory && w.failure == nil; step++ {
		w.clock.Forward(time.Duration(1+w.rng.IntN(2000)) * time.Millisecond)
		w.step()
	}
	if w.failure == nil {
		w.settle()
	}
	return w, w.failure
}

func (w *world) failf(format string, args ...any) {
	if w.failure == nil {
		w.failure = fmt.Errorf("seed %d: "+format, append([]any{w.seed}, args...)...)
	}
}

func (w *world) count(what string) { w.counts[what]++ }

// id gives a new id that follows from the seed.
func (w *world) id(kind string) string {
	w.made++
	return testkit.ID(fmt.Sprintf("%s%dx", kind, w.made))
}

func (w *world) step() {
	p := w.phones[w.rng.IntN(len(w.phones))]
	t := p.tabs[w.rng.IntN(2)]
	if t.frozen > 0 {
		t.frozen--
		return
	}
	switch n := w.rng.IntN(100); {
	case n < 20:
		if p.registered && !p.wiped {
			w.person(p)
		}
	case n < 50:
		if len(t.queue) > 0 {
			p.write(t)
		} else if t.waits == 0 {
			p.begin(t)
		}
	case n < 91:
		w.carry()
	case n < 94:
		w.administer()
	case n < 96: // The tab is closed or crashes: what it had in memory is gone, what it wrote stays.
		w.count("tab crash")
		p.tabs[slices.Index(p.tabs[:], t)] = &tab{}
	case n < 97:
		t.waits = 0
		w.count("gave up waiting")
	case n < 99:
		t.frozen = 1 + w.rng.IntN(12)
	case w.rng.IntN(3) == 0:
		if p.registered && !p.wiped && len(w.phones) < 10 {
			w.copyOf(p)
		}
	case w.rng.IntN(2) == 0:
		w.count("crash at rest")
		w.host.crash(w.host.walSize())
	}
}

// carry moves one message, any of those under way.
func (w *world) carry() {
	if len(w.net) == 0 {
		return
	}
	i := w.rng.IntN(len(w.net))
	m := w.net[i]
	if m.answer && m.tab.frozen > 0 {
		return
	}
	w.net = slices.Delete(w.net, i, i+1)
	switch fate := w.rng.IntN(16); {
	case w.calm || fate > 3:
	case fate == 0:
		w.count("lost")
		return
	case fate == 1 && m.answer && m.stream != "":
		w.count("stream cut")
		m.stream = m.stream[:w.rng.IntN(len(m.stream))]
	case fate < 4 && !m.answer:
		w.count("sent twice")
		again := *m
		w.net = append(w.net, &again)
	}
	if m.answer {
		w.deliver(m)
	} else if answer := w.host.serve(m); answer != nil {
		w.net = append(w.net, answer)
	}
}

func (w *world) deliver(m *message) {
	if m != nil && m.phone != nil {
		m.phone.take(m)
	}
}

// settle ends all faults and lets every phone come to rest, then checks what must hold at rest.
func (w *world) settle() {
	w.calm = true
	for _, p := range w.phones {
		for _, t := range p.tabs {
			t.frozen = 0
		}
	}
	for len(w.net) > 0 && w.failure == nil {
		w.carry()
	}
	const rounds = 150
	for range 2 { // Twice, because what one phone hands in is news for the others.
		for _, p := range w.phones {
			if n := w.rest(p, rounds); n == rounds {
				w.failf("I13 progress: %s is not at rest after %d rounds, %d operations wait, drafts %v, registered %t wiped %t, cursor %+v", p.device, n, len(p.outbox), p.draftWaits(), p.registered, p.wiped, position(p.cursor))
			}
		}
	}
	w.observe()
	if w.failure == nil {
		w.checkEnd()
	}
}

// rest exchanges until nothing is new, and gives the number of rounds.
func (w *world) rest(p *handset, most int) int {
	idle, n := 0, 0
	for ; idle < 2 && n < most && w.failure == nil; n++ {
		t := p.tabs[n%2]
		before := fmt.Sprint(p.cursor, len(p.outbox), p.registered)
		t.waits, t.queue = 0, nil
		p.begin(t)
		for len(w.net) > 0 && w.failure == nil {
			w.carry()
		}
		for len(t.queue) > 0 && w.failure == nil {
			p.write(t)
		}
		idle++
		if before != fmt.Sprint(p.cursor, len(p.outbox), p.registered) || (p.draftWaits() && !p.wiped) {
			idle = 0
		}
	}
	if len(p.outbox) > 0 {
		return most
	}
	return n
}

// told is what happened in how many histories, for a person to see that the faults really happen.
func told(counts map[string]int) string {
	var out []string
	for name, n := range counts {
		out = append(out, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(out)
	return strings.Join(out, " · ")
}
