package pb_hooks

import (
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/audit"
)

// attemptsMax is how many wrong passwords one account may see in attemptsWindow before it has to wait.
const (
	attemptsMax    = 10
	attemptsWindow = 5 * time.Minute
	attemptsKept   = 10_000
)

func (h *hooks) limitPasswords(e *core.RecordAuthWithPasswordRequestEvent) error {
	if !h.attempts.take(e.Identity) {
		return e.TooManyRequestsError("too many attempts, wait a few minutes", nil)
	}
	err := e.Next()
	if err == nil {
		h.attempts.forget(e.Identity)
		return nil
	}
	entry := audit.Entry{AtMs: h.Now().UnixMilli(), Role: roleOf(e.Collection.Name), Act: "sign_in_failed"}
	if e.Record != nil {
		entry.Actor = e.Record.Id
	}
	if err := h.Audit(e.App, entry); err != nil {
		e.App.Logger().Error("audit failed sign-in", "error", err)
	}
	return err
}

// auditSignIn writes the row first: a token without a row must not leave the server.
func (h *hooks) auditSignIn(e *core.RecordAuthRequestEvent) error {
	entry := audit.Entry{AtMs: h.Now().UnixMilli(), Actor: e.Record.Id, Role: roleOf(e.Collection.Name), Act: "sign_in", Detail: e.AuthMethod}
	if e.AuthMethod == "" {
		entry.Act = "sign_in_renewed"
	}
	if e.Collection.Name == "users" {
		entry.Agency = e.Record.GetString("agency")
	}
	if err := h.Audit(e.App, entry); err != nil {
		return e.InternalServerError("", err)
	}
	return e.Next()
}

// auditPasswordReset ties the row to the change itself.
func (h *hooks) auditPasswordReset(e *core.RecordConfirmPasswordResetRequestEvent) error {
	return h.together(e.RequestEvent, e.Next, func() audit.Entry {
		return audit.Entry{AtMs: h.Now().UnixMilli(), Actor: e.Record.Id, Role: roleOf(e.Collection.Name), Act: "password_reset"}
	})
}

func roleOf(collection string) string {
	if collection == core.CollectionNameSuperusers {
		return "superuser"
	}
	return "user"
}

// attempts counts wrong passwords per account, known or not, so that the answer does not tell which accounts exist.
// It keeps hashes, because a mistyped identity can be anything.
type attempts struct {
	mu   sync.Mutex
	now  func() time.Time
	seen map[[32]byte]attempt
}

type attempt struct {
	since time.Time
	n     int
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, seen: make(map[[32]byte]attempt)}
}

// take counts an attempt before its password is looked at, so that many at once are no more than many in turn, and says
// whether it may go on. A right password takes the count away again.
func (a *attempts) take(identity string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if len(a.seen) >= attemptsKept {
		for k, seen := range a.seen {
			if now.Sub(seen.since) >= attemptsWindow {
				delete(a.seen, k)
			}
		}
	}
	seen := a.seen[key(identity)]
	if now.Sub(seen.since) >= attemptsWindow {
		seen = attempt{since: now}
	}
	if seen.n >= attemptsMax {
		return false
	}
	seen.n++
	a.seen[key(identity)] = seen
	return true
}

func (a *attempts) forget(identity string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.seen, key(identity))
}

func key(identity string) [32]byte { return sha256.Sum256([]byte(strings.ToLower(identity))) }
