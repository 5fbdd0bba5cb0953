package pb_hooks

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// endTokens ends every token of a revoked device's owner. A token names no device: whoever holds the phone could go on
// with it as another one. The device itself still signs, and is told to wipe.
func endTokens(e *core.RecordEvent) error {
	ends := e.Record.GetBool("revoked") && !e.Record.Original().GetBool("revoked")
	if err := e.Next(); err != nil || !ends {
		return err
	}
	owner, err := e.App.FindRecordById("users", e.Record.GetString("user"))
	if err != nil {
		return nil // An account that was taken away has no tokens.
	}
	owner.RefreshTokenKey()
	if err := e.App.Save(owner); err != nil {
		return fmt.Errorf("end tokens: %w", err)
	}
	return nil
}

// endAccount revokes every device of an account that is deactivated: what they had sealed is still handed in, and held for
// a supervisor.
func endAccount(e *core.RecordEvent) error {
	ends := e.Record.GetBool("deactivated") && !e.Record.Original().GetBool("deactivated")
	if ends {
		e.Record.RefreshTokenKey()
	}
	if err := e.Next(); err != nil || !ends {
		return err
	}
	devices, err := e.App.FindAllRecords("devices", dbx.HashExp{"user": e.Record.Id, "revoked": false})
	if err != nil {
		return fmt.Errorf("find devices: %w", err)
	}
	for _, device := range devices {
		device.Set("revoked", true)
		if err := e.App.Save(device); err != nil {
			return fmt.Errorf("revoke device: %w", err)
		}
	}
	return nil
}
