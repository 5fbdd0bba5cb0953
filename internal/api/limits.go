package api

import (
	"sync"
	"time"
)

// What one person may ask for in a minute, by route. A phone needs a handful; a runaway one must not slow the others.
const (
	pushesPerMinute  = 120
	pullsPerMinute   = 240
	hellosPerMinute  = 60
	revealsPerMinute = 60
	movesPerMinute   = 120
	packsPerMinute   = 30
	othersPerMinute  = 30
	testsPerMinute   = 5
)

// windowsMax bounds the memory of a rate: beyond it, windows that have passed are swept.
const windowsMax = 10_000

// rate counts acts per key in windows of one minute. Keys are user or device ids, not addresses: a whole station may
// stand behind one address.
type rate struct {
	mu      sync.Mutex
	now     func() time.Time
	windows map[string]*window
}

type window struct {
	since time.Time
	count int
}

func newRate(now func() time.Time) *rate {
	return &rate{now: now, windows: make(map[string]*window)}
}

// take counts one act for key. When it is one too many, wait says how long until the next is allowed.
func (r *rate) take(key string, perMinute int) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	w := r.windows[key]
	if w == nil || now.Sub(w.since) >= time.Minute || now.Before(w.since) {
		r.sweep(now)
		w = &window{since: now}
		r.windows[key] = w
	}
	w.count++
	if w.count <= perMinute {
		return 0, true
	}
	return time.Minute - now.Sub(w.since), false
}

func (r *rate) sweep(now time.Time) {
	if len(r.windows) < windowsMax {
		return
	}
	for key, w := range r.windows {
		if now.Sub(w.since) >= time.Minute {
			delete(r.windows, key)
		}
	}
}
