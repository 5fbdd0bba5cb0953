package notify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/notify"
	"noddfa/internal/testkit"
)

// TestPushEndToEnd follows records to what a browser opens: an id and nothing else, as long as every other.
func TestPushEndToEnd(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw", "onnen")
	rec := w.submit("onnen", "a", casework.Values{"narrative": strings.Repeat("Qwyxztale ", 200), "name": "Qwyxzperson", "phone": "07700 900987",
		"council": "", "danger": true, "danger_answers": map[string]any{"called_999": "yes"}})
	w.pass()
	w.decide("derw", rec, "pick_up", nil)
	w.decide("derw", rec, "return", casework.Values{"codes": []string{"R01"}, "note": "Qwyxznote"})
	w.pass()
	got := w.service.Messages()
	if len(got) != 2 {
		t.Fatalf("got %d messages, want the danger and the return", len(got))
	}
	for i, m := range got {
		if m.Size != got[0].Size || m.Header.Get("Content-Encoding") != "aes128gcm" {
			t.Errorf("got %d bytes of %s, want %d as every other", m.Size, m.Header.Get("Content-Encoding"), got[0].Size)
		}
		want := []struct{ urgency, kind, ttl string }{{"high", "danger", "7200"}, {"normal", "returned", "86400"}}[i]
		if m.Header.Get("Urgency") != want.urgency || m.Header.Get("TTL") != want.ttl || m.Header.Get("Topic") != "" {
			t.Errorf("got headers %v, want %v", m.Header, want)
		}
		id := strings.TrimSuffix(strings.TrimPrefix(m.Text, `{"n":"`), `"}`)
		if !casework.IsID(id) || w.count("SELECT count(*) FROM notices WHERE id = '"+id+"' AND kind = '"+want.kind+"'", nil) != 1 {
			t.Errorf("got message %s, want the id of a notice of kind %s", m.Text, want.kind)
		}
		all := fmt.Sprint(m.Text, m.Header, string(m.Raw))
		for _, marker := range []string{"Qwyxz", "900987", rec, "robin", "danger", "returned", "hafan"} {
			if strings.Contains(all, marker) {
				t.Errorf("the message holds %q: %s", marker, m.Text)
			}
		}
	}
	for _, marker := range []string{"Qwyxz", "900987", "127.0.0.1", "push/", "example.org"} {
		if strings.Contains(w.log.String(), marker) {
			t.Errorf("the log holds %q: %s", marker, w.log)
		}
	}
	if got := w.count("SELECT count(*) FROM audit WHERE act = 'notice:push' AND detail = '' AND rec IN (SELECT id FROM notices)", nil); got != 2 {
		t.Errorf("got %d audit rows of two messages", got)
	}
	for _, column := range []string{"endpoint", "127.0.0.1"} {
		if got := w.count("SELECT count(*) FROM push_subscriptions WHERE sealed_content LIKE '%"+column+"%'", nil); got != 0 {
			t.Errorf("subscriptions lie open: %q", column)
		}
	}
}

// answer makes the push service answer with a status, and counts the tries.
func (w *world) answer(status int, header ...string) *int {
	tries := new(int)
	w.service.Answer(func(_ testkit.Message, out http.ResponseWriter) bool {
		*tries++
		if status == http.StatusCreated {
			return true
		}
		for i := 0; i+1 < len(header); i += 2 {
			out.Header().Set(header[i], header[i+1])
		}
		out.WriteHeader(status)
		return false
	})
	return tries
}

func (w *world) queued() int { return w.count("SELECT count(*) FROM notify_queue", nil) }

// TestAnswers is what each answer of a push service leads to. Waits are at their longest, because the random number is 1.
func TestAnswers(t *testing.T) {
	tests := []struct {
		name                    string
		status                  int
		header                  []string
		subscribed, queued      int
		notBefore, notLaterThan time.Duration
	}{
		{"OK 201", 201, nil, 1, 0, 0, 0},
		{"404 ends it", 404, nil, 0, 0, 0, 0},
		{"410 ends it", 410, nil, 0, 0, 0, 0},
		{"400 is given up", 400, nil, 1, 0, 0, 0},
		{"403 is given up", 403, nil, 1, 0, 0, 0},
		{"413 is given up", 413, nil, 1, 0, 0, 0},
		{"a redirect is not followed", 302, []string{"Location", "http://127.0.0.1:1/elsewhere"}, 1, 0, 0, 0},
		{"307 is not followed", 307, []string{"Location", "https://fcm.googleapis.com/x"}, 1, 0, 0, 0},
		{"429 without a word", 429, nil, 1, 1, 29 * time.Second, 30 * time.Second},
		{"429 with seconds", 429, []string{"Retry-After", "600"}, 1, 1, 599 * time.Second, 600 * time.Second},
		{"503 with a date", 503, []string{"Retry-After", testkit.Start.Add(20 * time.Minute).Format(http.TimeFormat)}, 1, 1, 1199 * time.Second, 1200 * time.Second},
		{"500 with nonsense", 500, []string{"Retry-After", "soon"}, 1, 1, 29 * time.Second, 30 * time.Second},
		{"429 beyond its time", 429, []string{"Retry-After", strconv.Itoa(90_000)}, 1, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.subscribe("derw")
			tries := w.answer(tt.status, tt.header...)
			w.submit("onnen", "a", nil)
			w.pass()
			if got := w.count("SELECT count(*) FROM push_subscriptions", nil); got != tt.subscribed || w.queued() != tt.queued || *tries != 1 {
				t.Errorf("got %d subscriptions, %d queued, %d tries, want %d, %d, 1", got, w.queued(), *tries, tt.subscribed, tt.queued)
			}
			if tt.queued == 0 {
				return
			}
			w.app.Clock.Forward(tt.notBefore)
			w.pass()
			if *tries != 1 {
				t.Errorf("it was tried again before %s", tt.notBefore)
			}
			w.app.Clock.Forward(tt.notLaterThan - tt.notBefore)
			w.answer(201)
			w.pass()
			if got := w.service.Messages(); len(got) != 1 || w.queued() != 0 {
				t.Errorf("got %d messages after %s, %d queued", len(got), tt.notLaterThan, w.queued())
			}
		})
	}
}

// TestGivesUp keeps a push service down for six hours: the waits double up to an hour, and the tries come to an end.
func TestGivesUp(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	tries := w.answer(503)
	w.submit("onnen", "a", nil)
	var waits []string
	last := w.app.Clock.Now()
	for range 6 * 120 {
		before := *tries
		w.pass()
		if *tries > before {
			waits = append(waits, w.app.Clock.Now().Sub(last).String())
			last = w.app.Clock.Now()
		}
		w.app.Clock.Forward(30 * time.Second)
	}
	want := "[0s 30s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s]"
	if got := fmt.Sprint(waits); got != want || w.queued() != 0 {
		t.Errorf("got waits %s and %d queued, want %s", got, w.queued(), want)
	}
	if got := w.inbox("derw"); len(got) != 1 {
		t.Errorf("got %v in the inbox, want the notice to stay", got)
	}
}

// TestRestart stops the server while half of a queue is out, and starts it on what was written.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	for i := range 40 {
		w.submit("onnen", fmt.Sprintf("r%dx", i), nil)
	}
	if err := w.notify.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	taken := make(chan struct{}, 100)
	w.service.Answer(func(testkit.Message, http.ResponseWriter) bool {
		taken <- struct{}{}
		if len(taken) > 35 { // In the middle of the second batch.
			stop()
			time.Sleep(50 * time.Millisecond)
		}
		return true
	})
	if err := w.notify.Push(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.queued(); got != 8 {
		t.Fatalf("got %d of 40 still queued, want those of the second batch", got)
	}
	first := w.service.Messages()
	w.service.Answer(nil)
	w.app = testkit.Reopen(t, w.copied(), w.app.Keys, w.app.Clock)
	w.restart()
	w.pass()
	texts := map[string]bool{}
	for _, m := range append(first, w.service.Messages()...) {
		texts[m.Text] = true
	}
	if len(texts) != 40 || w.queued() != 0 {
		t.Errorf("got %d different messages and %d queued, want 40 and none", len(texts), w.queued())
	}
}

// TestUrgentFirst has a danger come after a day's other work.
func TestUrgentFirst(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	for i := range 40 {
		w.submit("onnen", fmt.Sprintf("u%dx", i), nil)
	}
	if err := w.notify.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.app.Clock.Forward(time.Second)
	w.submit("onnen", "danger", casework.Values{"danger": true, "danger_answers": map[string]any{"called_999": "yes"}})
	w.pass()
	got := w.service.Messages()
	at := slices.IndexFunc(got, func(m testkit.Message) bool { return m.Header.Get("Urgency") == "high" })
	if len(got) != 41 || at < 0 || at >= 32 { // One batch; within it the order of arrival is the network's.
		t.Errorf("the danger was number %d of %d, want it in the first batch", at+1, len(got))
	}
}

// copied gives a folder with the data as a loss of power leaves it: nothing is closed, and the log is not yet part of the file.
func (w *world) copied() string {
	w.t.Helper()
	from, to := w.app.Base.DataDir(), w.t.TempDir()
	for _, name := range []string{"data.db", "data.db-wal", "auxiliary.db"} {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), raw, 0o600)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return to
}

// TestStartAndStop lets it run by itself: a commit is told without being asked, and nothing is left running.
func TestStartAndStop(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	w.notify.Start()
	w.submit("onnen", "a", nil)
	end := time.Now().Add(4 * time.Second) // Well before the clock is looked at again.
	var got []testkit.Message
	for len(got) == 0 && time.Now().Before(end) {
		time.Sleep(20 * time.Millisecond)
		got = w.service.Messages()
	}
	w.notify.Stop()
	if len(got) != 1 {
		t.Fatalf("got %d messages, want 1 within four seconds", len(got))
	}
	w.submit("onnen", "b", nil)
	time.Sleep(300 * time.Millisecond)
	if got := w.service.Messages(); len(got) != 0 {
		t.Errorf("got %d messages after it was stopped", len(got))
	}
}

// TestReadElsewhere reads a notice on one phone before the push to another went out.
func TestReadElsewhere(t *testing.T) {
	w := newWorld(t)
	w.subscribe("derw")
	w.submit("onnen", "a", nil)
	if err := w.notify.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.read("derw")
	w.pass()
	if got := w.service.Messages(); len(got) != 0 || w.queued() != 0 {
		t.Errorf("got %d messages of what was read, %d queued", len(got), w.queued())
	}
}

// TestSubscriptionEnds is every way in which a device is told no more.
func TestSubscriptionEnds(t *testing.T) {
	tests := []struct {
		name string
		end  func(w *world)
		left int
	}{
		{"turned off", func(w *world) {
			if err := w.notify.Unsubscribe(w.t.Context(), w.person("derw")); err != nil {
				w.t.Fatal(err)
			}
		}, 0},
		{"stopped", func(w *world) {
			w.sql("UPDATE devices SET revoked = true WHERE id = '" + w.person("derw").Device + "'")
		}, 0},
		{"unused for 91 days", func(w *world) { w.app.Clock.Forward(91 * 24 * time.Hour) }, 0},
		{"unused for 89 days", func(w *world) { w.app.Clock.Forward(89 * 24 * time.Hour) }, 1},
		{"heard of since", func(w *world) {
			w.app.Clock.Forward(91 * 24 * time.Hour)
			w.phones["derw"].SayHello()
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.subscribe("derw")
			tt.end(w)
			w.pass()
			w.submit("onnen", "a", nil)
			w.pass()
			if got := w.count("SELECT count(*) FROM push_subscriptions", nil); got != tt.left || len(w.service.Messages()) != tt.left {
				t.Errorf("got %d subscriptions, want %d and as many messages", got, tt.left)
			}
		})
	}
}

func (w *world) sql(query string) {
	w.t.Helper()
	if _, err := w.app.Base.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
		w.t.Fatal(err)
	}
}

// TestSubscribe is what a device may say about where it is reached.
func TestSubscribe(t *testing.T) {
	w := newWorld(t)
	good := w.service.Subscribe("derw")
	where := notify.Where{Endpoint: good.Endpoint, P256dh: good.P256dh, Auth: good.Auth}
	change := func(f func(*notify.Where)) notify.Where {
		changed := where
		f(&changed)
		return changed
	}
	tests := []struct {
		name  string
		where notify.Where
		field string
	}{
		{"ErrEndpoint", change(func(w *notify.Where) { w.Endpoint = "https://example.org/push" }), "endpoint"},
		{"ErrKeys no point", change(func(w *notify.Where) { w.P256dh = b64(make([]byte, 65)) }), "keys"},
		{"ErrKeys compressed", change(func(w *notify.Where) { w.P256dh = w.P256dh[:44] }), "keys"},
		{"ErrKeys not base64url", change(func(w *notify.Where) { w.P256dh = "*" + w.P256dh[1:] }), "keys"},
		{"ErrKeys short secret", change(func(w *notify.Where) { w.Auth = b64(make([]byte, 15)) }), "keys"},
		{"ErrKeys long secret", change(func(w *notify.Where) { w.Auth = b64(make([]byte, 17)) }), "keys"},
		{"ErrKeys none", change(func(w *notify.Where) { w.Auth = "" }), "keys"},
		{"OK", where, ""},
		{"OK again", where, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := w.notify.Subscribe(t.Context(), w.person("derw"), tt.where)
			var known *casework.Error
			if tt.field == "" && err != nil || tt.field != "" && (!errors.As(err, &known) || known.Code != casework.Invalid || known.Field != tt.field) {
				t.Errorf("got %v, want field %q", err, tt.field)
			}
		})
	}
	if got := w.count("SELECT count(*) FROM push_subscriptions", nil); got != 1 {
		t.Errorf("got %d subscriptions of one device", got)
	}
	t.Run("ErrForbidden stopped meanwhile", func(t *testing.T) {
		w.sql("UPDATE devices SET revoked = true WHERE id = '" + w.person("derw").Device + "'")
		var known *casework.Error
		if err := w.notify.Subscribe(t.Context(), w.person("derw"), where); !errors.As(err, &known) || known.Code != casework.Forbidden {
			t.Errorf("got %v, want forbidden", err)
		}
	})
}

// TestTry is the button that shows whether notifications come.
func TestTry(t *testing.T) {
	w := newWorld(t)
	var known *casework.Error
	if _, err := w.notify.Try(t.Context(), w.person("derw")); !errors.As(err, &known) || known.Code != casework.NotFound {
		t.Errorf("without a subscription: got %v, want not_found", err)
	}
	w.subscribe("derw", "bedwen")
	id, err := w.notify.Try(t.Context(), w.person("derw"))
	if err != nil {
		t.Fatal(err)
	}
	w.pass()
	got := w.service.Messages()
	if len(got) != 1 || got[0].Text != `{"n":"`+id+`"}` || !strings.HasSuffix(got[0].Endpoint, "derw") {
		t.Errorf("got %+v, want one message to the device that asked", got)
	}
	if got := w.inbox("derw"); got[""] != "test" || len(w.inbox("bedwen")) != 0 {
		t.Errorf("got %v", got)
	}
}
