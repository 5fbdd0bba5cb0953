package records

import (
	"context"
	"encoding/json"
	"fmt"

	"noddfa/internal/exchange"
)

// ByMail is the target of an errand that goes out as a letter and not to a device.
const ByMail = "mail"

// Errand is a notice on its way to one target: the id of a subscription, or ByMail.
type Errand struct {
	ID, Notice, User, Target string
	Urgent                   bool
	Tries                    int
	DueMs, EndsMs            int64
}

// Subscription is where a push service takes messages for one device, and the keys to close them with.
type Subscription struct {
	ID, User, Device string `json:"-"`
	Endpoint         string `json:"endpoint"`
	P256dh           string `json:"p256dh"`
	Auth             string `json:"auth"`
	ConsentedMs      int64  `json:"-"`
}

// Outgoing is an errand with what it needs on its way. Settled means that its notice was read or is gone, or its target is.
type Outgoing struct {
	Errand
	Settled       bool
	To            Subscription
	Email, Locale string
}

// Send puts an errand in the queue. The same errand is there once, however often it is given.
func (t *Telling) Send(e Errand) error {
	return t.exec(`INSERT INTO notify_queue (id, notice, user, target, urgent, tries, due_at_ms, ends_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, e.ID, e.Notice, e.User, e.Target, e.Urgent, e.Tries, e.DueMs, e.EndsMs)
}

// SendLater keeps another try of an errand.
func (t *Telling) SendLater(e Errand) error {
	return t.exec("UPDATE notify_queue SET tries = ?, due_at_ms = ? WHERE id = ?", e.Tries, e.DueMs, e.ID)
}

// Done takes an errand out of the queue.
func (t *Telling) Done(id string) error { return t.exec("DELETE FROM notify_queue WHERE id = ?", id) }

// Outgoing gives the errands that are due, letters or the others, the urgent ones first, at most max.
func (s *Store) Outgoing(ctx context.Context, byMail bool, nowMs int64, max int) ([]Outgoing, error) {
	var out []Outgoing
	err := s.Read(ctx, func(r exchange.Reader) error {
		snap, sealed, one := r.(*snapshot), []byte{}, Outgoing{}
		return snap.each(`SELECT q.id, q.notice, q.user, q.target, q.urgent, q.tries, q.due_at_ms, q.ends_at_ms, coalesce(s.id, ''), coalesce(s.device, ''),
				coalesce(s.sealed_content, ''), coalesce(u.email, ''), coalesce(u.locale, ''),
				u.id IS NULL OR u.deactivated OR iif(q.target = 'mail', NOT EXISTS (SELECT 1 FROM notices m WHERE m.user = q.user AND m.state = 'unread'),
					s.id IS NULL OR coalesce(n.state, '') <> 'unread')
			FROM notify_queue q LEFT JOIN push_subscriptions s ON s.id = q.target LEFT JOIN notices n ON n.id = q.notice LEFT JOIN users u ON u.id = q.user
			WHERE q.due_at_ms <= ? AND (q.target = 'mail') = ? ORDER BY q.urgent DESC, q.due_at_ms, q.id LIMIT ?`, []any{nowMs, byMail, max},
			[]any{&one.ID, &one.Notice, &one.User, &one.Target, &one.Urgent, &one.Tries, &one.DueMs, &one.EndsMs, &one.To.ID, &one.To.Device,
				&sealed, &one.Email, &one.Locale, &one.Settled}, func() error {
				one.To.User = one.User
				if one.Settled || one.Target == ByMail {
					out = append(out, one)
					return nil
				}
				one.To = s.openSubscription(one.To, sealed)
				out = append(out, one)
				return nil
			})
	})
	return out, err
}

// openSubscription gives a subscription with its endpoint, or without one when it does not open: it is of no use then, and
// must not hold up those behind it.
func (s *Store) openSubscription(to Subscription, sealed []byte) Subscription {
	opened := to
	plain, err := s.keys.Unseal(place("push_subscriptions", to.ID, "content"), sealed)
	if err != nil || json.Unmarshal(plain, &opened) != nil {
		return to
	}
	return opened
}

// Subscribe keeps where a device is reached. One device has one place; a newer one replaces it.
func (t *Telling) Subscribe(sub Subscription) error {
	plain, err := json.Marshal(sub)
	if err != nil {
		return fmt.Errorf("write subscription: %w", err)
	}
	sealed, err := t.store.keys.Seal(place("push_subscriptions", sub.ID, "content"), plain)
	if err != nil {
		return fmt.Errorf("seal subscription: %w", err)
	}
	return t.exec(`INSERT INTO push_subscriptions (id, user, device, consented_at_ms, last_ok_ms, sealed_content) VALUES (?, ?, ?, ?, 0, ?)
		ON CONFLICT (id) DO UPDATE SET user = excluded.user, consented_at_ms = excluded.consented_at_ms, last_ok_ms = 0, sealed_content = excluded.sealed_content`,
		sub.ID, sub.User, sub.Device, sub.ConsentedMs, sealed)
}

// Unsubscribe ends one subscription and what is on its way to it, and says whether there was one.
func (t *Telling) Unsubscribe(id string) (bool, error) {
	if err := t.exec("DELETE FROM notify_queue WHERE target = ?", id); err != nil {
		return false, err
	}
	n, err := t.change("DELETE FROM push_subscriptions WHERE id = ?", id)
	return n > 0, err
}

// Subscriptions gives the ids of a user's subscriptions.
func (t *Telling) Subscriptions(user string) ([]string, error) {
	return t.texts("SELECT id FROM push_subscriptions WHERE user = ? ORDER BY id", user)
}

// Subscribed says whether a subscription is there and is the user's.
func (t *Telling) Subscribed(id, user string) (bool, error) {
	var one int
	return t.found("SELECT 1 FROM push_subscriptions WHERE id = ? AND user = ?", []any{&one}, id, user)
}

// Reached notes that a push service took a message for a subscription.
func (t *Telling) Reached(id string, nowMs int64) error {
	return t.exec("UPDATE push_subscriptions SET last_ok_ms = ? WHERE id = ?", nowMs, id)
}

// DropUnused ends subscriptions of devices that were neither reached nor heard of since a moment.
func (t *Telling) DropUnused(beforeMs int64) error {
	return t.exec(`DELETE FROM push_subscriptions WHERE consented_at_ms < ?1 AND last_ok_ms < ?1
		AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.id = push_subscriptions.device AND d.seen_at_ms >= ?1)`, beforeMs)
}

// LastMail gives when a user was last written to, 0 for never; Mailed notes that it happened.
func (t *Telling) LastMail(user string) (int64, error) {
	var at int64
	_, err := t.found("SELECT at_ms FROM notify_mail WHERE user = ?", []any{&at}, user)
	return at, err
}

// Mailed notes when a user was written to.
func (t *Telling) Mailed(user string, atMs int64) error {
	return t.exec("INSERT INTO notify_mail (user, at_ms) VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET at_ms = excluded.at_ms", user, atMs)
}
