package exchange_test

import (
	"flag"
	"testing"
)

var (
	seedFlag = flag.Uint64("seed", 0, "replay this one history of the simulation")
	manyFlag = flag.Uint64("histories", 120, "how many histories the simulation plays")
)

// TestSimulation plays histories of phones, people, faults and crashes against the real exchange on real files.
func TestSimulation(t *testing.T) {
	first, last := uint64(1), *manyFlag
	if *seedFlag > 0 {
		first, last = *seedFlag, *seedFlag
	}
	counts := map[string]int{}
	for seed := first; seed <= last; seed++ {
		ok := t.Run("", func(t *testing.T) {
			w, err := history(t, seed, defect{})
			if err != nil {
				t.Fatalf("%v\nreplay with: make sim SEED=%d", err, seed)
			}
			for what, n := range w.counts {
				counts[what] += n
			}
		})
		if !ok {
			return
		}
	}
	t.Log(told(counts))
}
