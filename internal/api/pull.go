package api

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

const (
	// chunkTimeout is how long a phone may take to receive one chunk before its place is given to another.
	chunkTimeout = 2 * time.Minute
	busyWait     = 10 * time.Second
	gzipLevel    = 6
)

// The usual level halves what the fastest one sends: a version repeats most of its record, and a finer search finds it.
var zips = sync.Pool{New: func() any {
	zip, err := gzip.NewWriterLevel(io.Discard, gzipLevel)
	if err != nil {
		panic(err) // The level is a constant of the same package.
	}
	return zip
}}

// pull streams what changed for the caller, compressed when accepted and flushed at the end of each chunk.
func (s *Server) pull(e *core.RequestEvent) error {
	var ask exchange.PullRequest
	caller, err := s.admit(e, s.caller, "pull", pullsPerMinute, &ask)
	if err != nil {
		return err
	}
	if ask.Device != caller.Device {
		return &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}
	}
	err = s.stream(e, caller, ask)
	var known *casework.Error
	if errors.As(err, &known) && known.Code == casework.Busy {
		return retryAfter{known, busyWait}
	}
	return err
}

func (s *Server) stream(e *core.RequestEvent, caller exchange.Caller, ask exchange.PullRequest) error {
	h := e.Response.Header()
	h.Set("Vary", "Accept-Encoding")
	control := http.NewResponseController(e.Response)
	out := &lazy{event: e, zipped: strings.Contains(e.Request.Header.Get("Accept-Encoding"), "gzip")}
	flush := func() error {
		if err := out.flush(); err != nil {
			return err
		}
		return errors.Join(control.Flush(), control.SetWriteDeadline(time.Now().Add(chunkTimeout)))
	}
	if err := s.Exchange.Pull(e.Request.Context(), caller, ask, out, flush); err != nil {
		out.abandon()
		return err
	}
	return out.close()
}

// lazy starts the answer at the first byte, so that an error before it can still have its own status.
type lazy struct {
	event  *core.RequestEvent
	zipped bool
	zip    *gzip.Writer
	open   bool
}

func (l *lazy) Write(p []byte) (int, error) {
	if !l.open {
		l.open = true
		l.event.Response.Header().Set("Content-Type", "application/x-ndjson")
		if l.zipped {
			l.event.Response.Header().Set("Content-Encoding", "gzip")
			l.zip = zips.Get().(*gzip.Writer)
			l.zip.Reset(l.event.Response)
		}
		l.event.Response.WriteHeader(http.StatusOK)
	}
	if l.zip != nil {
		return l.zip.Write(p)
	}
	return l.event.Response.Write(p)
}

func (l *lazy) flush() error {
	if l.zip == nil {
		return nil
	}
	return l.zip.Flush()
}

func (l *lazy) close() error {
	if l.zip == nil {
		return nil
	}
	err := l.zip.Close()
	l.abandon()
	return err
}

// abandon leaves the stream without its proper end, so that the client knows it was cut.
func (l *lazy) abandon() {
	if l.zip != nil {
		l.zip.Reset(io.Discard)
		zips.Put(l.zip)
		l.zip = nil
	}
}
