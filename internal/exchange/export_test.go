package exchange

import (
	"noddfa/internal/casework"
	"noddfa/internal/reconcile"
)

// SetChunkRows makes chunks small, so that a handful of rows makes many.
func (x *Exchange) SetChunkRows(n int) { x.chunkRows = n }

// SetDecide replaces how a field meets the record, to show that a wrong decision is noticed.
func (x *Exchange) SetDecide(f func(f casework.Field, current, prev, next any) (reconcile.Outcome, any)) {
	x.decide = f
}
