package exchange_test

import (
	"flag"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seedFlag = flag.Uint64("seed", 0, "replay this one history of the simulation")
	manyFlag = flag.Uint64("histories", 120, "how many histories the simulation plays")
)

// TestSimulation plays histories of people, phones, faults and crashes against the real exchange on real files.
// docs/simulation.md says how to read what it prints.
func TestSimulation(t *testing.T) {
	first, last := uint64(1), *manyFlag
	switch {
	case *seedFlag > 0:
		first, last = *seedFlag, *seedFlag
	case testing.Short():
		last = 3
	}
	var mu sync.Mutex
	counts := map[string]int{}
	next := atomic.Uint64{}
	next.Store(first)
	var players sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		players.Go(func() {
			for seed := next.Add(1) - 1; seed <= last && !t.Failed(); seed = next.Add(1) - 1 {
				t.Run("", func(t *testing.T) {
					w, err := history(t, seed, defect{})
					if err != nil {
						t.Fatalf("%v\nreplay with: make sim SEED=%d", err, seed)
					}
					mu.Lock()
					defer mu.Unlock()
					for what, n := range w.counts {
						counts[what] += n
					}
				})
			}
		})
	}
	players.Wait()
	t.Logf("%d histories: %s", last-first+1, told(counts))
	if last-first+1 >= enough {
		checkHappened(t, counts)
	}
}

const enough = 100 // Histories in which everything happens.

// checkHappened makes sure that everything a history can hold did happen, so that a simulation that has gone quiet shows.
func checkHappened(t *testing.T, counts map[string]int) {
	for _, what := range []string{
		"lost", "sent twice", "stream cut", "tab crash", "gave up waiting", "crash", "crash at rest", "late chunk thrown away", "phone compared", "phone copied", "became a new device",
		"line p", "line f", "line x", "line w", "admin agency", "admin clearing", "admin dashboard edit", "admin erases", "admin new history",
		"admin raw edit", "admin revokes", "admin roles", "admin time", "person addendum", "person cmd", "person creates", "person draft",
		"person holds", "person patch", "person poison", "person resolves", "verdict ok", "verdict merged", "verdict conflict", "verdict late",
		"verdict stale", "verdict rejected", "verdict forbidden", "verdict gone", "verdict dup",
		"admin erases a referral", "admin raw edit of a referral", "consent after sending", "consent stops", "conflict of an answer", "disclosure approved",
		"disclosure waits", "two approvals", "move acknowledge", "move add_number", "move approve", "move close", "move cosign_reject", "move countersign",
		"move mark_sent", "move pick_up", "move record_outcome", "move reject", "move resubmit", "move return", "move submit", "move supersede",
		"move urgent_send", "move withdraw", "move withdraw_external", "person approves a disclosure", "person at a desk", "person discloses",
		"person ends a task", "person patches referral", "person receives", "person refers", "received an outcome", "stopped before sending", "sent without waiting",
	} {
		if counts[what] == 0 {
			t.Errorf("in all histories there was no %q", what)
		}
	}
}
