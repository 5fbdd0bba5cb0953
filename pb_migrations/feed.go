package pb_migrations

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// feedTables is the feed: one row of sync_member for each record in each scope serves as change log and as access index.
var feedTables = []string{
	`CREATE TABLE sync_meta (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, head INTEGER NOT NULL,
		horizon INTEGER NOT NULL, durable INTEGER NOT NULL)`,
	`CREATE TABLE sync_scope (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, live INTEGER NOT NULL DEFAULT 0)`,
	`CREATE TABLE sync_grant (user TEXT NOT NULL, scope INTEGER NOT NULL, ord INTEGER NOT NULL, PRIMARY KEY (user, scope)) WITHOUT ROWID`,
	`CREATE TABLE sync_member (coll TEXT NOT NULL, rec TEXT NOT NULL, scope INTEGER NOT NULL, seq INTEGER NOT NULL, st INTEGER NOT NULL,
		PRIMARY KEY (coll, rec, scope)) WITHOUT ROWID`,
	`CREATE UNIQUE INDEX sync_feed ON sync_member (scope, seq, st)`,
	`CREATE TABLE sync_rec (coll TEXT NOT NULL, rec TEXT NOT NULL, rev INTEGER NOT NULL, PRIMARY KEY (coll, rec)) WITHOUT ROWID`,
	`CREATE TABLE sync_gone (coll TEXT NOT NULL, rec TEXT NOT NULL, PRIMARY KEY (coll, rec)) WITHOUT ROWID`,
	`CREATE TABLE sync_dirty (coll TEXT NOT NULL, rec TEXT NOT NULL, PRIMARY KEY (coll, rec)) WITHOUT ROWID`,
	`CREATE TABLE sync_op (device TEXT NOT NULL, seq INTEGER NOT NULL, op_id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, coll TEXT NOT NULL,
		rec TEXT NOT NULL, v TEXT NOT NULL, commit_seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, result BLOB NOT NULL,
		PRIMARY KEY (device, seq)) WITHOUT ROWID`,
}

// synced maps each synced table to the id of its collection, which no rename changes.
var synced = map[string]string{
	"agencies": "nod_agencies", "indicators": "nod_indicators", "devices": "nod_devices", "encounters": "nod_encounters",
	"addenda": "nod_addenda", "versions": "nod_versions", "reviews": "nod_reviews", "conflicts": "nod_conflicts",
	"holds": "nod_holds", "drafts": "nod_drafts", "users": "_pb_users_auth_",
}

func makeFeed(app core.App) error {
	if err := run(app.DB(), feedTables...); err != nil {
		return err
	}
	epoch := strings.ToLower(rand.Text())[:15]
	insert := "INSERT INTO sync_meta (id, epoch, head, horizon, durable) VALUES (1, {:epoch}, 0, 0, 0)"
	if _, err := app.DB().NewQuery(insert).Bind(dbx.Params{"epoch": epoch}).Execute(); err != nil {
		return fmt.Errorf("start history: %w", err)
	}
	for table, coll := range synced {
		if err := run(app.DB(), dirtyTriggers(table, coll)...); err != nil {
			return err
		}
	}
	return nil
}

// dirtyTriggers name no column but id, so that columns can come and go. ON CONFLICT and not OR IGNORE, because the
// conflict clause of an outer upsert would override the latter.
func dirtyTriggers(table, coll string) []string {
	const mark = "INSERT INTO sync_dirty (coll, rec) VALUES ('%s', %s.id) ON CONFLICT DO NOTHING;"
	var out []string
	for event, row := range map[string]string{"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"} {
		out = append(out, fmt.Sprintf("CREATE TRIGGER dirty_%s_%s AFTER %s ON %s BEGIN "+mark+" END",
			table, strings.ToLower(event), event, table, coll, row))
	}
	return out
}
