package records

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/audit"
)

// Audit writes an entry in the transaction of app, or in one of its own when app is in none. It is for acts that happen
// through PocketBase; the exchange writes its own within its own transactions.
func Audit(app core.App, e audit.Entry) error {
	return app.RunInTransaction(func(tx core.App) error {
		_, err := audit.Append(appLog{tx}, e)
		return err
	})
}

// appLog is the audit table through a PocketBase transaction.
type appLog struct{ tx core.App }

func (l appLog) AuditLast() (seq int64, hash string, err error) {
	err = l.tx.NonconcurrentDB().NewQuery("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").Row(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	return seq, hash, err
}

func (l appLog) AuditInsert(r audit.Row) error {
	_, err := l.tx.NonconcurrentDB().Insert("audit", dbx.Params{
		"id": auditID(r), "seq": r.Seq, "prev": r.Prev, "hash": r.Hash, "at_ms": r.Entry.AtMs,
		"actor": r.Entry.Actor, "role": r.Entry.Role, "agency": r.Entry.Agency, "act": r.Entry.Act, "coll": r.Entry.Coll,
		"rec": r.Entry.Rec, "device": r.Entry.Device, "detail": r.Entry.Detail,
	}).Execute()
	return err
}
