package exchange

import (
	"context"
	"io"
)

// Hello registers the device and says what is asked of it.
func (x *Exchange) Hello(ctx context.Context, c Caller, q HelloRequest) (HelloAnswer, error) {
	return HelloAnswer{}, nil
}

// Push takes in operations and drafts.
func (x *Exchange) Push(ctx context.Context, c Caller, body io.Reader) (PushAnswer, error) {
	return PushAnswer{}, nil
}

// Pull writes what changed.
func (x *Exchange) Pull(ctx context.Context, c Caller, q PullRequest, w io.Writer, flush func() error) error {
	return nil
}

// Reveal gives the identity or contact of one record.
func (x *Exchange) Reveal(ctx context.Context, c Caller, q RevealRequest) (RevealAnswer, error) {
	return RevealAnswer{}, nil
}
