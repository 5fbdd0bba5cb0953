package main

import (
	"os"
	"strings"
	"testing"
)

// TestProtocolErrorExample makes the error of the protocol page with the real server and compares byte for byte.
func TestProtocolErrorExample(t *testing.T) {
	s := start(t, t.TempDir(), false)
	if _, err := s.app.NonconcurrentDB().NewQuery("UPDATE sync_meta SET epoch = 'epoch0000000001'").Execute(); err != nil {
		t.Fatal(err)
	}
	s.addUser(t, "onnen@example.org")
	p := s.enrol(t, "onnen@example.org", "devaaaaaaaaaaaa")
	p.epoch = "epochofanother0"
	got := s.ask(t, "POST", "/api/noddfa/push", []byte(p.head(0)), "Content-Type", "application/x-ndjson", "Authorization", p.token, "X-Noddfa-Device", p.device)
	if got.status != 409 {
		t.Errorf("got %d, want 409", got.status)
	}
	kept, err := os.ReadFile("testdata/protocol/error-answer.json")
	if err != nil || string(kept) != got.raw {
		t.Errorf("testdata: %v, got %s, want %s", err, kept, got.raw)
	}
	page, err := os.ReadFile("docs/protocol.md")
	if err != nil || !strings.Contains(string(page), "<!-- example: error-answer.json -->\n```json\n"+got.raw+"```\n") {
		t.Errorf("docs/protocol.md: %v, want it to hold %s", err, got.raw)
	}
}
