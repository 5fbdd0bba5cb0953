package exchange_test

import (
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// TestReadNotice is who may mark which notice as read, and that a second time changes nothing.
func TestReadNotice(t *testing.T) {
	app := testkit.NewApp(t)
	agency := testkit.AddAgency(t, app.Base, "hafan", "")
	owner := testkit.AddUser(t, app.Base, "onnen", []string{"field"}, agency)
	other := testkit.AddUser(t, app.Base, "derw", []string{"supervisor"}, agency)
	id := testkit.ID("notice")
	err := app.Store.Write(t.Context(), func(tx exchange.Tx) error {
		return tx.Insert("notices", id, casework.Values{"user": owner.ID, "kind": "returned", "of_coll": "encounters", "of_rec": testkit.ID("enc"), "state": "unread", "at_ms": int64(1)})
	})
	if err != nil {
		t.Fatal(err)
	}
	mine := testkit.NewPhone(t, app.Exchange, owner, "phonea")
	theirs := testkit.NewPhone(t, app.Exchange, other, "phoneb")
	mine.Pull()
	theirs.Pull()
	at := "notices/" + id
	if got := mine.Rows[at].D; got.Text("kind") != "returned" || got["user"] != nil {
		t.Errorf("owner: got %v", got)
	}
	if _, seen := theirs.Rows[at]; seen {
		t.Error("somebody else was sent the notice")
	}
	read := exchange.Op{Kind: "cmd", Coll: "notices", Rec: id, Cmd: &exchange.Cmd{Name: "read"}}
	withFields := read
	withFields.Set = casework.Values{"kind": "approved"}
	unknown := read
	unknown.Cmd = &exchange.Cmd{Name: "approve"}
	steps := []struct {
		name string
		by   *testkit.Phone
		op   exchange.Op
		want string
	}{
		{"another person's", theirs, read, "forbidden"},
		{"with fields", mine, withFields, "rejected"},
		{"another command", mine, unknown, "rejected"},
		{"no such notice", mine, exchange.Op{Kind: "cmd", Coll: "notices", Rec: testkit.ID("none"), Cmd: read.Cmd}, "forbidden"},
		{"OK", mine, read, "ok"},
		{"OK twice", mine, read, "merged"},
	}
	for _, step := range steps {
		if got := step.by.Do(step.op); got.V != step.want {
			t.Errorf("%s: got %s %s, want %s", step.name, got.V, got.Key, step.want)
		}
	}
	mine.Pull()
	if got := mine.Rows[at].D.Text("state"); got != "read" {
		t.Errorf("got state %q, want read", got)
	}
}
