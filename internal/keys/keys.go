// Package keys holds every secret of one Noddfa server, in a folder that stands beside the data folder and never inside it.
//
// It promises that content sealed here cannot be read from the database, a backup or a stolen disk without this folder,
// and that a key which was ever used to seal is kept for opening.
//
// Not here: what gets sealed (records, exchange), passwords and tokens (PocketBase), and keys of phones.
package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// What can be wrong with a key folder. The messages are for the person who starts the server.
var (
	// ErrNone means that the folder holds no keys.
	ErrNone = errors.New("there is no keys.json in the key folder")
	// ErrLost means that there is a database but no keys for it.
	ErrLost = errors.New("the data folder holds a database, but the key folder holds no keys: " +
		"without them nothing in it can be read. Put the key folder back, or run: noddfa keys import FILE")
	// ErrOpenToOthers means that other accounts of this computer may read the folder or a file in it.
	ErrOpenToOthers = errors.New("other accounts on this computer may read the keys")
	// ErrExists means that the act would overwrite keys or a file.
	ErrExists = errors.New("it exists already and is never overwritten")
	// ErrPassphrase means that the passphrase does not open the exported keys, or that they were altered.
	ErrPassphrase = errors.New("the passphrase does not open this file, or the file was altered")
	// ErrOpen means that a sealed value does not open: altered, for another place, or under a key that is not here.
	ErrOpen = errors.New("sealed value does not open")
	// ErrMalformed means that the bytes are not a key file or an export of one.
	ErrMalformed = errors.New("not a key file of this program")
)

const (
	fileFormat    = "noddfa-keys/1"
	sealedVersion = 1
	nonceSize     = 12
	headerSize    = 2 + nonceSize
)

// Folder is an opened key folder. It is safe for use by many goroutines and never changes after it was opened.
type Folder struct {
	instance string
	kid      string
	hpke     map[string]hpke.PrivateKey
	pub      []byte
	content  map[byte]cipher.AEAD
	current  byte
	mac      []byte
	vapid    *ecdh.PrivateKey
	raw      []byte
}

// file is the shape of keys.json. Binary values are base64 (standard alphabet, padded).
type file struct {
	Format         string            `json:"format"`
	Instance       string            `json:"instance"`
	HPKE           map[string][]byte `json:"hpke"`
	HPKECurrent    string            `json:"hpke_current"`
	Content        map[byte][]byte   `json:"content"`
	ContentCurrent byte              `json:"content_current"`
	MAC            []byte            `json:"mac"`
	// VAPID is missing in folders that are older than notifications.
	VAPID []byte `json:"vapid,omitempty"`
}

// Parse reads the bytes of a keys.json; ErrMalformed when they are not one.
func Parse(raw []byte) (*Folder, error) {
	var in file
	if err := json.Unmarshal(raw, &in); err != nil || in.Format != fileFormat || in.Instance == "" || len(in.MAC) != 32 {
		return nil, ErrMalformed
	}
	f := &Folder{
		instance: in.Instance, kid: in.HPKECurrent, current: in.ContentCurrent, mac: in.MAC, raw: raw,
		hpke: make(map[string]hpke.PrivateKey), content: make(map[byte]cipher.AEAD),
	}
	for kid, secret := range in.HPKE {
		private, err := kem().NewPrivateKey(secret)
		if err != nil {
			return nil, fmt.Errorf("read private key %s: %w", kid, ErrMalformed)
		}
		f.hpke[kid] = private
	}
	for id, secret := range in.Content {
		aead, err := newGCM(secret)
		if err != nil {
			return nil, fmt.Errorf("read content key %d: %w", id, ErrMalformed)
		}
		f.content[id] = aead
	}
	if f.hpke[f.kid] == nil || f.content[f.current] == nil {
		return nil, fmt.Errorf("find the current keys: %w", ErrMalformed)
	}
	f.pub = f.hpke[f.kid].PublicKey().Bytes()
	return f, f.readVAPID(in.VAPID)
}

// generate makes the contents of a new keys.json.
func generate() ([]byte, error) {
	private, err := kem().GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make private key: %w", err)
	}
	secret, err := private.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write private key: %w", err)
	}
	return json.MarshalIndent(file{
		Format: fileFormat, Instance: newInstance(),
		HPKE: map[string][]byte{"k1": secret}, HPKECurrent: "k1",
		Content: map[byte][]byte{1: random(32)}, ContentCurrent: 1,
		MAC: random(32), VAPID: newVAPID(),
	}, "", "  ")
}

// Instance names this server for ever; it is not a secret.
func (f *Folder) Instance() string { return f.instance }

// PublicKey gives the key that phones seal to: its id and the raw uncompressed P-256 point of 65 bytes.
func (f *Folder) PublicKey() (kid string, raw []byte) { return f.kid, f.pub }

// OpenHPKE opens what a phone sealed to the key kid (RFC 9180 base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
// AES-256-GCM). Every fault is ErrOpen: which part was wrong helps nobody but an attacker.
func (f *Folder) OpenHPKE(kid string, enc, ct, info, aad []byte) ([]byte, error) {
	private, known := f.hpke[kid]
	if !known {
		return nil, ErrOpen
	}
	recipient, err := hpke.NewRecipient(enc, private, hpke.HKDFSHA256(), hpke.AES256GCM(), info)
	if err != nil {
		return nil, ErrOpen
	}
	plain, err := recipient.Open(aad, ct)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Seal closes plain under the current content key. The answer is: version byte, key id byte, 12-byte nonce, ciphertext.
// aad says where the value stands, so that nobody can move it to another record.
func (f *Folder) Seal(aad string, plain []byte) ([]byte, error) {
	out := make([]byte, headerSize, headerSize+len(plain)+16)
	out[0], out[1] = sealedVersion, f.current
	if _, err := rand.Read(out[2:headerSize]); err != nil {
		return nil, fmt.Errorf("draw nonce: %w", err)
	}
	return f.content[f.current].Seal(out, out[2:headerSize], plain, []byte(aad)), nil
}

// Unseal opens what Seal closed with the same aad, under whichever content key it names; otherwise ErrOpen.
func (f *Folder) Unseal(aad string, sealed []byte) ([]byte, error) {
	if len(sealed) < headerSize || sealed[0] != sealedVersion {
		return nil, ErrOpen
	}
	aead, known := f.content[sealed[1]]
	if !known {
		return nil, ErrOpen
	}
	plain, err := aead.Open(nil, sealed[2:headerSize], sealed[headerSize:], []byte(aad))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// MAC gives HMAC-SHA256 of msg under the folder's own key, 32 bytes.
func (f *Folder) MAC(msg []byte) []byte {
	mac := hmac.New(sha256.New, f.mac)
	mac.Write(msg)
	return mac.Sum(nil)
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.P256()) }

func newGCM(secret []byte) (cipher.AEAD, error) {
	if len(secret) != 32 {
		return nil, ErrMalformed
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// random draws n bytes. crypto/rand ends the program when the system has no randomness, so there is no error to handle.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func newInstance() string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	b := random(15)
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b)
}
