package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// VAPID gives the key pair by which push services know this server (RFC 8292): the raw private scalar of 32 bytes and the
// raw public point of 65. Both are nil in a folder that was opened without For and is older than notifications.
func (f *Folder) VAPID() (private, public []byte) {
	if f.vapid == nil {
		return nil, nil
	}
	return f.vapid.Bytes(), f.vapid.PublicKey().Bytes()
}

func (f *Folder) readVAPID(secret []byte) error {
	if len(secret) == 0 {
		return nil
	}
	private, err := ecdh.P256().NewPrivateKey(secret)
	if err != nil {
		return fmt.Errorf("read notification key: %w", ErrMalformed)
	}
	f.vapid = private
	return nil
}

func newVAPID() []byte {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // Only a system without randomness gets here, and crypto/rand has ended the program before.
	}
	return private.Bytes()
}

// addVAPID writes the folder's keys again with a new pair beside them. Everything else in the file stays as it is, also
// what a newer version put there.
func addVAPID(dir string, raw []byte) (*Folder, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, ErrMalformed
	}
	secret, err := json.Marshal(newVAPID())
	if err != nil {
		return nil, fmt.Errorf("write notification key: %w", err)
	}
	all["vapid"] = secret
	whole, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write keys: %w", err)
	}
	if err := replace(dir, whole); err != nil {
		return nil, err
	}
	return Open(dir)
}

// replace puts a new keys.json in the place of the old at once: after a loss of power either the one or the other is there.
func replace(dir string, raw []byte) error {
	f, err := os.CreateTemp(dir, fileName+".") // Made with mode 0600.
	if err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	_, err = bytes.NewReader(raw).WriteTo(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, fileName))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write keys: %w", err), os.Remove(f.Name()))
	}
	return syncFolder(dir)
}
