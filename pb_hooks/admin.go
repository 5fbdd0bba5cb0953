package pb_hooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"noddfa/internal/audit"
)

type apiError = router.ApiError

// adminActs says what an administrator may do to which collection. What is not named here is refused: case data goes
// through operations only, and audit rows through nothing. What records point to is ended (deactivated, retired) and never
// deleted: a record of an agency that is gone would stand in nobody's queue.
var adminActs = map[string][]string{
	"users":       {"create", "update"},
	"agencies":    {"create", "update"},
	"indicators":  {"create", "update"},
	"forms":       {"create", "update"},
	"devices":     {"update"},
	"_superusers": {"create", "update", "delete"},
	// PocketBase's own bookkeeping of sign-ins.
	"_authOrigins":   {"delete"},
	"_externalAuths": {"delete"},
	"_mfas":          {"delete"},
	"_otps":          {"delete"},
}

// adminFields narrows an update to these fields: a device keeps its owner and its key, and answers were given to a form as
// it was published.
var adminFields = map[string][]string{"devices": {"name", "revoked"}, "forms": {"retired"}}

// mayAdmin says whether an administrator may do this to this record.
func mayAdmin(r *core.Record, act string) bool {
	name := r.Collection().Name
	if !slices.Contains(adminActs[name], act) {
		return false
	}
	allowed, narrowed := adminFields[name]
	return !narrowed || !slices.ContainsFunc(changedFields(r, act), func(field string) bool { return !slices.Contains(allowed, field) })
}

func (h *hooks) adminRecord(act string) func(*core.RecordRequestEvent) error {
	return func(e *core.RecordRequestEvent) error {
		if !e.HasSuperuserAuth() {
			return e.Next() // The collection's own rules decide, and all of them are closed.
		}
		name := e.Collection.Name
		if !mayAdmin(e.Record, act) {
			h.note(e.RequestEvent, "admin_refused", name, e.Record.Id, act)
			return e.ForbiddenError("records of this collection are not changed in the dashboard", nil)
		}
		changed := strings.Join(changedFields(e.Record, act), ",")
		return h.together(e.RequestEvent, e.Next, func() audit.Entry {
			return h.adminEntry(e.RequestEvent, "admin:"+act, name, e.Record.Id, changed)
		})
	}
}

func (h *hooks) adminSchema(act string) func(*core.CollectionRequestEvent) error {
	return func(e *core.CollectionRequestEvent) error {
		if !h.Dev {
			h.note(e.RequestEvent, "admin_refused", "_collections", e.Collection.Id, act)
			return e.ForbiddenError("the schema changes by migrations only", nil)
		}
		return h.together(e.RequestEvent, e.Next, func() audit.Entry {
			return h.adminEntry(e.RequestEvent, "admin:"+act, "_collections", e.Collection.Id, "")
		})
	}
}

func (h *hooks) adminImport(e *core.CollectionsImportRequestEvent) error {
	if !h.Dev {
		h.note(e.RequestEvent, "admin_refused", "_collections", "", "import")
		return e.ForbiddenError("the schema changes by migrations only", nil)
	}
	return h.together(e.RequestEvent, e.Next, func() audit.Entry {
		return h.adminEntry(e.RequestEvent, "admin:import", "_collections", "", "")
	})
}

func (h *hooks) adminSettings(e *core.SettingsUpdateRequestEvent) error {
	why := ""
	switch {
	case e.NewSettings.Batch.Enabled:
		why = "several requests in one are off"
	case e.NewSettings.Logs.LogIP || e.NewSettings.Logs.LogAuthId:
		why = "who asked is in the audit and not in the log"
	case e.NewSettings.Logs.MinLevel < 0:
		why = "details that help to find mistakes can hold what people typed"
	}
	if why != "" {
		h.note(e.RequestEvent, "admin_refused", "_settings", "", "update")
		return e.ForbiddenError(why, nil)
	}
	return h.together(e.RequestEvent, e.Next, func() audit.Entry {
		return h.adminEntry(e.RequestEvent, "admin:update", "_settings", "", "")
	})
}

// together runs an act and writes its audit row in one transaction, so that neither exists without the other. The entry
// is made after the act, when a new record has its id.
func (h *hooks) together(e *core.RequestEvent, act func() error, entry func() audit.Entry) error {
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		if err := act(); err != nil {
			return err
		}
		if err := h.Audit(tx, entry()); err != nil {
			return fmt.Errorf("audit administrator: %w", err)
		}
		return nil
	})
}

// note writes an audit row for an act that did not happen. A refusal stands even when its row cannot be written.
func (h *hooks) note(e *core.RequestEvent, act, coll, rec, detail string) {
	if err := h.Audit(e.App, h.adminEntry(e, act, coll, rec, detail)); err != nil {
		e.App.Logger().Error("audit refusal", "error", err)
	}
}

func (h *hooks) adminEntry(e *core.RequestEvent, act, coll, rec, detail string) audit.Entry {
	entry := audit.Entry{AtMs: h.Now().UnixMilli(), Role: "superuser", Act: act, Coll: coll, Rec: rec, Detail: detail}
	if e.Auth != nil {
		entry.Actor = e.Auth.Id
	}
	return entry
}

// changedFields names the fields an update changed; their values stay out of the audit.
func changedFields(r *core.Record, act string) []string {
	if act != "update" {
		return nil
	}
	var names []string
	before := r.Original()
	for _, field := range r.Collection().Fields {
		name := field.GetName()
		if field.Type() == core.FieldTypeAutodate {
			continue
		}
		if fmt.Sprint(before.Get(name)) != fmt.Sprint(r.Get(name)) {
			names = append(names, name)
		}
	}
	return names
}
