package notify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

const english, welsh = "You have an item to look at", "Mae gennych eitem i edrych arni"

// TestLetters writes to people who have no device to push to.
func TestLetters(t *testing.T) {
	setUp := func(t *testing.T) *world {
		w := newWorld(t)
		w.mail.isReady = true
		w.sql("UPDATE users SET locale = 'cy' WHERE email = 'bedwen@example.org'")
		return w
	}
	t.Run("OK in their language", func(t *testing.T) {
		w := setUp(t)
		w.submit("onnen", "a", nil)
		w.pass()
		w.expect("bedwen@example.org: "+welsh, "derw@example.org: "+english)
	})
	t.Run("OK in both when they chose none", func(t *testing.T) {
		w := setUp(t)
		w.subscribe("derw")
		w.sql("UPDATE users SET locale = '' WHERE email = 'bedwen@example.org'")
		w.submit("onnen", "a", nil)
		w.pass()
		w.expect("bedwen@example.org: " + welsh + " / " + english)
	})
	t.Run("OK not beside a push", func(t *testing.T) {
		w := setUp(t)
		w.subscribe("derw", "bedwen")
		w.submit("onnen", "a", nil)
		w.pass()
		w.expect()
	})
	t.Run("OK one in a quarter of an hour", func(t *testing.T) {
		w := setUp(t)
		w.subscribe("derw")
		for i := range 10 {
			w.submit("onnen", fmt.Sprintf("m%dx", i), nil)
			w.pass()
			w.app.Clock.Forward(time.Minute)
		}
		w.expect("bedwen@example.org: " + welsh)
		w.app.Clock.Forward(5 * time.Minute)
		w.pass()
		w.expect("bedwen@example.org: "+welsh, "bedwen@example.org: "+welsh)
		w.app.Clock.Forward(time.Hour)
		w.pass()
		w.expect("bedwen@example.org: "+welsh, "bedwen@example.org: "+welsh)
	})
	t.Run("OK not of what was read", func(t *testing.T) {
		w := setUp(t)
		w.submit("onnen", "a", nil)
		if err := w.notify.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.read("derw")
		w.read("bedwen")
		w.pass()
		w.expect()
	})
	t.Run("OK when the device is gone", func(t *testing.T) {
		w := setUp(t)
		w.subscribe("derw", "bedwen")
		w.answer(410)
		w.submit("onnen", "a", nil)
		w.pass()
		w.expect("bedwen@example.org: "+welsh, "derw@example.org: "+english)
	})
	t.Run("OK again when the mail server was down", func(t *testing.T) {
		w := setUp(t)
		w.mail.fail = errors.New("550 derw@example.org is not known")
		w.submit("onnen", "a", nil)
		w.pass()
		w.mail.fail = nil
		w.app.Clock.Forward(30 * time.Second)
		w.pass()
		w.expect("bedwen@example.org: "+welsh, "derw@example.org: "+english)
		if w.log.Len() > 0 {
			t.Errorf("the log holds %s", w.log)
		}
	})
	t.Run("no mail server", func(t *testing.T) {
		w := setUp(t)
		w.mail.isReady = false
		w.submit("onnen", "a", nil)
		w.pass()
		w.expect()
		if w.queued() != 0 || len(w.inbox("derw")) != 1 {
			t.Errorf("got %d queued and %v in the inbox", w.queued(), w.inbox("derw"))
		}
	})
}

// expect compares the letters so far, by address.
func (w *world) expect(want ...string) {
	w.t.Helper()
	got := w.mail.sorted()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("got letters %q, want %q", got, want)
	}
}

// TestWordsAreTheApps compares the words of letters with those that the app shows in a notification.
func TestWordsAreTheApps(t *testing.T) {
	for file, want := range map[string]string{"en": english, "cy": welsh} {
		raw, err := os.ReadFile("../../pwa/words/refer." + file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		if got := words["push.body"]; got != want {
			t.Errorf("%s: the app says %q, letters say %q", file, got, want)
		}
	}
}
