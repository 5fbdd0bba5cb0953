package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

func init() {
	core.AppMigrations.Register(notices, nil, "20261126000000_notices.go")
}

// noticeCollections are what a person is told, and where a push service reaches their devices.
var noticeCollections = []collection{
	{name: "notices", text: []string{"user", "kind", "of_coll", "of_rec", "state"}, number: []string{"at_ms"}, indexes: []string{"user"}},
	{name: "push_subscriptions", text: []string{"user", "device"}, number: []string{"consented_at_ms", "last_ok_ms"},
		sealed: []string{"sealed_content"}, indexes: []string{"user", "device"}},
}

// noticeTables are the place that telling people has reached in the feed, what waits to go out, which dangers are
// repeated until somebody picks them up, and when a person was last written to.
var noticeTables = []string{
	"CREATE INDEX sync_rec_rev ON sync_rec (rev)",
	"CREATE TABLE notify_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), rev INTEGER NOT NULL)",
	// Whoever has worked for a year is not told of every record of that year.
	"INSERT INTO notify_cursor (id, rev) SELECT 1, head FROM sync_meta",
	`CREATE TABLE notify_queue (id TEXT PRIMARY KEY, notice TEXT NOT NULL, user TEXT NOT NULL, target TEXT NOT NULL, urgent INTEGER NOT NULL,
		tries INTEGER NOT NULL, due_at_ms INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL) WITHOUT ROWID`,
	"CREATE INDEX notify_queue_due ON notify_queue (due_at_ms)",
	`CREATE TABLE notify_watch (coll TEXT NOT NULL, rec TEXT NOT NULL, rounds INTEGER NOT NULL, due_at_ms INTEGER NOT NULL,
		PRIMARY KEY (coll, rec)) WITHOUT ROWID`,
	"CREATE TABLE notify_mail (user TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID",
	// A device that was stopped is told nothing more, whoever stopped it and by whatever program.
	"CREATE TRIGGER push_ends_revoked AFTER UPDATE ON devices WHEN NEW.revoked BEGIN DELETE FROM push_subscriptions WHERE device = NEW.id; END",
	"CREATE TRIGGER push_ends_deleted AFTER DELETE ON devices BEGIN DELETE FROM push_subscriptions WHERE device = OLD.id; END",
}

func notices(app core.App) error {
	if err := makeAll(app, noticeCollections); err != nil {
		return err
	}
	if err := run(app.DB(), noticeTables...); err != nil {
		return err
	}
	if err := run(app.DB(), dirtyTriggers("notices", "nod_notices")...); err != nil {
		return err
	}
	return run(app.DB(), fmt.Sprintf(renamedTrigger, "notices", "nod_notices"))
}
