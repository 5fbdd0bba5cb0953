package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	core.AppMigrations.Register(accounts, nil, "20261124000000_accounts.go")
}

// accounts lets an account be ended without being deleted: a deleted one would leave behind records that nobody can
// release. Pictures go, because PocketBase shows a file to whoever has its address.
func accounts(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return fmt.Errorf("find users: %w", err)
	}
	users.Fields.RemoveByName("avatar")
	users.Fields.Add(&core.BoolField{Name: "deactivated"})
	users.AuthRule = types.Pointer("deactivated = false")
	if err := app.Save(users); err != nil {
		return fmt.Errorf("let accounts end: %w", err)
	}
	return closeGaps(app)
}

// closeGaps adds what the first triggers did not see: a row of the audit put in another's place by REPLACE, which runs
// no trigger for the row that goes, and a record that was given another id.
func closeGaps(app core.App) error {
	err := run(app.DB(), `CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
		WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR seq = NEW.seq)
		BEGIN SELECT RAISE(ABORT, 'audit rows do not change'); END`)
	if err != nil {
		return err
	}
	for table, coll := range synced {
		if err := run(app.DB(), fmt.Sprintf(renamedTrigger, table, coll)); err != nil {
			return err
		}
	}
	return nil
}

// renamedTrigger takes a table and the id of its collection.
const renamedTrigger = `CREATE TRIGGER dirty_%[1]s_renamed AFTER UPDATE OF id ON %[1]s
	BEGIN INSERT INTO sync_dirty (coll, rec) VALUES ('%[2]s', OLD.id) ON CONFLICT DO NOTHING; END`
