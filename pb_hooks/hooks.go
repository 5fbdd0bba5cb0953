// Package pb_hooks is the one table "when PocketBase does X, call Y".
//
// It promises that nobody changes case data or the schema through the dashboard, that nobody signs in as somebody else,
// and that every sign-in and every administrator's act leaves an audit row, in the act's own transaction where it has one.
//
// Not here: the routes of phones (internal/api) and the rules of case data (internal/exchange).
package pb_hooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/audit"
)

// Options are what the hooks need from the program.
type Options struct {
	// Dev lets an administrator change the schema by the dashboard.
	Dev bool
	// Now is the server's clock.
	Now func() time.Time
	// Audit writes an entry within the transaction of tx, or in one of its own when tx is none.
	Audit func(tx core.App, e audit.Entry) error
}

type hooks struct {
	Options
	attempts *attempts
}

// Register binds the table to app.
func Register(app core.App, o Options) {
	h := &hooks{Options: o, attempts: newAttempts(o.Now)}

	// Signing in.
	app.OnRecordAuthWithPasswordRequest().BindFunc(h.limitPasswords)
	app.OnRecordAuthRequest().BindFunc(h.auditSignIn)
	app.OnRecordConfirmPasswordResetRequest().BindFunc(h.auditPasswordReset)
	app.OnRecordRequestEmailChangeRequest().BindFunc(refuse[*core.RecordRequestEmailChangeRequestEvent]("an administrator changes e-mail addresses"))
	app.OnRecordAuthWithOAuth2Request().BindFunc(refuse[*core.RecordAuthWithOAuth2RequestEvent]("signing in through another service is off"))
	app.OnRecordUpdate("devices").BindFunc(endTokens)
	app.OnRecordUpdate("users").BindFunc(endAccount)

	// Records in the dashboard.
	app.OnRecordCreateRequest().BindFunc(h.adminRecord("create"))
	app.OnRecordCreateRequest("forms").BindFunc(checkForm)
	app.OnRecordUpdateRequest().BindFunc(h.adminRecord("update"))
	app.OnRecordDeleteRequest().BindFunc(h.adminRecord("delete"))

	// Schema and settings in the dashboard.
	app.OnCollectionCreateRequest().BindFunc(h.adminSchema("create"))
	app.OnCollectionUpdateRequest().BindFunc(h.adminSchema("update"))
	app.OnCollectionDeleteRequest().BindFunc(h.adminSchema("delete"))
	app.OnCollectionsImportRequest().BindFunc(h.adminImport)
	app.OnSettingsUpdateRequest().BindFunc(h.adminSettings)
	app.OnBatchRequest().BindFunc(refuse[*core.BatchRequestEvent]("several requests in one are off"))

	// Everything that PocketBase offers no hook for, and what its routes answer and log.
	app.OnServe().BindFunc(h.serve)
}

// refuse gives a hook that stops whatever it is bound to.
func refuse[E interface {
	ForbiddenError(message string, data any) *apiError
}](why string) func(E) error {
	return func(e E) error { return e.ForbiddenError(why, nil) }
}
