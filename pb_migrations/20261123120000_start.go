package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	core.AppMigrations.Register(start, nil, "20261123120000_start.go")
}

func start(app core.App) error {
	for _, step := range []func(core.App) error{makeCollections, closeUsers, makeFeed, guardAudit, seedIndicators} {
		if err := step(app); err != nil {
			return fmt.Errorf("start schema: %w", err)
		}
	}
	return nil
}

// collection is a table in short: columns by PocketBase's kind of field. Ids are fixed, because triggers name them.
type collection struct {
	name                            string
	text, number, yes, json, sealed []string
	indexes                         []string
}

var sealedParts = []string{"sealed_content", "sealed_identity", "sealed_contact"}

var collections = []collection{
	{name: "agencies", text: []string{"code", "name_en", "name_cy", "kind", "force", "review_agency"}, yes: []string{"may_refer"}, indexes: []string{"code"}},
	{name: "devices", text: []string{"name", "user", "app", "sign_key"}, number: []string{"enrolled_at_ms", "seen_at_ms"}, yes: []string{"revoked"}, indexes: []string{"user"}},
	{name: "indicators", text: []string{"code", "category", "en", "cy", "applies_to", "strength", "danger_action"},
		number: []string{"sort"}, yes: []string{"immediate_danger", "core", "retired"}, indexes: []string{"code"}},
	{name: "encounters",
		text: []string{"codename", "met_at", "language", "force", "council", "place_kind", "age_status", "age_band", "gender", "nationality", "risk",
			"agency", "review_agency", "author", "author_name", "state", "picked_up_by", "picked_up_name"},
		number: []string{"version", "made_at_ms", "received_at_ms", "submitted_at_ms", "decided_at_ms", "clock_offset_ms", "closed_at_ms"},
		yes:    []string{"county_lines", "danger", "callback_needed", "danger_stood_down"},
		json:   []string{"indicators", "exploitation"}, sealed: sealedParts, indexes: []string{"state"}},
	{name: "addenda", text: []string{"encounter", "agency", "author", "author_name"}, number: []string{"made_at_ms", "received_at_ms"},
		sealed: sealedParts, indexes: []string{"encounter"}},
	{name: "versions", text: []string{"encounter", "author", "author_name"}, number: []string{"number", "made_at_ms", "received_at_ms"},
		json: []string{"changed"}, sealed: sealedParts, indexes: []string{"encounter"}},
	{name: "reviews", text: []string{"encounter", "event", "from", "to", "reviewer", "reviewer_name"},
		number: []string{"number", "made_at_ms", "received_at_ms"}, json: []string{"codes", "fields"}, sealed: sealedParts, indexes: []string{"encounter"}},
	{name: "conflicts", text: []string{"of_coll", "of_rec", "field", "kind", "store", "taken", "state", "resolved_by", "choice", "author"},
		number: []string{"at_ms"}, json: []string{"current_by", "incoming_by", "by"}, sealed: sealedParts, indexes: []string{"of_rec"}},
	{name: "holds", text: []string{"of_coll", "of_rec", "op_id", "author", "author_name", "review_agency", "verdict", "key", "state"},
		number: []string{"at_ms"}, json: []string{"fields"}, sealed: sealedParts},
	{name: "drafts", text: []string{"rec", "author"}, number: []string{"n", "at_ms"}, sealed: sealedParts},
	{name: "audit", text: []string{"actor", "role", "agency", "act", "coll", "rec", "device", "detail", "prev", "hash"}, number: []string{"seq", "at_ms"}},
}

const textMax = 1 << 20

func makeCollections(app core.App) error { return makeAll(app, collections) }

func makeAll(app core.App, list []collection) error {
	for _, c := range list {
		made := core.NewBaseCollection(c.name, "nod_"+c.name)
		for _, name := range append(append([]string{}, c.text...), c.sealed...) {
			made.Fields.Add(&core.TextField{Name: name, Max: textMax})
		}
		for _, name := range c.number {
			made.Fields.Add(&core.NumberField{Name: name, OnlyInt: true})
		}
		for _, name := range c.yes {
			made.Fields.Add(&core.BoolField{Name: name})
		}
		for _, name := range c.json {
			made.Fields.Add(&core.JSONField{Name: name, MaxSize: textMax})
		}
		for _, name := range c.indexes {
			made.AddIndex("idx_"+c.name+"_"+name, name == "code", "`"+name+"`", "")
		}
		if err := app.Save(made); err != nil {
			return fmt.Errorf("make %s: %w", c.name, err)
		}
	}
	return nil
}

// closeUsers takes self-registration and self-service away: who someone is and what they may do is an administrator's word.
func closeUsers(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return fmt.Errorf("find users: %w", err)
	}
	users.ListRule, users.ViewRule, users.CreateRule, users.UpdateRule, users.DeleteRule = nil, nil, nil, nil, nil
	users.ManageRule = nil
	users.AuthRule = types.Pointer("")
	users.OTP.Enabled, users.OAuth2.Enabled, users.PasswordAuth.Enabled = false, false, true
	users.AuthAlert.Enabled = false
	users.Fields.Add(
		&core.SelectField{Name: "roles", MaxSelect: 10, Values: []string{"field", "supervisor", "spoc", "safeguarding_lead", "marac_coord",
			"intel", "coordinator", "commissioner", "auditor", "admin"}},
		&core.RelationField{Name: "agency", CollectionId: "nod_agencies", MaxSelect: 1},
		&core.SelectField{Name: "locale", MaxSelect: 1, Values: []string{"en", "cy"}},
	)
	if err := app.Save(users); err != nil {
		return fmt.Errorf("close users: %w", err)
	}
	return nil
}

func run(db dbx.Builder, statements ...string) error {
	for _, sql := range statements {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", sql, err)
		}
	}
	return nil
}

func guardAudit(app core.App) error {
	return run(app.DB(),
		"CREATE UNIQUE INDEX idx_audit_seq ON audit (seq)",
		"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows do not change'); END",
		"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows stay'); END",
	)
}
