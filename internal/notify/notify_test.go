package notify_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/records"
	"noddfa/internal/testkit"
)

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// TestTold is who is told what, and who is not.
func TestTold(t *testing.T) {
	reasons := casework.Values{"codes": []string{"R01"}, "note": "Please say more."}
	danger := func() casework.Values {
		return casework.Values{"danger": true, "danger_answers": map[string]any{"called_999": "yes"}}
	}
	tests := []struct {
		name string
		do   func(w *world) string
		want map[string]string
	}{
		{"handed in", func(w *world) string { return w.submit("onnen", "a", nil) }, map[string]string{"derw": "new_work", "bedwen": "new_work"}},
		{"handed in by a supervisor", func(w *world) string { return w.submit("derw", "a", nil) }, map[string]string{"bedwen": "new_work"}},
		{"danger", func(w *world) string { return w.submit("onnen", "a", danger()) }, map[string]string{"derw": "danger", "bedwen": "danger"}},
		{"a draft", func(w *world) string {
			w.phones["onnen"].Do(exchange.Op{Kind: "create", Coll: "encounters", Rec: testkit.ID("encd"), Set: danger()})
			return testkit.ID("encd")
		}, map[string]string{}},
		{"returned", func(w *world) string {
			rec := w.submit("onnen", "a", nil)
			w.decide("derw", rec, "pick_up", nil)
			w.decide("derw", rec, "return", reasons)
			return rec
		}, map[string]string{"onnen": "returned"}},
		{"returned and handed in again before anybody looked", func(w *world) string {
			rec := w.submit("onnen", "a", nil)
			w.decide("derw", rec, "pick_up", nil)
			w.decide("derw", rec, "return", reasons)
			if v := w.phones["onnen"].Do(exchange.Op{Kind: "cmd", Coll: "encounters", Rec: rec, Cmd: &exchange.Cmd{Name: "resubmit"}}); v.V != "ok" {
				w.t.Fatalf("resubmit: got %s %s", v.V, v.Key)
			}
			return rec
		}, map[string]string{"derw": "new_work", "bedwen": "new_work"}},
		{"approved", func(w *world) string {
			rec := w.submit("onnen", "a", nil)
			w.decide("derw", rec, "pick_up", nil)
			w.decide("derw", rec, "approve", nil)
			return rec
		}, map[string]string{"onnen": "approved"}},
		{"no further action", func(w *world) string {
			rec := w.submit("onnen", "a", nil)
			w.decide("derw", rec, "pick_up", nil)
			w.decide("derw", rec, "reject", casework.Values{"reason": "Another agency has it."})
			return rec
		}, map[string]string{"onnen": "rejected"}},
		{"danger picked up", func(w *world) string {
			rec := w.submit("onnen", "a", danger())
			w.decide("derw", rec, "pick_up", nil)
			return rec
		}, map[string]string{"bedwen": "danger"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			rec := tt.do(w)
			w.pass()
			got := map[string]string{}
			for name := range w.phones {
				if kind := w.inbox(name)[rec]; kind != "" {
					got[name] = kind
				}
			}
			if !maps.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestOnce looks at the same change in every way there is, and counts notices and messages.
func TestOnce(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	phone := w.phones["onnen"]
	phone.Op(exchange.Op{Kind: "create", Coll: "encounters", Rec: testkit.ID("enc"), Set: casework.Values{"codename": "robin", "narrative": "x"}, Cmd: &exchange.Cmd{Name: "submit"}})
	body := phone.Body([]string{phone.Outbox[0].Line})
	for range 2 { // The answer of the first was lost.
		if _, err := phone.Send(body); err != nil {
			t.Fatal(err)
		}
		w.pass()
	}
	// Everything is given a new number, as when the sight of a record changes; then the place in the feed is lost.
	for _, sql := range []string{"INSERT INTO sync_dirty (coll, rec) SELECT coll, rec FROM sync_rec WHERE true ON CONFLICT DO NOTHING", "UPDATE notify_cursor SET rev = 0"} {
		if _, err := w.app.Base.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
		if err := w.app.Store.Write(t.Context(), func(exchange.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		w.pass()
		w.restart()
	}
	if got := len(w.service.Messages()); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
	if got := w.count("SELECT count(*) FROM notices", nil); got != 2 {
		t.Errorf("got %d notices, want one for each of two supervisors", got)
	}
}

// TestNothingOfWhatWasUndone has changes that are never committed, and a notice whose transaction fails at its end.
func TestNothingOfWhatWasUndone(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	undone := errors.New("undone")
	err := w.app.Store.Write(t.Context(), func(tx exchange.Tx) error {
		v := casework.Values{"codename": "robin", "author": w.phones["onnen"].User.ID, "review_agency": testkit.ID("hafan"), "state": "submitted", "danger": true,
			"version": 1, "submitted_at_ms": w.app.Clock.Now().UnixMilli()}
		if err := tx.Insert("encounters", testkit.ID("encx"), v); err != nil {
			return err
		}
		return errors.Join(tx.Drain(), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	w.pass()
	if n, got := w.count("SELECT count(*) FROM notices", nil), w.service.Messages(); n+len(got) != 0 {
		t.Errorf("got %d notices and %d messages of a change that was undone", n, len(got))
	}

	w.submit("onnen", "a", nil)
	before := w.count("SELECT rev FROM notify_cursor", nil)
	ctx, cancel := context.WithCancel(t.Context())
	err = w.app.Store.Tell(ctx, func(told *records.Telling) error {
		defer cancel()
		if err := told.MoveTo(1 << 40); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) || w.count("SELECT rev FROM notify_cursor", nil) != before {
		t.Fatalf("got %v, and the place moved without its notices", err)
	}
	w.pass()
	if got := len(w.service.Messages()); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
}

// TestManyChanges has more change at once than is told in one transaction.
func TestManyChanges(t *testing.T) {
	w := newWorld(t)
	const records = 120
	for i := range records {
		w.submit("onnen", fmt.Sprintf("n%dx", i), nil)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := w.notify.Follow(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.count("SELECT count(*) FROM notices", nil); got != 2*records {
		t.Errorf("got %d notices, want one for each of two supervisors of %d records", got, records)
	}
	w.pass() // The notices themselves are changes too, and told to nobody.
	if untold, err := w.app.Store.Untold(t.Context()); err != nil || untold {
		t.Errorf("got %t, %v, want everything told", untold, err)
	}
}

// TestOldNews is a change that reaches the feed long after it happened: an upgrade, or rows that were sealed anew.
func TestOldNews(t *testing.T) {
	w := newWorld(t)
	w.submit("onnen", "a", nil)
	w.app.Clock.Forward(8 * 24 * time.Hour)
	w.pass()
	if got := w.inbox("derw"); len(got) != 0 {
		t.Errorf("got %v of last week", got)
	}
}

// TestDangerIsNeverOldNews learns of a danger on a record that was handed in last week.
func TestDangerIsNeverOldNews(t *testing.T) {
	w := newWorld(t)
	rec := w.submit("onnen", "a", nil)
	w.pass()
	w.app.Clock.Forward(8 * 24 * time.Hour)
	p := w.phones["onnen"]
	p.Pull()
	p.Do(exchange.Op{Kind: "patch", Coll: "encounters", Rec: rec, Set: casework.Values{"danger": true}, Prev: casework.Values{"danger": false}})
	w.pass()
	if got := w.inbox("derw")[rec]; !strings.Contains(got, "danger") {
		t.Errorf("got %q, want the danger told", got)
	}
}

// TestNobodyWhoHasLeft hands in after a supervisor's account has ended, and another has another role.
func TestNobodyWhoHasLeft(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw", "bedwen")
	w.app.Base.NonconcurrentDB().NewQuery("UPDATE users SET deactivated = true WHERE id = '" + testkit.ID("derw") + "'").Execute()
	w.app.Base.NonconcurrentDB().NewQuery("UPDATE users SET roles = '[\"field\"]' WHERE id = '" + testkit.ID("bedwen") + "'").Execute()
	w.submit("onnen", "a", nil)
	w.pass()
	if got := w.count("SELECT count(*) FROM notices", nil); got != 0 {
		t.Errorf("got %d notices", got)
	}
}

// TestDangerAgain follows a danger for an hour: everybody at once, again each quarter of an hour, four times, and no more
// once it is picked up.
func TestDangerAgain(t *testing.T) {
	set := func() casework.Values {
		return casework.Values{"danger": true, "danger_answers": map[string]any{"called_999": "no_signal"}}
	}
	t.Run("OK nobody comes", func(t *testing.T) {
		w := newWorld(t)
		w.subscribe("derw", "bedwen")
		w.submit("onnen", "a", set())
		var got []int
		for range 6 {
			w.pass()
			messages := w.service.Messages()
			for _, m := range messages {
				if m.Header.Get("Urgency") != "high" {
					t.Errorf("got urgency %q, want high", m.Header.Get("Urgency"))
				}
			}
			got = append(got, len(messages))
			w.app.Clock.Forward(15 * time.Minute)
		}
		if want := "222200"; strings.Trim(strings.Join(strings.Fields(sprint(got)), ""), "[]") != want {
			t.Errorf("got %v messages a quarter of an hour, want %s", got, want)
		}
	})
	t.Run("OK read and not picked up", func(t *testing.T) {
		w := newWorld(t)
		w.subscribe("derw")
		rec := w.submit("onnen", "a", set())
		w.pass()
		w.service.Messages()
		w.read("derw")
		w.app.Clock.Forward(15 * time.Minute)
		w.pass()
		if got := w.service.Messages(); len(got) != 1 || w.inbox("derw")[rec] != "danger" {
			t.Errorf("got %d messages and %v, want to be told again", len(got), w.inbox("derw"))
		}
	})
	t.Run("OK picked up", func(t *testing.T) {
		w := newWorld(t)
		w.subscribe("derw", "bedwen")
		rec := w.submit("onnen", "a", set())
		w.pass()
		w.service.Messages()
		w.decide("derw", rec, "pick_up", nil)
		w.app.Clock.Forward(15 * time.Minute)
		w.pass()
		if got := w.service.Messages(); len(got) != 0 {
			t.Errorf("got %d messages after it was picked up", len(got))
		}
		if got := w.count("SELECT count(*) FROM notify_watch", nil); got != 0 {
			t.Errorf("it is still watched")
		}
	})
}
