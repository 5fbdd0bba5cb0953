package testkit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// PushService is a push service on this machine (RFC 8030). It checks who sends (RFC 8292) and opens what was sent as the
// browser would (RFC 8291).
type PushService struct {
	t         testing.TB
	server    *httptest.Server
	serverKey string

	mu       sync.Mutex
	browsers map[string]*Browser
	messages []Message
	answer   func(m Message, w http.ResponseWriter) bool
}

// Browser is one subscription as the browser knows it.
type Browser struct {
	Endpoint, P256dh, Auth string
	key                    *ecdh.PrivateKey
	auth                   []byte
}

// Message is one that arrived: to which endpoint, its headers, how many bytes, and what it says.
type Message struct {
	Endpoint string
	Header   http.Header
	Size     int
	Raw      []byte
	Text     string
}

// NewPushService starts a push service that takes messages of the server with the key, given as browsers take it.
func NewPushService(t testing.TB, serverKey string) *PushService {
	t.Helper()
	s := &PushService{t: t, serverKey: serverKey, browsers: map[string]*Browser{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(s.server.Close)
	return s
}

// Host is the service's address and port.
func (s *PushService) Host() string { return strings.TrimPrefix(s.server.URL, "http://") }

// Subscribe makes a subscription with keys of its own.
func (s *PushService) Subscribe(name string) *Browser {
	s.t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	auth := make([]byte, 16)
	rand.Read(auth)
	b64 := base64.RawURLEncoding.EncodeToString
	b := &Browser{Endpoint: s.server.URL + "/push/" + name, P256dh: b64(key.PublicKey().Bytes()), Auth: b64(auth), key: key, auth: auth}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers["/push/"+name] = b
	return b
}

// Answer sets what decides on a message: whether it is taken, and if not, it has answered. Nil takes every one, as at first.
func (s *PushService) Answer(with func(m Message, w http.ResponseWriter) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = with
}

// Messages gives what arrived and was taken since the last time, in the order of arrival.
func (s *PushService) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.messages
	s.messages = nil
	return out
}

func (s *PushService) take(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b, answer := s.browsers[r.URL.Path], s.answer
	s.mu.Unlock()
	if b == nil || r.Method != http.MethodPost {
		s.t.Errorf("a request to %s that no browser subscribed to", r.URL.Path)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil && r.Context().Err() != nil {
		return // Whoever sent it hung up in the middle, as a server that stops does.
	}
	m := Message{Endpoint: b.Endpoint, Header: r.Header.Clone(), Size: len(raw), Raw: raw}
	if err == nil {
		err = checkVAPID(r.Header.Get("Authorization"), s.serverKey, s.server.URL)
	}
	if err == nil {
		m.Text, err = b.open(raw)
	}
	if err != nil {
		s.t.Errorf("a message that no push service would take: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if answer != nil && !answer(m, w) {
		return
	}
	s.mu.Lock()
	s.messages = append(s.messages, m)
	s.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
}

// open reads an aes128gcm body of one record (RFC 8188) with the keys of RFC 8291.
func (b *Browser) open(body []byte) (string, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return "", errors.New("the body is too short")
	}
	salt, size, rest := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21+int(body[20]):]
	sender, err := ecdh.P256().NewPublicKey(body[21 : 21+int(body[20])])
	if err != nil {
		return "", fmt.Errorf("read sender's key: %w", err)
	}
	if len(rest) > int(size) {
		return "", errors.New("more than one record")
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return "", fmt.Errorf("agree on a secret: %w", err)
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender.Bytes())
	input, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return "", err
	}
	key, errKey := hkdf.Key(sha256.New, input, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, errNonce := hkdf.Key(sha256.New, input, salt, "Content-Encoding: nonce\x00", 12)
	if err := errors.Join(errKey, errNonce); err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	plain, err := gcm.Open(nil, nonce, rest, nil)
	if err != nil {
		return "", fmt.Errorf("open record: %w", err)
	}
	text, last := strings.CutSuffix(strings.TrimRight(string(plain), "\x00"), "\x02")
	if !last {
		return "", errors.New("the record does not say that it is the last")
	}
	return text, nil
}

// checkVAPID checks the signature of RFC 8292, for whom it is, how long it lasts, and whom to write to.
func checkVAPID(header, serverKey, audience string) error {
	token, key, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || key != serverKey || len(parts) != 3 {
		return fmt.Errorf("who sends is not said, or it is another: %.20s", header)
	}
	decode := base64.RawURLEncoding.DecodeString
	point, errKey := decode(key)
	signature, errSignature := decode(parts[2])
	claims, errClaims := decode(parts[1])
	if err := errors.Join(errKey, errSignature, errClaims); err != nil || len(signature) != 64 {
		return fmt.Errorf("read token: %d bytes of signature, %w", len(signature), err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return errors.New("the signature is not the server's")
	}
	var c struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return err
	}
	left := time.Until(time.Unix(c.Exp, 0))
	if c.Aud != audience || left <= 0 || left > 24*time.Hour || strings.Count(c.Sub, "mailto:") != 1 {
		return fmt.Errorf("claims do not hold: %s", claims)
	}
	return nil
}
