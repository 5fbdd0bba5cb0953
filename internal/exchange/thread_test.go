package exchange_test

import (
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

const enc1 = "enc000000000001"

// office is one agency with an author, a supervisor and their phones.
type office struct {
	*testkit.App
	agency      string
	author, sup casework.User
	phone, desk *testkit.Phone
}

func newOffice(t testing.TB) *office {
	t.Helper()
	app := testkit.NewApp(t)
	o := &office{App: app, agency: testkit.AddAgency(t, app.Base, "hafan", "")}
	o.author = testkit.AddUser(t, app.Base, "author", []string{"field"}, o.agency)
	o.sup = testkit.AddUser(t, app.Base, "sup", []string{"supervisor"}, o.agency)
	o.phone = testkit.NewPhone(t, app.Exchange, o.author, "phone")
	o.desk = testkit.NewPhone(t, app.Exchange, o.sup, "desk")
	return o
}

func submit() *exchange.Cmd { return &exchange.Cmd{Name: "submit"} }

func create(rec string, set casework.Values, cmd *exchange.Cmd) exchange.Op {
	return exchange.Op{Kind: "create", Coll: "encounters", Rec: rec, Set: set, Cmd: cmd, AtMs: testkit.Start.UnixMilli()}
}

func command(rec, name string, rev int64, args casework.Values) exchange.Op {
	return exchange.Op{Kind: "cmd", Coll: "encounters", Rec: rec, Cmd: &exchange.Cmd{Name: name, ExpectRev: rev, Args: args}, AtMs: testkit.Start.UnixMilli()}
}

func wantV(t *testing.T, v exchange.Verdict, want string) {
	t.Helper()
	if v.V != want {
		t.Fatalf("verdict: got %+v, want %s", v, want)
	}
}

func TestThinThread(t *testing.T) {
	o := newOffice(t)
	op := create(enc1, casework.Values{"codename": "robin", "narrative": "They were afraid.", "name": "A Name", "phone": "07700 900123"}, submit())
	op.Add = map[string][]string{"indicators": {"GEN-01:seen"}}
	wantV(t, o.phone.Do(op), "ok")

	o.desk.Pull()
	row, ok := o.desk.Rows["encounters/"+enc1]
	if !ok {
		t.Fatal("the supervisor does not see what was handed in")
	}
	if got, want := row.D.Text("narrative"), "They were afraid."; got != want {
		t.Errorf("narrative: got %q, want %q", got, want)
	}
	if row.D["name"] != nil || row.D["phone"] != nil || row.D["has_identity"] != true || row.D["has_contact"] != true {
		t.Errorf("identity and contact: got %v", row.D)
	}
	wantV(t, o.desk.Do(command(enc1, "pick_up", row.Rev, nil)), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "approve", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")

	o.phone.Pull()
	mine := o.phone.Rows["encounters/"+enc1]
	if mine.D.Text("state") != "approved" || mine.D.Text("name") != "A Name" {
		t.Errorf("author's row: got %v", mine.D)
	}
	reviews := 0
	for at := range o.phone.Rows {
		if strings.HasPrefix(at, "reviews/") {
			reviews++
		}
	}
	if reviews != 2 {
		t.Errorf("reviews: got %d, want 2", reviews)
	}
}
