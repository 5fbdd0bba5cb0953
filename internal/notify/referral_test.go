package notify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

const ref, dis = "ref000000000001", "dis000000000001"

// newOffice is a world whose agency may refer and has somebody who sends, and a council that receives.
func newOffice(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	council := testkit.AddAgency(t, w.app.Base, "cyngor", "")
	w.join("rhedyn", casework.RoleSPOC, testkit.ID("hafan"))
	w.join("helyg", casework.RoleSafeguardingLead, council)
	w.sql("UPDATE agencies SET may_refer = true, kind = iif(code = 'cyngor', 'local_authority', 'police')")
	return w
}

func (w *world) refer(kind string, answers forms.Answers, more casework.Values, cmd *exchange.Cmd) {
	w.t.Helper()
	form := testkit.Form(w.t, casework.ReferralTypes[kind].Form)
	set := testkit.Referral(w.t, form, kind, testkit.Fill(w.t, form, answers), more)
	v := w.phones["onnen"].Do(exchange.Op{Kind: "create", Coll: "referrals", Rec: ref, Set: set, Cmd: cmd, AtMs: testkit.Start.UnixMilli()})
	if v.V != "ok" {
		w.t.Fatalf("refer: got %+v", v)
	}
}

func (w *world) move(by, event string, args casework.Values) {
	w.t.Helper()
	p := w.phones[by]
	p.Pull()
	v := p.Do(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: ref, Cmd: &exchange.Cmd{Name: event, ExpectRev: p.Rows["referrals/"+ref].Rev, Args: args}})
	if v.V != "ok" {
		w.t.Fatalf("%s: got %+v", event, v)
	}
}

func (w *world) disclose(by, toKind string) {
	w.t.Helper()
	v := w.phones[by].Do(exchange.Op{Kind: "create", Coll: "disclosures", Rec: dis, Set: casework.Values{"referral": ref, "what": "pack", "to_kind": toKind,
		"to_name": "Qwyxzoffice", "gateway": "msa_2015_s52", "necessity": "The referral itself.", "proportionality": "Only the form's questions."}})
	if v.V != "ok" {
		w.t.Fatalf("disclose: got %+v", v)
	}
}

// told gives what everybody was told since the last time, "name: kind", in order. Everything is read after it.
func (w *world) told() []string {
	w.t.Helper()
	w.pass()
	var out []string
	for name, p := range w.phones {
		p.Pull()
		for at, row := range p.Rows {
			if len(at) > 8 && at[:8] == "notices/" && row.D.Text("state") == "unread" {
				out = append(out, name+": "+row.D.Text("kind")+" of "+row.D.Text("of_coll"))
				p.Do(exchange.Op{Kind: "cmd", Coll: "notices", Rec: at[8:], Cmd: &exchange.Cmd{Name: "read"}})
			}
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) expectTold(step string, want ...string) {
	w.t.Helper()
	if got := w.told(); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s: got %q, want %q", step, got, want)
	}
}

// TestToldOfAReferral follows an adult's referral from the answers to an outcome.
func TestToldOfAReferral(t *testing.T) {
	w := newOffice(t)
	w.refer("nrm", forms.Answers{"under_18": "no", "consent_nrm": "yes"}, nil, &exchange.Cmd{Name: "submit"})
	w.expectTold("handed in", "bedwen: new_work of referrals", "derw: new_work of referrals")
	w.move("derw", "pick_up", nil)
	w.move("derw", "return", casework.Values{"codes": []string{"R01"}, "note": "Say more."})
	w.expectTold("returned", "onnen: returned of referrals")
	if v := w.phones["onnen"].Do(exchange.Op{Kind: "cmd", Coll: "referrals", Rec: ref, Cmd: &exchange.Cmd{Name: "resubmit"}}); v.V != "ok" {
		t.Fatalf("resubmit: got %+v", v)
	}
	w.expectTold("handed in again", "bedwen: new_work of referrals", "derw: new_work of referrals")
	w.move("bedwen", "pick_up", nil)
	said := map[string]any{}
	rule, _ := casework.MoveFor("approve", casework.InReview)
	for name := range rule.Args["checklist"].Keys {
		said[name] = "yes"
	}
	w.move("bedwen", "approve", casework.Values{"checklist": said})
	w.expectTold("approved", "onnen: approved of referrals", "rhedyn: to_send of referrals")
	w.disclose("rhedyn", "home_office")
	w.move("rhedyn", "mark_sent", casework.Values{"channel": "home_office_web_form", "sent_at": "2026-11-23T15:00", "recipient": "Home Office", "awaiting_number": true, "disclosure": dis})
	w.expectTold("sent", "onnen: sent of referrals", "rhedyn: task of referrals")
	w.move("rhedyn", "acknowledge", casework.Values{"external_ref": "NRM-0001"})
	w.expectTold("number", "onnen: outcome of referrals")
	w.move("rhedyn", "record_outcome", casework.Values{"outcome": "rg_positive", "date": "2026-11-30"})
	w.expectTold("outcome", "onnen: outcome of referrals")
}

// TestToldOfWhatIsLate leaves a referral lying, and time asks for it.
func TestToldOfWhatIsLate(t *testing.T) {
	w := newOffice(t)
	w.refer("nrm", forms.Answers{"under_18": "no", "consent_nrm": "yes"}, nil, &exchange.Cmd{Name: "submit"})
	w.told()
	w.app.Clock.Forward(4 * 24 * time.Hour)
	for range 2 {
		if err := w.app.Exchange.Remind(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.expectTold("late", "bedwen: task of referrals", "derw: task of referrals")
}

// TestToldOfAnUrgentReferral sends a child's referral to the council before anybody has read it.
func TestToldOfAnUrgentReferral(t *testing.T) {
	w := newOffice(t)
	w.subscribe("derw", "helyg")
	w.refer("safeguarding_child", forms.Answers{"under_18": "yes"}, casework.Values{"to_agency": testkit.ID("cyngor"), "danger": true}, nil)
	w.disclose("onnen", "council")
	w.expectTold("a draft")
	w.move("onnen", "urgent_send", casework.Values{"phoned": "The council's desk", "phoned_at": "2026-11-23T12:00", "disclosure": dis})
	w.expectTold("sent at once", "bedwen: danger of referrals", "bedwen: task of referrals", "derw: danger of referrals", "derw: task of referrals", "helyg: received of packs")
	urgent := 0
	for _, m := range w.service.Messages() {
		if m.Header.Get("Urgency") == "high" {
			urgent++
		}
	}
	if urgent != 2 {
		t.Errorf("got %d urgent messages, want the danger and what the council was sent, and not the task", urgent)
	}
	w.app.Clock.Forward(15 * time.Minute)
	w.expectTold("nobody has countersigned", "bedwen: danger of referrals", "derw: danger of referrals")
	w.move("derw", "countersign", nil)
	w.app.Clock.Forward(15 * time.Minute)
	w.told()
	w.app.Clock.Forward(15 * time.Minute)
	w.expectTold("countersigned")
}
