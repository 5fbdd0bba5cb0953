package notify

import (
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/records"
)

// mailEvery is how long a person is left in peace after a letter.
const mailEvery = 15 * time.Minute

// Mail sends letters.
type Mail interface {
	// Ready says whether there is a way to send one.
	Ready() bool
	// Send writes a text to an address.
	Send(to, text string) error
}

// words are the fixed words of every message, the same as the app's push.body.
var words = map[string]string{"en": "You have an item to look at", "cy": "Mae gennych eitem i edrych arni"}

// letter has a person written to who has no device to push to. Several notices that come close together make one letter.
func (n *Notify) letter(t *records.Telling, notice, user string, urgent bool) error {
	if !n.Mail.Ready() {
		return nil
	}
	last, err := t.LastMail(user)
	if err != nil {
		return err
	}
	now := n.Now()
	due := max(now.UnixMilli(), last+mailEvery.Milliseconds())
	return t.Send(records.Errand{ID: casework.DeriveID("errand", records.ByMail, user), Notice: notice, User: user, Target: records.ByMail, Urgent: urgent,
		DueMs: due, EndsMs: now.Add(endsAfter).UnixMilli()})
}

// write sends a letter in the person's language, or in both while they have chosen none.
func (n *Notify) write(o records.Outgoing) outcome {
	text, ok := words[o.Locale]
	if !ok {
		text = words["cy"] + " / " + words["en"]
	}
	if o.Email == "" || !n.Mail.Ready() {
		return outcome{result: refused}
	}
	if err := n.Mail.Send(o.Email, text); err != nil {
		return outcome{result: later} // The error can hold the address.
	}
	return outcome{result: taken}
}
