package main

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// enrolled is a phone by hand: a device, its key, and its owner's token.
type enrolled struct {
	*server
	device, token, epoch string
	key                  *ecdsa.PrivateKey
}

// enrol registers a device for a user by a real hello.
func (s *server) enrol(t *testing.T, email, device string) enrolled {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	token := s.token(t, "users", email)
	got := s.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": device, "name": "Test phone",
		"sign_key": base64.RawURLEncoding.EncodeToString(point), "app": "test", "client_ms": 1795449600000}, "Authorization", token, "X-Noddfa-Device", device)
	if got.status != 200 || got.body["noddfa"] != "hello/1" {
		t.Fatalf("hello: got %d %s", got.status, got.raw)
	}
	return enrolled{server: s, device: device, token: token, key: key, epoch: got.body["epoch"].(string)}
}

// head is the first line of a hand-in.
func (p enrolled) head(ops int) string {
	return fmt.Sprintf(`{"k":"h","proto":1,"device":%q,"epoch":%q,"app":"test","client_ms":0,"ops":%d,"drafts":0}`+"\n", p.device, p.epoch, ops)
}

func pack(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := zip.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sign gives the signature of a locked hand-in.
func (p enrolled) sign(t *testing.T, body []byte, span string) string {
	t.Helper()
	sum := sha256.Sum256(body)
	text := sha256.Sum256([]byte("noddfa-push/1\nPOST\n/api/noddfa/push\n" + hex.EncodeToString(sum[:]) + "\n" + span))
	r, s, err := ecdsa.Sign(rand.Reader, p.key, text[:])
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return base64.RawURLEncoding.EncodeToString(raw)
}

// TestBadInput is what a broken or hostile sender may put into a hand-in, and the plain answer to each.
func TestBadInput(t *testing.T) {
	s := start(t, t.TempDir(), false)
	s.addUser(t, "onnen@example.org")
	s.addUser(t, "derw@example.org")
	p := s.enrol(t, "onnen@example.org", "devaaaaaaaaaaaa")
	other := s.enrol(t, "derw@example.org", "devbbbbbbbbbbbb")
	op := `{"k":"o","op_id":"opaaaaaaaaaaaaa","seq":1,"kid":"k1","enc":"AA","ct":"AA"}` + "\n"
	const ndjson = "application/x-ndjson"

	tests := []struct {
		name   string
		body   []byte
		header []string
		status int
		key    string
	}{
		{"nothing", nil, nil, 400, "error.truncated"},
		{"a captive portal's page", []byte("<html><body>Welcome</body></html>"), nil, 400, "error.malformed"},
		{"not JSON", []byte("{\n"), nil, 400, "error.malformed"},
		{"binary", []byte{0, 1, 2, 255, 254}, nil, 400, "error.malformed"},
		{"truncated stream", []byte(p.head(2) + op), nil, 400, "error.truncated"},
		{"more lines than said", []byte(p.head(0) + op), nil, 400, "error.truncated"},
		{"another epoch", []byte(strings.Replace(p.head(0), p.epoch, "zzzzzzzzzzzzzzz", 1)), nil, 409, "error.epoch"},
		{"a protocol from the future", []byte(strings.Replace(p.head(0), `"proto":1`, `"proto":99`, 1)), nil, 400, "error.proto"},
		{"too many operations", []byte(p.head(101) + strings.Repeat(op, 101)), nil, 413, "error.too_large"},
		{"an operation too large", []byte(p.head(1) + strings.Replace(op, `"ct":"AA"`, `"ct":"`+strings.Repeat("A", 1_500_000)+`"`, 1)), nil, 413, "error.too_large"},
		{"a body too large", bytes.Repeat([]byte(" "), 2<<20+1), nil, 413, "error.too_large"},
		{"a zip bomb", pack(t, make([]byte, 64<<20)), []string{"Content-Encoding", "gzip"}, 413, "error.too_large"},
		{"a cut zip", pack(t, []byte(p.head(0)))[:30], []string{"Content-Encoding", "gzip"}, 400, "error.truncated"},
		{"not a zip", []byte(p.head(0)), []string{"Content-Encoding", "gzip"}, 400, "error.malformed"},
		{"an unknown encoding", []byte(p.head(0)), []string{"Content-Encoding", "br"}, 400, "error.header"},
		{"another content type", []byte(p.head(0)), []string{"Content-Type", "text/html"}, 400, "error.header"},
		{"no token", []byte(p.head(0)), []string{"Authorization", ""}, 401, "error.sign_in"},
		{"an expired token", []byte(p.head(0)), []string{"Authorization", expired}, 401, "error.sign_in"},
		{"no device", []byte(p.head(0)), []string{"X-Noddfa-Device", ""}, 400, "error.header"},
		{"a device that is no id", []byte(p.head(0)), []string{"X-Noddfa-Device", "../../etc/passwd"}, 400, "error.header"},
		{"another user's device", []byte(p.head(0)), []string{"X-Noddfa-Device", other.device}, 403, "error.forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := append([]string{"Content-Type", ndjson, "Authorization", p.token, "X-Noddfa-Device", p.device}, tt.header...)
			got := s.ask(t, "POST", "/api/noddfa/push", tt.body, headers...)
			if got.status != tt.status || got.body["noddfa"] != "error/1" || got.body["key"] != tt.key {
				t.Errorf("got %d %s, want %d %s", got.status, got.raw, tt.status, tt.key)
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("got Cache-Control %q, want no-store", got.header.Get("Cache-Control"))
			}
		})
	}
	t.Run("OK afterwards", func(t *testing.T) {
		got := s.ask(t, "POST", "/api/noddfa/push", []byte(p.head(0)), "Content-Type", ndjson, "Authorization", p.token, "X-Noddfa-Device", p.device)
		if got.status != 200 || got.body["noddfa"] != "push/1" || got.body["last_seq"] != 0.0 {
			t.Errorf("got %d %s, want push/1 with nothing used up", got.status, got.raw)
		}
	})
}

// expired is a well-formed token that nobody signed.
const expired = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE1MDAwMDAwMDAsImlkIjoiYWFhYWFhYWFhYWFhYWFhIiwidHlwZSI6ImF1dGgiLCJjb2xsZWN0aW9uSWQiOiJfcGJfdXNlcnNfYXV0aF8ifQ.AAAA"

// TestLockedHandIn is what a phone without a token may and may not do with its device key.
func TestLockedHandIn(t *testing.T) {
	s := start(t, t.TempDir(), false)
	s.addUser(t, "onnen@example.org")
	s.addUser(t, "derw@example.org")
	p := s.enrol(t, "onnen@example.org", "devaaaaaaaaaaaa")
	other := s.enrol(t, "derw@example.org", "devbbbbbbbbbbbb")
	body := []byte(p.head(0))
	good := p.sign(t, body, "0-0")
	tests := []struct {
		name, path, device, signature string
		body                          []byte
		status                        int
		key                           string
	}{
		{"OK", "/api/noddfa/push", p.device, good, body, 200, ""},
		{"another body", "/api/noddfa/push", p.device, good, []byte(strings.Replace(p.head(0), `"test"`, `"tests"`, 1)), 403, "error.signature"},
		{"other numbers", "/api/noddfa/push", p.device, p.sign(t, body, "1-1"), body, 403, "error.signature"},
		{"another device's key", "/api/noddfa/push", p.device, other.sign(t, body, "0-0"), body, 403, "error.signature"},
		{"another device's name", "/api/noddfa/push", other.device, good, body, 403, "error.signature"},
		{"a device nobody has", "/api/noddfa/push", "devzzzzzzzzzzzz", good, body, 403, "error.forbidden"},
		{"nonsense", "/api/noddfa/push", p.device, "nonsense", body, 403, "error.signature"},
		{"a pull", "/api/noddfa/pull", p.device, good, body, 401, "error.sign_in"},
		{"a hello", "/api/noddfa/hello", p.device, good, body, 401, "error.sign_in"},
		{"a reveal", "/api/noddfa/reveal", p.device, good, body, 401, "error.sign_in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.ask(t, "POST", tt.path, tt.body, "Content-Type", "application/x-ndjson", "X-Noddfa-Device", tt.device, "X-Noddfa-Signature", tt.signature)
			if key, _ := got.body["key"].(string); got.status != tt.status || key != tt.key {
				t.Errorf("got %d %s, want %d %s", got.status, got.raw, tt.status, tt.key)
			}
		})
	}
}

// TestHandInLimit sends more hand-ins than a minute allows.
func TestHandInLimit(t *testing.T) {
	s := start(t, t.TempDir(), false)
	s.addUser(t, "onnen@example.org")
	p := s.enrol(t, "onnen@example.org", "devaaaaaaaaaaaa")
	statuses := map[int]int{}
	for range 125 {
		got := s.ask(t, "POST", "/api/noddfa/push", []byte(p.head(0)), "Content-Type", "application/x-ndjson", "Authorization", p.token, "X-Noddfa-Device", p.device)
		statuses[got.status]++
		if got.status == 429 && (got.header.Get("Retry-After") == "" || got.body["key"] != "error.slow_down") {
			t.Errorf("429 without Retry-After or key: %s", got.raw)
		}
	}
	if statuses[200] == 0 || statuses[429] == 0 || statuses[200]+statuses[429] != 125 {
		t.Errorf("got %v, want 200 and then 429", statuses)
	}
}
