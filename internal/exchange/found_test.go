package exchange_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// What the simulation found, each as the shortest history that shows it.

func TestAnotherValueChosenTooLateIsKept(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, nil)), "ok")
	edit := func(was, is string) exchange.Op {
		return exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": is}, Prev: casework.Values{"narrative": was}}
	}
	wantV(t, o.phone.Do(edit("They were afraid.", "First.")), "ok")
	v := o.phone.Do(edit("They were afraid.", "Second."))
	wantV(t, v, "conflict")
	wantV(t, o.phone.Do(edit("First.", "Third.")), "ok")
	choose := exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: v.Conflicts[0], Set: casework.Values{"choice": "other", "value": "Both of them."},
		Prev: casework.Values{"value": "First."}}
	late := o.phone.Do(choose)
	wantV(t, late, "stale")
	if len(late.Conflicts) != 1 {
		t.Fatalf("got %+v, want the typed value kept in one conflict", late)
	}
	o.phone.Pull()
	if c := o.phone.Rows["conflicts/"+late.Conflicts[0]].D; c["incoming"] != "Both of them." || c["current"] != "Third." {
		t.Errorf("conflict: got %v", c)
	}
}

func TestRoleLostInTheMiddleOfALongPullCounts(t *testing.T) {
	o := newOffice(t)
	o.Exchange.SetChunkRows(50) // The catalogue comes first and fills the first chunk.
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	var out bytes.Buffer
	chunks := 0
	err := o.Exchange.Pull(context.Background(), exchange.Caller{User: o.sup, Device: o.desk.Device},
		exchange.PullRequest{Proto: 1, Device: o.desk.Device}, &out, func() error {
			if chunks++; chunks == 1 {
				o.exec(t, "UPDATE users SET roles = '[\"field\"]' WHERE id = '"+o.sup.ID+"'")
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if chunks < 2 || strings.Contains(out.String(), enc1) {
		t.Errorf("%d chunks, and the record of the lost role among them: %t", chunks, strings.Contains(out.String(), enc1))
	}
}

func TestAConflictOfItsOwnHoldsAnApprovalBack(t *testing.T) {
	o := newOffice(t)
	met := robin.Clone()
	met["council"] = "W06000022"
	wantV(t, o.phone.Do(create(enc1, met, submit())), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "pick_up", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
	o.desk.Pull()
	approve := command(enc1, "approve", o.desk.Rows["encounters/"+enc1].Rev, nil)
	approve.Kind, approve.Set, approve.Prev = "patch", casework.Values{"council": "W06000021"}, casework.Values{"council": "W06000020"}
	if v := o.desk.Do(approve); v.V != "rejected" || v.Key != "error.open_conflict" {
		t.Errorf("approve with a change that meets another value: got %+v, want rejected, error.open_conflict", v)
	}
}

func TestATaskToApproveLastsAsLongAsADisclosureWaits(t *testing.T) {
	b := newBureau(t)
	b.submit(t, ref1, "nrm", adultYes, nil)
	approve := func(id string) {
		t.Helper()
		wantV(t, b.sup.Do(exchange.Op{Kind: "cmd", Coll: "disclosures", Rec: id, Cmd: &exchange.Cmd{Name: "approve"}}), "ok")
	}
	const second = "dis000000000002"
	wantV(t, b.disclose(t, b.author, dis1, ref1, "police"), "ok")
	wantV(t, b.disclose(t, b.author, second, ref1, "support"), "ok")
	approve(dis1)
	if got := b.openTasks(t, b.sup); !slices.Equal(got, []string{"approve_disclosure"}) {
		t.Errorf("tasks while the second waits: got %v, want approve_disclosure", got)
	}
	approve(second)
	if got := b.openTasks(t, b.sup); len(got) > 0 {
		t.Errorf("tasks: got %v, want none", got)
	}
}
