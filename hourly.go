package main

import (
	"context"
	"errors"
)

// hourly does what time alone asks for: records leave the scopes they have outlived, and what is late gets its task.
func (p *program) hourly() {
	if err := errors.Join(p.store.Settle(context.Background()), p.exchange.Remind(context.Background())); err != nil {
		p.app.Logger().Error("hourly settling", "error", err)
	}
}
