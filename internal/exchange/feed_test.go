package exchange_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/testkit"
)

func TestRawEditReachesThePhone(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	o.phone.Pull()
	o.exec(t, "UPDATE encounters SET force = 'glasfor' WHERE id = '"+enc1+"'")
	o.phone.Pull()
	if got := o.phone.Rows["encounters/"+enc1].D.Text("force"); got != "glasfor" {
		t.Errorf("force: got %q, want glasfor", got)
	}
	o.exec(t, "DELETE FROM encounters WHERE id = '"+enc1+"'")
	o.phone.Pull()
	if _, there := o.phone.Rows["encounters/"+enc1]; there {
		t.Error("a deleted record stays on the phone")
	}
}

func TestLostRoleDropsItsRecords(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	o.desk.Pull()
	o.exec(t, `UPDATE users SET roles = '["field"]' WHERE id = '`+o.sup.ID+"'")
	if answer := o.desk.Pull(); !strings.Contains(answer, `"k":"x"`) {
		t.Errorf("no drop in %s", answer)
	}
	if _, there := o.desk.Rows["encounters/"+enc1]; there {
		t.Error("the record stays with someone who lost the role")
	}
	o.exec(t, `UPDATE users SET roles = '["supervisor"]' WHERE id = '`+o.sup.ID+"'")
	o.desk.Pull()
	if _, there := o.desk.Rows["encounters/"+enc1]; !there {
		t.Error("the record does not come back with the role")
	}
}

func TestRecordLeavingSightIsForgotten(t *testing.T) {
	o := newOffice(t)
	wantV(t, o.phone.Do(create(enc1, robin, submit())), "ok")
	o.desk.Pull()
	for _, name := range []string{"pick_up", "approve", "close"} {
		wantV(t, o.desk.Do(command(enc1, name, o.desk.Rows["encounters/"+enc1].Rev, nil)), "ok")
		o.desk.Pull()
	}
	o.phone.Pull()
	o.Clock.Forward(25 * time.Hour)
	if err := o.Store.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	o.phone.Pull()
	o.desk.Pull()
	for at := range o.phone.Rows {
		coll, _, _ := strings.Cut(at, "/")
		if !slices.Contains([]string{"indicators", "agencies", "devices", "forms"}, coll) {
			t.Errorf("the author's phone still holds %s", at)
		}
	}
	if _, there := o.desk.Rows["encounters/"+enc1]; !there {
		t.Error("the supervisor lost the record after a day")
	}
	o.Clock.Forward(91 * 24 * time.Hour)
	if err := o.Store.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	if answer := o.desk.Pull(); !strings.Contains(answer, `{"k":"f","c":"encounters","i":"`+enc1) {
		t.Errorf("no forget in %s", answer)
	}
}

func TestCutStreamResumesAtTheLastChunk(t *testing.T) {
	o := newOffice(t)
	o.fill(t, 600)
	whole := o.desk.Pull()
	all := len(o.desk.Rows)
	if chunks := strings.Count(whole, `{"k":"c"`); chunks < 3 || all < 1200+135 {
		t.Fatalf("bootstrap: got %d chunks and %d rows", chunks, all)
	}
	late := testkit.NewPhone(t, o.Exchange, o.sup, "desk2")
	late.Take(whole[:len(whole)*2/3])
	if late.Cursor == "" || len(late.Rows) == 0 || len(late.Rows) >= all {
		t.Fatalf("cut stream: got %d of %d rows", len(late.Rows), all)
	}
	had := len(late.Rows)
	rest := late.Pull()
	if got := strings.Count(rest, `{"k":"p"`); got > all-had+2 {
		t.Errorf("resumed stream: got %d rows again, want about %d", got, all-had)
	}
	for at := range o.desk.Rows {
		if _, there := late.Rows[at]; !there && !strings.HasPrefix(at, "devices/") {
			t.Errorf("the resumed phone lacks %s", at)
		}
	}
}

// TestFeedShowsWhatAccessAllows compares what reaches each role's phone with what the access table says.
func TestFeedShowsWhatAccessAllows(t *testing.T) {
	o := newOffice(t)
	child := casework.Values{"narrative": "x", "age_status": "child"}
	for i, set := range []casework.Values{robin, child} {
		wantV(t, o.phone.Do(create(testkit.ID("open"+string(rune('a'+i))), set, nil)), "ok")
		wantV(t, o.phone.Do(create(testkit.ID("sent"+string(rune('a'+i))), set, submit())), "ok")
	}
	want := map[string][]string{"supervisor": {"senta", "sentb"}, "safeguarding_lead": {"sentb"}}
	for _, role := range casework.Roles {
		t.Run(role, func(t *testing.T) {
			name := strings.ReplaceAll(role, "_", "")
			p := testkit.NewPhone(t, o.Exchange, testkit.AddUser(t, o.Base, "x"+name, []string{role}, o.agency), "y"+name)
			p.Pull()
			var got []string
			for at, row := range p.Rows {
				if coll, rec, _ := strings.Cut(at, "/"); coll == "encounters" {
					got = append(got, strings.TrimRight(rec, "0"))
					if row.D["name"] != nil || row.D["phone"] != nil {
						t.Errorf("identity or contact reached a %s", role)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want[role]) {
				t.Errorf("got %v, want %v", got, want[role])
			}
		})
	}
}
