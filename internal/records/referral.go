package records

import (
	"fmt"

	"noddfa/internal/forms"
)

// formName is how a form is asked for.
type formName struct {
	code, agency string
	version      int64
}

// Form gives a form of that version: the agency's own where it has one, else everybody's. Forms never change once they
// are published, so a form that was read is kept.
func (t *tx) Form(code string, version int64, agency string) (*forms.Form, bool, error) {
	name := formName{code, agency, version}
	t.store.mu.Lock()
	known, ok := t.store.forms[name]
	t.store.mu.Unlock()
	if ok {
		return known, true, nil
	}
	definition, ok, err := t.one("SELECT definition FROM forms WHERE code = ? AND version = ? AND agency IN ('', ?) ORDER BY agency DESC LIMIT 1",
		code, version, agency)
	if err != nil || !ok {
		return nil, false, err
	}
	form, err := forms.ParseAt([]byte(definition), t.store.now)
	if err != nil {
		return nil, false, fmt.Errorf("read form %s %d: %w", code, version, err)
	}
	t.store.mu.Lock()
	t.store.forms[name] = form
	t.store.mu.Unlock()
	return form, true, nil
}

// ReferralsOf gives the ids of the referrals that were made from an encounter.
func (t *tx) ReferralsOf(encounter string) ([]string, error) {
	return t.all("SELECT id FROM referrals WHERE encounter = ? ORDER BY id", encounter)
}

// PackOf gives the id of what a referral sent to an agency of this server.
func (t *tx) PackOf(referral string) (string, bool, error) {
	return t.one("SELECT id FROM packs WHERE referral = ?", referral)
}

// OpenTasks gives the ids of the open tasks of a kind on a record.
func (t *tx) OpenTasks(coll, rec, kind string) ([]string, error) {
	return t.all("SELECT id FROM tasks WHERE of_rec = ? AND of_coll = ? AND kind = ? AND state = 'open' ORDER BY id", rec, coll, kind)
}

// DisclosureWaits says whether a disclosure of a referral is not approved yet.
func (t *tx) DisclosureWaits(referral string) (bool, error) {
	_, waits, err := t.one("SELECT id FROM disclosures WHERE referral = ? AND state = 'open' LIMIT 1", referral)
	return waits, err
}

// Underway gives the ids of the referrals that are neither drafts nor ended.
func (t *tx) Underway() ([]string, error) {
	return t.all(`SELECT id FROM referrals WHERE state IN ('submitted', 'in_review', 'returned', 'approved', 'sent', 'sent_urgent', 'acknowledged',
		'outcome_recorded') ORDER BY id`)
}

// CountNationality counts the encounters of a force with a nationality that were received since a time.
func (t *tx) CountNationality(nationality, force string, sinceMs int64) (int, error) {
	var n int
	err := t.row("SELECT count(*) FROM encounters WHERE nationality = ? AND force = ? AND received_at_ms >= ?", []any{&n}, nationality, force, sinceMs)
	return n, err
}
