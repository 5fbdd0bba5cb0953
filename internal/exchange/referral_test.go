package exchange_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

const ref1, ref2, dis1 = "ref000000000001", "ref000000000002", "dis000000000001"

// bureau is an agency that may refer, with one person in each role of a referral, and a council that receives.
type bureau struct {
	*testkit.App
	agency, council                     string
	author, sup, other, spoc, lead, hub *testkit.Phone
}

func newBureau(t testing.TB) *bureau {
	t.Helper()
	app := testkit.NewApp(t)
	b := &bureau{App: app, agency: testkit.AddAgency(t, app.Base, "heddlu", ""), council: testkit.AddAgency(t, app.Base, "cyngor", "")}
	for id, kind := range map[string]string{b.agency: "police", b.council: "local_authority"} {
		agency, err := app.Base.FindRecordById("agencies", id)
		if err != nil {
			t.Fatal(err)
		}
		agency.Set("kind", kind)
		agency.Set("may_refer", true)
		if err := app.Base.Save(agency); err != nil {
			t.Fatal(err)
		}
	}
	phone := func(name, role, agency string) *testkit.Phone {
		return testkit.NewPhone(t, app.Exchange, testkit.AddUser(t, app.Base, name, []string{role}, agency), "phone"+name)
	}
	b.author, b.sup, b.other = phone("author", "field", b.agency), phone("sup", "supervisor", b.agency), phone("other", "supervisor", b.agency)
	b.spoc, b.lead, b.hub = phone("spoc", "spoc", b.agency), phone("lead", "safeguarding_lead", b.agency), phone("hub", "safeguarding_lead", b.council)
	return b
}

// made-up answers that decide which way the form goes.
var (
	adultYes = forms.Answers{"under_18": "no", "consent_nrm": "yes"}
	adultNo  = forms.Answers{"under_18": "no", "consent_nrm": "no", "will_cooperate": "no", "identity_consent_dtn": "no"}
	aChild   = forms.Answers{"under_18": "yes", "safeguarding_report_made": "yes_phone"}
)

func refer(rec string, set casework.Values, cmd *exchange.Cmd) exchange.Op {
	return exchange.Op{Kind: "create", Coll: "referrals", Rec: rec, Set: set, Cmd: cmd, AtMs: testkit.Start.UnixMilli()}
}

// submit hands a complete referral in.
func (b *bureau) submit(t testing.TB, rec, kind string, answers forms.Answers, more casework.Values) {
	t.Helper()
	form := testkit.Form(t, casework.ReferralTypes[kind].Form)
	set := testkit.Referral(t, form, kind, testkit.Fill(t, form, answers), more)
	if v := b.author.Do(refer(rec, set, submit())); v.V != "ok" {
		t.Fatalf("submit %s: got %+v", kind, v)
	}
}

// move gives a move on the newest revision that the phone has been told.
func (b *bureau) move(t testing.TB, p *testkit.Phone, rec, event string, args casework.Values) exchange.Verdict {
	t.Helper()
	p.Pull()
	return p.Do(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: rec, Cmd: &exchange.Cmd{Name: event, ExpectRev: p.Rows["referrals/"+rec].Rev, Args: args}})
}

func (b *bureau) mustMove(t testing.TB, p *testkit.Phone, rec, event string, args casework.Values) {
	t.Helper()
	if v := b.move(t, p, rec, event, args); v.V != "ok" {
		t.Fatalf("%s: got %+v", event, v)
	}
}

func (b *bureau) state(t testing.TB, p *testkit.Phone, rec string) string {
	t.Helper()
	p.Pull()
	return p.Rows["referrals/"+rec].D.Text("state")
}

func checklist() casework.Values {
	said := map[string]any{}
	rule, _ := casework.MoveFor("approve", casework.InReview)
	for name := range rule.Args["checklist"].Keys {
		said[name] = "yes"
	}
	return casework.Values{"checklist": said}
}

func (b *bureau) disclose(t testing.TB, p *testkit.Phone, id, rec, toKind string) exchange.Verdict {
	t.Helper()
	return p.Do(exchange.Op{Kind: "create", Coll: "disclosures", Rec: id, Set: casework.Values{"referral": rec, "what": "pack", "to_kind": toKind,
		"to_name": "Single Competent Authority", "gateway": "msa_2015_s52", "necessity": "The referral itself.", "proportionality": "Only the form's questions."}})
}

func sentArgs(disclosure string) casework.Values {
	return casework.Values{"channel": "home_office_web_form", "sent_at": "2026-11-23T15:00", "recipient": "Home Office", "awaiting_number": true, "disclosure": disclosure}
}

func TestAnAdultsReferralFromAnswersToOutcome(t *testing.T) {
	b := newBureau(t)
	b.submit(t, ref1, "nrm", adultYes, nil)
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	if v := b.move(t, b.sup, ref1, "approve", nil); v.Key != "error.checklist_complete" {
		t.Fatalf("without a checklist: got %+v", v)
	}
	b.mustMove(t, b.sup, ref1, "return", casework.Values{"codes": []string{"R01"}, "fields": []string{"answers.treatment"}, "note": "Say more."})
	b.author.Pull()
	was := b.author.Rows["referrals/"+ref1].D["answers"].(map[string]any)["treatment"]
	v := b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"answers.treatment": "Locked in at night."},
		Prev: casework.Values{"answers.treatment": was}, Cmd: &exchange.Cmd{Name: "resubmit"}})
	wantV(t, v, "ok")
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	b.mustMove(t, b.sup, ref1, "approve", checklist())
	b.spoc.Pull()
	row := b.spoc.Rows["referrals/"+ref1].D
	if row["identity"] != nil || row["contact"] != nil || !row.Bool("has_identity") {
		t.Errorf("the sender's row holds %v, %v; want neither, and the word that there is something", row["identity"], row["contact"])
	}
	if row.Int("send_due_ms") <= testkit.Start.UnixMilli() {
		t.Errorf("send_due_ms: got %d", row.Int("send_due_ms"))
	}
	if v := b.move(t, b.spoc, ref1, "mark_sent", sentArgs(dis1)); v.Key != "error.disclosure_log_row" {
		t.Fatalf("without a disclosure: got %+v", v)
	}
	wantV(t, b.disclose(t, b.spoc, dis1, ref1, "home_office"), "ok")
	b.mustMove(t, b.spoc, ref1, "mark_sent", sentArgs(dis1))
	if got := b.openTasks(t, b.spoc); !slices.Equal(got, []string{"number_awaited"}) {
		t.Errorf("tasks: got %v, want number_awaited", got)
	}
	b.mustMove(t, b.spoc, ref1, "acknowledge", casework.Values{"external_ref": "NRM-0001"})
	if got := b.openTasks(t, b.spoc); len(got) > 0 {
		t.Errorf("tasks: got %v, want none", got)
	}
	b.mustMove(t, b.spoc, ref1, "record_outcome", casework.Values{"outcome": "rg_positive", "date": "2026-11-30"})
	b.mustMove(t, b.spoc, ref1, "record_outcome", casework.Values{"outcome": "cg_positive", "date": "2027-02-01"})
	b.spoc.Pull()
	if got := list(b.spoc.Rows["referrals/"+ref1].D["outcomes"]); len(got) != 2 {
		t.Errorf("outcomes: got %v, want both", got)
	}
	b.mustMove(t, b.sup, ref1, "close", casework.Values{"retention": "police_6_years"})
	if got := b.state(t, b.author, ref1); got != casework.Closed {
		t.Errorf("the author sees %q, want closed", got)
	}
}

func list(value any) []any {
	out, _ := value.([]any)
	return out
}

func (b *bureau) openTasks(t testing.TB, p *testkit.Phone) []string {
	t.Helper()
	p.Pull()
	var out []string
	for name, row := range p.Rows {
		if strings.HasPrefix(name, "tasks/") && row.D.Text("state") == "open" {
			out = append(out, row.D.Text("kind"))
		}
	}
	slices.Sort(out)
	return out
}

func TestAChildsReferralWaitsForItsSteps(t *testing.T) {
	b := newBureau(t)
	answers := aChild.Clone()
	answers["safeguarding_report_made"] = "no"
	b.submit(t, ref1, "nrm", answers, nil)
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	if v := b.move(t, b.sup, ref1, "approve", checklist()); v.Key != "error.child_steps_complete" || v.Fields["answers.safeguarding_report_made"] == "" {
		t.Errorf("approve before the council was told: got %+v", v)
	}
	if v := b.move(t, b.sup, ref1, "reject", casework.Values{"reason": "No."}); v.Key != "error.not_child_without_safeguarding_cosign" {
		t.Errorf("reject a child's referral alone: got %+v", v)
	}
	b.mustMove(t, b.lead, ref1, "cosign_reject", casework.Values{"reason": "The council has decided the same."})
	b.mustMove(t, b.sup, ref1, "reject", casework.Values{"reason": "The council has the same child's referral."})
}

func TestANotificationThatNamesNobody(t *testing.T) {
	b := newBureau(t)
	form := testkit.Form(t, "nrm")
	set := testkit.Referral(t, form, "dtn", testkit.Fill(t, form, adultNo), casework.Values{"identity.first_name": "Nia"})
	if v := b.author.Do(refer(ref2, set, submit())); v.Key != "error.not_asked_absent" || v.Fields["identity.first_name"] == "" {
		t.Errorf("a name in an unnamed notification: got %+v", v)
	}
	wantV(t, b.author.Do(create(enc1, casework.Values{"codename": "wren", "narrative": "Met at the gate.", "nickname": "Blodyn"}, submit())), "ok")
	answers := adultNo.Clone()
	answers["treatment"] = "They called her Blodyn and laughed."
	b.submit(t, ref1, "dtn", answers, casework.Values{"encounter": enc1})
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	if v := b.move(t, b.sup, ref1, "approve", checklist()); v.Key != "error.dtn_anonymity_clear" || v.Fields["answers.treatment"] == "" {
		t.Fatalf("approve with a nickname in the story: got %+v", v)
	}
	b.sup.Pull()
	for _, one := range list(b.sup.Rows["referrals/"+ref1].D["hits"]) {
		hit := casework.Values(one.(map[string]any))
		b.mustMove(t, b.sup, ref1, "clear_hit", casework.Values{"hit": hit.Text("id"), "reason": "A word for flower, used for every woman there."})
	}
	b.mustMove(t, b.sup, ref1, "approve", checklist())
}

func TestConsentWithdrawnWins(t *testing.T) {
	b := newBureau(t)
	b.approved(t)
	wantV(t, b.disclose(t, b.spoc, dis1, ref1, "home_office"), "ok")
	b.spoc.Pull()
	rev := b.spoc.Rows["referrals/"+ref1].Rev
	withdraw := exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true, "withdrawn_reason": "Changed their mind."}}
	wantV(t, b.author.Do(withdraw), "ok")
	late := b.spoc.Do(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: ref1, Cmd: &exchange.Cmd{Name: "mark_sent", ExpectRev: rev, Args: sentArgs(dis1)}})
	if late.V != "stale" || late.By == nil || late.By.Event != "consent_withdrawn" {
		t.Errorf("sent after the withdrawal: got %+v, want stale by the withdrawal", late)
	}
	if got := b.state(t, b.spoc, ref1); got != casework.Withdrawn {
		t.Errorf("state: got %q, want withdrawn", got)
	}
}

func TestConsentWithdrawnAfterSendingIsATaskForTheSender(t *testing.T) {
	b := newBureau(t)
	b.approved(t)
	wantV(t, b.disclose(t, b.spoc, dis1, ref1, "home_office"), "ok")
	args := sentArgs(dis1)
	args["awaiting_number"], args["external_ref"] = false, "NRM-2"
	b.mustMove(t, b.spoc, ref1, "mark_sent", args)
	wantV(t, b.author.Do(exchange.Op{Kind: "patch", Coll: "referrals", Rec: ref1, Set: casework.Values{"consent_withdrawn": true}}), "ok")
	if got := b.openTasks(t, b.spoc); !slices.Equal(got, []string{"tell_body"}) {
		t.Errorf("tasks: got %v, want tell_body", got)
	}
	b.mustMove(t, b.spoc, ref1, "withdraw_external", casework.Values{"told": "SCA duty desk", "told_at": "2026-11-24T09:00", "reason": "The person withdrew."})
	if got := b.openTasks(t, b.spoc); len(got) > 0 {
		t.Errorf("tasks: got %v, want none", got)
	}
	for _, row := range b.spoc.Rows {
		if details, _ := row.D["details"].(map[string]any); row.D.Text("event") == "withdraw_external" && (details["told"] != "SCA duty desk" || details["told_at"] != "2026-11-24T09:00") {
			t.Errorf("who was told: got %v", details)
		}
	}
}

func TestImmigrationNeedsTwoApprovers(t *testing.T) {
	b := newBureau(t)
	b.approved(t)
	wantV(t, b.disclose(t, b.spoc, dis1, ref1, "immigration"), "ok")
	if got := b.openTasks(t, b.sup); !slices.Equal(got, []string{"approve_disclosure"}) {
		t.Errorf("tasks: got %v, want approve_disclosure", got)
	}
	approve := exchange.Op{Kind: "cmd", Coll: "disclosures", Rec: dis1, Cmd: &exchange.Cmd{Name: "approve"}}
	wantV(t, b.spoc.Do(approve), "forbidden")
	wantV(t, b.sup.Do(approve), "ok")
	wantV(t, b.sup.Do(approve), "merged")
	if v := b.move(t, b.spoc, ref1, "mark_sent", sentArgs(dis1)); v.Key != "error.disclosure_log_row" {
		t.Errorf("sent with one approval: got %+v", v)
	}
	wantV(t, b.other.Do(approve), "ok")
	if got := b.openTasks(t, b.sup); len(got) > 0 {
		t.Errorf("tasks: got %v, want none", got)
	}
	b.mustMove(t, b.spoc, ref1, "mark_sent", sentArgs(dis1))
}

func TestPackLeavesOnlyWithADisclosure(t *testing.T) {
	b := newBureau(t)
	b.submit(t, ref1, "nrm", adultYes, nil)
	b.mustMove(t, b.sup, ref1, "pick_up", nil)
	ask := func(p *testkit.Phone) (exchange.Export, error) {
		return b.Exchange.Pack(context.Background(), exchange.Caller{User: p.User, Device: p.Device},
			exchange.PackRequest{Proto: 1, Rec: ref1, Disclosure: dis1, As: "pack", Lang: "en"})
	}
	wantCode := func(p *testkit.Phone, want casework.Code, key string) {
		t.Helper()
		_, err := ask(p)
		if known := new(casework.Error); !errors.As(err, &known) || known.Code != want || known.Key != key {
			t.Errorf("got %v, want %s %s", err, want, key)
		}
	}
	wantCode(b.spoc, casework.NotFound, "error.not_found")
	b.mustMove(t, b.sup, ref1, "approve", checklist())
	wantCode(b.spoc, casework.Conflict, "error.disclosure_log_row")
	wantV(t, b.disclose(t, b.spoc, dis1, ref1, "home_office"), "ok")
	wantCode(b.author, casework.NotFound, "error.not_found")
	wantCode(b.hub, casework.NotFound, "error.not_found")
	out, err := ask(b.spoc)
	if err != nil || out.Referral["identity"] == nil {
		t.Fatalf("got %v, %v; want the referral with who it is about", out.Referral["identity"], err)
	}
}

// TestAMoveIsHandedInTwiceAndHappensOnce loses the answer to every hand-in of a referral's life and hands in again.
func TestAMoveIsHandedInTwiceAndHappensOnce(t *testing.T) {
	b := newBureau(t)
	twice := func(p *testkit.Phone, op exchange.Op) {
		t.Helper()
		p.Pull()
		if op.Cmd != nil && op.Kind == "cmd" {
			op.Cmd.ExpectRev = p.Rows["referrals/"+ref1].Rev
		}
		p.Op(op)
		line := p.Outbox[len(p.Outbox)-1].Line
		first, err := p.Send(p.Body([]string{line})) // The answer never arrives.
		if err != nil || first.Verdicts[0].V != "ok" {
			t.Fatalf("%v: got %+v, %v", op.Cmd, first, err)
		}
		if again := p.Push(); !reflect.DeepEqual(again, first.Verdicts) {
			t.Errorf("%v: got %+v, want the first verdict %+v", op.Cmd, again, first.Verdicts)
		}
	}
	move := func(p *testkit.Phone, event string, args casework.Values) {
		t.Helper()
		twice(p, exchange.Op{Kind: "cmd", Coll: "referrals", Rec: ref1, Cmd: &exchange.Cmd{Name: event, Args: args}})
	}
	form := testkit.Form(t, "nrm")
	twice(b.author, refer(ref1, testkit.Referral(t, form, "nrm", testkit.Fill(t, form, adultYes), nil), submit()))
	move(b.sup, "pick_up", nil)
	move(b.sup, "approve", checklist())
	twice(b.spoc, exchange.Op{Kind: "create", Coll: "disclosures", Rec: dis1, Set: casework.Values{"referral": ref1, "what": "pack", "to_kind": "home_office",
		"to_name": "SCA", "gateway": "msa_2015_s52", "necessity": "The referral.", "proportionality": "The form."}})
	move(b.spoc, "mark_sent", sentArgs(dis1))
	move(b.spoc, "record_outcome", casework.Values{"outcome": "rg_positive", "date": "2026-11-30"})
	b.sup.Pull()
	count := map[string]int{}
	for name := range b.sup.Rows {
		coll, _, _ := strings.Cut(name, "/")
		count[coll]++
	}
	if count["versions"] != 1 || count["reviews"] != 4 || count["disclosures"] != 1 || count["tasks"] != 1 || len(list(b.sup.Rows["referrals/"+ref1].D["outcomes"])) != 1 {
		t.Errorf("got %v, want each once", count)
	}
}
