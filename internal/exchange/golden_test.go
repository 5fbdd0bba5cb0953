package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

const goldenDir = "../../testdata/exchange"

// transcript is one exchange as it really went, for clients in any language to be tested with.
type transcript struct {
	About string            `json:"about"`
	User  string            `json:"user"`
	Hello exchange.HelloKey `json:"key"`
	Steps []any             `json:"steps"`
}

// saved is a person saving an operation on the phone.
type saved struct {
	Save exchange.Op `json:"save"`
}

// ran is one whole run of a phone's engine: what it asks, what comes back, and what the phone holds afterwards.
type ran struct {
	Run    string  `json:"run"` // done, no_answer or wipe
	Locked bool    `json:"locked,omitempty"`
	Asks   []ask   `json:"asks"`
	After  outcome `json:"after"`
}

// ask is one request in plain content and the answer's bytes. Lost says that the answer never arrives.
type ask struct {
	Path    string         `json:"path"`
	Request map[string]any `json:"request"`
	Status  int            `json:"status"`
	Answer  string         `json:"answer"`
	Lost    bool           `json:"lost,omitempty"`
}

type outcome struct {
	Waiting int                  `json:"waiting"`
	Cursor  string               `json:"cursor"`
	Rows    map[string]goldenRow `json:"rows"`
}

type goldenRow struct {
	R int64           `json:"r"`
	V []int64         `json:"v"`
	D casework.Values `json:"d"`
}

// recorder is a phone that writes down what it says and hears.
type recorder struct {
	*testkit.Phone
	t     *testing.T
	o     *office
	out   transcript
	now   *ran
	kept  []testkit.OutboxOp
	plain map[int64]exchange.Op
	said  bool
}

func record(t *testing.T, about string) *recorder {
	t.Helper()
	o := fixedOffice(t)
	o.exec(t, "DELETE FROM indicators WHERE sort > 4")
	o.exec(t, "DELETE FROM forms") // A form is a long row that says nothing about an exchange.
	o.exec(t, "DELETE FROM sync_member WHERE st = 0")
	o.Exchange.SetChunkRows(4)
	p := testkit.NewPhone(t, o.Exchange, o.author, "dev1")
	o.desk = testkit.NewPhone(t, o.Exchange, o.sup, "dev2")
	return &recorder{Phone: p, t: t, o: o, plain: map[int64]exchange.Op{}, out: transcript{About: about, User: o.author.ID, Hello: p.Hello.Key}}
}

// save puts an operation in the outbox.
func (r *recorder) save(op exchange.Op) {
	op.V, op.User, op.TZ, op.AtMs = 1, r.User.ID, "Europe/London", testkit.Start.UnixMilli()
	r.Op(op)
	r.plain[r.Seq] = op
	r.out.Steps = append(r.out.Steps, saved{op})
}

// run plays one run: hello the first time, a hand-in while something waits, then a pull.
func (r *recorder) run(result string, do func()) {
	r.now = &ran{Run: result, Asks: []ask{}}
	do()
	r.now.After = outcome{Waiting: len(r.Outbox), Cursor: r.Cursor, Rows: map[string]goldenRow{}}
	for name, row := range r.Rows {
		r.now.After.Rows[name] = goldenRow{row.Rev, slices.Sorted(slices.Values(row.Scopes)), row.D}
	}
	r.out.Steps = append(r.out.Steps, *r.now)
}

func (r *recorder) ask(path string, request map[string]any, status int, answer string) *ask {
	r.now.Asks = append(r.now.Asks, ask{Path: "/api/noddfa/" + path, Request: request, Status: status, Answer: answer})
	return &r.now.Asks[len(r.now.Asks)-1]
}

func (r *recorder) hello() {
	r.SayHello()
	r.ask("hello", map[string]any{}, 200, asLine(r.t, r.Hello))
	r.said = true
}

// push hands in all that waits and takes the verdicts, unless the answer is lost on the way.
func (r *recorder) push(lost bool) exchange.PushAnswer {
	lines, seqs, ops := []string{}, []int64{}, []exchange.Op{}
	for _, op := range r.Outbox {
		lines, seqs, ops = append(lines, op.Line), append(seqs, op.Seq), append(ops, r.plain[op.Seq])
	}
	answer, err := r.Send(r.Body(lines))
	request := map[string]any{"epoch": r.Hello.Epoch, "seqs": seqs, "ops": ops}
	var refused *casework.Error
	if errors.As(err, &refused) {
		r.ask("push", request, 409, asLine(r.t, map[string]any{"noddfa": "error/1", "code": refused.Code, "key": refused.Key, "field": "",
			"epoch": refused.Epoch, "last_seq": refused.LastSeq}))
		return answer
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.ask("push", request, 200, asLine(r.t, answer)).Lost = lost
	if lost {
		return answer
	}
	r.Outbox = slices.DeleteFunc(r.Outbox, func(op testkit.OutboxOp) bool {
		done := slices.ContainsFunc(answer.Verdicts, func(v exchange.Verdict) bool { return v.Seq == op.Seq })
		if done {
			r.kept = append(r.kept, op)
		}
		return done
	})
	return answer
}

// pull takes in what changed; of the answer only the first bytes arrive when cut is not 0.
func (r *recorder) pull(cut int) string {
	var out bytes.Buffer
	request := map[string]any{"cursor": r.Cursor}
	caller := exchange.Caller{User: r.User, Device: r.Device}
	err := r.Exchange.Pull(context.Background(), caller, exchange.PullRequest{Proto: 1, Device: r.Device, Cursor: r.Cursor}, &out, func() error { return nil })
	if err != nil {
		r.t.Fatal(err)
	}
	text := out.String()
	if cut > 0 {
		text = text[:cut]
	}
	r.ask("pull", request, 200, text)
	r.Take(text)
	return text
}

// all is the usual run.
func (r *recorder) all() {
	r.run("done", func() {
		if !r.said {
			r.hello()
		}
		for len(r.Outbox) > 0 {
			r.push(false)
		}
		r.pull(0)
	})
}

// TestGoldenExchanges plays each exchange with the real code and compares it byte for byte with its file.
func TestGoldenExchanges(t *testing.T) {
	for name, play := range goldens {
		t.Run(name, func(t *testing.T) {
			r := record(t, play.about)
			play.act(r)
			raw, err := json.MarshalIndent(r.out, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			text := string(raw) + "\n"
			path := filepath.Join(goldenDir, strings.ReplaceAll(name, " ", "-")+".json")
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != text {
				t.Errorf("%s differs from what the server does (%v); see with -update and git diff", path, err)
			}
		})
	}
}

// tablet is a second device of the author.
func (o *office) tablet() *testkit.Phone {
	return testkit.NewPhone(o.desk.T, o.Exchange, o.author, "dev4")
}

// backedUp are the tables that make the state of a server in these exchanges.
var backedUp = []string{"encounters", "devices", "conflicts", "sync_rec", "sync_member", "sync_op", "sync_scope", "sync_meta"}

func (o *office) backUp() {
	for _, table := range backedUp {
		o.exec(o.desk.T.(*testing.T), "CREATE TABLE was_"+table+" AS SELECT * FROM "+table)
	}
}

// restore puts the backup back, under a new name of the history.
func (o *office) restore() {
	t := o.desk.T.(*testing.T)
	for _, table := range backedUp {
		o.exec(t, "DELETE FROM "+table)
		o.exec(t, "INSERT INTO "+table+" SELECT * FROM was_"+table)
	}
	o.exec(t, "DELETE FROM sync_dirty")
	o.exec(t, "UPDATE sync_meta SET epoch = 'epoch0000000002'")
}
