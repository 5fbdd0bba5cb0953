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
	desk := map[string]string{"supervisor": "agency:a:review", "spoc": "agency:a:send", "safeguarding_lead": "agency:a:safeguard"}
	for _, role := range casework.Roles {
		t.Run(role, func(t *testing.T) {
			want := []string{"all", "user:u"}
			if key, ok := desk[role]; ok {
				want = append(want, key)
			}
			if got := access.ScopesOf(casework.User{ID: "u", Agency: "a", Roles: []string{role}}); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
