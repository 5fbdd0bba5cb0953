package keys_test

import (
	"bytes"
	"crypto/ecdh"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"noddfa/internal/keys"
)

// TestVAPIDOfAnOldFolder starts a server on keys that were made before there were notifications.
func TestVAPIDOfAnOldFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	check(t, os.Mkdir(dir, 0o700))
	old, err := os.ReadFile("../../testdata/keys/keys.json")
	check(t, err)
	var all map[string]any
	check(t, json.Unmarshal(old, &all))
	all["of_a_newer_version"] = "kept"
	old, err = json.Marshal(all)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "keys.json"), old, 0o600))

	before, err := keys.Open(dir)
	check(t, err)
	if private, public := before.VAPID(); private != nil || public != nil {
		t.Fatal("the old folder holds a notification key already")
	}
	f, err := keys.For(dir, true)
	check(t, err)
	private, public := f.VAPID()
	pair, err := ecdh.P256().NewPrivateKey(private)
	if err != nil || !bytes.Equal(pair.PublicKey().Bytes(), public) {
		t.Fatalf("got a pair of %d and %d bytes, %v", len(private), len(public), err)
	}
	again, err := keys.For(dir, true)
	check(t, err)
	if _, got := again.VAPID(); !bytes.Equal(got, public) {
		t.Error("the second start made another pair")
	}
	if got, want := again.Instance(), before.Instance(); got != want {
		t.Errorf("instance: got %s, want %s", got, want)
	}
	sealed, err := before.Seal("place", []byte("kept"))
	check(t, err)
	if got, err := again.Unseal("place", sealed); err != nil || string(got) != "kept" {
		t.Errorf("got %q, %v", got, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "keys.json"))
	check(t, err)
	info, err := os.Stat(filepath.Join(dir, "keys.json"))
	check(t, err)
	if !bytes.Contains(raw, []byte("of_a_newer_version")) || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %04o, %s", info.Mode().Perm(), raw)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("got %d files, %v, want keys.json alone", len(files), err)
	}
}

// TestVAPIDVector opens a pair that was kept, from a folder and from an export of it.
func TestVAPIDVector(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/keys/vapid.json")
	check(t, err)
	var v struct {
		Keys, Export       json.RawMessage
		Passphrase, Public string
	}
	check(t, json.Unmarshal(raw, &v))
	f, err := keys.Parse(v.Keys)
	check(t, err)
	path := filepath.Join(t.TempDir(), "export")
	check(t, os.WriteFile(path, v.Export, 0o600))
	imported, err := keys.Import(filepath.Join(t.TempDir(), "keys"), path, v.Passphrase)
	check(t, err)
	for name, folder := range map[string]*keys.Folder{"folder": f, "import": imported} {
		if _, public := folder.VAPID(); hex.EncodeToString(public) != v.Public {
			t.Errorf("%s: got %x, want %s", name, public, v.Public)
		}
	}
}

// TestVAPIDTransfer carries the pair of a new folder to another machine.
func TestVAPIDTransfer(t *testing.T) {
	from, err := keys.Make(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	path := filepath.Join(t.TempDir(), "export")
	check(t, from.Export(path, "pedair coeden mewn gwynt"))
	to, err := keys.Import(filepath.Join(t.TempDir(), "elsewhere"), path, "pedair coeden mewn gwynt")
	check(t, err)
	want, _ := from.VAPID()
	if got, _ := to.VAPID(); len(want) != 32 || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, want the same 32", len(got))
	}
}
