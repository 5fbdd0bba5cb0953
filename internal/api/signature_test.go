package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

// sign makes a signature like a phone's: r and s, 32 bytes each, in base64url.
func sign(t *testing.T, key *ecdsa.PrivateKey, text string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return base64.RawURLEncoding.EncodeToString(raw)
}

func newKey(t *testing.T) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return key, point
}

func TestSigned(t *testing.T) {
	key, point := newKey(t)
	_, other := newKey(t)
	body := []byte("{}\n")
	text := signedText("/api/noddfa/push", body, 3, 7)
	if want := "noddfa-push/1\nPOST\n/api/noddfa/push\nca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356\n3-7"; text != want {
		t.Fatalf("got text %q, want %q", text, want)
	}
	good := sign(t, key, text)
	tests := []struct {
		name      string
		point     []byte
		signature string
		text      string
		want      bool
	}{
		{"OK", point, good, text, true},
		{"another body", point, good, signedText("/api/noddfa/push", []byte("{} \n"), 3, 7), false},
		{"another path", point, good, signedText("/api/noddfa/pull", body, 3, 7), false},
		{"other numbers", point, good, signedText("/api/noddfa/push", body, 3, 8), false},
		{"another device's key", other, good, text, false},
		{"no key", nil, good, text, false},
		{"empty", point, "", text, false},
		{"short", point, good[:40], text, false},
		{"zeros", point, base64.RawURLEncoding.EncodeToString(make([]byte, 64)), text, false},
		{"not base64url", point, strings.Repeat("!", 86), text, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := signed(tt.point, tt.signature, tt.text); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSeqRange(t *testing.T) {
	tests := []struct {
		name, body  string
		first, last int64
	}{
		{"no operations", `{"k":"h","ops":0}` + "\n" + `{"k":"d","rec":"a"}` + "\n", 0, 0},
		{"one", `{"k":"h"}` + "\n" + `{"k":"o","seq":4}` + "\n", 4, 4},
		{"three", `{"k":"h"}` + "\n" + `{"k":"o","seq":4}` + "\n" + `{"k":"o","seq":5}` + "\n" + `{"k":"o","seq":6}`, 4, 6},
		{"not JSON", "<html>\n", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if first, last := seqRange([]byte(tt.body)); first != tt.first || last != tt.last {
				t.Errorf("got %d-%d, want %d-%d", first, last, tt.first, tt.last)
			}
		})
	}
}
