package records

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

var notFound = &casework.Error{Code: casework.NotFound, Key: "error.not_found"}

// User gives a user as the accounts say now; not_found when there is none.
func (t *tx) User(id string) (casework.User, error) {
	u := casework.User{ID: id}
	var roles, named string
	ok, err := t.found(`SELECT u.name, u.email, coalesce(u.roles, '[]'), u.agency, u.locale, coalesce(a.review_agency, '')
		FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = ?`, []any{&u.Name, &u.Email, &roles, &u.Agency, &u.Locale, &named}, id)
	if err != nil {
		return u, err
	}
	if !ok {
		return u, notFound
	}
	if err := json.Unmarshal([]byte(roles), &u.Roles); err != nil {
		return u, fmt.Errorf("read roles: %w", err)
	}
	u.ReviewAgency = u.Agency
	if named == "" {
		return u, nil
	}
	own, err := t.hasAnotherSupervisor(u)
	if err == nil && !own {
		u.ReviewAgency = named
	}
	return u, err
}

// hasAnotherSupervisor says whether somebody of the user's agency can read what the user writes: nobody else is told of a
// case while there is.
func (t *tx) hasAnotherSupervisor(u casework.User) (bool, error) {
	var yes bool
	err := t.row("SELECT EXISTS (SELECT 1 FROM users u JOIN json_each(u.roles) r WHERE u.agency = ? AND u.id <> ? AND r.value = 'supervisor')",
		[]any{&yes}, u.Agency, u.ID)
	return yes, err
}

// Agency gives an agency, empty when there is none.
func (t *tx) Agency(id string) (casework.Agency, error) {
	a := casework.Agency{ID: id}
	_, err := t.found("SELECT code, name_en, name_cy, kind, force, may_refer, review_agency FROM agencies WHERE id = ?",
		[]any{&a.Code, &a.NameEN, &a.NameCY, &a.Kind, &a.Force, &a.MayRefer, &a.ReviewAgency}, id)
	return a, err
}

const deviceQuery = `SELECT d.name, d.user, d.app, d.sign_key, d.enrolled_at_ms, d.seen_at_ms, d.revoked,
	coalesce((SELECT max(o.seq) FROM sync_op o WHERE o.device = d.id), 0) FROM devices d WHERE d.id = ?`

func deviceFields(d *exchange.Device, key *string) []any {
	return []any{&d.Name, &d.User, &d.App, key, &d.EnrolledMs, &d.SeenMs, &d.Revoked, &d.LastSeq}
}

func withKey(d exchange.Device, key string) (exchange.Device, error) {
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return d, fmt.Errorf("read device key: %w", err)
	}
	d.SignKey = raw
	return d, nil
}

// Device gives an enrolled device.
func (t *tx) Device(id string) (exchange.Device, bool, error) {
	d, key := exchange.Device{ID: id}, ""
	ok, err := t.found(deviceQuery, deviceFields(&d, &key), id)
	if err != nil || !ok {
		return d, false, err
	}
	d, err = withKey(d, key)
	return d, err == nil, err
}

// PutDevice enrols a device, or notes its name, app and last contact.
func (t *tx) PutDevice(d exchange.Device) error {
	return t.exec(`INSERT INTO devices (id, name, user, app, sign_key, enrolled_at_ms, seen_at_ms, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, app = excluded.app, seen_at_ms = excluded.seen_at_ms`,
		d.ID, d.Name, d.User, d.App, base64.RawURLEncoding.EncodeToString(d.SignKey), d.EnrolledMs, d.SeenMs, d.Revoked)
}

// Immediate says whether one of the codes means immediate danger. The catalogue is kept in memory until it changes.
func (t *tx) Immediate(codes []string) (bool, error) {
	t.store.mu.Lock()
	danger := t.store.danger
	t.store.mu.Unlock()
	if danger == nil || t.catalogue {
		danger = map[string]bool{}
		var code string
		err := t.each("SELECT code FROM indicators WHERE immediate_danger", nil, []any{&code}, func() error {
			danger[code] = true
			return nil
		})
		if err != nil {
			return false, err
		}
		t.store.mu.Lock()
		t.store.danger = danger
		t.store.mu.Unlock()
	}
	for _, code := range codes {
		if danger[code] {
			return true, nil
		}
	}
	return false, nil
}

// LastDecision gives who decided last on a record.
func (t *tx) LastDecision(follows, rec string) (exchange.By, bool, error) {
	var by exchange.By
	ok, err := t.found("SELECT reviewer_name, event, received_at_ms FROM reviews WHERE "+follows+" = ? ORDER BY rowid DESC LIMIT 1",
		[]any{&by.Name, &by.Event, &by.AtMs}, rec)
	return by, ok, err
}

// Approval gives who approved a referral last, or countersigned it.
func (t *tx) Approval(referral string) (exchange.By, bool, error) {
	var by exchange.By
	ok, err := t.found(`SELECT reviewer_name, event, received_at_ms FROM reviews WHERE referral = ? AND event IN ('approve', 'countersign')
		ORDER BY rowid DESC LIMIT 1`, []any{&by.Name, &by.Event, &by.AtMs}, referral)
	return by, ok, err
}

// LastVersion gives the newest version of a record.
func (t *tx) LastVersion(follows, rec string) (casework.Values, bool, error) {
	id, ok, err := t.one("SELECT id FROM versions WHERE "+follows+" = ? ORDER BY number DESC LIMIT 1", rec)
	if err != nil || !ok {
		return nil, false, err
	}
	return t.Get("versions", id)
}

// one gives the text in the first row of a question.
func (t *tx) one(query string, args ...any) (string, bool, error) {
	var text string
	ok, err := t.found(query, []any{&text}, args...)
	return text, ok, err
}

// all gives the texts in every row of a question.
func (t *tx) all(query string, args ...any) ([]string, error) {
	var out []string
	var text string
	err := t.each(query, args, []any{&text}, func() error {
		out = append(out, text)
		return nil
	})
	return out, err
}

// OpenConflicts counts the fields of a record on which two people differ. A command that came too late is no such field:
// it would keep the one who gave it from deciding again.
func (t *tx) OpenConflicts(rec string) (int, error) {
	var n int
	err := t.row("SELECT count(*) FROM conflicts WHERE of_rec = ? AND state = 'open' AND kind <> 'command'", []any{&n}, rec)
	return n, err
}

// Op gives the stored verdict under a device's number.
func (t *tx) Op(device string, seq int64) (exchange.StoredOp, bool, error) {
	op := exchange.StoredOp{Device: device, Seq: seq}
	var sealed []byte
	ok, err := t.found("SELECT op_id, user, coll, rec, at_ms, result FROM sync_op WHERE device = ? AND seq = ?",
		[]any{&op.OpID, &op.User, &op.Coll, &op.Rec, &op.AtMs, &sealed}, device, seq)
	if err != nil || !ok {
		return op, false, err
	}
	plain, err := t.store.keys.Unseal(place("sync_op", op.OpID, "result"), sealed)
	if err != nil {
		return op, false, fmt.Errorf("open verdict: %w", err)
	}
	return op, true, json.Unmarshal(plain, &op.Verdict)
}

// OpKnown says whether an operation has a verdict already.
func (t *tx) OpKnown(opID string) (bool, error) {
	var one int
	return t.found("SELECT 1 FROM sync_op WHERE op_id = ?", []any{&one}, opID)
}

// PutOp stores a verdict. A second number for the same operation is kept under a name of its own.
func (t *tx) PutOp(op exchange.StoredOp) error {
	plain, err := json.Marshal(op.Verdict)
	if err != nil {
		return fmt.Errorf("write verdict: %w", err)
	}
	sealed, err := t.store.keys.Seal(place("sync_op", op.OpID, "result"), plain)
	if err != nil {
		return fmt.Errorf("seal verdict: %w", err)
	}
	return t.exec("INSERT INTO sync_op (device, seq, op_id, user, coll, rec, v, commit_seq, at_ms, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		op.Device, op.Seq, op.OpID, op.User, op.Coll, op.Rec, op.Verdict.V, op.Verdict.Commit, op.AtMs, sealed)
}

// AuditLast gives the number and hash of the newest audit row.
func (t *tx) AuditLast() (int64, string, error) {
	var seq int64
	var hash string
	_, err := t.found("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", []any{&seq, &hash})
	return seq, hash, err
}

// AuditInsert writes an audit row.
func (t *tx) AuditInsert(r audit.Row) error {
	e := r.Entry
	return t.exec(`INSERT INTO audit (id, seq, at_ms, actor, role, agency, act, coll, rec, device, detail, prev, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, auditID(r), r.Seq, e.AtMs, e.Actor, e.Role, e.Agency, e.Act, e.Coll, e.Rec, e.Device, e.Detail, r.Prev, r.Hash)
}

func auditID(r audit.Row) string { return r.Hash[:15] }
