package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/cryptotest"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/keys"
	"noddfa/internal/testkit"
)

var update = flag.Bool("update", false, "write the examples of docs/protocol.md and testdata/protocol anew")

const (
	pagePath    = "../../docs/protocol.md"
	examplesDir = "../../testdata/protocol"
)

// TestProtocolExamples makes every example of the protocol page with the real code and compares byte for byte.
func TestProtocolExamples(t *testing.T) {
	page, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range examples(t) {
		path := filepath.Join(examplesDir, name)
		block := regexp.MustCompile("(?s)(<!-- example: " + regexp.QuoteMeta(name) + " -->\n```[a-z]*\n)(.*?)(```\n)")
		found := block.FindSubmatchIndex(page)
		if found == nil {
			t.Errorf("%s has no block for %s", pagePath, name)
			continue
		}
		if *update {
			page = append(append(append([]byte{}, page[:found[4]]...), text...), page[found[5]:]...)
			if err := errors.Join(os.WriteFile(path, []byte(text), 0o644), os.WriteFile(pagePath, page, 0o644)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got := string(page[found[4]:found[5]]); got != text {
			t.Errorf("%s in the page:\n got %s\nwant %s", name, got, text)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s: %v\n got %s\nwant %s", path, err, got, text)
		}
	}
	for _, marked := range regexp.MustCompile(`<!-- example: (\S+) -->`).FindAllSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join(examplesDir, string(marked[1]))); err != nil {
			t.Errorf("example %s of the page: %v", marked[1], err)
		}
	}
}

// examples is one short exchange: a phone says hello and hands in a record, and a supervisor's phone learns of it.
func examples(t *testing.T) map[string]string {
	o := fixedOffice(t)
	out := map[string]string{}
	hello := exchange.HelloRequest{Proto: 1, Device: testkit.ID("dev1"), Name: "Work phone", SignKey: testkit.SignKey(), App: "0.1.0", ClientMs: testkit.Start.UnixMilli()}
	caller := exchange.Caller{User: o.author, Device: hello.Device}
	answer, err := o.Exchange.Hello(context.Background(), caller, hello)
	if err != nil {
		t.Fatal(err)
	}
	out["hello-request.json"], out["hello-answer.json"] = asLine(t, hello), asLine(t, answer)

	phone := &testkit.Phone{T: t, Exchange: o.Exchange, User: o.author, Device: hello.Device, Hello: answer}
	desk := testkit.NewPhone(t, o.Exchange, o.sup, "dev2")
	desk.Pull()
	op := create(enc1, casework.Values{"codename": "robin", "narrative": "They were afraid.", "name": "A made-up name"}, submit())
	op.V, op.User, op.TZ, op.Add = 1, o.author.ID, "Europe/London", map[string][]string{"indicators": {"GEN-01:seen"}}
	out["op.json"] = asLine(t, op)
	body := phone.Body([]string{phone.Line("op0000000000001", 1, op)})
	pushed, err := phone.Send(body)
	if err != nil {
		t.Fatal(err)
	}
	out["push-request.ndjson"], out["push-answer.json"] = body, asLine(t, pushed)

	out["pull-request.json"] = asLine(t, exchange.PullRequest{Proto: 1, Device: desk.Device, Cursor: desk.Cursor})
	out["pull-answer.ndjson"] = desk.Pull()
	ask := exchange.RevealRequest{Proto: 1, Coll: "encounters", Rec: enc1, What: "identity"}
	revealed, err := o.Exchange.Reveal(context.Background(), exchange.Caller{User: o.sup, Device: desk.Device}, ask)
	if err != nil {
		t.Fatal(err)
	}
	out["reveal-request.json"], out["reveal-answer.json"] = asLine(t, ask), asLine(t, revealed)
	return out
}

// fixedOffice is an office whose keys, randomness, clock and history never differ.
func fixedOffice(t *testing.T) *office {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/keys/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := keys.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	app := testkit.NewAppWith(t, folder)
	o := &office{App: app, agency: testkit.AddAgency(t, app.Base, "hafan", "")}
	o.author = testkit.AddUser(t, app.Base, "author", []string{"field"}, o.agency)
	o.sup = testkit.AddUser(t, app.Base, "sup", []string{"supervisor"}, o.agency)
	o.exec(t, "UPDATE sync_meta SET epoch = 'epoch0000000001'")
	cryptotest.SetGlobalRandom(t, 1)
	return o
}

func asLine(t *testing.T, value any) string {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String()) + "\n"
}
