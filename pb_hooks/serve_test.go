package pb_hooks

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestClosedRoutes(t *testing.T) {
	tests := []struct {
		method, path string
		want         bool
	}{
		{"POST", "/api/sql", true},
		{"POST", "/api/SQL/", true},
		{"POST", "/api/batch", true},
		{"POST", "/api/collections/users/impersonate/abc", true},
		{"DELETE", "/api/collections/audit/truncate", true},
		{"POST", "/api/backups/upload", true},
		{"POST", "/api/backups/a.zip/restore", true},
		{"POST", "/api/collections/Users/request-password-reset", true},
		{"POST", "/api/collections/_pb_users_auth_/auth-refresh", true},
		{"POST", "/api/collections/_superusers/auth-refresh", false},
		{"GET", "/api/collections/audit", false},
		{"POST", "/api/collections/users/auth-with-password", false},
		{"GET", "/api/health", false},
		{"GET", "/", false},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			if got := anyMatches(closedRoutes, httptest.NewRequest(tt.method, tt.path, nil)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAuditedRoutes(t *testing.T) {
	for _, r := range []struct {
		method, path string
		want         bool
	}{
		{http.MethodPost, "/api/backups", true},
		{http.MethodGet, "/api/backups/a.zip", true},
		{http.MethodPost, "/api/crons/noddfaSettle", true},
		{http.MethodGet, "/api/backups", false},
	} {
		if got := anyMatches(auditedRoutes, httptest.NewRequest(r.method, r.path, nil)); got != r.want {
			t.Errorf("%s %s: got %v, want %v", r.method, r.path, got, r.want)
		}
	}
}

func TestAttempts(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	a := newAttempts(func() time.Time { return now })
	for range attemptsMax {
		if !a.take("Onnen@example.org") {
			t.Fatal("refused too early")
		}
	}
	if a.take("ONNEN@example.org") {
		t.Error("another spelling of the address gets more attempts")
	}
	if !a.take("derw@example.org") {
		t.Error("another account has to wait too")
	}
	now = now.Add(attemptsWindow)
	if !a.take("onnen@example.org") {
		t.Error("the account waits for ever")
	}
	a.forget("onnen@example.org")
	a.forget("derw@example.org")
	if len(a.seen) != 0 {
		t.Errorf("got %d accounts kept, want none", len(a.seen))
	}
}
