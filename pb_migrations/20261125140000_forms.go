package pb_migrations

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

func init() {
	core.AppMigrations.Register(forms, nil, "20261125140000_forms.go")
}

//go:embed forms/*.json
var definitions embed.FS

// forms makes the table of form definitions and fills in those that every server has. One row is one version; of a code and
// a version each agency may have its own.
func forms(app core.App) error {
	made := core.NewBaseCollection("forms", "nod_forms")
	made.Fields.Add(
		&core.TextField{Name: "code", Max: textMax},
		&core.NumberField{Name: "version", OnlyInt: true},
		&core.TextField{Name: "agency", Max: textMax},
		&core.BoolField{Name: "retired"},
		&core.JSONField{Name: "definition", MaxSize: textMax},
	)
	made.AddIndex("idx_forms_version", true, "`agency`, `code`, `version`", "")
	if err := app.Save(made); err != nil {
		return fmt.Errorf("make forms: %w", err)
	}
	if err := run(app.DB(), append(dirtyTriggers("forms", "nod_forms"), fmt.Sprintf(renamedTrigger, "forms", "nod_forms"))...); err != nil {
		return err
	}
	return seedForms(app)
}

// seedForms gives each definition an id that follows from its name, so that every server has the same.
func seedForms(app core.App) error {
	files, err := definitions.ReadDir("forms")
	if err != nil {
		return fmt.Errorf("list forms: %w", err)
	}
	for _, file := range files {
		raw, err := definitions.ReadFile("forms/" + file.Name())
		if err != nil {
			return fmt.Errorf("read form: %w", err)
		}
		var named struct {
			Code    string `json:"code"`
			Version int    `json:"version"`
		}
		var short bytes.Buffer
		if err := json.Unmarshal(raw, &named); err != nil {
			return fmt.Errorf("read form %s: %w", file.Name(), err)
		}
		if err := json.Compact(&short, raw); err != nil {
			return fmt.Errorf("shorten form %s: %w", file.Name(), err)
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "form||%s|%d", named.Code, named.Version))
		_, err = app.DB().Insert("forms", dbx.Params{
			"id": hex.EncodeToString(sum[:])[:15], "code": named.Code, "version": named.Version, "agency": "", "retired": false,
			"definition": short.String(),
		}).Execute()
		if err != nil {
			return fmt.Errorf("seed form %s: %w", named.Code, err)
		}
	}
	return nil
}
