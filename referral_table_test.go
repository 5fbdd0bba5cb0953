package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

var updateTables = flag.Bool("update-tables", false, "write testdata/referrals anew")

// desk is a police agency and a council with one person in each role of a referral, as phones of a real server.
type desk struct {
	*server
	agency, council string
	people          map[string]enrolled
	made            int
}

var deskRoles = []string{"author", "reviewer", "sender", "safeguarding_lead", "receiver", "stranger"}

func newDesk(t *testing.T) *desk {
	t.Helper()
	// A clock that runs on by itself: the server lets nobody ask thousands of questions in a minute.
	var seconds atomic.Int64
	s := startAt(t, t.TempDir(), false, func() time.Time { return time.Now().Add(time.Duration(seconds.Add(1)) * time.Second) })
	d := &desk{server: s, people: map[string]enrolled{}}
	d.agency, d.council = testkit.AddAgency(t, s.app, "heddlu", ""), testkit.AddAgency(t, s.app, "cyngor", "")
	for id, kind := range map[string]string{d.agency: "police", d.council: "local_authority"} {
		agency, err := s.app.FindRecordById("agencies", id)
		if err != nil {
			t.Fatal(err)
		}
		agency.Set("kind", kind)
		agency.Set("may_refer", true)
		if err := s.app.Save(agency); err != nil {
			t.Fatal(err)
		}
	}
	for i, one := range []struct{ name, role, agency string }{
		{"author", "field", d.agency}, {"reviewer", "supervisor", d.agency}, {"sender", "spoc", d.agency}, {"safeguarding_lead", "safeguarding_lead", d.agency},
		{"receiver", "safeguarding_lead", d.council}, {"stranger", "field", d.council},
	} {
		testkit.AddUser(t, s.app, one.name, []string{one.role}, one.agency)
		d.people[one.name] = s.enrol(t, one.name+"@example.org", fmt.Sprintf("dev%cdesk0000000", 'a'+i))
	}
	return d
}

func (d *desk) id(prefix string) string {
	d.made++
	return fmt.Sprintf("%s%0*d", prefix, 15-len(prefix), d.made)
}

func (d *desk) do(t *testing.T, who, kind, coll, rec string, set, cmd any) map[string]any {
	t.Helper()
	p := d.people[who]
	v := p.handIn(t, map[string]any{"kind": kind, "coll": coll, "rec": rec, "set": set, "cmd": cmd})
	if v["v"] != "ok" {
		t.Fatalf("%s: %s %s %v: got %v", who, kind, coll, cmd, v)
	}
	return v
}

// rev gives the newest revision of a referral, from the table of revisions.
func (d *desk) rev(t *testing.T, rec string) int64 {
	t.Helper()
	var rev int64
	if err := d.app.DB().NewQuery("SELECT rev FROM sync_rec WHERE coll = 'nod_referrals' AND rec = '" + rec + "'").Row(&rev); err != nil {
		t.Fatal(err)
	}
	return rev
}

func (d *desk) move(t *testing.T, who, rec, event string) {
	t.Helper()
	d.do(t, who, "cmd", "referrals", rec, nil, map[string]any{"name": event, "expect_rev": d.rev(t, rec), "args": d.args(t, rec, event)})
}

// args gives what each event needs, so that a refusal has no other reason than the table's own.
func (d *desk) args(t *testing.T, rec, event string) map[string]any {
	t.Helper()
	said := map[string]any{}
	rule, _ := casework.MoveFor("approve", casework.InReview)
	for name := range rule.Args["checklist"].Keys {
		said[name] = "yes"
	}
	return map[string]map[string]any{
		"approve":           {"checklist": said},
		"return":            {"codes": []string{"R01"}, "note": "Say more."},
		"cosign_reject":     {"reason": "Agreed."},
		"reject":            {"reason": "Another referral says the same."},
		"clear_hit":         {"hit": "none", "reason": "A common word."},
		"mark_sent":         {"channel": d.channel(t, rec), "sent_at": "2026-11-23T10:00", "recipient": "The duty desk", "awaiting_number": true, "disclosure": "dis" + rec[3:]},
		"urgent_send":       {"phoned": "The duty desk", "phoned_at": "2026-11-23T10:00", "disclosure": "dis" + rec[3:]},
		"add_number":        {"external_ref": "N-1"},
		"acknowledge":       {"external_ref": "N-1"},
		"record_outcome":    {"outcome": d.outcome(t, rec), "date": "2026-11-24"},
		"close":             {"retention": "hold"},
		"withdraw":          {"reason": "The person changed their mind."},
		"withdraw_external": {"told": "The duty desk", "told_at": "2026-11-24T10:00", "reason": "The person changed their mind."},
		"supersede":         {"referral": "refother0000000"},
	}[event]
}

func (d *desk) kind(t *testing.T, rec string) casework.ReferralType {
	t.Helper()
	row, err := d.app.FindRecordById("referrals", rec)
	if err != nil {
		t.Fatal(err)
	}
	return casework.ReferralTypes[row.GetString("type")]
}

func (d *desk) channel(t *testing.T, rec string) string { return d.kind(t, rec).Channels[0] }
func (d *desk) outcome(t *testing.T, rec string) string { return d.kind(t, rec).Outcomes[0] }

// begin makes a complete draft of a type, with a row of the log of disclosures.
func (d *desk) begin(t *testing.T, kind, rec string) {
	t.Helper()
	form := testkit.Form(t, casework.ReferralTypes[kind].Form)
	more := casework.Values{"danger": true}
	if casework.ReferralTypes[kind].To != "" {
		more["to_agency"] = d.council
	}
	answers := forms.Answers{}
	for key, value := range map[string]string{"under_18": "no", "consent_nrm": "yes", "consent_share": "yes"} {
		if q, ok := form.Question(key); ok && q.Check(value) == "" {
			answers[key] = value
		}
	}
	set := testkit.Referral(t, form, kind, testkit.Fill(t, form, answers), more)
	d.do(t, "author", "create", "referrals", rec, set, nil)
	d.do(t, "author", "create", "disclosures", "dis"+rec[3:], map[string]any{"referral": rec, "what": "phone", "to_kind": casework.ReferralTypes[kind].Bodies[0], "to_name": "The duty desk",
		"gateway": "vital_interests", "necessity": "Danger.", "proportionality": "What they need."}, nil)
}

// paths is how a referral comes to each state, by type.
var paths = map[string]map[string][]string{
	"nrm": {
		"draft": {}, "submitted": {"author submit"}, "in_review": {"author submit", "reviewer pick_up"},
		"returned":           {"author submit", "reviewer pick_up", "reviewer return"},
		"rejected":           {"author submit", "reviewer pick_up", "reviewer reject"},
		"approved":           {"author submit", "reviewer pick_up", "reviewer approve"},
		"sent":               {"author submit", "reviewer pick_up", "reviewer approve", "sender mark_sent"},
		"sent_urgent":        {"author urgent_send"},
		"acknowledged":       {"author submit", "reviewer pick_up", "reviewer approve", "sender mark_sent", "sender acknowledge"},
		"outcome_recorded":   {"author submit", "reviewer pick_up", "reviewer approve", "sender mark_sent", "sender record_outcome"},
		"closed":             {"author submit", "reviewer pick_up", "reviewer approve", "sender mark_sent", "sender record_outcome", "reviewer close"},
		"withdrawn":          {"author submit", "author withdraw"},
		"withdrawn_external": {"author submit", "reviewer pick_up", "reviewer approve", "sender mark_sent", "sender withdraw_external"},
		"superseded":         {"author submit", "reviewer pick_up", "reviewer approve", "sender mark_sent", "sender supersede"},
	},
	"safeguarding_child": {
		"draft": {}, "submitted": {"author submit"}, "in_review": {"author submit", "reviewer pick_up"},
		"returned":           {"author submit", "reviewer pick_up", "reviewer return"},
		"rejected":           {"author submit", "reviewer pick_up", "safeguarding_lead cosign_reject", "reviewer reject"},
		"approved":           {"author submit", "reviewer pick_up", "reviewer approve"},
		"sent":               {"author submit", "author mark_sent"},
		"sent_urgent":        {"author urgent_send"},
		"acknowledged":       {"author submit", "author mark_sent", "receiver acknowledge"},
		"outcome_recorded":   {"author submit", "author mark_sent", "receiver record_outcome"},
		"closed":             {"author submit", "author mark_sent", "receiver record_outcome", "reviewer countersign", "reviewer close"},
		"withdrawn":          {"author submit", "author withdraw"},
		"withdrawn_external": {"author submit", "author mark_sent", "author withdraw_external"},
		"superseded":         {"author submit", "author mark_sent", "author supersede"},
	},
}

// TestEveryMoveOfEveryRole asks a real server about every event in every state for every role, and compares the answers
// with a table that a stranger can read. It gives no move: what each would lead to is asked for without giving it.
func TestEveryMoveOfEveryRole(t *testing.T) {
	d := newDesk(t)
	d.begin(t, "nrm", "refother0000000")
	var events []string
	for _, move := range casework.Moves {
		if !slices.Contains(events, move.Event) {
			events = append(events, move.Event)
		}
	}
	for _, kind := range []string{"nrm", "safeguarding_child"} {
		t.Run(kind, func(t *testing.T) {
			var out strings.Builder
			fmt.Fprintf(&out, "A referral of type %s: what each role may do in each state. \"→ state\" is allowed; a word key is the reason why not;\n\"not there\" is what somebody is told who may not see it; \"not theirs\" what somebody is who may see it and not do this.\n", kind)
			for _, state := range casework.ReferralStates {
				rec := d.id("ref")
				d.begin(t, kind, rec)
				for _, step := range paths[kind][state] {
					who, event, _ := strings.Cut(step, " ")
					d.move(t, who, rec, event)
				}
				fmt.Fprintf(&out, "\n%s\n", state)
				for _, event := range events {
					fmt.Fprintf(&out, "  %-18s", event)
					for _, role := range deskRoles {
						fmt.Fprintf(&out, " %s: %s;", role, d.tried(t, role, rec, event, state))
					}
					out.WriteString("\n")
				}
			}
			compare(t, filepath.Join("testdata", "referrals", kind+".txt"), out.String())
		})
	}
}

// tried asks about one move and gives the answer in a word or two.
func (d *desk) tried(t *testing.T, role, rec, event, state string) string {
	t.Helper()
	p := d.people[role]
	got := p.ask(t, "POST", "/api/noddfa/moves", map[string]any{"proto": 1, "rec": rec, "event": event, "expect_rev": d.rev(t, rec), "args": d.args(t, rec, event)},
		"Authorization", p.token, "X-Noddfa-Device", p.device)
	switch got.status {
	case 200:
		if got.body["state"] != state {
			t.Errorf("%s %s: a question moved it to %v", state, event, got.body["state"])
		}
		return "→ " + fmt.Sprint(got.body["to"])
	case 404:
		return "not there"
	case 409:
		allowed, _ := got.body["allowed"].([]any)
		key := strings.TrimPrefix(fmt.Sprint(got.body["key"]), "error.")
		if key == "forbidden" {
			return "not theirs"
		}
		if slices.Contains(allowed, any(event)) == (key == "state") {
			t.Errorf("%s in %s by %s: refused by %s, and allowed %v", event, state, role, key, allowed)
		}
		return key
	case 429:
		t.Fatal("asked too often")
	}
	t.Errorf("%s in %s by %s: got %d %s", event, state, role, got.status, got.raw)
	return ""
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *updateTables {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || lines[i] != line {
			t.Fatalf("%s line %d:\n got %s\nwant %s", path, i+1, line, strings.Join(lines[i:min(i+1, len(lines))], ""))
		}
	}
	if len(strings.Split(got, "\n")) != len(lines) {
		t.Errorf("%s has more lines than the server", path)
	}
}
