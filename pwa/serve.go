package pwa

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// policy lets the app run its own files and nothing else; Trusted Types stop strings from becoming markup or scripts.
// 'wasm-unsafe-eval' is for the passphrase hash; blob: and data: images are for pictures made on the phone.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html default"

var headers = map[string]string{
	"Content-Security-Policy":      policy,
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), browsing-topics=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

const manifestPath = "app.webmanifest"

// ErrName means that the installed name is empty or longer than 60 characters.
var ErrName = errors.New("the installed name needs 1 to 60 characters")

// asset is one file as it goes over the wire. gz is nil when compression does not make it smaller.
type asset struct {
	raw, gz   []byte
	mime, tag string
}

// App answers every path that belongs to the built app.
type App struct{ assets map[string]asset }

// New reads the built app into memory and makes its manifest. installedName is what a phone shows under the icon: a
// neutral one, because someone may look over a shoulder.
func New(files fs.FS, installedName string) (*App, error) {
	if n := len([]rune(installedName)); n == 0 || n > 60 {
		return nil, ErrName
	}
	app := &App{assets: make(map[string]asset)}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") || strings.HasSuffix(name, ".map") {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return app.add(name, raw)
	})
	if err != nil {
		return nil, fmt.Errorf("read built app: %w", err)
	}
	manifest, err := app.manifest(installedName)
	if err != nil {
		return nil, err
	}
	return app, app.add(manifestPath, manifest)
}

// Built says whether the app was built before the program was.
func (a *App) Built() bool {
	_, built := a.assets["index.html"]
	return built
}

// ServeHTTP gives a file of the app, or its first page for a path of a screen. /api and /_ are never answered with a page:
// a client must not mistake one for data.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	file, found := a.assets[name]
	if !found && isScreen(name) {
		name = "index.html"
		file, found = a.assets[name]
	}
	if !found {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, a.missing(), http.StatusNotFound)
		return
	}
	file.serve(w, r, name)
}

// isScreen tells a path of a screen from a file that is not there and from what belongs to the server.
func isScreen(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return first != "api" && first != "_" && first != "assets" && path.Ext(name) == ""
}

func (a *App) missing() string {
	if a.Built() {
		return "There is nothing here.\nNid oes dim byd yma."
	}
	return "The app has not been built yet: run make run.\nNid yw'r ap wedi ei adeiladu eto: rhedwch make run."
}

func (f asset) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, tag := f.raw, f.tag
	if f.gz != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		// A strong tag names these very bytes, and the compressed ones are others.
		body, tag = f.gz, strings.TrimSuffix(f.tag, `"`)+`-gz"`
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		if candidate = strings.TrimSpace(candidate); candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}

func (a *App) add(name string, raw []byte) error {
	sum := sha256.Sum256(raw)
	file := asset{raw: raw, mime: contentType(name), tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	var small bytes.Buffer
	zip, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	if _, err = zip.Write(raw); err == nil {
		err = zip.Close()
	}
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	if small.Len() < len(raw) {
		file.gz = small.Bytes()
	}
	a.assets[name] = file
	return nil
}

// contentType does not ask the operating system, whose table differs from one machine to the next.
func contentType(name string) string {
	known := map[string]string{
		".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".json": "application/json", ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
		".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
	}
	if t := known[path.Ext(name)]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// manifest names the app for the home screen. Only icons that the build really holds are listed.
func (a *App) manifest(installedName string) ([]byte, error) {
	icons := []map[string]string{}
	for _, icon := range []struct{ file, sizes, purpose string }{
		{"icons/icon.svg", "any", "any"},
		{"icons/192.png", "192x192", "any"},
		{"icons/512.png", "512x512", "any"},
		{"icons/maskable-512.png", "512x512", "maskable"},
	} {
		if file, here := a.assets[icon.file]; here {
			icons = append(icons, map[string]string{"src": "/" + icon.file, "sizes": icon.sizes, "type": file.mime, "purpose": icon.purpose})
		}
	}
	short, _, _ := strings.Cut(installedName, " / ")
	raw, err := json.Marshal(map[string]any{
		"id": "/", "name": installedName, "short_name": short, "start_url": "/", "scope": "/", "display": "standalone",
		"background_color": "#ffffff", "theme_color": "#1d3557", "icons": icons,
	})
	if err != nil {
		return nil, fmt.Errorf("write manifest: %w", err)
	}
	return raw, nil
}
