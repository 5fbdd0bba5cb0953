package pb_hooks

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// dashboardPolicy is PocketBase's own without its map and place look-up services: a point on a map that an
// administrator opens must not be told to a stranger.
const dashboardPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"connect-src 'self'; script-src 'self'; frame-ancestors 'none'"

// route is a part of PocketBase's own surface: a method ("" for every one), and a path in which "*" stands for one segment
// and "a|b" for either.
type route struct{ method, path string }

// closedRoutes answer as if they were not there.
var closedRoutes = []route{
	{"", "/api/sql"},
	{"", "/api/batch"},
	{"", "/api/collections/*/impersonate/*"},
	{http.MethodDelete, "/api/collections/*/truncate"},
	// A backup that somebody made elsewhere would replace records and audit unseen. Restoring is done beside the machine.
	{http.MethodPost, "/api/backups/upload"},
	{http.MethodPost, "/api/backups/*/restore"},
	{"", usersRoutes + "request-otp"},
	{"", usersRoutes + "auth-with-otp"},
	{"", usersRoutes + "auth-with-oauth2"},
	{"", usersRoutes + "request-email-change"},
	{"", usersRoutes + "confirm-email-change"},
	{"", usersRoutes + "request-verification"},
	{"", usersRoutes + "confirm-verification"},
	// Whoever reads an officer's post must not read their records: an administrator sets a new password.
	{"", usersRoutes + "request-password-reset"},
	{"", usersRoutes + "confirm-password-reset"},
	// A token ends when it runs out; otherwise a stolen one would last for ever.
	{"", usersRoutes + "auth-refresh"},
}

// usersRoutes stands before what PocketBase offers accounts; the collection has a name and an id.
const usersRoutes = "/api/collections/users|_pb_users_auth_/"

// auditedRoutes are administrators' acts that are no transaction of ours: the row is written before the act.
var auditedRoutes = []route{
	{http.MethodPost, "/api/backups"},
	{http.MethodGet, "/api/backups/*"},
	{http.MethodDelete, "/api/backups/*"},
	{http.MethodPost, "/api/crons/*"},
	{http.MethodDelete, "/api/crons/*"},
	{http.MethodPost, "/api/settings/test/*"},
}

func (h *hooks) serve(se *core.ServeEvent) error {
	se.InstallerFunc = nil // The first superuser is made by the command line, not by whoever opens a link first.
	if err := settle(se.App, h.Dev); err != nil {
		return err
	}
	// Without this middleware no other site gets an answer it may read.
	se.Router.Unbind(apis.DefaultCorsMiddlewareId)
	se.Router.Unbind(apis.DefaultActivityLoggerMiddlewareId)
	se.Router.Bind(
		middleware("noddfaLog", apis.DefaultActivityLoggerMiddlewarePriority, logQuietly),
		middleware("noddfaHeaders", apis.DefaultSecurityHeadersMiddlewarePriority-1, setHeaders),
		middleware("noddfaClosed", apis.DefaultRateLimitMiddlewarePriority+10, h.closeRoutes),
	)
	return se.Next()
}

// settle brings the settings to what this program promises, whatever an older start left in them.
func settle(app core.App, dev bool) error {
	s := app.Settings()
	s.Meta.AppName = "Noddfa"
	s.Meta.HideControls = !dev
	s.Batch.Enabled = false
	s.Logs.LogIP = false
	s.Logs.LogAuthId = false
	if s.Logs.MaxDays == 0 {
		s.Logs.MaxDays = 5
	}
	return app.Save(s)
}

func middleware(id string, priority int, f func(*core.RequestEvent) error) *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{Id: id, Priority: priority, Func: f}
}

// logQuietly writes one line a request: the route and not its address, because addresses can hold what people look for.
func logQuietly(e *core.RequestEvent) error {
	started := time.Now()
	err := e.Next()
	status := e.Status()
	if err != nil && status == 0 {
		status = router.ToApiError(err).Status
	}
	pattern := e.Request.Pattern
	attrs := []any{
		slog.String("type", "request"), slog.String("method", e.Request.Method), slog.String("url", pattern),
		slog.Int("status", status), slog.Float64("execTime", float64(time.Since(started).Microseconds())/1000),
	}
	switch {
	case status >= 500:
		e.App.Logger().Error(pattern, attrs...)
	case strings.HasPrefix(e.Request.URL.Path, "/api/"):
		e.App.Logger().Info(pattern, attrs...)
	}
	return err
}

func setHeaders(e *core.RequestEvent) error {
	h := e.Response.Header()
	switch path := e.Request.URL.Path; {
	case path == "/api" || strings.HasPrefix(path, "/api/"):
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	case strings.HasPrefix(path, "/_/"):
		h.Set("Content-Security-Policy", dashboardPolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	h.Set("Referrer-Policy", "no-referrer")
	return e.Next()
}

func (h *hooks) closeRoutes(e *core.RequestEvent) error {
	if anyMatches(closedRoutes, e.Request) {
		if e.HasSuperuserAuth() {
			h.note(e, "admin_refused", "", "", strings.ToLower(e.Request.Method)+" route_closed")
		}
		return e.NotFoundError("", nil)
	}
	if anyMatches(auditedRoutes, e.Request) {
		entry := h.adminEntry(e, "admin:"+strings.ToLower(e.Request.Method), routeName(e.Request.URL.Path), "", "")
		if err := h.Audit(e.App, entry); err != nil {
			return e.InternalServerError("", err)
		}
	}
	return e.Next()
}

// routeName is the second part of an API path: "backups", "crons", "settings".
func routeName(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 2 {
		return ""
	}
	return "_" + parts[1]
}

func anyMatches(routes []route, r *http.Request) bool {
	for _, candidate := range routes {
		if candidate.matches(r.Method, r.URL.Path) {
			return true
		}
	}
	return false
}

// matches is deaf to trailing slashes and case, so that a route cannot be reached by another spelling.
func (c route) matches(method, path string) bool {
	if c.method != "" && c.method != method {
		return false
	}
	want := strings.Split(strings.Trim(c.path, "/"), "/")
	got := strings.Split(strings.Trim(strings.ToLower(path), "/"), "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != "*" && !slices.Contains(strings.Split(want[i], "|"), got[i]) {
			return false
		}
	}
	return true
}
