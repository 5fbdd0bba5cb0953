package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

func init() {
	core.AppMigrations.Register(referrals, nil, "20261125150000_referrals.go")
}

var referralCollections = []collection{
	{name: "referrals",
		text: []string{"type", "encounter", "codename", "language", "form", "to_agency", "force", "council", "agency", "review_agency", "author",
			"author_name", "state", "kind", "picked_up_by", "picked_up_name", "channel", "outcome", "superseded_by", "countersigned_by",
			"cosigned_by", "retention"},
		number: []string{"form_version", "version", "made_at_ms", "received_at_ms", "submitted_at_ms", "decided_at_ms", "sent_at_ms",
			"acknowledged_at_ms", "outcome_at_ms", "closed_at_ms", "review_due_ms", "send_due_ms", "answer_due_ms", "countersign_due_ms",
			"clock_offset_ms"},
		yes:  []string{"danger", "consent_withdrawn", "child", "named", "urgent"},
		json: []string{"outcomes"}, sealed: sealedParts, indexes: []string{"state", "encounter"}},
	{name: "packs",
		text:   []string{"referral", "type", "codename", "language", "agency", "to_agency", "from_name", "state", "channel", "outcome", "form"},
		number: []string{"number", "form_version", "sent_at_ms", "closed_at_ms"},
		yes:    []string{"child", "danger"}, json: []string{"outcomes"}, sealed: sealedParts, indexes: []string{"referral"}},
	{name: "disclosures", text: []string{"referral", "what", "to_kind", "to_agency", "gateway", "state", "agency", "author", "author_name"},
		number: []string{"at_ms"}, json: []string{"approvals"}, sealed: sealedParts, indexes: []string{"referral"}},
	{name: "tasks", text: []string{"of_coll", "of_rec", "kind", "state", "done_by"}, number: []string{"at_ms", "due_at_ms"}, indexes: []string{"of_rec"}},
}

// referrals makes the tables of referrals, and lets versions and decisions follow a referral as they follow an encounter.
func referrals(app core.App) error {
	if err := makeAll(app, referralCollections); err != nil {
		return err
	}
	for _, c := range referralCollections {
		if err := listInFeed(app, c.name); err != nil {
			return err
		}
	}
	for _, name := range []string{"versions", "reviews"} {
		coll, err := app.FindCollectionByNameOrId("nod_" + name)
		if err != nil {
			return fmt.Errorf("find %s: %w", name, err)
		}
		coll.Fields.Add(&core.TextField{Name: "referral", Max: textMax})
		if name == "reviews" {
			coll.Fields.Add(&core.JSONField{Name: "checklist", MaxSize: textMax})
		}
		coll.AddIndex("idx_"+name+"_referral", false, "`referral`", "")
		if err := app.Save(coll); err != nil {
			return fmt.Errorf("let %s follow a referral: %w", name, err)
		}
	}
	return run(app.DB(), `CREATE TRIGGER disclosures_stay BEFORE DELETE ON disclosures BEGIN SELECT RAISE(ABORT, 'disclosures stay'); END`)
}

// listInFeed has every change of a table marked for the feed.
func listInFeed(app core.App, table string) error {
	coll := "nod_" + table
	return run(app.DB(), append(dirtyTriggers(table, coll), fmt.Sprintf(renamedTrigger, table, coll))...)
}
