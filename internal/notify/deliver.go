package notify

import (
	"context"
	"math"
	"strconv"
	"sync"
	"time"

	"noddfa/internal/audit"
	"noddfa/internal/records"
)

const (
	// batchMax is how many errands are under way before what became of them is written down; atOnce how many of them together.
	batchMax = 32
	atOnce   = 8
	// A try that fails is followed by another after half a minute, then twice that, up to an hour.
	firstWait = 30 * time.Second
	longest   = time.Hour
	triesMax  = 12
)

// Push sends every push message that is due. What a crash cuts off is sent again: a device shows it once.
func (n *Notify) Push(ctx context.Context) error { return n.deliver(ctx, false) }

// Write sends every letter that is due.
func (n *Notify) Write(ctx context.Context) error { return n.deliver(ctx, true) }

func (n *Notify) deliver(ctx context.Context, byMail bool) error {
	for {
		due, err := n.Store.Outgoing(ctx, byMail, n.Now().UnixMilli(), batchMax)
		if err != nil || len(due) == 0 {
			return err
		}
		outcomes := n.sendAll(ctx, due)
		if ctx.Err() != nil {
			return nil // The server is stopping; what was cut off stays in the queue.
		}
		err = n.Store.Tell(ctx, func(t *records.Telling) error {
			for i, o := range due {
				if err := n.settle(t, o, outcomes[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

func (n *Notify) sendAll(ctx context.Context, due []records.Outgoing) []outcome {
	outcomes := make([]outcome, len(due))
	places := make(chan struct{}, atOnce)
	var done sync.WaitGroup
	for i, o := range due {
		places <- struct{}{}
		done.Go(func() {
			defer func() { <-places }()
			outcomes[i] = n.send(ctx, o)
		})
	}
	done.Wait()
	return outcomes
}

func (n *Notify) send(ctx context.Context, o records.Outgoing) outcome {
	switch {
	case o.Settled || o.EndsMs <= n.Now().UnixMilli():
		return outcome{result: refused}
	case o.Target == records.ByMail:
		return n.write(o)
	}
	return n.push(ctx, o)
}

// settle writes down what became of an errand.
func (n *Notify) settle(t *records.Telling, o records.Outgoing, got outcome) error {
	switch got.result {
	case taken:
		return n.sent(t, o)
	case gone:
		return n.moveOn(t, o)
	case later:
		return n.tryAgain(t, o, got)
	}
	if got.status > 0 {
		n.Log.Error("a push service refuses", "status", got.status, "notice", o.Notice)
	}
	return t.Done(o.ID)
}

// sent notes that a message is out, in the audit too: who was told of what, when and on which device.
func (n *Notify) sent(t *records.Telling, o records.Outgoing) error {
	now := n.Now().UnixMilli()
	how, note := "push", func() error { return t.Reached(o.Target, now) }
	if o.Target == records.ByMail {
		how, note = "mail", func() error { return t.Mailed(o.User, now) }
	}
	if err := note(); err != nil {
		return err
	}
	_, err := audit.Append(t, audit.Entry{AtMs: now, Actor: o.User, Role: "told", Act: "notice:" + how, Coll: "notices", Rec: o.Notice, Device: o.To.Device})
	if err != nil {
		return err
	}
	return t.Done(o.ID)
}

// moveOn ends a subscription that nobody listens at, and writes to a person who has no other.
func (n *Notify) moveOn(t *records.Telling, o records.Outgoing) error {
	if _, err := t.Unsubscribe(o.Target); err != nil {
		return err
	}
	others, err := t.Subscriptions(o.User)
	if err != nil || len(others) > 0 {
		return err
	}
	return n.letter(t, o.Notice, o.User, o.Urgent)
}

func (n *Notify) tryAgain(t *records.Telling, o records.Outgoing, got outcome) error {
	o.Tries++
	due := n.Now().Add(max(got.wait, n.backOff(o.Tries))).UnixMilli()
	if o.Tries >= triesMax || due >= o.EndsMs {
		n.Log.Info("a message was given up", "notice", o.Notice, "tries", strconv.Itoa(o.Tries))
		return t.Done(o.ID)
	}
	o.DueMs = due
	return t.SendLater(o.Errand)
}

// backOff is the wait before a try, spread so that a push service that comes back is not met by everybody at once.
func (n *Notify) backOff(tries int) time.Duration {
	full := math.Min(float64(longest), float64(firstWait)*math.Pow(2, float64(tries-1)))
	return time.Duration(full * (0.5 + n.Random()/2))
}
