package access_test

import (
	"reflect"
	"testing"
	"time"

	"noddfa/internal/access"
	"noddfa/internal/casework"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) int64 { return now.Add(-d).UnixMilli() }

func TestScopes(t *testing.T) {
	const day = 24 * time.Hour
	record := func(state string, change func(*access.Record)) access.Record {
		r := access.Record{Coll: "encounters", Author: "u", Agency: "a", ReviewAgency: "b", State: state}
		if state != casework.Draft {
			r.SubmittedMs = ago(200 * day)
		}
		if change != nil {
			change(&r)
		}
		return r
	}
	closed := func(since time.Duration) access.Record {
		return record(casework.Closed, func(r *access.Record) { r.ClosedMs = ago(since) })
	}
	for name, c := range map[string]struct {
		record access.Record
		want   []string
	}{
		"draft":                {record(casework.Draft, nil), []string{"user:u"}},
		"draft with danger":    {record(casework.Draft, func(r *access.Record) { r.Danger = true }), []string{"user:u"}},
		"submitted":            {record(casework.Submitted, nil), []string{"user:u", "agency:b:review"}},
		"submitted by a child": {record(casework.Submitted, func(r *access.Record) { r.Age = "child" }), []string{"user:u", "agency:b:review", "agency:a:safeguard"}},
		"age not sure":         {record(casework.InReview, func(r *access.Record) { r.Age = "not_sure" }), []string{"user:u", "agency:b:review", "agency:a:safeguard"}},
		"danger":               {record(casework.Returned, func(r *access.Record) { r.Danger = true }), []string{"user:u", "agency:b:review", "agency:a:safeguard"}},
		"risk high":            {record(casework.Rejected, func(r *access.Record) { r.Risk = "high" }), []string{"user:u", "agency:b:review", "agency:a:safeguard"}},
		"risk medium":          {record(casework.Withdrawn, func(r *access.Record) { r.Risk = "medium" }), []string{"user:u", "agency:b:review"}},
		"approved":             {record(casework.Approved, nil), []string{"user:u", "agency:b:review", "agency:a:send"}},
		"closed an hour ago":   {closed(time.Hour), []string{"user:u", "agency:b:review", "agency:a:send"}},
		"closed two days ago":  {closed(2 * day), []string{"agency:b:review", "agency:a:send"}},
		"closed long ago":      {closed(91 * day), nil},
		"indicator":            {access.Record{Coll: "indicators"}, []string{"all"}},
		"draft copy":           {access.Record{Coll: "drafts", Author: "u"}, []string{"user:u"}},
		"notice":               {access.Record{Coll: "notices", Author: "u"}, []string{"user:u"}},
		"device":               {access.Record{Coll: "devices", Author: "u"}, []string{"user:u"}},
		"hold":                 {access.Record{Coll: "holds", Author: "u", ReviewAgency: "b"}, []string{"user:u", "agency:b:review"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := access.Scopes(c.record, now); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestScopesOf(t *testing.T) {
	desk := map[string][]string{
		"supervisor":        {"agency:a:review", "agency:a:receive"},
		"spoc":              {"agency:a:send", "agency:a:receive"},
		"safeguarding_lead": {"agency:a:safeguard", "agency:a:receive"},
		"marac_coord":       {"agency:a:marac"},
		"intel":             {"agency:a:intel"},
		"field":             {"agency:a:support"},
	}
	for _, role := range casework.Roles {
		t.Run(role, func(t *testing.T) {
			want := append([]string{"all", "user:u"}, desk[role]...)
			if got := access.ScopesOf(casework.User{ID: "u", Agency: "a", Roles: []string{role}}); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestReferralScopes is who sees a referral, by its type and state, and what an agency that receives it sees instead.
func TestReferralScopes(t *testing.T) {
	referral := func(kind, state string, change func(*access.Record)) access.Record {
		r := access.Record{Coll: "referrals", Type: kind, Author: "u", Agency: "a", ReviewAgency: "b", ToAgency: "c", State: state}
		if state != casework.Draft {
			r.SubmittedMs = ago(time.Hour)
		}
		if change != nil {
			change(&r)
		}
		return r
	}
	pack := func(kind string) access.Record {
		return access.Record{Coll: "packs", Type: kind, ToAgency: "c", State: casework.Sent}
	}
	for name, c := range map[string]struct {
		record access.Record
		want   []string
	}{
		"draft":                       {referral("nrm", casework.Draft, nil), []string{"user:u"}},
		"submitted":                   {referral("nrm", casework.Submitted, nil), []string{"user:u", "agency:b:review"}},
		"submitted, about a child":    {referral("nrm", casework.Submitted, func(r *access.Record) { r.Child = true }), []string{"user:u", "agency:b:review", "agency:a:safeguard"}},
		"approved":                    {referral("nrm", casework.Approved, nil), []string{"user:u", "agency:b:review", "agency:a:send"}},
		"withdrawn before a decision": {referral("nrm", casework.Withdrawn, nil), []string{"user:u", "agency:b:review"}},
		"withdrawn once approved":     {referral("nrm", casework.Withdrawn, func(r *access.Record) { r.DecidedMs = 1 }), []string{"user:u", "agency:b:review", "agency:a:send"}},
		"light review":                {referral("victim_support", casework.Submitted, nil), []string{"user:u", "agency:b:review", "agency:a:send"}},
		"MARAC":                       {referral("marac", casework.Approved, nil), []string{"user:u", "agency:b:review", "agency:c:marac"}},
		"intelligence":                {referral("intel", casework.Submitted, nil), []string{"user:u", "agency:c:intel"}},
		"handover":                    {referral("handover", casework.Submitted, nil), []string{"user:u", "agency:c:review"}},
		"closed two days ago":         {referral("nrm", casework.Closed, func(r *access.Record) { r.ClosedMs = ago(48 * time.Hour) }), []string{"agency:b:review", "agency:a:send"}},
		"closed long ago":             {referral("nrm", casework.Closed, func(r *access.Record) { r.ClosedMs = ago(91 * 24 * time.Hour) }), nil},
		"what a council was sent":     {pack("safeguarding_child"), []string{"agency:c:receive"}},
		"what a charity was sent":     {pack("victim_support"), []string{"agency:c:support", "agency:c:receive"}},
		"what a MARAC was sent":       {pack("marac"), []string{"agency:c:marac"}},
		"a pack that closed long ago": {access.Record{Coll: "packs", Type: "handover", ToAgency: "c", ClosedMs: ago(91 * 24 * time.Hour)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := access.Scopes(c.record, now); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestReferralRoles is in which roles a person stands to a submitted referral of each kind.
func TestReferralRoles(t *testing.T) {
	user := func(id, agency string, roles ...string) casework.User {
		return casework.User{ID: id, Agency: agency, Roles: roles}
	}
	for _, c := range []struct {
		name, kind string
		user       casework.User
		sent       bool
		want       []string
	}{
		{"author", "nrm", user("u", "a", "field"), false, []string{"author"}},
		{"author who is a supervisor", "nrm", user("u", "a", "supervisor"), false, []string{"author"}},
		{"author who sends it", "safeguarding_child", user("u", "a", "field"), false, []string{"author", "sender"}},
		{"supervisor", "nrm", user("v", "a", "supervisor"), false, []string{"reviewer"}},
		{"supervisor of another agency", "nrm", user("v", "c", "supervisor"), false, nil},
		{"single point of contact, before approval", "nrm", user("v", "a", "spoc"), false, nil},
		{"safeguarding lead, adult at no risk", "nrm", user("v", "a", "safeguarding_lead"), false, nil},
		{"safeguarding lead", "ictg", user("v", "a", "safeguarding_lead"), false, []string{"safeguarding_lead"}},
		{"council, before sending", "safeguarding_child", user("v", "c", "safeguarding_lead"), false, nil},
		{"council", "safeguarding_child", user("v", "c", "safeguarding_lead"), true, []string{"receiver"}},
		{"receiving supervisor", "handover", user("v", "c", "supervisor"), false, []string{"reviewer", "sender"}},
		{"intelligence analyst", "intel", user("v", "c", "intel"), false, []string{"reviewer"}},
		{"stranger", "nrm", user("v", "", "supervisor"), false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := access.Record{Coll: "referrals", Type: c.kind, Author: "u", Agency: "a", ReviewAgency: "a", ToAgency: "c", State: casework.Submitted, SubmittedMs: 1, Child: c.kind == "ictg"}
			if c.sent {
				r.State, r.SentMs = casework.Sent, 1
			}
			if got := access.ReferralRoles(c.user, r); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
