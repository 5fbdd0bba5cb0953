package keys

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
)

const (
	exportFormat     = "noddfa-keys-export/1"
	exportIterations = 600_000
	// A file that asks for more work than this is not ours, and would only keep the machine busy.
	exportIterationsMax = 10_000_000
	passphraseMin       = 12
)

// ErrWeakPassphrase means that the passphrase is shorter than 12 characters.
var ErrWeakPassphrase = errors.New("the passphrase needs at least 12 characters")

// export is the shape of an exported key file. The sealed part is keys.json under AES-256-GCM with the format as its
// associated data and a key by PBKDF2-HMAC-SHA512.
type export struct {
	Format     string `json:"format"`
	Instance   string `json:"instance"`
	Iterations int    `json:"pbkdf2_sha512_iterations"`
	Salt       []byte `json:"salt"`
	Nonce      []byte `json:"nonce"`
	Sealed     []byte `json:"sealed"`
}

// Export writes the folder's keys to path, closed with a passphrase; ErrExists when the file is there already.
func (f *Folder) Export(path, passphrase string) error {
	if len([]rune(passphrase)) < passphraseMin {
		return ErrWeakPassphrase
	}
	out := export{Format: exportFormat, Instance: f.instance, Iterations: exportIterations, Salt: random(32), Nonce: random(nonceSize)}
	secret, err := pbkdf2.Key(sha512.New, passphrase, out.Salt, out.Iterations, 32)
	if err != nil {
		return fmt.Errorf("derive key: %w", err)
	}
	aead, err := newGCM(secret)
	if err != nil {
		return fmt.Errorf("derive key: %w", err)
	}
	out.Sealed = aead.Seal(nil, out.Nonce, f.raw, []byte(exportFormat))
	raw, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return writeNew(path, raw)
}

// Import opens the exported file at path and makes a key folder of it; ErrPassphrase, ErrMalformed, or ErrExists when dir
// holds keys already.
func Import(dir, path, passphrase string) (*Folder, error) {
	raw, err := readLimited(path)
	if err != nil {
		return nil, err
	}
	plain, err := openExport(raw, passphrase)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if _, err := Parse(plain); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if err := install(dir, plain); err != nil {
		return nil, err
	}
	return Open(dir)
}

func openExport(raw []byte, passphrase string) ([]byte, error) {
	var in export
	if err := json.Unmarshal(raw, &in); err != nil || in.Format != exportFormat ||
		in.Iterations < 1 || in.Iterations > exportIterationsMax || len(in.Nonce) != nonceSize || len(in.Salt) < 16 {
		return nil, ErrMalformed
	}
	secret, err := pbkdf2.Key(sha512.New, passphrase, in.Salt, in.Iterations, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	aead, err := newGCM(secret)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	plain, err := aead.Open(nil, in.Nonce, in.Sealed, []byte(exportFormat))
	if err != nil {
		return nil, ErrPassphrase
	}
	return plain, nil
}
