package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

var robin = casework.Values{"codename": "robin", "narrative": "They were afraid."}

func (o *office) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := o.Base.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		t.Fatal(err)
	}
}

func (o *office) count(t *testing.T, sql string) int {
	t.Helper()
	var n int
	if err := o.Base.NonconcurrentDB().NewQuery(sql).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSameMessageTwice(t *testing.T) {
	o := newOffice(t)
	o.phone.Op(create(enc1, robin, submit()))
	body := o.phone.Body([]string{o.phone.Outbox[0].Line})
	first, err := o.phone.Send(body)
	if err != nil {
		t.Fatal(err)
	}
	second, err := o.phone.Send(body)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first.Verdicts, second.Verdicts) || first.Head != second.Head {
		t.Errorf("second answer: got %+v, want %+v", second, first)
	}
	if got := o.count(t, "SELECT count(*) FROM versions"); got != 1 {
		t.Errorf("versions: got %d, want 1", got)
	}
}

func TestNumberReusedForAnotherOperationStops(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, nil)), "ok")
	line := o.phone.Line("fork00000000001", 1, create("enc000000000002", robin, nil))
	answer, err := o.phone.Send(o.phone.Body([]string{line}))
	if err != nil || answer.Stop == nil || answer.Stop.Why != "fork" || len(answer.Verdicts) != 0 {
		t.Errorf("got %+v, %v, want a stop for fork", answer, err)
	}
}

func TestGapStops(t *testing.T) {
	o := newOffice(t)
	line := o.phone.Line("gap000000000001", 3, create(enc1, robin, nil))
	answer, err := o.phone.Send(o.phone.Body([]string{line}))
	if err != nil || answer.Stop == nil || *answer.Stop != (exchange.Stop{Why: "gap", Expect: 1}) {
		t.Errorf("got %+v, %v, want a stop for gap at 1", answer, err)
	}
}

func TestPoisonedOperationDoesNotBlockTheNext(t *testing.T) {
	o := newOffice(t)
	poisons := map[string]exchange.Op{
		"unknown collection":     {Kind: "create", Coll: "secrets", Rec: enc1},
		"unknown kind":           {Kind: "explode", Coll: "encounters", Rec: enc1},
		"schema from the future": {V: 2, Kind: "create", Coll: "encounters", Rec: enc1},
		"unknown field":          {Kind: "create", Coll: "encounters", Rec: enc1, Set: casework.Values{"state": "approved"}},
		"wrong type":             {Kind: "create", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": 7}},
		"id of another shape":    {Kind: "create", Coll: "encounters", Rec: "../../x"},
		"reserved hole":          {Kind: "hole", Coll: "encounters", Rec: enc1},
		"addendum without text":  {Kind: "create", Coll: "addenda", Rec: enc1},
	}
	for name, op := range poisons {
		t.Run(name, func(t *testing.T) {
			o.phone.Op(op)
			good := testkit.ID("good" + strings.ReplaceAll(name, " ", ""))
			o.phone.Op(create(good, robin, nil))
			verdicts := o.phone.Push()
			if verdicts[0].V != "rejected" || verdicts[0].Hold == "" || verdicts[0].Commit == 0 {
				t.Errorf("poison: got %+v, want rejected and kept", verdicts[0])
			}
			wantV(t, verdicts[1], "ok")
		})
	}
	o.phone.Pull()
	kept := 0
	for at, row := range o.phone.Rows {
		if strings.HasPrefix(at, "holds/") && row.D["op"] != nil {
			kept++
		}
	}
	if kept != len(poisons) {
		t.Errorf("holds with their operation: got %d, want %d", kept, len(poisons))
	}
}

func TestSealedForAnotherUserIsKeptUnread(t *testing.T) {
	o := newOffice(t)
	line := strings.Replace(o.phone.Line("bad000000000001", 1, create(enc1, robin, nil)), `"op_id":"bad`, `"op_id":"cad`, 1)
	answer, err := o.phone.Send(o.phone.Body([]string{line}))
	if err != nil || answer.Verdicts[0].V != "rejected" || answer.Verdicts[0].Key != "error.unreadable" {
		t.Errorf("got %+v, %v, want rejected as unreadable", answer, err)
	}
}

func TestForgedAuthorIsRefused(t *testing.T) {
	o := newOffice(t)
	op := create(enc1, robin, nil)
	op.User = o.sup.ID
	v := o.phone.Do(op)
	wantV(t, v, "forbidden")
	if n := o.count(t, "SELECT count(*) FROM encounters"); n != 0 {
		t.Errorf("encounters: got %d, want 0", n)
	}
}

func TestNobodyDecidesOnTheirOwnRecord(t *testing.T) {
	o := newOffice(t)
	v := o.desk.Do(create(enc1, robin, submit()))
	wantV(t, v, "ok")
	wantV(t, o.desk.Do(command(enc1, "pick_up", v.Rev, nil)), "forbidden")
}

func TestStrangerCannotTouchTheRecord(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	other := testkit.AddAgency(t, o.Base, "other", "")
	for _, role := range casework.Roles {
		t.Run(role, func(t *testing.T) {
			stranger := testkit.NewPhone(t, o.Exchange, testkit.AddUser(t, o.Base, "s"+strings.ReplaceAll(role, "_", ""), []string{role}, other), "p"+strings.ReplaceAll(role, "_", ""))
			stranger.Pull()
			if _, sees := stranger.Rows["encounters/"+enc1]; sees {
				t.Error("a stranger sees the record")
			}
			wantV(t, stranger.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": "mine"}}), "forbidden")
			_, err := o.Exchange.Reveal(context.Background(), exchange.Caller{User: stranger.User, Device: stranger.Device},
				exchange.RevealRequest{Proto: 1, Coll: "encounters", Rec: enc1, What: "identity"})
			var no *casework.Error
			if !errors.As(err, &no) || no.Code != casework.NotFound {
				t.Errorf("reveal: got %v, want not_found", err)
			}
		})
	}
}

func TestWrongEpochReadsNothing(t *testing.T) {
	o := newOffice(t)
	o.phone.Op(create(enc1, robin, nil))
	o.phone.Hello.Epoch = "another"
	_, err := o.phone.Send(o.phone.Body([]string{o.phone.Outbox[0].Line}))
	var no *casework.Error
	if !errors.As(err, &no) || no.Code != casework.Conflict || no.Key != "error.epoch" || no.Epoch == "" {
		t.Errorf("got %v, want conflict error.epoch", err)
	}
}

func TestBrokenRequestsApplyNothing(t *testing.T) {
	o := newOffice(t)
	one, two := o.phone.Line("one000000000001", 1, create(enc1, robin, nil)), o.phone.Line("two000000000001", 2, create("enc000000000002", robin, nil))
	whole := o.phone.Body([]string{one, two})
	for name, c := range map[string]struct{ body, key string }{
		"nothing":              {"", "error.truncated"},
		"truncated at a line":  {whole[:strings.LastIndex(strings.TrimSpace(whole), "\n")+1], "error.truncated"},
		"cut in a line":        {whole[:len(whole)-40], "error.malformed"},
		"not JSON":             {"<html>Sign in to the Wi-Fi</html>", "error.malformed"},
		"no header":            {one + "\n", "error.malformed"},
		"newer protocol":       {strings.Replace(whole, `"proto":1`, `"proto":9`, 1), "error.proto"},
		"numbers out of order": {o.phone.Body([]string{two, one}), "error.malformed"},
		"too many":             {strings.Replace(whole, `"ops":2`, `"ops":101`, 1), "error.too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.phone.Send(c.body)
			var no *casework.Error
			if !errors.As(err, &no) || no.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
	if n := o.count(t, "SELECT count(*) FROM sync_op"); n != 0 {
		t.Errorf("operations taken: got %d, want 0", n)
	}
}

func TestClockTenYearsWrong(t *testing.T) {
	o := newOffice(t)
	op := create(enc1, robin, submit())
	op.AtMs = testkit.Start.AddDate(10, 0, 0).UnixMilli()
	wantV(t, o.phone.Do(op), "ok")
	o.desk.Pull()
	row := o.desk.Rows["encounters/"+enc1].D
	if row.Int("made_at_ms") != op.AtMs || row.Int("received_at_ms") != testkit.Start.UnixMilli() {
		t.Errorf("times: got made %d, received %d", row.Int("made_at_ms"), row.Int("received_at_ms"))
	}
}

func TestRevokedDeviceWipesAndIsHeld(t *testing.T) {
	o := newOffice(t)
	o.phone.Op(create(enc1, robin, submit()))
	o.exec(t, "UPDATE devices SET revoked = 1 WHERE id = '"+o.phone.Device+"'")
	answer, err := o.phone.Send(o.phone.Body([]string{o.phone.Outbox[0].Line}))
	if err != nil || answer.Order != "wipe" || answer.Verdicts[0].V != "forbidden" {
		t.Fatalf("push: got %+v, %v, want forbidden and the order to wipe", answer, err)
	}
	var out bytes.Buffer
	if err := o.Exchange.Pull(context.Background(), exchange.Caller{User: o.author, Device: o.phone.Device},
		exchange.PullRequest{Proto: 1, Device: o.phone.Device}, &out, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), `"k":"p"`) || !strings.Contains(out.String(), `"order":"wipe"`) {
		t.Errorf("pull: got %s, want the order and no rows", out.String())
	}
	o.desk.Pull()
	hold := answer.Verdicts[0].Hold
	if _, ok := o.desk.Rows["holds/"+hold]; !ok {
		t.Fatal("the supervisor does not see the hold")
	}
	wantV(t, o.desk.Do(exchange.Op{Kind: "cmd", Coll: "holds", Rec: hold, Cmd: &exchange.Cmd{Name: "release"}}), "ok")
	o.desk.Pull()
	if got := o.desk.Rows["encounters/"+enc1].D.Text("author"); got != o.author.ID {
		t.Errorf("author of the released record: got %q, want %q", got, o.author.ID)
	}
}

func TestAuditRowsNeitherChangeNorGo(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "pick_up", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
	if _, err := o.Exchange.Reveal(context.Background(), exchange.Caller{User: o.sup, Device: o.desk.Device},
		exchange.RevealRequest{Proto: 1, Coll: "encounters", Rec: enc1, What: "identity"}); err != nil {
		t.Fatal(err)
	}
	if got := o.count(t, "SELECT count(*) FROM audit WHERE act IN ('cmd:pick_up', 'reveal:identity') AND actor = '"+o.sup.ID+"'"); got != 2 {
		t.Errorf("audit rows: got %d, want 2", got)
	}
	for _, sql := range []string{"UPDATE audit SET actor = 'x'", "DELETE FROM audit"} {
		if _, err := o.Base.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("%s: got no error", sql)
		}
	}
}

// notOnDisk looks for words in the files of an app, its write-ahead log among them.
func notOnDisk(t *testing.T, app *testkit.App, words ...string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(app.Base.DataDir(), "*.db*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files: got %v, %v; want database and its log", files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if at := bytes.Index(bytes.ToLower(raw), bytes.ToLower([]byte(word))); at >= 0 {
				t.Errorf("%s stands in clear in %s: %q", word, filepath.Base(file), raw[max(0, at-60):min(len(raw), at+40)])
			}
		}
	}
}

func TestMarkerWordsNeverReachTheDisk(t *testing.T) {
	const name, story = "Zzyxmarkername", "Qqwvmarkerstory"
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, casework.Values{"name": name, "narrative": story, "phone": name, "address": name}, submit())), "rejected")
	wantV(t, o.phone.Do(create(enc1, casework.Values{"name": name, "narrative": story, "address": name}, submit())), "ok")
	wantV(t, o.phone.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"name": name + "2", "narrative": story + "2"}}), "late")
	wantV(t, o.phone.Do(exchange.Op{Kind: "create", Coll: "addenda", Rec: enc1, Set: casework.Values{"encounter": enc1, "text": story}}), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "pick_up", 1, casework.Values{})), "stale")
	wantV(t, o.desk.Do(command(enc1, "stand_down", o.desk.Rows["encounters/"+enc1].Rev, casework.Values{"reason": story})), "ok")
	notOnDisk(t, o.App, name, story)
	if answer := o.desk.Pull() + func() string { raw, _ := json.Marshal(o.desk.Rows); return string(raw) }(); strings.Contains(answer, name) {
		t.Error("the name reached a supervisor's phone")
	}
}
