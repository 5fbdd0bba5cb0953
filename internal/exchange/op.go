package exchange

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"noddfa/internal/casework"
)

// What one hand-in may carry.
const (
	opsMax    = 100
	draftsMax = 50
	bodyMax   = 2 << 20
	opMax     = 1 << 20
	lineMax   = opMax*4/3 + 4096
	// Numbers leave as JSON, which is exact up to 53 bits; a time beyond the year 9999 is on no calendar.
	numberMax = 1<<53 - 1
	timeMax   = 253_402_300_799_999
)

// Op is an operation as its author's phone wrote it.
type Op struct {
	V       int                 `json:"v"`
	User    string              `json:"user"`
	Kind    string              `json:"kind"`
	Coll    string              `json:"coll"`
	Rec     string              `json:"rec"`
	BaseRev int64               `json:"base_rev"`
	Set     casework.Values     `json:"set"`
	Prev    casework.Values     `json:"prev"`
	Add     map[string][]string `json:"add"`
	Del     map[string][]string `json:"del"`
	Cmd     *Cmd                `json:"cmd,omitempty"`
	AtMs    int64               `json:"at_ms"`
	TZ      string              `json:"tz"`
	Grp     string              `json:"grp,omitempty"`
}

// Cmd asks for a change of state.
type Cmd struct {
	Name      string          `json:"name"`
	ExpectRev int64           `json:"expect_rev"`
	Args      casework.Values `json:"args"`
}

// line is one line of a hand-in: its header, an operation or a draft.
type line struct {
	K        string `json:"k"`
	Proto    int    `json:"proto"`
	Device   string `json:"device"`
	Epoch    string `json:"epoch"`
	App      string `json:"app"`
	ClientMs int64  `json:"client_ms"`
	Ops      int    `json:"ops"`
	Drafts   int    `json:"drafts"`

	OpID string `json:"op_id"`
	Seq  int64  `json:"seq"`
	Rec  string `json:"rec"`
	N    int64  `json:"n"`
	Gone bool   `json:"gone"`
	KID  string `json:"kid"`
	Enc  string `json:"enc"`
	CT   string `json:"ct"`

	// op and plain are what opened; problem is the word key of why it did not.
	op      Op
	plain   []byte
	problem string
}

// handIn is a whole request, read before anything is written.
type handIn struct {
	head        line
	ops, drafts []*line
}

func malformed(key string) error { return &casework.Error{Code: casework.Invalid, Key: key} }

func tooLarge() error { return &casework.Error{Code: casework.TooLarge, Key: "error.too_large"} }

func readHandIn(body io.Reader) (handIn, error) {
	var in handIn
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 64<<10), lineMax)
	for first := true; lines.Scan(); first = false {
		one := new(line)
		raw := bytes.TrimSpace(lines.Bytes())
		if len(raw) == 0 {
			continue
		}
		if err := json.Unmarshal(raw, one); err != nil {
			return in, malformed("error.malformed")
		}
		if err := in.take(one, first); err != nil {
			return in, err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return in, tooLarge()
	} else if err != nil {
		return in, malformed("error.truncated")
	}
	if in.head.K == "" || in.head.Ops != len(in.ops) || in.head.Drafts != len(in.drafts) {
		return in, malformed("error.truncated")
	}
	return in, nil
}

func (in *handIn) take(one *line, first bool) error {
	switch {
	case first != (one.K == "h"):
		return malformed("error.malformed")
	case first && one.Proto != 1:
		return malformed("error.proto")
	case first && (one.Ops > opsMax || one.Drafts > draftsMax):
		return tooLarge()
	case first:
		in.head = *one
		in.head.ClientMs = onCalendar(one.ClientMs)
	case one.K == "o" && len(in.ops) < opsMax:
		if !casework.IsID(one.OpID) || one.Seq < 1 || (len(in.ops) > 0 && one.Seq != in.ops[len(in.ops)-1].Seq+1) {
			return malformed("error.malformed")
		}
		in.ops = append(in.ops, one)
	case one.K == "d" && len(in.drafts) < draftsMax:
		if !casework.IsID(one.Rec) || one.N < 1 || one.N > numberMax {
			return malformed("error.malformed")
		}
		in.drafts = append(in.drafts, one)
	case one.K == "o" || one.K == "d":
		return tooLarge()
	case len(one.K) > 0 && one.K[0] == '!':
		return malformed("error.proto")
	}
	return nil
}

// onCalendar gives a phone's time, or 0 for one that would stop a reader's screen. A clock that is years wrong stays.
func onCalendar(ms int64) int64 {
	if ms < 0 || ms > timeMax {
		return 0
	}
	return ms
}

// open opens every operation and draft, on all cores, before the write transaction begins.
func (x *Exchange) open(in handIn, user string) {
	work := make(chan *line)
	var done sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		done.Go(func() {
			for one := range work {
				x.openLine(one, user)
			}
		})
	}
	for _, one := range append(append([]*line{}, in.ops...), in.drafts...) {
		work <- one
	}
	close(work)
	done.Wait()
}

func (x *Exchange) openLine(one *line, user string) {
	if one.Gone {
		return
	}
	kind, subject := "noddfa-op/1", one.OpID
	if one.K == "d" {
		kind, subject = "noddfa-draft/1", one.Rec
	}
	enc, errEnc := base64.RawURLEncoding.DecodeString(one.Enc)
	ct, errCT := base64.RawURLEncoding.DecodeString(one.CT)
	if errEnc != nil || errCT != nil || len(ct) > opMax {
		one.problem = "error.unreadable"
		return
	}
	aad := fmt.Sprintf("%s|%s|%s|%s", kind, subject, user, one.KID)
	plain, err := x.keys.OpenHPKE(one.KID, enc, ct, []byte(kind), []byte(aad))
	if err != nil {
		one.problem = "error.unreadable"
		return
	}
	one.plain = plain
	if one.K == "o" && json.Unmarshal(plain, &one.op) != nil {
		one.problem = "error.unreadable"
	}
	one.op.AtMs = onCalendar(one.op.AtMs)
}
