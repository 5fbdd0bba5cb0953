// Package audit is the record of who saw and did what: one row for every look at identity or contact, every decision,
// every sign-in and every administrator's act.
//
// It promises that rows form a chain: each carries the hash of the one before, so a row that was changed, taken out or
// put in between shows. A row is written in the transaction of the act itself, so neither exists without the other.
//
// Not here: storage (records writes the rows, its table refuses update and delete) and anything a person typed.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
)

// Entry is one act. Every value is an id or a code, never a name or free text.
type Entry struct {
	AtMs   int64  // when, in milliseconds since 1970-01-01 UTC, by the server's clock
	Actor  string // id of the user or superuser; "" when nobody was known, as in a failed sign-in
	Role   string // in which role: "field", "supervisor", …, "superuser", "demo", or ""
	Agency string // the actor's agency id, or ""
	Act    string // what was done: "reveal:identity", "cmd:approve", "sign_in", …
	Coll   string // the collection it was done to, or ""
	Rec    string // the record it was done to, or ""
	Device string // the device it was done from, or ""
	Detail string // further codes, separated by spaces, or ""
}

// Row is an entry in its place in the chain. Seq counts from 1 without gaps; hashes are 64 hex digits, "" before the first row.
type Row struct {
	Seq        int64
	Entry      Entry
	Prev, Hash string
}

// Log is the audit table as one write transaction sees it.
type Log interface {
	// AuditLast gives the number and hash of the newest row; 0 and "" when there is none.
	AuditLast() (seq int64, hash string, err error)
	// AuditInsert writes the row.
	AuditInsert(Row) error
}

var (
	// ErrNotCodes means that a value is too long or is more than ids and codes.
	ErrNotCodes = errors.New("audit entry holds more than ids and codes")
	// ErrBroken means that the chain does not hold at the row named.
	ErrBroken = errors.New("audit chain is broken")
)

const detailMax = 500

var codes = regexp.MustCompile(`^[A-Za-z0-9_:.,=/+*-]*( [A-Za-z0-9_:.,=/+*-]+)*$`)

// Append adds e to the end of the chain within the caller's transaction; ErrNotCodes when it holds free text.
func Append(log Log, e Entry) (Row, error) {
	if err := check(e); err != nil {
		return Row{}, err
	}
	seq, prev, err := log.AuditLast()
	if err != nil {
		return Row{}, fmt.Errorf("read end of audit: %w", err)
	}
	row := Row{Seq: seq + 1, Entry: e, Prev: prev}
	row.Hash = Sum(row)
	if err := log.AuditInsert(row); err != nil {
		return Row{}, fmt.Errorf("write audit: %w", err)
	}
	return row, nil
}

// Sum gives the hash a row must carry: SHA-256 over the JSON array of the format's name, the previous hash, the number
// and the entry's values in the order of Entry.
func Sum(r Row) string {
	e := r.Entry
	raw, err := json.Marshal([]any{"noddfa-audit/1", r.Prev, r.Seq, e.AtMs, e.Actor, e.Role, e.Agency, e.Act, e.Coll, e.Rec, e.Device, e.Detail})
	if err != nil {
		panic(err) // Strings and integers always marshal.
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Verify walks the chain from its first row and gives how many rows hold and the last hash; ErrBroken names the first
// row that does not. Rows cut off the end show only against a head kept elsewhere.
func Verify(rows iter.Seq2[Row, error]) (n int64, head string, err error) {
	for row, err := range rows {
		if err != nil {
			return n, head, fmt.Errorf("read audit: %w", err)
		}
		if row.Seq != n+1 || row.Prev != head || row.Hash != Sum(row) {
			return n, head, fmt.Errorf("row %d: %w", n+1, ErrBroken)
		}
		n, head = row.Seq, row.Hash
	}
	return n, head, nil
}

func check(e Entry) error {
	if e.Act == "" || e.AtMs <= 0 {
		return fmt.Errorf("an act and a time are needed: %w", ErrNotCodes)
	}
	limits := []struct {
		name, value string
		max         int
	}{
		{"actor", e.Actor, 64}, {"role", e.Role, 64}, {"agency", e.Agency, 64}, {"act", e.Act, 64},
		{"coll", e.Coll, 64}, {"rec", e.Rec, 64}, {"device", e.Device, 64}, {"detail", e.Detail, detailMax},
	}
	for _, l := range limits {
		if len(l.value) > l.max || !codes.MatchString(l.value) {
			return fmt.Errorf("%s: %w", l.name, ErrNotCodes)
		}
	}
	return nil
}
