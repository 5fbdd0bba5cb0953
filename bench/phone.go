package main

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// phone seals operations and sends them, as the app does.
type phone struct {
	caller     exchange.Caller
	seq        int64
	epoch, kid string
	key        hpke.PublicKey
	cursor     string
}

var errWrong = errors.New("the answer is wrong")

func wrong(what string, got, want any) error {
	return fmt.Errorf("%s: got %v, want %v: %w", what, got, want, errWrong)
}

// newID draws an id as a phone does.
func newID() string { return strings.ToLower(rand.Text())[:15] }

func (o *office) enrol(ctx context.Context, user casework.User) (*phone, error) {
	secret, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a device key: %w", err)
	}
	p := &phone{caller: exchange.Caller{User: user, Device: newID()}}
	hello, err := o.exchange.Hello(ctx, p.caller, exchange.HelloRequest{Proto: 1, Device: p.caller.Device, Name: "Bench",
		SignKey: base64.RawURLEncoding.EncodeToString(secret.PublicKey().Bytes()), App: "bench", ClientMs: time.Now().UnixMilli()})
	if err != nil {
		return nil, fmt.Errorf("hello: %w", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(hello.Key.Pub)
	if err != nil {
		return nil, fmt.Errorf("read the server's key: %w", err)
	}
	p.epoch, p.kid = hello.Epoch, hello.Key.KID
	p.key, err = hpke.DHKEM(ecdh.P256()).NewPublicKey(raw)
	return p, err
}

// body seals the operations into one hand-in.
func (p *phone) body(ops []exchange.Op) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(p.head(len(ops), 0))
	for _, op := range ops {
		op.V, op.User, op.AtMs, op.TZ = 1, p.caller.User.ID, time.Now().UnixMilli(), "Europe/London"
		plain, err := json.Marshal(op)
		if err != nil {
			return nil, fmt.Errorf("write operation: %w", err)
		}
		id := newID()
		sealed, err := p.seal("noddfa-op/1", id, plain)
		if err != nil {
			return nil, err
		}
		p.seq++
		fmt.Fprintf(&out, "{\"k\":\"o\",\"op_id\":%q,\"seq\":%d,%s}\n", id, p.seq, sealed)
	}
	return out.Bytes(), nil
}

// draftBody seals one draft of a record into a hand-in.
func (p *phone) draftBody(rec string, draft casework.Values) ([]byte, error) {
	plain, err := json.Marshal(draft)
	if err != nil {
		return nil, fmt.Errorf("write draft: %w", err)
	}
	sealed, err := p.seal("noddfa-draft/1", rec, plain)
	return fmt.Appendf(nil, "%s{\"k\":\"d\",\"rec\":%q,\"n\":1,%s}\n", p.head(0, 1), rec, sealed), err
}

func (p *phone) head(ops, drafts int) string {
	return fmt.Sprintf("{\"k\":\"h\",\"proto\":1,\"device\":%q,\"epoch\":%q,\"app\":\"bench\",\"client_ms\":%d,\"ops\":%d,\"drafts\":%d}\n",
		p.caller.Device, p.epoch, time.Now().UnixMilli(), ops, drafts)
}

// seal gives the members of a line that carry what is sealed.
func (p *phone) seal(info, subject string, plain []byte) (string, error) {
	enc, sender, err := hpke.NewSender(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info))
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	ct, err := sender.Seal([]byte(info+"|"+subject+"|"+p.caller.User.ID+"|"+p.kid), plain)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf("\"kid\":%q,\"enc\":%q,\"ct\":%q", p.kid, b64(enc), b64(ct)), nil
}

// push hands in what body made, and checks that all n operations were written.
func (o *office) push(ctx context.Context, p *phone, body []byte, n int) error {
	answer, err := o.exchange.Push(ctx, p.caller, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	return written(answer, n)
}

func written(answer exchange.PushAnswer, n int) error {
	if len(answer.Verdicts) != n {
		return wrong("verdicts", len(answer.Verdicts), n)
	}
	for _, v := range answer.Verdicts {
		if v.V != "ok" {
			return wrong("verdict", fmt.Sprint(v.V, v.Key, v.Fields), "ok")
		}
	}
	return nil
}

// handIn makes n records and hands them in, a hundred at a time.
func (o *office) handIn(ctx context.Context, p *phone, w *writer, n int) error {
	for left := n; left > 0; left -= batch {
		ops := w.encounters(min(left, batch))
		body, err := p.body(ops)
		if err != nil {
			return err
		}
		if err := o.push(ctx, p, body, len(ops)); err != nil {
			return err
		}
	}
	return nil
}

// pull asks for what changed since the cursor and writes the answer to w.
func (o *office) pull(ctx context.Context, p *phone, w io.Writer) error {
	ask := exchange.PullRequest{Proto: 1, Device: p.caller.Device, Cursor: p.cursor}
	return o.exchange.Pull(ctx, p.caller, ask, w, func() error { return nil })
}

// feed is what a pull brought: how many rows of which collection, and where it ends.
type feed struct {
	rows   map[string]int
	cursor string
	whole  bool
}

func readFeed(answer []byte) (feed, error) {
	f := feed{rows: map[string]int{}}
	for raw := range bytes.Lines(answer) {
		var line struct{ K, C, Cursor string }
		if err := json.Unmarshal(raw, &line); err != nil {
			return f, fmt.Errorf("read a line of the feed: %w", err)
		}
		switch line.K {
		case "p":
			f.rows[line.C]++
		case "c":
			f.cursor = line.Cursor
		case "e":
			f.whole = true
		}
	}
	if !f.whole {
		return f, wrong("end of the feed", "none", "a line")
	}
	return f, nil
}
