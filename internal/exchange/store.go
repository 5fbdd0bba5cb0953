package exchange

import (
	"context"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// Keys is what this package needs of the key folder.
type Keys interface {
	OpenHPKE(kid string, enc, ct, info, aad []byte) ([]byte, error)
	PublicKey() (kid string, raw []byte)
	MAC(msg []byte) []byte
}

// Store is the records and the feed. Write runs f in one write transaction that is drained and committed when f gives no
// error, and undone whole when it gives one. Read runs f on one snapshot.
type Store interface {
	Write(ctx context.Context, f func(Tx) error) error
	Read(ctx context.Context, f func(Reader) error) error
	// Dirty says whether changes wait for the next drain.
	Dirty(ctx context.Context) (bool, error)
}

// Meta is the server's place in its history.
type Meta struct {
	Epoch                  string
	Head, Horizon, Durable int64
}

// Device is one enrolled phone. SignKey is the raw P-256 point; LastSeq the last device sequence with a verdict.
type Device struct {
	ID, Name, User, App         string
	SignKey                     []byte
	LastSeq, EnrolledMs, SeenMs int64
	Revoked                     bool
}

// Tx is one write transaction.
type Tx interface {
	Meta() (Meta, error)
	// Next raises the head and gives it.
	Next() int64
	// Try runs f under a savepoint, undone when f gives an error.
	Try(f func() error) error
	// Drain puts every change so far into the feed.
	Drain() error

	User(id string) (casework.User, error)
	Agency(id string) (casework.Agency, error)
	Device(id string) (Device, bool, error)
	PutDevice(Device) error

	// Get gives a record with its sealed fields opened; false when there is none.
	Get(coll, id string) (casework.Values, bool, error)
	// Insert and Update write a record; they split the fields into columns and sealed parts.
	Insert(coll, id string, v casework.Values) error
	// Update writes the fields named in changed.
	Update(coll, id string, v casework.Values, changed []string) error
	Delete(coll, id string) error
	// Touch marks a record as changed though none of its columns is.
	Touch(coll, id string) error
	Rev(coll, id string) (int64, error)
	// Erased says whether a record was erased for good.
	Erased(coll, id string) (bool, error)

	// Immediate says whether one of the indicator codes means immediate danger.
	Immediate(codes []string) (bool, error)
	// LastDecision gives the newest review row of a record. follows is the column that names it: encounter or referral.
	LastDecision(follows, rec string) (By, bool, error)
	// Approval gives who approved a referral last.
	Approval(referral string) (By, bool, error)
	// LastVersion gives the newest version of a record, with every field it held.
	LastVersion(follows, rec string) (casework.Values, bool, error)
	// Form gives a form of that version: the agency's own where it has one, else everybody's.
	Form(code string, version int64, agency string) (*forms.Form, bool, error)
	// ReferralsOf gives the ids of the referrals that were made from an encounter.
	ReferralsOf(encounter string) ([]string, error)
	// PackOf gives the id of what a referral sent to an agency of this server.
	PackOf(referral string) (string, bool, error)
	// OpenTasks gives the ids of the open tasks of a kind on a record.
	OpenTasks(coll, rec, kind string) ([]string, error)
	// DisclosureWaits says whether a disclosure of a referral is not approved yet.
	DisclosureWaits(referral string) (bool, error)
	// Underway gives the ids of the referrals that are neither drafts nor ended.
	Underway() ([]string, error)
	// CountNationality counts the encounters of a force with a nationality that were received since a time.
	CountNationality(nationality, force string, sinceMs int64) (int, error)
	// OpenConflicts counts values of a record that wait for a person; commands that came too late are not among them.
	OpenConflicts(rec string) (int, error)

	// Op gives the stored verdict under a device's number; OpKnown where an operation id stands.
	Op(device string, seq int64) (StoredOp, bool, error)
	OpKnown(opID string) (bool, error)
	PutOp(StoredOp) error

	audit.Log
}

// StoredOp is an operation that has its verdict.
type StoredOp struct {
	Device     string
	Seq        int64
	OpID, User string
	Coll, Rec  string
	AtMs       int64
	Verdict    Verdict
}

// Reader is one snapshot of the feed, on the pull pool.
type Reader interface {
	Meta() (Meta, error)
	Device(id string) (Device, bool, error)
	// Scopes gives the user's scopes, the most needed first.
	Scopes(user string) ([]Scope, error)
	// Feed gives at most max entries of a scope after the number given and up to the other, in order. With live, only
	// those that are in the scope now.
	Feed(scope, after, upTo int64, max int, live bool) ([]FeedEntry, error)
	// Rows gives the rows as the reader may see them, in no order. Records that are gone are left out.
	Rows(reader, coll string, ids []string) ([]Row, error)
}

// FeedEntry is one change of one record in one scope.
type FeedEntry struct {
	Seq       int64
	Coll, Rec string
	In        bool
}

// Row is a record as it goes out: its data as JSON, and the ids of all scopes it stands in.
type Row struct {
	Coll, ID string
	Rev      int64
	Scopes   []int64
	JSON     []byte
}
