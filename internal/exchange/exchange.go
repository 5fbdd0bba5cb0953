package exchange

import (
	"context"
	"io"
	"sync"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/reconcile"
)

// Exchange answers the messages of phones. It is safe for use by many goroutines.
type Exchange struct {
	store Store
	keys  Keys
	now   func() time.Time
	rnd   io.Reader
	// decide is how a field meets the record; chunkRows is how many rows one chunk of a pull holds at most.
	decide    func(f casework.Field, current, prev, next any) (reconcile.Outcome, any)
	chunkRows int
	// bootstraps holds a place for each first download under way.
	bootstraps chan struct{}
	// fields holds the rules of the answers of each form that was met.
	fields sync.Map
	// Demo is told to phones, which show a banner.
	Demo bool
}

// New gives an exchange on a store. The clock and the randomness are given, so that tests can fix them.
func New(store Store, keys Keys, now func() time.Time, rnd io.Reader) *Exchange {
	return &Exchange{store: store, keys: keys, now: now, rnd: rnd, decide: reconcile.Decide, chunkRows: chunkMax, bootstraps: make(chan struct{}, bootstrapsMax)}
}

// Device gives an enrolled device; not_found when it is not known.
func (x *Exchange) Device(ctx context.Context, id string) (Device, error) {
	var device Device
	err := x.store.Read(ctx, func(r Reader) error {
		found, ok, err := r.Device(id)
		if err == nil && !ok {
			return &casework.Error{Code: casework.NotFound, Key: "error.not_found"}
		}
		device = found
		return err
	})
	return device, err
}
