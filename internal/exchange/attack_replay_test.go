package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// TestOperationUnderManyNumbersBlocksNothing hands one operation in under three numbers, as a copied phone might.
func TestOperationUnderManyNumbersBlocksNothing(t *testing.T) {
	o := newOffice(t)
	lines := []string{}
	for seq := int64(1); seq <= 3; seq++ {
		lines = append(lines, o.phone.Line("same00000000001", seq, create(enc1, robin, submit())))
	}
	answer, err := o.phone.Send(o.phone.Body(append(lines, o.phone.Line("next00000000001", 4, create("enc000000000002", robin, nil)))))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, v := range answer.Verdicts {
		got = append(got, v.V)
	}
	if want := "ok dup dup ok"; strings.Join(got, " ") != want {
		t.Errorf("verdicts: got %v, want %s", got, want)
	}
}

// TestDelayedDraftDoesNotComeBack sends a draft again after it was thrown away, as a slow network may.
func TestDelayedDraftDoesNotComeBack(t *testing.T) {
	o := newOffice(t)
	draft := func(n int) string {
		enc, ct := o.phone.Seal("noddfa-draft/1", enc1, []byte(`{"narrative":"They were afraid."}`))
		return fmt.Sprintf(`{"k":"d","rec":%q,"n":%d,"kid":%q,"enc":%q,"ct":%q}`, enc1, n, o.phone.Hello.Key.KID, enc, ct)
	}
	late := draft(3)
	for _, line := range []string{draft(2), late, fmt.Sprintf(`{"k":"d","rec":%q,"n":4,"gone":true}`, enc1), late} {
		if _, err := o.phone.Send(o.phone.Body(nil, line)); err != nil {
			t.Fatal(err)
		}
	}
	o.phone.Pull()
	for at := range o.phone.Rows {
		if strings.HasPrefix(at, "drafts/") {
			t.Error("a draft that was thrown away came back")
		}
	}
	if _, err := o.phone.Send(o.phone.Body(nil, draft(5))); err != nil {
		t.Fatal(err)
	}
	o.phone.Pull()
	if n := o.count(t, "SELECT count(*) FROM drafts WHERE author != ''"); n != 1 {
		t.Errorf("drafts after a newer one: got %d, want 1", n)
	}
}

// TestRevokedDeviceTakesNoDraftAway has a stolen phone throw away and overwrite what its owner wrote elsewhere.
func TestRevokedDeviceTakesNoDraftAway(t *testing.T) {
	o := newOffice(t)
	draft := func(n int, text string) string {
		enc, ct := o.phone.Seal("noddfa-draft/1", enc1, []byte(text))
		return fmt.Sprintf(`{"k":"d","rec":%q,"n":%d,"kid":%q,"enc":%q,"ct":%q}`, enc1, n, o.phone.Hello.Key.KID, enc, ct)
	}
	other := testkit.NewPhone(t, o.Exchange, o.author, "newphone")
	if _, err := other.Send(other.Body(nil, draft(1, `{"narrative":"Kept."}`))); err != nil {
		t.Fatal(err)
	}
	o.exec(t, "UPDATE devices SET revoked = 1 WHERE id = '"+o.phone.Device+"'")
	for _, line := range []string{draft(8, `{"narrative":"Gone."}`), fmt.Sprintf(`{"k":"d","rec":%q,"n":9,"gone":true}`, enc1)} {
		if _, err := o.phone.Send(o.phone.Body(nil, line)); err != nil {
			t.Fatal(err)
		}
	}
	other.Pull()
	for at, row := range other.Rows {
		if draft, _ := row.D["draft"].(map[string]any); strings.HasPrefix(at, "drafts/") && draft["narrative"] == "Kept." {
			return
		}
	}
	t.Error("a revoked phone took the draft away")
}

// TestReleaseForALeaverBlocksNothing releases an operation whose author has no account any more.
func TestReleaseForALeaverBlocksNothing(t *testing.T) {
	o := newOffice(t)
	o.exec(t, "UPDATE devices SET revoked = 1 WHERE id = '"+o.phone.Device+"'")
	hold := o.phone.Do(create(enc1, robin, submit())).Hold
	o.exec(t, "DELETE FROM users WHERE id = '"+o.author.ID+"'")
	wantV(t, o.desk.Do(exchange.Op{Kind: "cmd", Coll: "holds", Rec: hold, Cmd: &exchange.Cmd{Name: "release"}}), "rejected")
	wantV(t, o.desk.Do(create("enc000000000002", robin, nil)), "ok")
}

// TestAbsurdClockDoesNotReachReaders hands in times that no calendar holds, which would stop a reader's screen.
func TestAbsurdClockDoesNotReachReaders(t *testing.T) {
	o := newOffice(t)
	for i, at := range []int64{-1, 1 << 62, -1 << 62} {
		rec := testkit.ID(fmt.Sprintf("enc%d", i))
		op := create(rec, robin, submit())
		op.AtMs = at
		wantV(t, o.phone.Do(op), "ok")
		o.desk.Pull()
		if got := o.desk.Rows["encounters/"+rec].D.Int("made_at_ms"); got != 0 {
			t.Errorf("made_at_ms of %d: got %d, want it left out", at, got)
		}
	}
}

// chosenTooLate is a record on which two phones of one author differ, and the conflict's id.
func chosenTooLate(t *testing.T) (o *office, conflict string) {
	t.Helper()
	o = newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, nil)), "ok")
	second := testkit.NewPhone(t, o.Exchange, o.author, "second")
	patch := func(text string) exchange.Op {
		return exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"narrative": text}, Prev: casework.Values{"narrative": "They were afraid."}}
	}
	wantV(t, o.phone.Do(patch("First.")), "ok")
	v := second.Do(patch("Second."))
	wantV(t, v, "conflict")
	return o, v.Conflicts[0]
}

// TestChoiceMadeTooLateIsKept loses nobody's words: a text written to settle a conflict is kept when somebody else was
// first, or the record moved on.
func TestChoiceMadeTooLateIsKept(t *testing.T) {
	choose := func(shown string) exchange.Op {
		return exchange.Op{Kind: "resolve", Coll: "conflicts", Set: casework.Values{"choice": "other", "value": "Both, in my words."}, Prev: casework.Values{"value": shown}}
	}
	t.Run("the record moved on", func(t *testing.T) {
		o, conflict := chosenTooLate(t)
		op := choose("Something older.")
		op.Rec = conflict
		wantV(t, o.phone.Do(op), "stale")
		o.wantKept(t, "Both, in my words.")
	})
	t.Run("somebody settled it", func(t *testing.T) {
		o, conflict := chosenTooLate(t)
		first := exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: conflict, Set: casework.Values{"choice": "current"}, Prev: casework.Values{"value": "First."}}
		wantV(t, o.phone.Do(first), "ok")
		op := choose("First.")
		op.Rec = conflict
		wantV(t, o.phone.Do(op), "stale")
		o.wantKept(t, "Both, in my words.")
	})
}

func (o *office) wantKept(t *testing.T, text string) {
	t.Helper()
	o.phone.Pull()
	for at, row := range o.phone.Rows {
		if strings.HasPrefix(at, "conflicts/") && row.D.Text("incoming") == text && row.D.Text("state") == "open" {
			return
		}
	}
	t.Errorf("%q is kept nowhere", text)
}

// TestStaleCommandKeepsTheFields pairs fields with a decision that comes too late: the fields stand by their own rule.
func TestStaleCommandKeepsTheFields(t *testing.T) {
	o := newOffice(t)
	v := o.phone.Do(create(enc1, robin, submit()))
	wantV(t, v, "ok")
	wantV(t, o.desk.Do(command(enc1, "pick_up", v.Rev, nil)), "ok")
	op := command(enc1, "approve", v.Rev, nil)
	op.Kind, op.Set = "patch", casework.Values{"county_lines": true}
	stale := o.desk.Do(op)
	wantV(t, stale, "stale")
	if len(stale.Conflicts) != 1 || o.count(t, "SELECT count(*) FROM encounters WHERE county_lines") != 1 || o.state(t, enc1) != casework.InReview {
		t.Errorf("got %+v, want the field written, the command kept and the state as it was", stale)
	}
}

// TestSupervisorDoesNotWriteForTheAuthor settles a conflict with words of the supervisor's own in a field that only the
// author writes; choosing between what the author wrote is a supervisor's to do.
func TestSupervisorDoesNotWriteForTheAuthor(t *testing.T) {
	o, conflict := chosenTooLate(t)
	wantV(t, o.phone.Do(exchange.Op{Kind: "cmd", Coll: "encounters", Rec: enc1, Cmd: submit()}), "ok")
	choice := func(name string) exchange.Op {
		return exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: conflict, Set: casework.Values{"choice": name, "value": "The supervisor's words."}, Prev: casework.Values{"value": "First."}}
	}
	wantV(t, o.desk.Do(choice("other")), "forbidden")
	wantV(t, o.desk.Do(choice("incoming")), "ok")
}

// TestRevealSaysWhatWasShown asks for one thing of a conflict or a hold and is shown another: the audit names the latter.
func TestRevealSaysWhatWasShown(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, casework.Values{"codename": "robin", "narrative": "x", "name": "Seren"}, submit())), "ok")
	late := o.phone.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: enc1, Set: casework.Values{"name": "Lleuad"}, Prev: casework.Values{"name": "Seren"}})
	wantV(t, late, "late")
	held := o.phone.Do(create("enc000000000002", casework.Values{"phone": "not a number", "address": "1 Heol", "narrative": "x"}, nil))
	wantV(t, held, "rejected")
	for _, c := range []struct{ coll, rec, act, detail string }{
		{"conflicts", late.Conflicts[0], "reveal:identity", "name"},
		{"holds", held.Hold, "reveal:operation", "contact content"},
	} {
		_, err := o.Exchange.Reveal(context.Background(), exchange.Caller{User: o.sup, Device: o.desk.Device}, exchange.RevealRequest{Proto: 1, Coll: c.coll, Rec: c.rec, What: "contact"})
		if err != nil {
			t.Fatal(err)
		}
		var act, coll, detail string
		if err := o.Base.NonconcurrentDB().NewQuery("SELECT act, coll, detail FROM audit ORDER BY seq DESC LIMIT 1").Row(&act, &coll, &detail); err != nil {
			t.Fatal(err)
		}
		if act != c.act || coll != c.coll || detail != c.detail {
			t.Errorf("%s: got %q %q %q, want %q and %q", c.coll, act, coll, detail, c.act, c.detail)
		}
	}
}

// TestSpoiledCursorsCountAsFirstDownloads asks for everything with cursors that no server gave, more often than allowed.
func TestSpoiledCursorsCountAsFirstDownloads(t *testing.T) {
	for name, cursor := range map[string]string{"none": "", "nonsense": "AAAA"} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			free := make(chan struct{})
			done := make(chan error)
			started := make(chan struct{})
			ask := func(flush func() error) error {
				return o.Exchange.Pull(context.Background(), exchange.Caller{User: o.author, Device: o.phone.Device},
					exchange.PullRequest{Proto: 1, Device: o.phone.Device, Cursor: cursor}, &bytes.Buffer{}, flush)
			}
			for range 4 {
				go func() {
					done <- ask(func() error { started <- struct{}{}; <-free; return nil })
				}()
				<-started
			}
			err := ask(func() error { return nil })
			var no *casework.Error
			if !errors.As(err, &no) || no.Code != casework.Busy {
				t.Errorf("fifth: got %v, want busy", err)
			}
			close(free)
			for range 4 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			if err := ask(func() error { return nil }); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestReleaseDoesNotLetAnIllShapedIDIn has a supervisor release, in good faith, what was refused for its id: such a row
// would break the feed of everybody who sees it.
func TestReleaseDoesNotLetAnIllShapedIDIn(t *testing.T) {
	o := newOffice(t)
	for _, op := range []exchange.Op{
		create(`x","d":{},"k":"!`, robin, submit()),
		{Kind: "create", Coll: "encounters", Rec: enc1, Set: robin, Grp: "later"},
	} {
		hold := o.phone.Do(op).Hold
		wantV(t, o.desk.Do(exchange.Op{Kind: "cmd", Coll: "holds", Rec: hold, Cmd: &exchange.Cmd{Name: "release"}}), "rejected")
	}
	if n := o.count(t, "SELECT count(*) FROM encounters"); n != 0 {
		t.Errorf("encounters: got %d, want 0", n)
	}
	o.desk.Pull()
}

// TestRenamedRecordLeavesNoGhost gives a record another id by raw SQL: phones forget the old one and get the new.
func TestRenamedRecordLeavesNoGhost(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, casework.Values{"codename": "robin"}, nil)), "ok")
	o.phone.Pull()
	o.exec(t, "UPDATE encounters SET id = 'enc00000000000x', sealed_content = '' WHERE id = '"+enc1+"'")
	o.phone.Pull()
	if _, there := o.phone.Rows["encounters/"+enc1]; there {
		t.Error("the old id is still on the phone")
	}
	if _, there := o.phone.Rows["encounters/enc00000000000x"]; !there {
		t.Error("the new id is not on the phone")
	}
}
