package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"noddfa/internal/records"
)

// result is what became of one try to send.
type result int

const (
	taken   result = iota // The push service has it.
	gone                  // Nobody listens there any more.
	later                 // Worth another try.
	refused               // No try will help.
)

// outcome is a result and, for another try, how long the push service asked us to wait.
type outcome struct {
	result result
	wait   time.Duration
	status int
}

// recordSize makes every message as long as every other: what is inside is filled up to it before it is closed.
const recordSize = 2048

// Message is all that a push message holds. The device asks for the rest itself, when somebody has opened it.
func Message(notice string) ([]byte, error) {
	raw, err := json.Marshal(struct {
		Notice string `json:"n"`
	}{notice})
	if err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	return raw, nil
}

// push sends one errand to its device. The endpoint is checked again: the list of services may have changed since.
func (n *Notify) push(ctx context.Context, o records.Outgoing) outcome {
	if n.Services.Check(o.To.Endpoint) != nil {
		return outcome{result: gone}
	}
	message, err := Message(o.Notice)
	if err != nil {
		return outcome{result: refused}
	}
	answer, err := webpush.SendNotificationWithContext(ctx, message,
		&webpush.Subscription{Endpoint: o.To.Endpoint, Keys: webpush.Keys{P256dh: o.To.P256dh, Auth: o.To.Auth}}, n.options(o))
	switch {
	case errors.Is(err, ErrEndpoint):
		return outcome{result: gone} // The name leads into a private network.
	case err != nil:
		return outcome{result: later} // The error itself holds the endpoint, which is a secret of the device.
	}
	defer func() { _ = answer.Body.Close() }() // There is nothing in it that we need.
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10)
	return judge(answer, n.Now())
}

func (n *Notify) options(o records.Outgoing) *webpush.Options {
	private, public := n.Keys.VAPID()
	urgency := webpush.UrgencyNormal
	if o.Urgent {
		urgency = webpush.UrgencyHigh
	}
	left := max(0, (o.EndsMs-n.Now().UnixMilli())/1000)
	b64 := base64.RawURLEncoding.EncodeToString
	return &webpush.Options{HTTPClient: n.Client, RecordSize: recordSize, Subscriber: n.Contact(), TTL: int(left), Urgency: urgency,
		VAPIDPublicKey: b64(public), VAPIDPrivateKey: b64(private)}
}

// judge reads the status of an answer. A redirect is no answer of a push service.
func judge(answer *http.Response, now time.Time) outcome {
	out := outcome{result: refused, status: answer.StatusCode}
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		out.result = taken
	case status == http.StatusNotFound || status == http.StatusGone:
		out.result = gone
	case status == http.StatusTooManyRequests || status >= 500:
		out.result, out.wait = later, retryAfter(answer.Header.Get("Retry-After"), now)
	}
	return out
}

// retryAfter reads seconds or a date; 0 for anything else.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 && seconds < 1<<30 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
