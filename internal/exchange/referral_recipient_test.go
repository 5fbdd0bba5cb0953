package exchange_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

// TestAReturnedReferralStillGoesToTheRightKindOfAgency changes the recipient after the referral was first handed in. What
// is sent is frozen for that agency's people to read, so the kind of agency holds for every hand-in and every approval.
func TestAReturnedReferralStillGoesToTheRightKindOfAgency(t *testing.T) {
	b := newBureau(t)
	b.setAgency(t, b.council, "kind", "local_authority")
	b.inReview(t, "marac", forms.Answers{"consent_share": "yes"}, casework.Values{"to_agency": b.council})
	b.mustMove(t, b.sup, ref1, "return", casework.Values{"codes": []any{"R13"}, "note": "Please look again."})
	patch := func(from, to string, cmd *exchange.Cmd) exchange.Verdict {
		b.author.Pull()
		return b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Cmd: cmd,
			Set: casework.Values{"to_agency": to}, Prev: casework.Values{"to_agency": from}})
	}
	wantRefused(t, patch(b.council, b.agency, &exchange.Cmd{Name: "resubmit"}), "error.agency_allowed_for_type")

	// The council changes what it is while the referral waits: whoever approves is told.
	wantOK(t, b.author.Do(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: ref1, Cmd: &exchange.Cmd{Name: "resubmit"}}))
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	b.setAgency(t, b.council, "kind", "ngo")
	wantRefused(t, b.move(t, b.sup, ref1, "approve", nil), "error.agency_allowed_for_type")
}

// TestATaskEndsWhenWhatItAsksForIsDone tries to tick off a countersignature that nobody has given.
func TestATaskEndsWhenWhatItAsksForIsDone(t *testing.T) {
	b := newBureau(t)
	b.sent(t) // With a task for its number.
	b.spoc.Pull()
	for _, name := range slices.Sorted(maps.Keys(b.spoc.Rows)) {
		row := b.spoc.Rows[name]
		if row.D.Text("kind") != "number_awaited" {
			continue
		}
		v := b.spoc.Do(exchange.Op{Kind: "cmd", Coll: "tasks", Rec: name[len("tasks/"):], Cmd: &exchange.Cmd{Name: "done"}})
		wantRefused(t, v, "error.ends_by_itself")
	}
	if got := b.openTasks(t, b.spoc); !slices.Equal(got, []string{"number_awaited"}) {
		t.Fatalf("got %v, want the task open still", got)
	}
	b.mustMove(t, b.spoc, ref1, "add_number", casework.Values{"external_ref": "NRM-1"})
	if got := b.openTasks(t, b.spoc); len(got) > 0 {
		t.Errorf("after the number: got %v, want none", got)
	}
}

// TestWhatIsSentBeforeReviewIsCheckedAgain changes the consent of what was handed in, and then sends it alone.
func TestWhatIsSentBeforeReviewIsCheckedAgain(t *testing.T) {
	b := newBureau(t)
	charity := testkit.AddAgency(t, b.Base, "elusen", "")
	b.setAgency(t, charity, "kind", "ngo")
	wantOK(t, b.begin(t, "victim_support", forms.Answers{"consent_share": "yes"}, casework.Values{"to_agency": charity}))
	wantOK(t, b.disclose(t, b.author, dis1, ref1, "support"))
	b.author.Pull()
	was := b.author.Rows["referrals/"+ref1].D["consent"].(map[string]any)
	no := maps.Clone(was)
	no["consent_share"] = "no"
	v := b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent": no}, Prev: casework.Values{"consent": was}})
	send := with(sentArgs(dis1), "channel", "in_app")
	wantRefused(t, b.move(t, b.author, ref1, "mark_sent", send), "error.open_conflict")
	wantOK(t, b.author.Do(exchange.Op{Kind: "resolve", Coll: "conflicts", Rec: v.Conflicts[0], Set: casework.Values{"choice": "incoming"}, Prev: casework.Values{"value": was}}))
	if v := b.move(t, b.author, ref1, "mark_sent", send); v.V != "rejected" {
		t.Errorf("got %+v: a no was sent", v)
	}
}

// TestATaskIsEndedByWhomItIsFor has the author tick off what the sender is to do.
func TestATaskIsEndedByWhomItIsFor(t *testing.T) {
	b := newBureau(t)
	b.sent(t)
	wantOK(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true}}))
	b.author.Pull()
	for name, row := range b.author.Rows {
		if row.D.Text("kind") == "tell_body" {
			if v := b.author.Do(exchange.Op{Kind: "cmd", Coll: "tasks", Rec: name[len("tasks/"):], Cmd: &exchange.Cmd{Name: "done"}}); v.V != "forbidden" {
				t.Errorf("got %+v, want forbidden", v)
			}
		}
	}
	if got := b.openTasks(t, b.spoc); !slices.Contains(got, "tell_body") {
		t.Errorf("got %v, want tell_body open still", got)
	}
}

// TestASenderIsAskedWhatWasKeyedIn withdraws consent between the keying in and the word of it: the Home Office may have the
// person by then.
func TestASenderIsAskedWhatWasKeyedIn(t *testing.T) {
	b := newBureau(t)
	b.approved(t)
	wantOK(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true}}))
	if got := b.openTasks(t, b.spoc); !slices.Equal(got, []string{"tell_body"}) || b.state(t, b.spoc, ref1) != casework.Withdrawn {
		t.Errorf("tasks: got %v, want tell_body on a withdrawn referral", got)
	}
}

// TestTwoRolesAreNotTwoPeople has somebody with both roles co-sign and reject a child's referral alone.
func TestTwoRolesAreNotTwoPeople(t *testing.T) {
	b := newBureau(t)
	both := testkit.NewPhone(t, b.Exchange, testkit.AddUser(t, b.Base, "both", []string{"supervisor", "safeguarding_lead"}, b.agency), "phoneboth")
	b.submit(t, ref1, "nrm", aChild, nil)
	b.mustMove(t, both, ref1, "cosign_reject", casework.Values{"reason": "Not a case."})
	b.mustMove(t, both, ref1, "pick_up", nil)
	wantRefused(t, b.move(t, both, ref1, "reject", casework.Values{"reason": "Not a case."}), "error.not_child_without_safeguarding_cosign")
}

// TestAnEndEndsWhatWasWaitedFor withdraws what was sent in haste: nobody has to countersign it any more.
func TestAnEndEndsWhatWasWaitedFor(t *testing.T) {
	b := newBureau(t)
	form := testkit.Form(t, "nrm")
	wantOK(t, b.author.Do(refer(ref1, testkit.Referral(t, form, "nrm", testkit.Fill(t, form, aChild), nil), nil)))
	wantOK(t, b.disclose(t, b.author, dis1, ref1, "home_office"))
	b.mustMove(t, b.author, ref1, "urgent_send", urgentArgs())
	if got := b.openTasks(t, b.spoc); !slices.Equal(got, []string{"countersign", "number_awaited"}) {
		t.Errorf("after the call: got %v, want a number to be waited for", got)
	}
	b.mustMove(t, b.spoc, ref1, "withdraw_external", casework.Values{"told": "SCA", "told_at": "2026-11-24T09:00", "reason": "Taken back."})
	if got := b.openTasks(t, b.spoc); len(got) > 0 {
		t.Errorf("at the end: got %v, want none", got)
	}
}

// TestNoNumberOfWarningsHidesAName fills the list of hits with addresses, and ends the story with a telephone number.
func TestNoNumberOfWarningsHidesAName(t *testing.T) {
	b := newBureau(t)
	var places strings.Builder
	for n := range 230 {
		fmt.Fprintf(&places, "%d Heol Fawr%d. ", n+1, n)
	}
	b.inReview(t, "dtn", adultNo, casework.Values{"answers.treatment": places.String() + "Ring 07700 900123."})
	wantRefused(t, b.move(t, b.sup, ref1, "approve", checklist()), "error.dtn_anonymity_clear")
}

// TestNoHitTellsWhatAnotherAgencyWrote names another agency's record and guesses at what stands in it.
func TestNoHitTellsWhatAnotherAgencyWrote(t *testing.T) {
	b := newBureau(t)
	charity := testkit.AddAgency(t, b.Base, "elusen", "")
	helper := testkit.NewPhone(t, b.Exchange, testkit.AddUser(t, b.Base, "helper", []string{"field"}, charity), "phonehelper")
	met := "enc000000000009"
	wantOK(t, helper.Do(create(met, casework.Values{"codename": "dryw 9", "narrative": "Met.", "name": "Blodyn"}, nil)))
	b.inReview(t, "dtn", adultNo, casework.Values{"encounter": met, "answers.treatment": "Was it Blodyn or Marged?"})
	b.sup.Pull()
	for _, one := range list(b.sup.Rows["referrals/"+ref1].D["hits"]) {
		if hit := casework.Values(one.(map[string]any)); hit.Text("kind") == "name" {
			t.Errorf("got %v: the charity's record shows through", hit)
		}
	}
}

// TestAReturnIsNoReview has the author send what was returned and handed in again: somebody still has to read it.
func TestAReturnIsNoReview(t *testing.T) {
	b := newBureau(t)
	b.inReview(t, "safeguarding_child", forms.Answers{}, casework.Values{"to_agency": b.council})
	b.mustMove(t, b.sup, ref1, "return", casework.Values{"codes": []any{"R01"}, "note": "Thin."})
	wantOK(t, b.author.Do(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: ref1, Cmd: &exchange.Cmd{Name: "resubmit"}}))
	wantOK(t, b.disclose(t, b.author, dis1, ref1, "council"))
	b.mustMove(t, b.author, ref1, "mark_sent", with(sentArgs(dis1), "channel", "phone_then_written"))
	if got := b.openTasks(t, b.sup); !slices.Contains(got, "countersign") {
		t.Errorf("got %v, want a countersignature to be waited for", got)
	}
}

// TestWhatLeavesIsLookedAtOnceMore learns a nickname after the approval that stands in what is about to be keyed in. What
// was found is there for a reviewer to look at, and once they have, the referral goes.
func TestWhatLeavesIsLookedAtOnceMore(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *bureau){
		"as a pack": func(t *testing.T, b *bureau) {
			_, err := b.Exchange.Pack(t.Context(), exchange.Caller{User: b.spoc.User, Device: b.spoc.Device},
				exchange.PackRequest{Proto: 1, Rec: ref1, Disclosure: dis1, As: "pack", Lang: "en"})
			var no *casework.Error
			if !errors.As(err, &no) || no.Key != "error.dtn_anonymity_clear" {
				t.Fatalf("got %v, want error.dtn_anonymity_clear", err)
			}
		},
		"as sent": func(t *testing.T, b *bureau) {
			wantRefused(t, b.move(t, b.spoc, ref1, "mark_sent", sentArgs(dis1)), "error.dtn_anonymity_clear")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t)
			met := "enc000000000009"
			wantOK(t, b.author.Do(create(met, casework.Values{"codename": "dryw 9", "narrative": "Met at the gate."}, nil)))
			b.inReview(t, "dtn", adultNo, casework.Values{"encounter": met, "answers.treatment": "They called her Blodyn and laughed."})
			b.clearHits(t)
			b.mustMove(t, b.sup, ref1, "approve", checklist())
			wantOK(t, b.disclose(t, b.spoc, dis1, ref1, "home_office"))
			wantOK(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: met, Set: casework.Values{"nickname": "Blodyn"}}))
			leave(t, b)
			if got := b.openTasks(t, b.sup); !slices.Equal(got, []string{"clear_hits"}) {
				t.Fatalf("tasks: got %v, want clear_hits", got)
			}
			if n := b.clearHits(t); n != 1 {
				t.Fatalf("the reviewer found %d places to look at, want 1", n)
			}
			if got := b.openTasks(t, b.sup); len(got) > 0 {
				t.Errorf("tasks once it is cleared: got %v, want none", got)
			}
			b.mustMove(t, b.spoc, ref1, "mark_sent", sentArgs(dis1))
		})
	}
}

// clearHits has the supervisor clear every place that blocks, and says how many there were.
func (b *bureau) clearHits(t testing.TB) int {
	t.Helper()
	b.sup.Pull()
	n := 0
	for _, one := range list(b.sup.Rows["referrals/"+ref1].D["hits"]) {
		if hit := casework.Values(one.(map[string]any)); hit.Bool("block") && hit["cleared_by"] == nil {
			b.mustMove(t, b.sup, ref1, "clear_hit", casework.Values{"hit": hit.Text("id"), "reason": "Nobody by that name."})
			n++
		}
	}
	return n
}

func wantRefused(t *testing.T, v exchange.Verdict, key string) {
	t.Helper()
	if v.V != "rejected" || v.Key != key {
		t.Errorf("got %+v, want rejected, %s", v, key)
	}
}
