package notify

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"noddfa/internal/records"
)

// Keys is what this package needs of the key folder.
type Keys interface {
	VAPID() (private, public []byte)
}

// Options are what telling people needs. Only tests replace the clock, the randomness and the way out.
type Options struct {
	Store *records.Store
	Keys  Keys
	// Services says which machines are push services.
	Services Services
	// Client sends to them; Services.Client makes the one that reaches nothing else.
	Client *http.Client
	// Contact is where a push service may write about this server's messages: an e-mail address or an https address.
	Contact func() string
	// Mail sends letters to people without a device to push to.
	Mail Mail
	Now  func() time.Time
	// Random gives a number from 0 up to 1, to spread further tries.
	Random func() float64
	Log    *slog.Logger
}

// Notify tells people. It is safe for use by many goroutines.
type Notify struct {
	Options
	// queued and letters hold a value when there may be something to send.
	queued, letters chan struct{}
	swept           time.Time

	mu      sync.Mutex
	stopped bool
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// New makes a notifier; Start sets it to work.
func New(o Options) *Notify {
	return &Notify{Options: o, queued: make(chan struct{}, 1), letters: make(chan struct{}, 1)}
}

const (
	// gather is how long changes are let come together before they are told.
	gather = 100 * time.Millisecond
	// lookEvery is how often the clock is asked whether something has come due.
	lookEvery  = 5 * time.Second
	sweepEvery = time.Hour
)

// Start tells and sends until Stop: one goroutine follows the feed, one pushes and one writes letters, so that a service
// that does not answer holds up neither a notice nor another service.
func (n *Notify) Start() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped || n.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	n.running.Go(func() { n.loop(ctx, n.Store.Committed(), n.Follow) })
	n.running.Go(func() { n.loop(ctx, n.queued, n.Push) })
	n.running.Go(func() { n.loop(ctx, n.letters, n.Write) })
}

// Stop ends the work and waits for it; what was not sent goes out after the next start.
func (n *Notify) Stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopped = true
	if n.cancel != nil {
		n.cancel()
		n.running.Wait()
	}
}

func (n *Notify) loop(ctx context.Context, poke <-chan struct{}, work func(context.Context) error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("telling people", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-poke:
			select {
			case <-ctx.Done():
				return
			case <-time.After(gather):
			}
		}
	}
}

// Follow tells what was committed since the last time, and again what was not picked up.
func (n *Notify) Follow(ctx context.Context) error {
	if err := n.derive(ctx); err != nil {
		return err
	}
	if err := n.repeat(ctx); err != nil {
		return err
	}
	if err := n.sweep(ctx); err != nil {
		return err
	}
	n.poke()
	return nil
}

func (n *Notify) poke() {
	for _, loop := range []chan struct{}{n.queued, n.letters} {
		select {
		case loop <- struct{}{}:
		default: // It has yet to look, and will see this too.
		}
	}
}

const (
	subscriptionKeeps = 90 * 24 * time.Hour
	readKeeps         = 30 * 24 * time.Hour
	noticeKeeps       = 90 * 24 * time.Hour
)

// sweep takes away what has outlived its use.
func (n *Notify) sweep(ctx context.Context) error {
	now := n.Now()
	if now.Sub(n.swept) < sweepEvery {
		return nil
	}
	n.swept = now
	before := func(age time.Duration) int64 { return now.Add(-age).UnixMilli() }
	return n.Store.Tell(ctx, func(t *records.Telling) error {
		if err := t.DropUnused(before(subscriptionKeeps)); err != nil {
			return err
		}
		return t.Forget(before(readKeeps), before(noticeKeeps))
	})
}
