package testkit

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// Phone is a model of one: an outbox, the rows it holds, and its cursor. It speaks to an exchange without HTTP.
type Phone struct {
	T        testing.TB
	Exchange *exchange.Exchange
	User     casework.User
	Device   string
	Hello    exchange.HelloAnswer
	Outbox   []OutboxOp
	Rows     map[string]Row
	Cursor   string
	Gen      int64
	Seq      int64
	made     int
}

// OutboxOp is a sealed operation that waits for its verdict.
type OutboxOp struct {
	Seq  int64
	Line string
}

// Row is a record as the phone holds it.
type Row struct {
	Rev    int64
	Gen    int64
	Scopes []int64
	D      casework.Values
}

// NewPhone enrols a phone for the user.
func NewPhone(t testing.TB, x *exchange.Exchange, user casework.User, name string) *Phone {
	t.Helper()
	p := &Phone{T: t, Exchange: x, User: user, Device: ID(name), Rows: map[string]Row{}}
	p.SayHello()
	p.Seq = p.Hello.LastSeq
	return p
}

// SignKey is a point that passes for every test phone's key; tests of signatures make their own.
func SignKey() string {
	secret := sha256.Sum256([]byte("device key for tests"))
	key, err := ecdh.P256().NewPrivateKey(secret[:])
	if err != nil {
		panic(err) // The seed is a constant, and good.
	}
	return base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes())
}

// SayHello asks the server who we are.
func (p *Phone) SayHello() {
	p.T.Helper()
	answer, err := p.Exchange.Hello(context.Background(), p.caller(), exchange.HelloRequest{Proto: 1, Device: p.Device, Name: "Test phone", SignKey: SignKey(), App: "test"})
	if err != nil {
		p.T.Fatalf("hello: %v", err)
	}
	p.Hello = answer
}

func (p *Phone) caller() exchange.Caller { return exchange.Caller{User: p.User, Device: p.Device} }

// Op seals an operation into the outbox and gives its id. The user is filled in when it is empty.
func (p *Phone) Op(op exchange.Op) string {
	p.T.Helper()
	p.made++
	id := ID(fmt.Sprintf("op%dx%s", p.made, strings.TrimRight(p.Device, "0")))
	p.Seq++
	p.Outbox = append(p.Outbox, OutboxOp{Seq: p.Seq, Line: p.Line(id, p.Seq, op)})
	return id
}

// Line gives a sealed operation as a line of a hand-in.
func (p *Phone) Line(id string, seq int64, op exchange.Op) string {
	p.T.Helper()
	if op.V == 0 {
		op.V = 1
	}
	if op.User == "" {
		op.User = p.User.ID
	}
	plain, err := json.Marshal(op)
	if err != nil {
		p.T.Fatal(err)
	}
	enc, ct := p.Seal("noddfa-op/1", id, plain)
	return fmt.Sprintf(`{"k":"o","op_id":%q,"seq":%d,"kid":%q,"enc":%q,"ct":%q}`, id, seq, p.Hello.Key.KID, enc, ct)
}

// Seal seals as a phone does, and gives the encapsulated key and the ciphertext in base64url.
func (p *Phone) Seal(info, subject string, plain []byte) (enc, ct string) {
	p.T.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(p.Hello.Key.Pub)
	if err != nil {
		p.T.Fatal(err)
	}
	pub, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(raw)
	if err != nil {
		p.T.Fatal(err)
	}
	encapsulated, sender, err := hpke.NewSender(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info))
	if err != nil {
		p.T.Fatal(err)
	}
	aad := strings.Join([]string{info, subject, p.User.ID, p.Hello.Key.KID}, "|")
	sealed, err := sender.Seal([]byte(aad), plain)
	if err != nil {
		p.T.Fatal(err)
	}
	b64 := base64.RawURLEncoding
	return b64.EncodeToString(encapsulated), b64.EncodeToString(sealed)
}

// Body gives a hand-in of the lines.
func (p *Phone) Body(ops []string, drafts ...string) string {
	head := fmt.Sprintf(`{"k":"h","proto":1,"device":%q,"epoch":%q,"app":"test","client_ms":%d,"ops":%d,"drafts":%d}`,
		p.Device, p.Hello.Epoch, Start.UnixMilli(), len(ops), len(drafts))
	return strings.Join(slices.Concat([]string{head}, ops, drafts), "\n") + "\n"
}

// Send hands in a body as it stands.
func (p *Phone) Send(body string) (exchange.PushAnswer, error) {
	return p.Exchange.Push(context.Background(), p.caller(), strings.NewReader(body))
}

// Push hands in the outbox; what got a verdict leaves it.
func (p *Phone) Push() []exchange.Verdict {
	p.T.Helper()
	lines := []string{}
	for _, op := range p.Outbox {
		lines = append(lines, op.Line)
	}
	answer, err := p.Send(p.Body(lines))
	if err != nil {
		p.T.Fatalf("push: %v", err)
	}
	p.Outbox = slices.DeleteFunc(p.Outbox, func(op OutboxOp) bool { return op.Seq <= answer.LastSeq })
	return answer.Verdicts
}

// Do makes one operation, hands it in and gives its verdict.
func (p *Phone) Do(op exchange.Op) exchange.Verdict {
	p.T.Helper()
	id := p.Op(op)
	verdicts := p.Push()
	if len(verdicts) == 0 || verdicts[len(verdicts)-1].OpID != id {
		p.T.Fatalf("push: no verdict for %s in %+v", id, verdicts)
	}
	return verdicts[len(verdicts)-1]
}

// Pull takes in what changed, chunk by chunk, and gives the lines as they came.
func (p *Phone) Pull() string {
	p.T.Helper()
	var out bytes.Buffer
	err := p.Exchange.Pull(context.Background(), p.caller(), exchange.PullRequest{Proto: 1, Device: p.Device, Cursor: p.Cursor}, &out, func() error { return nil })
	if err != nil {
		p.T.Fatalf("pull: %v", err)
	}
	p.Take(out.String())
	return out.String()
}

type feedLine struct {
	K, C, I, Cursor string
	S, R, G, Gen    int64
	V               []int64
	D               casework.Values
}

// Take applies an answer: the lines of a chunk when its closing line has arrived, and nothing of a chunk that was cut.
func (p *Phone) Take(answer string) {
	p.T.Helper()
	var waiting []feedLine
	for text := range strings.Lines(answer) {
		if !strings.HasSuffix(text, "\n") {
			return
		}
		var l feedLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			p.T.Fatalf("pull line: %v: %s", err, text)
		}
		switch l.K {
		case "h":
			p.Gen = l.Gen
		case "c":
			for _, one := range waiting {
				p.apply(one)
			}
			waiting, p.Cursor = nil, l.Cursor
		default:
			waiting = append(waiting, l)
		}
	}
}

func (p *Phone) apply(l feedLine) {
	at := l.C + "/" + l.I
	switch l.K {
	case "p":
		row := p.Rows[at]
		if l.R >= row.Rev {
			row.Rev, row.D = l.R, l.D
		}
		row.Scopes, row.Gen = l.V, p.Gen
		p.Rows[at] = row
	case "f":
		delete(p.Rows, at)
	case "x":
		for name, row := range p.Rows {
			row.Scopes = slices.DeleteFunc(slices.Clone(row.Scopes), func(id int64) bool { return id == l.S })
			p.Rows[name] = row
			if len(row.Scopes) == 0 {
				delete(p.Rows, name)
			}
		}
	case "w":
		for name, row := range p.Rows {
			if row.Gen < l.G {
				delete(p.Rows, name)
			}
		}
	}
}
