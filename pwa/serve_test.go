package pwa_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"noddfa/pwa"
)

var built = fstest.MapFS{
	".gitkeep":         {},
	"index.html":       {Data: []byte("<!doctype html><title>page</title>" + strings.Repeat(" ", 200))},
	"sw.js":            {Data: []byte("self.oninstall = null")},
	"assets/app-1.js":  {Data: []byte(strings.Repeat("export const a = 1;", 50))},
	"assets/app-1.map": {Data: []byte("{}")},
	"icons/512.png":    {Data: []byte("png")},
}

func get(t *testing.T, files fstest.MapFS, path string, header ...string) *http.Response {
	t.Helper()
	app, err := pwa.New(files, "Nodiadau / Notes")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	return w.Result()
}

func TestServe(t *testing.T) {
	tests := []struct {
		path   string
		status int
		cache  string
		mime   string
	}{
		{"/", 200, "no-cache", "text/html; charset=utf-8"},
		{"/record/abc", 200, "no-cache", "text/html; charset=utf-8"},
		{"/sw.js", 200, "no-cache", "text/javascript; charset=utf-8"},
		{"/assets/app-1.js", 200, "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"},
		{"/app.webmanifest", 200, "no-cache", "application/manifest+json"},
		{"/assets/gone.js", 404, "no-store", "text/plain; charset=utf-8"},
		{"/assets/gone", 404, "no-store", "text/plain; charset=utf-8"},
		{"/assets/app-1.map", 404, "no-store", "text/plain; charset=utf-8"},
		{"/.gitkeep", 404, "no-store", "text/plain; charset=utf-8"},
		{"/api/typo", 404, "no-store", "text/plain; charset=utf-8"},
		{"/api", 404, "no-store", "text/plain; charset=utf-8"},
		{"/_/typo", 404, "no-store", "text/plain; charset=utf-8"},
		{"/../keys.json", 404, "no-store", "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got := get(t, built, tt.path)
			if got.StatusCode != tt.status || got.Header.Get("Cache-Control") != tt.cache || got.Header.Get("Content-Type") != tt.mime {
				t.Errorf("got %d %q %q, want %d %q %q", got.StatusCode, got.Header.Get("Cache-Control"), got.Header.Get("Content-Type"), tt.status, tt.cache, tt.mime)
			}
			csp := got.Header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types svelte-trusted-html default"} {
				if !strings.Contains(csp, want) {
					t.Errorf("policy lacks %q: %s", want, csp)
				}
			}
			for header, want := range map[string]string{"Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
				if got := got.Header.Get(header); got != want {
					t.Errorf("%s: got %q, want %q", header, got, want)
				}
			}
		})
	}
}

func TestServeUnbuilt(t *testing.T) {
	got := get(t, fstest.MapFS{".gitkeep": {}}, "/")
	body, _ := io.ReadAll(got.Body)
	if got.StatusCode != 404 || !strings.Contains(string(body), "not been built") {
		t.Errorf("got %d %q", got.StatusCode, body)
	}
}

func TestServeETag(t *testing.T) {
	first := get(t, built, "/")
	tag := first.Header.Get("ETag")
	if !strings.HasPrefix(tag, `"`) {
		t.Fatalf("got tag %q, want a strong one", tag)
	}
	if got := get(t, built, "/", "If-None-Match", tag); got.StatusCode != http.StatusNotModified {
		t.Errorf("same tag: got %d, want 304", got.StatusCode)
	}
	if got := get(t, built, "/", "If-None-Match", `"other"`); got.StatusCode != http.StatusOK {
		t.Errorf("other tag: got %d, want 200", got.StatusCode)
	}
}

func TestServeGzip(t *testing.T) {
	got := get(t, built, "/assets/app-1.js", "Accept-Encoding", "gzip")
	if got.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	zip, err := gzip.NewReader(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(zip)
	if want := string(built["assets/app-1.js"].Data); err != nil || string(body) != want {
		t.Errorf("got %d bytes, %v; want %d", len(body), err, len(want))
	}
}

func TestManifest(t *testing.T) {
	var got struct {
		Name  string
		Short string `json:"short_name"`
		Icons []struct{ Src string }
	}
	if err := json.NewDecoder(get(t, built, "/app.webmanifest").Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "Nodiadau / Notes" || got.Short != "Nodiadau" || len(got.Icons) != 1 || got.Icons[0].Src != "/icons/512.png" {
		t.Errorf("got %+v", got)
	}
	for _, name := range []string{"", strings.Repeat("n", 61)} {
		if _, err := pwa.New(built, name); !errors.Is(err, pwa.ErrName) {
			t.Errorf("%q: got %v, want %v", name, err, pwa.ErrName)
		}
	}
}
