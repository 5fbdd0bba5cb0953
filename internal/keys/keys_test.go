package keys_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"noddfa/internal/keys"
)

func TestFor(t *testing.T) {
	tests := []struct {
		name    string
		hasData bool
		prepare func(t *testing.T, dir string)
		want    error
	}{
		{"OK first start", false, func(*testing.T, string) {}, nil},
		{"OK keys and data", true, makeKeys, nil},
		{"ErrLost data without keys", true, func(*testing.T, string) {}, keys.ErrLost},
		{"ErrLost data and an empty folder", true, func(t *testing.T, dir string) { check(t, os.Mkdir(dir, 0o700)) }, keys.ErrLost},
		{"ErrOpenToOthers folder", true, func(t *testing.T, dir string) { makeKeys(t, dir); check(t, os.Chmod(dir, 0o750)) }, keys.ErrOpenToOthers},
		{"ErrOpenToOthers file", true, func(t *testing.T, dir string) {
			makeKeys(t, dir)
			check(t, os.Chmod(filepath.Join(dir, "keys.json"), 0o644))
		}, keys.ErrOpenToOthers},
		{"ErrOpenToOthers before anything is made", false, func(t *testing.T, dir string) {
			check(t, os.Mkdir(dir, 0o700))
			check(t, os.Chmod(dir, 0o755))
		}, keys.ErrOpenToOthers},
		{"ErrMalformed", true, func(t *testing.T, dir string) {
			check(t, os.Mkdir(dir, 0o700))
			check(t, os.WriteFile(filepath.Join(dir, "keys.json"), []byte(`{"format":"noddfa-keys/1"`), 0o600))
		}, keys.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			tt.prepare(t, dir)
			f, got := keys.For(dir, tt.hasData)
			if !errors.Is(got, tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			if tt.want == nil && f.Instance() == "" {
				t.Error("got no instance id")
			}
		})
	}
}

func TestMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	makeKeys(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "keys.json"): 0o600} {
		info, err := os.Stat(path)
		check(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %04o, want %04o", path, got, want)
		}
	}
	if _, err := keys.Make(dir); !errors.Is(err, keys.ErrExists) {
		t.Errorf("second Make: got %v, want %v", err, keys.ErrExists)
	}
}

func TestSeal(t *testing.T) {
	f, err := keys.Make(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	sealed, err := f.Seal("encounters|abc|content", []byte("what was seen"))
	check(t, err)
	again, err := f.Seal("encounters|abc|content", []byte("what was seen"))
	check(t, err)
	if bytes.Equal(sealed, again) {
		t.Error("sealing twice gave the same bytes")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	otherKey := bytes.Clone(sealed)
	otherKey[1] = 9
	tests := []struct {
		name   string
		aad    string
		sealed []byte
		want   error
	}{
		{"OK", "encounters|abc|content", sealed, nil},
		{"ErrOpen moved to another record", "encounters|abd|content", sealed, keys.ErrOpen},
		{"ErrOpen altered", "encounters|abc|content", changed, keys.ErrOpen},
		{"ErrOpen unknown key", "encounters|abc|content", otherKey, keys.ErrOpen},
		{"ErrOpen short", "encounters|abc|content", sealed[:10], keys.ErrOpen},
		{"ErrOpen empty", "encounters|abc|content", nil, keys.ErrOpen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := f.Unseal(tt.aad, tt.sealed)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if tt.want == nil && string(got) != "what was seen" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestOpenHPKE(t *testing.T) {
	f, err := keys.Make(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	kid, raw := f.PublicKey()
	pub, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(raw)
	check(t, err)
	enc, sender, err := hpke.NewSender(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("noddfa-op/1"))
	check(t, err)
	ct, err := sender.Seal([]byte("aad"), []byte("an operation"))
	check(t, err)

	got, err := f.OpenHPKE(kid, enc, ct, []byte("noddfa-op/1"), []byte("aad"))
	if err != nil || string(got) != "an operation" {
		t.Errorf("got %q, %v", got, err)
	}
	refused := map[string]func() ([]byte, error){
		"another aad":  func() ([]byte, error) { return f.OpenHPKE(kid, enc, ct, []byte("noddfa-op/1"), []byte("bbb")) },
		"another info": func() ([]byte, error) { return f.OpenHPKE(kid, enc, ct, []byte("noddfa-draft/1"), []byte("aad")) },
		"unknown kid":  func() ([]byte, error) { return f.OpenHPKE("k9", enc, ct, []byte("noddfa-op/1"), []byte("aad")) },
		"bad point":    func() ([]byte, error) { return f.OpenHPKE(kid, enc[:20], ct, []byte("noddfa-op/1"), []byte("aad")) },
		"no point":     func() ([]byte, error) { return f.OpenHPKE(kid, nil, nil, nil, nil) },
	}
	for name, open := range refused {
		t.Run("ErrOpen "+name, func(t *testing.T) {
			if _, err := open(); !errors.Is(err, keys.ErrOpen) {
				t.Errorf("got %v, want %v", err, keys.ErrOpen)
			}
		})
	}
}

func TestTransfer(t *testing.T) {
	const passphrase = "pedair coeden mewn gwynt"
	from, err := keys.Make(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	sealed, err := from.Seal("place", []byte("kept"))
	check(t, err)
	path := filepath.Join(t.TempDir(), "noddfa-keys.export")

	if err := from.Export(path, "too short"); !errors.Is(err, keys.ErrWeakPassphrase) {
		t.Errorf("short passphrase: got %v, want %v", err, keys.ErrWeakPassphrase)
	}
	check(t, from.Export(path, passphrase))
	if err := from.Export(path, passphrase); !errors.Is(err, keys.ErrExists) {
		t.Errorf("second export: got %v, want %v", err, keys.ErrExists)
	}
	dir := filepath.Join(t.TempDir(), "elsewhere")
	if _, err := keys.Import(dir, path, passphrase+"!"); !errors.Is(err, keys.ErrPassphrase) {
		t.Errorf("wrong passphrase: got %v, want %v", err, keys.ErrPassphrase)
	}
	to, err := keys.Import(dir, path, passphrase)
	check(t, err)
	if got, err := to.Unseal("place", sealed); err != nil || string(got) != "kept" {
		t.Errorf("imported keys: got %q, %v", got, err)
	}
	if got, want := to.Instance(), from.Instance(); got != want {
		t.Errorf("instance: got %s, want %s", got, want)
	}
	if _, err := keys.Import(dir, path, passphrase); !errors.Is(err, keys.ErrExists) {
		t.Errorf("import over keys: got %v, want %v", err, keys.ErrExists)
	}
}

// TestVectors opens values that were sealed once and are kept, so that no later version forgets how.
func TestVectors(t *testing.T) {
	const folder = "../../testdata/keys"
	raw, err := os.ReadFile(filepath.Join(folder, "keys.json"))
	check(t, err)
	f, err := keys.Parse(raw)
	check(t, err)
	var v struct {
		Content []struct {
			AAD, Plain string
			Sealed     []byte
		}
		HPKE []struct {
			Kid, Info, AAD, Plain string
			Enc, Ct               []byte
		}
		MAC    []struct{ Message, Hex string }
		Export struct{ Passphrase string }
	}
	raw, err = os.ReadFile(filepath.Join(folder, "vectors.json"))
	check(t, err)
	check(t, json.Unmarshal(raw, &v))
	if len(v.Content) < 2 || len(v.HPKE) < 2 || len(v.MAC) < 1 {
		t.Fatal("vectors are missing")
	}
	for _, c := range v.Content {
		if got, err := f.Unseal(c.AAD, c.Sealed); err != nil || string(got) != c.Plain {
			t.Errorf("content %s: got %q, %v", c.AAD, got, err)
		}
	}
	for _, c := range v.HPKE {
		if got, err := f.OpenHPKE(c.Kid, c.Enc, c.Ct, []byte(c.Info), []byte(c.AAD)); err != nil || string(got) != c.Plain {
			t.Errorf("hpke %s: got %q, %v", c.Kid, got, err)
		}
	}
	for _, c := range v.MAC {
		if got := hex.EncodeToString(f.MAC([]byte(c.Message))); got != c.Hex {
			t.Errorf("mac of %s: got %s, want %s", c.Message, got, c.Hex)
		}
	}
	imported, err := keys.Import(filepath.Join(t.TempDir(), "k"), filepath.Join(folder, "export.json"), v.Export.Passphrase)
	if err != nil || imported.Instance() != f.Instance() {
		t.Errorf("export: got %v", err)
	}
}

func makeKeys(t *testing.T, dir string) {
	t.Helper()
	_, err := keys.Make(dir)
	check(t, err)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
