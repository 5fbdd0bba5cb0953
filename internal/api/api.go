// Package api is the HTTP surface of the exchange: one file a resource, and the one table of error code → status.
//
// It promises that every answer under /api/noddfa says it is ours, that nothing is read beyond its limit, and that an
// answer is given only to the user whose token and device both stand in the request, or to a device's own signature.
//
// Not here: what an operation means (exchange), who may see what (access), and PocketBase's own routes (pb_hooks).
package api

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"noddfa/internal/audit"
	"noddfa/internal/exchange"
	"noddfa/internal/notify"
)

const prefix = "/api/noddfa"

// Options are what the routes need from the program.
type Options struct {
	Exchange *exchange.Exchange
	// Notify tells people that something waits for them.
	Notify *notify.Notify
	// Now is the server's clock.
	Now func() time.Time
	// Audit writes an entry within the transaction of tx.
	Audit func(tx core.App, e audit.Entry) error
	// SignIns are shown to anyone who asks; empty unless the server holds made-up data.
	SignIns []SignIn
}

// Server answers the routes of docs/protocol.md.
type Server struct {
	Options
	rate *rate
}

// New makes a server; Bind gives it its routes.
func New(o Options) *Server {
	return &Server{Options: o, rate: newRate(o.Now)}
}

// Bind adds the routes to r.
func (s *Server) Bind(r *router.Router[*core.RequestEvent]) {
	r.POST(prefix+"/hello", s.answer(s.hello))
	r.POST(prefix+"/push", s.answer(s.push))
	r.POST(prefix+"/pull", s.answer(s.pull))
	r.POST(prefix+"/reveal", s.answer(s.reveal))
	r.POST(prefix+"/moves", s.answer(s.moves))
	r.POST(prefix+"/pack", s.answer(s.pack))
	r.POST(prefix+"/locale", s.answer(s.locale))
	r.POST(prefix+"/devices/revoke", s.answer(s.revokeDevice))
	r.GET(prefix+"/push/key", s.answer(s.pushKey))
	r.POST(prefix+"/push/subscribe", s.answer(s.subscribe))
	r.POST(prefix+"/push/unsubscribe", s.answer(s.unsubscribe))
	r.POST(prefix+"/push/test", s.answer(s.testPush))
	r.GET(prefix+"/demo", s.answer(s.demo))
	// Whatever else stands under /api is not there, and never the first page of the app.
	r.Any("/api/{rest...}", s.answer(notFound))
}
