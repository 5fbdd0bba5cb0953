package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"noddfa/internal/casework"
)

func zipped(t *testing.T, plain []byte) []byte {
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

// keyOf gives the word key of an error, "" for none.
func keyOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var known *casework.Error
	if !errors.As(err, &known) {
		t.Fatalf("got %v, want an error with a code", err)
	}
	return known.Key
}

func TestInflate(t *testing.T) {
	bomb := zipped(t, make([]byte, 16<<20))
	if len(bomb) > sentMax {
		t.Fatalf("the bomb has %d bytes and would stop at the first limit", len(bomb))
	}
	good := zipped(t, []byte("a line\n"))
	tests := []struct {
		name, encoding string
		sent           []byte
		want, key      string
	}{
		{"OK plain", "", []byte("a line\n"), "a line\n", ""},
		{"OK identity", "identity", []byte("a line\n"), "a line\n", ""},
		{"OK gzip", "gzip", good, "a line\n", ""},
		{"ErrTooLarge bomb", "gzip", bomb, "", "error.too_large"},
		{"ErrTruncated", "gzip", good[:len(good)-6], "", "error.truncated"},
		{"ErrMalformed not gzip", "gzip", []byte("a line\n"), "", "error.malformed"},
		{"ErrHeader unknown", "br", good, "", "error.header"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := inflate(tt.encoding, tt.sent)
			if key := keyOf(t, err); string(got) != tt.want || key != tt.key {
				t.Errorf("got %q %q, want %q %q", got, key, tt.want, tt.key)
			}
		})
	}
}

func TestReadSent(t *testing.T) {
	tests := []struct {
		name, mime, body, key string
	}{
		{"OK", "application/json", `{}`, ""},
		{"OK with charset", "application/json; charset=utf-8", `{}`, ""},
		{"ErrTooLarge", "application/json", strings.Repeat(" ", 101), "error.too_large"},
		{"ErrHeader other type", "text/html", `{}`, "error.header"},
		{"ErrHeader no type", "", `{}`, "error.header"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/api/noddfa/hello", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.mime)
			_, err := readSent(r, "application/json", 100)
			if key := keyOf(t, err); key != tt.key {
				t.Errorf("got %q, want %q", key, tt.key)
			}
		})
	}
}
