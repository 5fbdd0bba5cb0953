package pb_hooks

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/forms"
)

// checkForm refuses a form that cannot be asked, in words that say what to put right and where. A form that was published
// never changes, so this is the only time to look.
func checkForm(e *core.RecordRequestEvent) error {
	form, err := forms.Parse([]byte(e.Record.GetString("definition")))
	if err != nil {
		return e.BadRequestError("the form is broken at "+err.Error(), nil)
	}
	if form.Code != e.Record.GetString("code") || form.Version != e.Record.GetInt("version") {
		return e.BadRequestError("code and version of the row must be those in the definition", nil)
	}
	if agency := e.Record.GetString("agency"); agency != "" {
		if _, err := e.App.FindRecordById("agencies", agency); err != nil {
			return e.BadRequestError("there is no such agency; leave it empty for a form that everybody has", nil)
		}
		// What was begun on everybody's form names it by code and number, and would be read by the agency's questions from now on.
		taken, err := e.App.CountRecords("forms", dbx.HashExp{"code": form.Code, "version": form.Version, "agency": ""})
		if err != nil {
			return err
		}
		if taken > 0 {
			return e.BadRequestError(fmt.Sprintf("version %d is a form that everybody has; give the agency's own form a number of its own", form.Version), nil)
		}
	}
	return e.Next()
}
