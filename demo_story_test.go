package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
	paper "noddfa/internal/pack"
)

// TestDemoPacks lays out and prints every referral that was handed in, in its own language.
func TestDemoPacks(t *testing.T) {
	s := demonstration(t)
	for name, one := range demoReferrals(t, s) {
		p, err := paper.Make(one.form, one.d, paper.Meta{Rec: one.id, Recipient: "Made up"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(p.Gaps) > 0 || len(p.Entries) == 0 {
			t.Errorf("%s: got %d entries and the gaps %v", name, len(p.Entries), p.Gaps)
		}
		out, err := paper.PDF(p, one.d.Text("language"), "Made up", time.Now())
		if err != nil || !bytes.HasPrefix(out, []byte("%PDF-")) {
			t.Errorf("%s: got no PDF (%v)", name, err)
		}
		for _, entry := range p.Entries {
			if entry.Type != "longtext" {
				continue
			}
			text := strings.ToLower(entry.Text.EN)
			if english := strings.Contains(text, " the ") || strings.Contains(text, " was ") || strings.Contains(text, " they "); english && one.d.Text("language") == "cy" {
				t.Errorf("%s: %s is not in Welsh: %s", name, entry.Key, text)
			}
			for _, word := range []string{"victim", "alleged", "claims"} {
				if strings.Contains(text, word) {
					t.Errorf("%s: %s says %q", name, entry.Key, word)
				}
			}
		}
	}
}

// TestDemoAnonymity finds the one nickname that the scenario lets slip, and no other sign that nobody has looked at.
func TestDemoAnonymity(t *testing.T) {
	notifications := 0
	for name, one := range demoReferrals(t, demonstration(t)) {
		if !one.d.Bool("named") && one.d.Text("type") == "dtn" {
			notifications++
		}
		hits, _ := one.d["hits"].([]any)
		var open, blocking []string
		for _, raw := range hits {
			hit := casework.Values(raw.(map[string]any))
			if hit.Text("cleared_by") == "" {
				open = append(open, hit.Text("kind"))
			}
			if hit.Bool("block") {
				blocking = append(blocking, hit.Text("kind")+" "+hit.Text("field")+" "+hit.Text("text"))
			}
		}
		if caught := name == "curlew dtn"; caught && !slices.Equal(blocking, []string{"nickname answers.treatment Pili"}) || !caught && len(open)+len(blocking) > 0 {
			t.Errorf("%s: got the open signs %v and the blocking ones %v", name, open, blocking)
		}
	}
	if notifications != 9 {
		t.Errorf("got %d notifications that name nobody, want 9", notifications)
	}
}

// TestDemoScenarios looks for what the notes of the scripted rows tell, beyond the state.
func TestDemoScenarios(t *testing.T) {
	s := demonstration(t)
	referrals := demoReferrals(t, s)
	field := func(name, part, key string) any {
		object, _ := referrals[name].d[part].(map[string]any)
		return object[key]
	}
	outcomes := func(name string) string {
		var codes []string
		list, _ := referrals[name].d["outcomes"].([]any)
		for _, one := range list {
			codes = append(codes, casework.Values(one.(map[string]any)).Text("code"))
		}
		return strings.Join(codes, " ")
	}
	rows := func(coll, filter, name string) int {
		found, err := s.app.FindRecordsByFilter(coll, filter, "", 0, 0, map[string]any{"id": referrals[name].id, "encounter": referrals[name].d.Text("encounter"),
			"now": time.Now().UnixMilli()})
		if err != nil {
			t.Fatalf("%s %s: %v", coll, filter, err)
		}
		return len(found)
	}
	text := func(name, column string) string { return referrals[name].d.Text(column) }
	born, err := time.Parse(time.DateOnly, fmt.Sprint(field("dunlin nrm", "identity", "dob")))
	if err != nil {
		t.Fatal(err)
	}
	grading, _ := referrals["merlin intel_gain"].d["grading"].(map[string]any)
	files, _ := field("knot nrm", "answers", "files").([]any)
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"a Duty to Notify points to no referral with a name", text("lapwing dtn", "superseded_by"), ""},
		{"eleven days lie between the two", (referrals["lapwing nrm"].d.Int("submitted_at_ms") - referrals["lapwing dtn"].d.Int("submitted_at_ms")) / 86_400_000, int64(11)},
		{"the body was told of a withdrawal", rows("tasks", "of_rec = {:id} && kind = 'tell_body' && state = 'done'", "linnet nrm"), 1},
		{"the MARAC has its pack", rows("packs", "referral = {:id} && state = 'acknowledged'", "goshawk marac"), 1},
		{"intelligence is graded", grading["source"].(string) + grading["information"].(string) + grading["handling"].(string), "1BC"},
		{"GAIN replied twice", rows("addenda", "encounter = {:encounter}", "merlin intel_gain"), 2},
		{"the council was phoned first", referrals["osprey safeguarding_child"].d.Int("sent_at_ms") < referrals["osprey nrm"].d.Int("submitted_at_ms"), true},
		{"it was phoned as urgent", referrals["osprey safeguarding_child"].d.Bool("urgent"), true},
		{"a child turns 18 in 40 days", int(time.Until(born.AddDate(18, 0, 0)).Hours()/24 + 0.99), 40},
		{"two files are named", len(files), 2},
		{"a negative decision was thought over", outcomes("puffin nrm"), "rg_negative reconsideration_requested rg_positive"},
		{"both decisions were positive", outcomes("tern nrm"), "rg_positive cg_positive"},
		{"no number came in time", rows("tasks", "of_rec = {:id} && kind = 'number_awaited' && state = 'open' && due_at_ms < {:now}", "skua nrm"), 1},
		{"somewhere to sleep was found at once", outcomes("ruff msvcc_emergency"), "placed"},
		{"the council declined", outcomes("snipe safeguarding_child"), "no_further_action"},
		{"and the referral went all the same", text("snipe nrm", "state"), "sent"},
		{"a charity hands over to one that may refer", referrals["jay handover"].d.Text("to_agency") != "", true},
		{"nobody rings", field("magpie victim_support", "answers", "contact_may"), "through"},
		{"what was closed six years ago has its rule", text("fulmar nrm", "retention"), "police_6_years"},
		{"it is six years", time.Since(time.UnixMilli(referrals["fulmar nrm"].d.Int("closed_at_ms"))) > 6*365*24*time.Hour, true},
		{"the phone that was lost is revoked", rows("devices", "revoked = true", "lapwing nrm"), 1},
		{"drafts wait on phones", rows("drafts", "author != ''", "lapwing nrm"), 11},
		{"one was thrown away, and the fact stays", rows("drafts", "author = ''", "lapwing nrm"), 1},
		{"none of it is news to anybody, so nobody is told", rows("notices", "id != ''", "lapwing nrm"), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", c.what, c.got, c.want)
		}
	}
}
