package exchange_test

import (
	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/reconcile"
)

// defect is a fault built into a history on purpose: in the store as the exchange sees it, in the stream, in how a
// field meets the record, or in a phone. The zero value is none.
type defect struct {
	name         string
	tx           func(*world, exchange.Tx) exchange.Tx
	reader       func(*world, exchange.Reader) exchange.Reader
	after        func(*host)
	stream       func(string) string
	decide       func(f casework.Field, current, prev, next any) (reconcile.Outcome, any)
	blind        bool // Changes of others are not noticed before a pull.
	forgets      bool // Commits are answered before they are on the disk.
	noCompare    bool // Chunks are taken in without comparing the cursor.
	noSweep      bool
	keepsAge     bool // After a change of history, old rows count as new.
	rowsFromPush bool // An answer to a hand-in adds rows.
}
