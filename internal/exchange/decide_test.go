package exchange_test

import (
	"reflect"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

func TestTwoDecideAtOnceFirstWins(t *testing.T) {
	o := newOffice(t)
	second := testkit.NewPhone(t, o.Exchange, testkit.AddUser(t, o.Base, "sup2", []string{"supervisor"}, o.agency), "desk2")
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	o.desk.Pull()
	second.Pull()
	rev := second.Rows["encounters/"+enc1].Rev
	wantV(t, o.desk.Do(command(enc1, "pick_up", rev, nil)), "ok")
	v := second.Do(command(enc1, "pick_up", rev, nil))
	if v.V != "stale" || v.By == nil || v.By.Name != "sup" || v.By.Event != "pick_up" || len(v.Conflicts) != 1 {
		t.Errorf("got %+v, want stale, told of sup's pick_up", v)
	}
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "approve", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
}

func TestReturnedRecordComesBackAsAVersion(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "pick_up", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "return", o.desk.Rows["encounters/"+enc1].Rev,
		casework.Values{"codes": []string{"R01"}, "note": "Say where."})), "ok")
	o.phone.Pull()
	patch := exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": "They were afraid, by the port."},
		Prev: casework.Values{"narrative": "They were afraid."}, Cmd: &exchange.Cmd{Name: "resubmit"}}
	wantV(t, o.phone.Do(patch), "ok")
	o.desk.Pull()
	changed := map[int64]any{}
	for at, row := range o.desk.Rows {
		if strings.HasPrefix(at, "versions/") {
			changed[row.D.Int("number")] = row.D["changed"]
		}
	}
	if want := map[int64]any{1: nil, 2: []any{"narrative"}}; !reflect.DeepEqual(changed, want) {
		t.Errorf("versions: got %v, want %v", changed, want)
	}
}

func TestConflictIsKeptAndChosen(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, nil)), "ok")
	tablet := testkit.NewPhone(t, o.Exchange, o.author, "tablet")
	edit := func(text string) exchange.Op {
		return exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": text, "danger": true, "danger_answers": map[string]any{"called_999": "yes"}},
			Prev: casework.Values{"narrative": "They were afraid."}}
	}
	wantV(t, o.phone.Do(edit("From the phone.")), "ok")
	v := tablet.Do(edit("From the tablet."))
	if v.V != "conflict" || len(v.Conflicts) != 1 {
		t.Fatalf("got %+v, want one conflict", v)
	}
	o.phone.Pull()
	c := o.phone.Rows["conflicts/"+v.Conflicts[0]].D
	if c["current"] != "From the phone." || c["incoming"] != "From the tablet." || c.Text("taken") != "current" {
		t.Errorf("conflict: got %v", c)
	}
	choose := exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: v.Conflicts[0], Set: casework.Values{"choice": "incoming"},
		Prev: casework.Values{"value": "From the phone."}}
	wantV(t, o.phone.Do(choose), "ok")
	wantV(t, tablet.Do(choose), "merged")
	o.phone.Pull()
	if got := o.phone.Rows["encounters/"+enc1].D.Text("narrative"); got != "From the tablet." {
		t.Errorf("narrative: got %q", got)
	}
}

func TestLateEditIsKeptAndDangerHoldsAtOnce(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	v := o.phone.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"danger": true, "narrative": "More."}})
	if v.V != "late" || len(v.Conflicts) != 2 {
		t.Fatalf("got %+v, want late with two conflicts", v)
	}
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "pick_up", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "approve", o.desk.Rows["encounters/"+enc1].Rev, nil)), "rejected")
	row := o.desk.Rows["encounters/"+enc1].D
	if row["danger"] != true || row.Text("narrative") != "They were afraid." {
		t.Errorf("row: got danger %v, narrative %q", row["danger"], row.Text("narrative"))
	}
}

func TestAuthorDoesNotPutALateEditUnderReview(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	v := o.phone.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": "More."}})
	wantV(t, v, "late")
	choose := func(id string) exchange.Op {
		return exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: id, Set: casework.Values{"choice": "incoming"},
			Prev: casework.Values{"value": "They were afraid."}}
	}
	o.desk.Pull()
	wantV(t, o.desk.Do(command(enc1, "pick_up", o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
	wantV(t, o.phone.Do(choose(v.Conflicts[0])), "rejected")
	o.desk.Pull()
	if got := o.desk.Rows["encounters/"+enc1].D.Text("narrative"); got != "They were afraid." {
		t.Errorf("narrative under review: got %q", got)
	}
	wantV(t, o.desk.Do(choose(v.Conflicts[0])), "ok")
}

func TestDraftIsSeenByItsAuthorOnly(t *testing.T) {
	o := newOffice(t)
	tablet := testkit.NewPhone(t, o.Exchange, o.author, "tablet")
	enc, ct := o.phone.Seal("noddfa-draft/1", enc1, []byte(`{"value":{"narrative":"half a sen"}}`))
	draft := `{"k":"d","rec":"` + enc1 + `","n":3,"kid":"` + o.phone.Hello.Key.KID + `","enc":"` + enc + `","ct":"` + ct + `"}`
	answer, err := o.phone.Send(o.phone.Body(nil, draft))
	if err != nil || len(answer.Drafts) != 1 || answer.Drafts[0].N != 3 {
		t.Fatalf("got %+v, %v", answer, err)
	}
	tablet.Pull()
	o.desk.Pull()
	holds := func(p *testkit.Phone) (found bool) {
		for at, row := range p.Rows {
			found = found || strings.HasPrefix(at, "drafts/") && row.D.Text("rec") == enc1 && row.D["draft"] != nil
		}
		return found
	}
	if !holds(tablet) || holds(o.desk) {
		t.Errorf("draft: author's tablet %v, supervisor %v; want true, false", holds(tablet), holds(o.desk))
	}
	if _, err := o.phone.Send(o.phone.Body(nil, `{"k":"d","rec":"`+enc1+`","n":4,"gone":true}`)); err != nil {
		t.Fatal(err)
	}
	if tablet.Pull(); holds(tablet) {
		t.Error("a draft that is gone stays on the tablet")
	}
}
