package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"noddfa/internal/audit"
	"noddfa/internal/casework"
)

// SignIn is how to enter as one made-up person.
type SignIn struct {
	Role     string `json:"role"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Agency   string `json:"agency"`
}

// demo lists the made-up people; on any other server there is no such route.
func (s *Server) demo(e *core.RequestEvent) error {
	if len(s.SignIns) == 0 {
		return notFound(e)
	}
	return e.JSON(http.StatusOK, map[string]any{"noddfa": "demo/1", "sign_ins": s.SignIns})
}

// locale keeps the language a user wants to be written to in.
func (s *Server) locale(e *core.RequestEvent) error {
	var ask struct {
		Locale string `json:"locale"`
	}
	caller, err := s.admit(e, s.liveCaller, "account", othersPerMinute, &ask)
	if err != nil {
		return err
	}
	if ask.Locale != "en" && ask.Locale != "cy" {
		return invalid("error.check_answer", "locale")
	}
	// In one transaction: a row read before it could bring back a role that was taken away in between.
	err = e.App.RunInTransaction(func(tx core.App) error {
		record, err := tx.FindRecordById("users", caller.User.ID)
		if err != nil {
			return fmt.Errorf("find user: %w", err)
		}
		record.Set("locale", ask.Locale)
		return tx.Save(record)
	})
	if err != nil {
		return fmt.Errorf("save locale: %w", err)
	}
	return e.JSON(http.StatusOK, map[string]any{"noddfa": "locale/1", "locale": ask.Locale})
}

// revokeDevice ends one of the user's own devices: it is told to erase what it can read, and may still hand in.
func (s *Server) revokeDevice(e *core.RequestEvent) error {
	var ask struct {
		ID string `json:"id"`
	}
	caller, err := s.admit(e, s.liveCaller, "account", othersPerMinute, &ask)
	if err != nil {
		return err
	}
	record, err := e.App.FindRecordById("devices", ask.ID)
	if err != nil || record.GetString("user") != caller.User.ID {
		return &casework.Error{Code: casework.NotFound, Key: "error.not_found"}
	}
	err = e.App.RunInTransaction(func(tx core.App) error {
		record.Set("revoked", true)
		if err := tx.Save(record); err != nil {
			return fmt.Errorf("save device: %w", err)
		}
		return s.Audit(tx, audit.Entry{AtMs: s.Now().UnixMilli(), Actor: caller.User.ID, Role: "user", Agency: caller.User.Agency,
			Act: "device:revoke", Coll: "devices", Rec: record.Id, Device: caller.Device})
	})
	if err != nil {
		return err
	}
	out := map[string]any{"noddfa": "devices/1", "id": record.Id, "revoked": true}
	if record.Id != caller.Device {
		if out["token"], err = goOn(e); err != nil {
			return err
		}
	}
	return e.JSON(http.StatusOK, out)
}

// goOn gives the caller a token in place of the one that a revocation has just ended, and lets it run no longer.
func goOn(e *core.RequestEvent) (string, error) {
	claims, err := security.ParseUnverifiedJWT(strings.TrimPrefix(e.Request.Header.Get("Authorization"), "Bearer "))
	if err != nil {
		return "", fmt.Errorf("read token: %w", err)
	}
	ends, err := claims.GetExpirationTime()
	if err != nil || ends == nil {
		return "", errors.Join(errors.New("read end of token"), err)
	}
	user, err := e.App.FindRecordById("users", e.Auth.Id)
	if err != nil {
		return "", fmt.Errorf("find user: %w", err)
	}
	return user.NewStaticAuthToken(time.Until(ends.Time))
}
