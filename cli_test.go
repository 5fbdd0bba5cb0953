package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs a command line and gives its exit code and everything it said.
func command(t *testing.T, in string, args ...string) (int, string) {
	t.Helper()
	var said bytes.Buffer
	code := run(args, strings.NewReader(in), &said, &said)
	return code, said.String()
}

func TestCommands(t *testing.T) {
	folder := t.TempDir()
	at := []string{"--dir", filepath.Join(folder, "data"), "--keys", filepath.Join(folder, "keys")}
	export := filepath.Join(folder, "noddfa-keys.export")
	const passphrase = "pedair coeden mewn gwynt\n"
	steps := []struct {
		name string
		act  func() error
		in   string
		args []string
		code int
		says string
	}{
		{"version", nil, "", []string{"version"}, 0, version},
		{"unknown command", nil, "", []string{"serv"}, 1, "unknown command"},
		{"no server", nil, "", []string{"health", "--http", "127.0.0.1:1"}, 1, "ask 127.0.0.1:1"},
		{"export without keys", nil, passphrase, append([]string{"keys", "export", export}, at...), 1, "no keys.json"},
		{"first administrator", nil, "", append([]string{"superuser", "create", "admin@example.org", "passpasspass"}, at...), 0, ""},
		{"export with a short passphrase", nil, "short\n", append([]string{"keys", "export", export}, at...), 1, "at least 12"},
		{"export", nil, passphrase, append([]string{"keys", "export", export}, at...), 0, ""},
		{"export again", nil, passphrase, append([]string{"keys", "export", export}, at...), 1, "never overwritten"},
		{"import over keys", nil, passphrase, append([]string{"keys", "import", export}, at...), 1, "never overwritten"},
		{"data without keys", func() error { return os.RemoveAll(filepath.Join(folder, "keys")) }, "", append([]string{"superuser", "create", "b@example.org", "passpasspass"}, at...), 1, "nothing in it can be read"},
		{"serve without keys", nil, "", append([]string{"serve", "--http", "127.0.0.1:0"}, at...), 1, "noddfa keys import FILE"},
		{"import with another passphrase", nil, "another passphrase\n", append([]string{"keys", "import", export}, at...), 1, "does not open"},
		{"import", nil, passphrase, append([]string{"keys", "import", export}, at...), 0, ""},
		{"data with its keys again", nil, "", append([]string{"superuser", "create", "b@example.org", "passpasspass"}, at...), 0, ""},
		{"keys open to others", func() error { return os.Chmod(filepath.Join(folder, "keys"), 0o755) }, "", append([]string{"serve", "--http", "127.0.0.1:0"}, at...), 1, "chmod 0700"},
	}
	for _, step := range steps {
		if step.act != nil {
			if err := step.act(); err != nil {
				t.Fatal(err)
			}
		}
		code, said := command(t, step.in, step.args...)
		if code != step.code || !strings.Contains(said, step.says) {
			t.Errorf("%s: got %d %q, want %d and %q", step.name, code, said, step.code, step.says)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "keys", "keys.json")); err != nil {
		t.Error(err)
	}
}

// TestHealthOfARunningServer asks a server that is well, and one that has gone.
func TestHealthOfARunningServer(t *testing.T) {
	s, stop, err := launch(t.TempDir(), false, unchanged)
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(s.url, "http://")
	if code, said := command(t, "", "health", "--http", address); code != 0 || said != "well\n" {
		t.Errorf("running: got %d %q, want 0 and well", code, said)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if code, said := command(t, "", "health", "--http", address); code != 1 || !strings.Contains(said, "ask "+address) {
		t.Errorf("gone: got %d %q, want 1 and the address", code, said)
	}
}

// TestDemoAndSuperuserCommands fills a database, makes an administrator, and looks for the row that says so.
func TestDemoAndSuperuserCommands(t *testing.T) {
	folder := t.TempDir()
	at := []string{"--dir", filepath.Join(folder, "data"), "--keys", filepath.Join(folder, "keys")}
	if code, said := command(t, "", append([]string{"demo"}, at...)...); code != 0 || !strings.Contains(said, "supervisor") || !strings.Contains(said, "@example.org") {
		t.Fatalf("demo: got %d %q, want the sign-ins", code, said)
	}
	for _, act := range []string{"create", "update"} {
		if code, said := command(t, "", append([]string{"superuser", act, "admin@example.org", "passpasspass " + act}, at...)...); code != 0 {
			t.Errorf("%s: got %d %q", act, code, said)
		}
	}
	if code, _ := command(t, "", append([]string{"superuser", "create", "no address", "passpasspass"}, at...)...); code != 1 {
		t.Errorf("an address that is none: got %d, want 1", code)
	}
	s := start(t, folder, false)
	rows := s.auditRows(t)
	if e := rows[len(rows)-1].Entry; e.Act != "admin:superuser" || e.Role != "command_line" {
		t.Errorf("got audit %+v", e)
	}
	for _, row := range rows {
		if strings.Contains(row.Entry.Detail, "passpass") || strings.Contains(row.Entry.Detail, "@") {
			t.Errorf("the audit holds %q", row.Entry.Detail)
		}
	}
}
