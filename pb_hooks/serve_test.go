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
		{http.MethodPost, "/api/backups/a.zip/restore", true},
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
		if !a.allowed("Onnen@example.org") {
			t.Fatal("refused too early")
		}
		a.count("onnen@example.org")
	}
	if a.allowed("ONNEN@example.org") {
		t.Error("another spelling of the address gets more attempts")
	}
	if !a.allowed("derw@example.org") {
		t.Error("another account has to wait too")
	}
	now = now.Add(attemptsWindow)
	if !a.allowed("onnen@example.org") {
		t.Error("the account waits for ever")
	}
	a.count("onnen@example.org")
	a.forget("onnen@example.org")
	if len(a.seen) != 0 {
		t.Errorf("got %d accounts kept, want none", len(a.seen))
	}
}
