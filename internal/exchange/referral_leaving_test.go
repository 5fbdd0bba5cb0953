package exchange_test

import (
	"slices"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

const dis2 = "dis000000000002"

// TestWhoMendsDoesNotApprove has a supervisor rewrite a returned referral as cover for its author. They wrote it then, and
// somebody else decides on it.
func TestWhoMendsDoesNotApprove(t *testing.T) {
	b := newBureau(t)
	b.mendedAsCover(t)
	wantRefused(t, b.move(t, b.sup, ref1, "approve", checklist()), "error.four_eyes")
	b.mustMove(t, b.other, ref1, "pick_up", nil)
	b.mustMove(t, b.other, ref1, "approve", checklist())
}

// mendedAsCover has the supervisor return a referral, rewrite it in its author's absence, hand it in, and pick it up.
func (b *bureau) mendedAsCover(t testing.TB) {
	t.Helper()
	b.inReview(t, "nrm", adultYes, nil)
	b.mustMove(t, b.sup, ref1, "return", casework.Values{"codes": []any{"R01"}, "note": "Say more."})
	b.sup.Pull()
	was := b.sup.Rows["referrals/"+ref1].D["answers"].(map[string]any)["treatment"]
	wantOK(t, b.sup.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"answers.treatment": "Locked in."},
		Prev: casework.Values{"answers.treatment": was}, Cmd: &exchange.Cmd{Name: "resubmit"}}))
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
}

// TestNobodyEndsAChildsReferralAlone has a supervisor withdraw what somebody else wrote about a child, which would end it as
// well as a rejection.
func TestNobodyEndsAChildsReferralAlone(t *testing.T) {
	b := newBureau(t)
	b.inReview(t, "nrm", aChild, nil)
	why := casework.Values{"reason": "Not a case."}
	wantRefused(t, b.move(t, b.sup, ref1, "withdraw", why), "error.not_child_without_safeguarding_cosign")
	b.mustMove(t, b.sup, ref1, "approve", checklist())
	wantRefused(t, b.move(t, b.sup, ref1, "withdraw", why), "error.not_child_without_safeguarding_cosign")
	b.mustMove(t, b.lead, ref1, "cosign_reject", why)
	b.mustMove(t, b.sup, ref1, "withdraw", why)

	b.submit(t, ref2, "nrm", aChild, nil)
	b.mustMove(t, b.author, ref2, "withdraw", why)
}

// TestADisclosureToOneBodyLetsNothingGoToAnother sends to the Home Office on a ground that was written down for somebody
// else: an agency by the kind of body, and by name.
func TestADisclosureToOneBodyLetsNothingGoToAnother(t *testing.T) {
	b := newBureau(t)
	b.approved(t)
	wantOK(t, b.disclose(t, b.spoc, dis1, ref1, "police"))
	wantRefused(t, b.move(t, b.spoc, ref1, "mark_sent", sentArgs(dis1)), "error.disclosure_fits")
	wantOK(t, b.disclose(t, b.spoc, dis2, ref1, "home_office"))
	b.mustMove(t, b.spoc, ref1, "mark_sent", sentArgs(dis2))

	b.submit(t, ref2, "safeguarding_child", forms.Answers{}, casework.Values{"to_agency": b.council})
	wantOK(t, b.author.Do(exchange.Op{Kind: "create", Coll: "disclosures", Rec: "dis000000000003", Set: casework.Values{"referral": ref2, "what": "phone",
		"to_kind": "council", "to_agency": b.agency, "to_name": "Another hub", "gateway": "sswba_2014_s128_s130", "necessity": "n", "proportionality": "p"}}))
	args := with(sentArgs("dis000000000003"), "channel", "phone_then_written")
	wantRefused(t, b.move(t, b.author, ref2, "mark_sent", args), "error.disclosure_fits")
}

// TestAnImmigrationAgencyIsWrittenDownAsOne hands a person over to an agency that enforces immigration law, and calls it
// something else: two people look at such a disclosure, whatever its author calls it.
func TestAnImmigrationAgencyIsWrittenDownAsOne(t *testing.T) {
	b := newBureau(t)
	border := testkit.AddAgency(t, b.Base, "ffin", "")
	b.setAgency(t, border, "kind", "immigration")
	b.setAgency(t, border, "may_refer", true)
	officer := testkit.NewPhone(t, b.Exchange, testkit.AddUser(t, b.Base, "officer", []string{"supervisor"}, border), "phoneofficer")
	b.submit(t, ref1, "handover", forms.Answers{"under_18": "no", "consent_share": "yes"}, casework.Values{"to_agency": border})
	b.mustMove(t, officer, ref1, "pick_up", nil)
	b.mustMove(t, officer, ref1, "approve", nil)
	row := func(kind, agency string) casework.Values {
		v := casework.Values{"referral": ref1, "what": "in_app", "to_kind": kind, "to_name": "The border", "gateway": "cda_1998_s115", "necessity": "n", "proportionality": "p"}
		v.Put("to_agency", agency)
		return v
	}
	v := b.author.Do(exchange.Op{Kind: "create", Coll: "disclosures", Rec: dis1, Set: row("police", border)})
	wantRefused(t, v, "error.check_answers")
	if v.Fields["to_kind"] != "error.is_immigration" {
		t.Errorf("got %v, want the kind named", v.Fields)
	}
	wantOK(t, b.author.Do(exchange.Op{Kind: "create", Coll: "disclosures", Rec: dis1, Set: row("police", "")}))
	send := with(sentArgs(dis1), "channel", "in_app")
	wantRefused(t, b.move(t, b.author, ref1, "mark_sent", send), "error.disclosure_fits")
}

// TestTheNumberOfWhatWasKeyedInIsKept withdraws consent while the single point of contact keys the referral in. Theirs to
// say then: whom they told, and under which number.
func TestTheNumberOfWhatWasKeyedInIsKept(t *testing.T) {
	b := newBureau(t)
	b.approved(t)
	wantOK(t, b.disclose(t, b.spoc, dis1, ref1, "home_office"))
	wantOK(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true}}))
	told := casework.Values{"told": "Competent authority", "told_at": "2026-11-23T16:00", "external_ref": "NRM-77", "reason": "Keyed in just before."}
	if v := b.move(t, b.author, ref1, "withdraw_external", told); v.V != "forbidden" {
		t.Errorf("by its author: got %+v, want forbidden", v)
	}
	b.mustMove(t, b.spoc, ref1, "withdraw_external", told)
	b.spoc.Pull()
	row := b.spoc.Rows["referrals/"+ref1].D
	if row.Text("state") != casework.WithdrawnExternal || row.Text("external_ref") != "NRM-77" {
		t.Errorf("got %s with number %q", row.Text("state"), row.Text("external_ref"))
	}
	if got := b.openTasks(t, b.spoc); len(got) > 0 {
		t.Errorf("tasks: got %v, want none", got)
	}
}

// TestWhatNobodyCouldSendIsNotOnTheSendersDesk withdraws a referral that was decided on once, but never approved.
func TestWhatNobodyCouldSendIsNotOnTheSendersDesk(t *testing.T) {
	for name, end := range map[string]exchange.Op{
		"withdrawn":         {Kind: "cmd", Cmd: &exchange.Cmd{Name: "withdraw", Args: casework.Values{"reason": "They left."}}},
		"consent withdrawn": {Kind: "patch", Set: casework.Values{"consent_withdrawn": true}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t)
			b.inReview(t, "nrm", adultYes, nil)
			b.mustMove(t, b.sup, ref1, "return", casework.Values{"codes": []any{"R01"}, "note": "Say more."})
			end.Coll, end.Rec = "referrals", ref1
			wantOK(t, b.author.Do(end))
			b.spoc.Pull()
			if _, there := b.spoc.Rows["referrals/"+ref1]; there {
				t.Error("the single point of contact sees it")
			}
			b.sup.Pull()
			if got := b.sup.Rows["referrals/"+ref1].D.Text("state"); got != casework.Withdrawn {
				t.Errorf("got %s, want withdrawn", got)
			}
		})
	}
}

// TestAStoppedHandoverThatNeverLeftHasNobodyToTell gives the word of a call that cannot have been made.
func TestAStoppedHandoverThatNeverLeftHasNobodyToTell(t *testing.T) {
	b := newBureau(t)
	b.submit(t, ref1, "handover", forms.Answers{"under_18": "no", "consent_share": "yes"}, casework.Values{"to_agency": b.council})
	wantOK(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true}}))
	args := casework.Values{"told": "The council", "told_at": "2026-11-23T16:00", "reason": "r"}
	wantRefused(t, b.move(t, b.author, ref1, "withdraw_external", args), "error.may_have_left")
	if got := b.openTasks(t, b.author); slices.Contains(got, "tell_body") {
		t.Errorf("tasks: got %v", got)
	}
}
