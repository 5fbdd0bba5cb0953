package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

// TestStrangerCannotTouchAReferral tries everything that names a referral, from another agency that knows its id.
func TestStrangerCannotTouchAReferral(t *testing.T) {
	b := newBureau(t)
	b.sent(t) // With a task for its number.
	b.spoc.Pull()
	task := ""
	for name := range b.spoc.Rows {
		if id, ok := strings.CutPrefix(name, "tasks/"); ok {
			task = id
		}
	}
	stranger := testkit.NewPhone(t, b.Exchange, testkit.AddUser(t, b.Base, "stranger", []string{"supervisor", "spoc"}, b.council), "phonestranger")
	rev := b.spoc.Rows["referrals/"+ref1].Rev
	for name, op := range map[string]exchange.Op{
		"patch":        {Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"answers.treatment": "Nothing happened."}},
		"consent":      {Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true}},
		"acknowledge":  {Kind: "cmd", Coll: "referrals", Rec: ref1, Cmd: &exchange.Cmd{Name: "acknowledge", Args: casework.Values{"external_ref": "X"}}},
		"close":        {Kind: "cmd", Coll: "referrals", Rec: ref1, Cmd: &exchange.Cmd{Name: "close", ExpectRev: rev, Args: casework.Values{"retention": "hold"}}},
		"disclose":     {Kind: "create", Coll: "disclosures", Rec: "dis000000000009", Set: casework.Values{"referral": ref1, "what": "pdf", "to_kind": "other", "to_name": "Me", "gateway": "consent", "necessity": "None.", "proportionality": "None."}},
		"approve":      {Kind: "cmd", Coll: "disclosures", Rec: dis1, Cmd: &exchange.Cmd{Name: "approve"}},
		"end a task":   {Kind: "cmd", Coll: "tasks", Rec: task, Cmd: &exchange.Cmd{Name: "done"}},
		"no such task": {Kind: "cmd", Coll: "tasks", Rec: "task00000000009", Cmd: &exchange.Cmd{Name: "done"}},
	} {
		if v := stranger.Do(op); v.V != "forbidden" {
			t.Errorf("%s: got %+v, want forbidden", name, v)
		}
	}
	stranger.Pull()
	for name, row := range stranger.Rows {
		if coll, _, _ := strings.Cut(name, "/"); coll == "referrals" || coll == "packs" || coll == "tasks" || coll == "disclosures" || coll == "reviews" {
			t.Errorf("the stranger was sent %s: %v", name, row.D)
		}
	}
	b.spoc.Pull()
	if got := b.spoc.Rows["referrals/"+ref1].Rev; got != rev {
		t.Errorf("rev: got %d, want %d: something changed", got, rev)
	}
}

// TestNobodyIsBothAuthorAndReviewer gives an author every role there is.
func TestNobodyIsBothAuthorAndReviewer(t *testing.T) {
	b := newBureau(t)
	all := testkit.NewPhone(t, b.Exchange, testkit.AddUser(t, b.Base, "everything", casework.Roles, b.agency), "phoneall")
	form := testkit.Form(t, "nrm")
	set := testkit.Referral(t, form, "nrm", testkit.Fill(t, form, adultYes), nil)
	wantOK(t, all.Do(refer(ref1, set, submit())))
	if v := b.move(t, all, ref1, "pick_up", nil); v.V != "forbidden" {
		t.Errorf("pick up one's own: got %+v", v)
	}
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	for _, event := range []string{"approve", "return", "reject", "clear_hit", "cosign_reject", "countersign"} {
		if v := b.move(t, all, ref1, event, casework.Values{}); v.V != "forbidden" {
			t.Errorf("%s one's own: got %+v", event, v)
		}
	}
}

// TestForgedFieldsOfAReferral writes what only the server or another form may.
func TestForgedFieldsOfAReferral(t *testing.T) {
	b := newBureau(t)
	form := testkit.Form(t, "nrm")
	for name, more := range map[string]casework.Values{
		"state":              {"state": "approved"},
		"agency":             {"agency": b.council},
		"hits":               {"hits": []any{}},
		"approver":           {"countersigned_by": "somebody"},
		"unknown question":   {"answers.shoe_size": "9"},
		"identity in answer": {"answers.first_name": "Nia"},
		"answer in identity": {"identity.treatment": "Words."},
		"unknown part":       {"secret.treatment": "Words."},
		"another form":       {"form": "intel"},
		"a version to come":  {"form_version": 99.0},
		"too long":           {"answers.treatment": strings.Repeat("ŵ", 15_001)},
		"not an option":      {"answers.under_18": "maybe"},
		"a web link":         {"answers.last_contact_details": "See https://example.org"},
		"consent of no kind": {"consent": map[string]any{"consent_nrm": "perhaps"}},
	} {
		set := testkit.Referral(t, form, "nrm", testkit.Fill(t, form, adultYes), more)
		if v := b.author.Do(refer(ref1, set, submit())); v.V != "rejected" || v.Hold == "" {
			t.Errorf("%s: got %+v, want rejected and kept", name, v)
		}
	}
	b.submit(t, ref1, "nrm", adultYes, nil)
	if v := b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"type": "dtn"}, Prev: casework.Values{"type": "nrm"}}); v.V != "forbidden" {
		t.Errorf("another type: got %+v, want forbidden", v)
	}
}

// TestAnAgencyThatMayNotReferMakesNoReferral refuses already the draft: only a handover is theirs.
func TestAnAgencyThatMayNotReferMakesNoReferral(t *testing.T) {
	b := newBureau(t)
	b.setAgency(t, b.agency, "may_refer", false)
	for kind, want := range map[string]string{"nrm": "rejected", "dtn": "rejected", "ictg": "rejected", "msvcc_emergency": "rejected", "handover": "ok"} {
		form := testkit.Form(t, casework.ReferralTypes[kind].Form)
		set := testkit.Referral(t, form, kind, forms.Answers{}, casework.Values{"to_agency": b.council})
		if v := b.author.Do(refer(testkit.ID("ref"+strings.ReplaceAll(kind, "_", "")), set, nil)); v.V != want {
			t.Errorf("%s: got %+v, want %s", kind, v, want)
		}
	}
}

// TestWordsOfAReferralNeverReachTheDisk puts a marker into everything that may be typed, and looks for it in the files.
func TestWordsOfAReferralNeverReachTheDisk(t *testing.T) {
	const marker = "Qzyxmarker"
	b := newBureau(t)
	form := testkit.Form(t, "nrm")
	answers := testkit.Fill(t, form, adultYes)
	for _, q := range form.Shown(answers) {
		if text, ok := answers[q.Key].(string); (ok || q.Type == "longtext" || q.Type == "text") && text == "Made-up words." || q.Type == "longtext" {
			answers[q.Key] = marker + " " + q.Key
		}
	}
	set := testkit.Referral(t, form, "nrm", testkit.Fill(t, form, answers), casework.Values{"chosen_reason": marker})
	wantOK(t, b.author.Do(refer(ref1, set, submit())))
	b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"answers.treatment": marker + "late", "identity.first_name": marker}})
	b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"answers.under_18": marker}})
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	b.mustMove(t, b.sup, ref1, "return", casework.Values{"codes": []string{"R15"}, "note": marker})
	wantOK(t, b.disclose(t, b.author, dis1, ref1, "other"))
	wantOK(t, b.author.Do(exchange.Op{Kind: "create", Coll: "disclosures", Rec: "dis000000000002", Set: casework.Values{"referral": ref1, "what": "pack",
		"to_kind": "other", "to_name": marker, "gateway": "consent", "necessity": marker, "proportionality": marker, "conditions": marker}}))
	wantOK(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true, "withdrawn_reason": marker}}))
	notOnDisk(t, b.App, marker)
	b.sup.Pull()
	if text := fmt.Sprint(b.sup.Rows["referrals/"+ref1].D["answers"]); !strings.Contains(text, marker) {
		t.Error("the reviewer does not read what was typed")
	}
}
