package main

import (
	"strings"
	"testing"
)

// TestAppAndAPI is how the one program tells the app's pages, its own routes and PocketBase's apart.
func TestAppAndAPI(t *testing.T) {
	s := start(t, t.TempDir(), false)
	tests := []struct {
		name, method, path string
		status             int
		mime, cache        string
	}{
		{"manifest", "GET", "/app.webmanifest", 200, "application/manifest+json", "no-cache"},
		{"missing file", "GET", "/assets/none.js", 404, "text/plain; charset=utf-8", "no-store"},
		{"post to a page", "POST", "/queue", 405, "text/plain; charset=utf-8", ""},
		{"health", "GET", "/api/health", 200, "application/json", "no-store"},
		{"unknown api", "GET", "/api/typo", 404, "application/json", "no-store"},
		{"unknown route of ours", "GET", "/api/noddfa/typo", 404, "application/json", "no-store"},
		{"wrong method", "GET", "/api/noddfa/push", 404, "application/json", "no-store"},
		{"no demonstration", "GET", "/api/noddfa/demo", 404, "application/json", "no-store"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.ask(t, tt.method, tt.path, nil, "Origin", "https://elsewhere.example")
			if got.status != tt.status || got.header.Get("Content-Type") != tt.mime || got.header.Get("Cache-Control") != tt.cache {
				t.Errorf("got %d %q %q, want %d %q %q", got.status, got.header.Get("Content-Type"), got.header.Get("Cache-Control"), tt.status, tt.mime, tt.cache)
			}
			if got := got.header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("another site may read this: %q", got)
			}
			if got.header.Get("Referrer-Policy") != "no-referrer" || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers are missing: %v", got.header)
			}
		})
	}
	t.Run("dashboard", func(t *testing.T) {
		got := s.ask(t, "GET", "/_/", nil)
		if policy := got.header.Get("Content-Security-Policy"); got.status != 200 || strings.Contains(policy, "openstreetmap") || policy == "" {
			t.Errorf("got %d with policy %q", got.status, policy)
		}
	})
}
