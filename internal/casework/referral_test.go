package casework_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
)

// baseMoves are the pairs that the law and practice of a referral ask for, as "event: states > state"; "=" keeps the
// state. The table may hold more, never fewer.
var baseMoves = []string{
	"submit: draft > submitted",
	"pick_up: submitted > in_review",
	"approve: in_review > approved",
	"return: in_review > returned",
	"reject: in_review > rejected",
	"resubmit: returned > submitted",
	"mark_sent: approved > sent",
	"mark_sent: submitted > sent",
	"urgent_send: draft submitted > sent_urgent",
	"countersign: sent_urgent > sent",
	"acknowledge: sent sent_urgent > acknowledged",
	"record_outcome: sent acknowledged > outcome_recorded",
	"close: outcome_recorded > closed",
	"withdraw: draft submitted in_review returned approved > withdrawn",
	"withdraw_external: sent sent_urgent acknowledged outcome_recorded > withdrawn_external",
	"supersede: sent sent_urgent acknowledged outcome_recorded withdrawn > superseded",
}

// addedMoves are what the table holds beside them.
var addedMoves = []string{
	"pick_up: in_review > in_review", // another reviewer takes it over
	"cosign_reject: submitted in_review > =",
	"clear_hit: submitted in_review approved > =",
	"countersign: sent acknowledged outcome_recorded > =", // of one that was sent before its review
	"add_number: sent sent_urgent > =",
	"cosign_reject: returned approved > =",                // a reviewer withdraws what is about a child
	"withdraw_external: withdrawn > withdrawn_external",   // keyed in before the withdrawal was known
	"record_outcome: outcome_recorded > outcome_recorded", // first reasonable, later conclusive grounds
}

func TestMovesAreTheAgreedOnes(t *testing.T) {
	want := map[string]string{}
	for _, line := range slices.Concat(baseMoves, addedMoves) {
		event, rest, _ := strings.Cut(line, ": ")
		from, to, _ := strings.Cut(rest, " > ")
		for _, state := range strings.Fields(from) {
			want[event+" "+state] = strings.TrimPrefix(to, "=")
		}
	}
	got := map[string]string{}
	for _, move := range casework.Moves {
		for _, state := range move.From {
			pair := move.Event + " " + state
			if _, twice := got[pair]; twice {
				t.Errorf("%s: two moves, want one", pair)
			}
			got[pair] = move.To
		}
	}
	for pair, to := range want {
		if at, ok := got[pair]; !ok || at != to {
			t.Errorf("%s: got %q (%v), want %q", pair, at, ok, to)
		}
	}
	for pair := range got {
		if _, ok := want[pair]; !ok {
			t.Errorf("%s: not an agreed move", pair)
		}
	}
}

func TestEveryStateOfAReferralIsReached(t *testing.T) {
	reached := []string{casework.Draft}
	for i := 0; i < len(reached); i++ {
		for _, event := range casework.EventsFrom(reached[i]) {
			move, ok := casework.MoveFor(event, reached[i])
			if !ok {
				t.Fatalf("%s from %s: listed, but no move", event, reached[i])
			}
			if move.To != "" && !slices.Contains(reached, move.To) {
				reached = append(reached, move.To)
			}
		}
	}
	slices.Sort(reached)
	want := []string{
		casework.Acknowledged, casework.Approved, casework.Closed, casework.Draft, casework.InReview,
		casework.OutcomeRecorded, casework.Rejected, casework.Returned, casework.Sent, casework.SentUrgent,
		casework.Submitted, casework.Superseded, casework.Withdrawn, casework.WithdrawnExternal,
	}
	if !slices.Equal(reached, want) {
		t.Errorf("got  %v\nwant %v", reached, want)
	}
	if states := slices.Sorted(slices.Values(casework.ReferralStates)); !slices.Equal(states, want) {
		t.Errorf("table: got %v, want %v", states, want)
	}
}

func TestNoMoveFromAnEnd(t *testing.T) {
	for _, state := range []string{casework.Rejected, casework.Closed, casework.WithdrawnExternal, casework.Superseded, "", "nowhere"} {
		if got := casework.EventsFrom(state); len(got) > 0 {
			t.Errorf("%q: got %v, want none", state, got)
		}
	}
	if move, ok := casework.MoveFor("approve", casework.Submitted); ok {
		t.Errorf("approve from submitted: got %+v, want none", move)
	}
}

// guards are what a move may ask for. A word that is not here is a slip of the pen: nobody would look for it.
var guards = []string{
	"agency_allowed_for_type", "required_answers", "consent_rule", "danger_question_answered", "not_asked_absent",
	"no_open_conflict", "consent_not_withdrawn", "checklist_complete", "dtn_anonymity_clear", "child_steps_complete",
	"graded", "child", "not_child_without_safeguarding_cosign", "hit_exists", "disclosure_log_row",
	"external_ref_or_task", "type_reviewed_after", "danger_or_child", "countersign_due", "outcome_of_type",
	"countersigned", "link_new_referral", "channel_of_type", "consent_given", "four_eyes", "own_or_cosigned", "disclosure_fits", "may_have_left",
}

func TestMovesNameWhatExists(t *testing.T) {
	asked := map[string]bool{}
	for _, move := range casework.Moves {
		for _, state := range append([]string{move.To}, move.From...) {
			if state != "" && !slices.Contains(casework.ReferralStates, state) {
				t.Errorf("%s: no state %q", move.Event, state)
			}
		}
		if len(move.From) == 0 || len(move.By) == 0 {
			t.Errorf("%s: from %v by %v, want both", move.Event, move.From, move.By)
		}
		for _, who := range move.By {
			if !slices.Contains([]string{"author", "reviewer", "sender", "receiver", "safeguarding_lead"}, who) {
				t.Errorf("%s: nobody is a %q", move.Event, who)
			}
		}
		for _, guard := range move.Guards {
			asked[guard] = true
			if !slices.Contains(guards, guard) {
				t.Errorf("%s: no guard %q", move.Event, guard)
			}
		}
	}
	for _, guard := range guards {
		if !asked[guard] {
			t.Errorf("%s: a guard that no move asks for", guard)
		}
	}
}

func TestTasksNameWhatExists(t *testing.T) {
	for kind, task := range casework.Tasks {
		if !slices.Contains([]string{"reviewer", "sender"}, task.For) || !slices.Contains([]string{"review", "send"}, task.At) {
			t.Errorf("%s: for %q at %q, want somebody at a desk", kind, task.For, task.At)
		}
	}
}

func TestSafetyMovesWorkOffline(t *testing.T) {
	for _, pair := range [][2]string{
		{"submit", casework.Draft}, {"resubmit", casework.Returned}, {"urgent_send", casework.Draft},
		{"urgent_send", casework.Submitted}, {"mark_sent", casework.Submitted},
	} {
		if move, ok := casework.MoveFor(pair[0], pair[1]); !ok || !move.Offline || move.ExpectRev {
			t.Errorf("%s from %s: got offline %v, expect_rev %v; want it offline, against any revision", pair[0], pair[1], move.Offline, move.ExpectRev)
		}
	}
	for _, move := range casework.Moves {
		if slices.Contains(move.Guards, "checklist_complete") && (move.Offline || !move.ExpectRev) {
			t.Errorf("%s: decides on a record, want it against the revision that was read", move.Event)
		}
	}
}

func TestReferralTypesNameWhatExists(t *testing.T) {
	if len(casework.ReferralTypes) != 12 {
		t.Errorf("got %d types, want 12", len(casework.ReferralTypes))
	}
	reviews := []string{casework.ReviewBefore, casework.ReviewAfter, casework.ReviewLight, casework.ReviewNone}
	for code, one := range casework.ReferralTypes {
		if one.Form == "" || one.Consent == "" || len(one.Channels) == 0 || len(one.Outcomes) == 0 || len(one.Senders) == 0 {
			t.Errorf("%s: %+v, want a form, a rule of consent, channels, outcomes and senders", code, one)
		}
		if !slices.Contains(reviews, one.Review) {
			t.Errorf("%s: no review %q", code, one.Review)
		}
		for _, role := range slices.Concat(one.Senders, one.ReviewerRoles, one.Receivers) {
			if role != "author" && role != "reviewer" && !slices.Contains(casework.Roles, role) {
				t.Errorf("%s: no role %q", code, role)
			}
		}
		if one.Reviewer != "review_agency" && one.Reviewer != "to_agency" {
			t.Errorf("%s: reviewed by %q", code, one.Reviewer)
		}
		usesTo := one.Reviewer == "to_agency" || one.SenderOf == "to_agency" || len(one.Receivers) > 0
		if usesTo && one.To == "" {
			t.Errorf("%s: its agency of receipt has no kind", code)
		}
	}
	if !casework.ReferralTypes["dtn"].Anonymity || !casework.ReferralTypes["dtn"].ResponderOnly {
		t.Errorf("dtn: got %+v, want the anonymity check, responders only", casework.ReferralTypes["dtn"])
	}
}

// TestTheTableIsReadWhole fails for a word in referrals.json that no struct has a place for, which would be a rule that
// nobody keeps.
func TestTheTableIsReadWhole(t *testing.T) {
	raw, err := os.ReadFile("referrals.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		States            []string                         `json:"states"`
		Moves             []map[string]json.RawMessage     `json:"moves"`
		Types             map[string]casework.ReferralType `json:"types"`
		Tasks             map[string]casework.TaskKind     `json:"tasks"`
		Gateways          []string                         `json:"gateways"`
		FormsOfDisclosure []string                         `json:"forms_of_disclosure"`
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&table); err != nil {
		t.Fatal(err)
	}
	known := []string{"event", "from", "to", "by", "offline", "expect_rev", "guards", "args"}
	for _, move := range table.Moves {
		for word := range move {
			if !slices.Contains(known, word) {
				t.Errorf("%s: nobody reads %q", move["event"], word)
			}
		}
	}
}

func TestMoveArgs(t *testing.T) {
	back, _ := casework.MoveFor("return", casework.InReview)
	sent, _ := casework.MoveFor("mark_sent", casework.Approved)
	approve, _ := casework.MoveFor("approve", casework.InReview)
	ok := map[string]any{"codes": []any{"R01"}, "note": "More about dates, please.", "fields": []any{"answers.what_happened", "identity.first_name", "answers.q2"}}
	for _, c := range []struct {
		name string
		move casework.Move
		args map[string]any
		want casework.Problems
	}{
		{"OK return", back, ok, nil},
		{"ErrFieldIsNoKey", back, map[string]any{"codes": []any{"R01"}, "note": "x", "fields": []any{"Nia Jones"}}, casework.Problems{"fields": casework.KeyCheck}},
		{"ErrFieldTwice", back, map[string]any{"codes": []any{"R01"}, "note": "x", "fields": []any{"a.b", "a.b"}}, casework.Problems{"fields": casework.KeyCheck}},
		{"ErrFieldTooLong", back, map[string]any{"codes": []any{"R01"}, "note": "x", "fields": []any{"a" + strings.Repeat("b", 61)}}, casework.Problems{"fields": casework.KeyCheck}},
		{"ErrNoCodeNoNote", back, nil, casework.Problems{"codes": casework.KeyRequired, "note": casework.KeyRequired}},
		{"ErrNoDisclosure", sent, map[string]any{"channel": "phone", "sent_at": "2026-11-26T09:30Z", "recipient": "The hub"}, casework.Problems{"disclosure": casework.KeyRequired}},
		{"OK grading", approve, map[string]any{"grading": map[string]any{"source": "1", "information": "A", "handling": "P"}}, nil},
		{"ErrGrade", approve, map[string]any{"grading": map[string]any{"source": "4"}}, casework.Problems{"grading": casework.KeyCheck}},
		{"ErrChecklistWord", approve, map[string]any{"checklist": map[string]any{"detail": "maybe"}}, casework.Problems{"checklist": casework.KeyCheck}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := casework.Check(c.move.Args, c.args, true)
			if len(got) != len(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for field, key := range c.want {
				if got[field] != key {
					t.Errorf("%s: got %q, want %q", field, got[field], key)
				}
			}
		})
	}
}
