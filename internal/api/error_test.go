package api

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
)

// respond runs a handler that fails with err and gives what a client would see.
func respond(t *testing.T, err error) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	e := &core.RequestEvent{App: core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})}
	e.Response, e.Request = w, httptest.NewRequest("POST", "/api/noddfa/push", nil)
	if failed := New(Options{Now: time.Now}).answer(func(*core.RequestEvent) error { return err })(e); failed != nil {
		t.Fatalf("got %v, want every error answered", failed)
	}
	return w
}

func TestAnswer(t *testing.T) {
	const secret = "constraint failed: Onnen"
	tests := []struct {
		name   string
		err    error
		status int
		body   string
		retry  string
	}{
		{"invalid", invalid("error.check_answer", "risk"), 400, `{"noddfa":"error/1","code":"invalid","key":"error.check_answer","field":"risk"}`, ""},
		{"unauthorised", &casework.Error{Code: casework.Unauthorised, Key: "error.sign_in"}, 401, `{"noddfa":"error/1","code":"unauthorised","key":"error.sign_in","field":""}`, ""},
		{"forbidden", &casework.Error{Code: casework.Forbidden, Key: "error.forbidden"}, 403, `{"noddfa":"error/1","code":"forbidden","key":"error.forbidden","field":""}`, ""},
		{"not found", notFound(nil), 404, `{"noddfa":"error/1","code":"not_found","key":"error.not_found","field":""}`, ""},
		{"conflict with nothing applied yet", &casework.Error{Code: casework.Conflict, Key: "error.epoch", Epoch: "abc"}, 409,
			`{"noddfa":"error/1","code":"conflict","key":"error.epoch","field":"","epoch":"abc","last_seq":0}`, ""},
		{"too large", &casework.Error{Code: casework.TooLarge, Key: "error.too_large"}, 413, `{"noddfa":"error/1","code":"too_large","key":"error.too_large","field":""}`, ""},
		{"too old", &casework.Error{Code: casework.TooOld, Key: "error.too_old"}, 426, `{"noddfa":"error/1","code":"too_old","key":"error.too_old","field":""}`, ""},
		{"slow down", retryAfter{&casework.Error{Code: casework.SlowDown, Key: "error.slow_down"}, 1500 * time.Millisecond}, 429,
			`{"noddfa":"error/1","code":"slow_down","key":"error.slow_down","field":""}`, "2"},
		{"busy", retryAfter{&casework.Error{Code: casework.Busy, Key: "error.busy"}, busyWait}, 503, `{"noddfa":"error/1","code":"busy","key":"error.busy","field":""}`, "10"},
		{"wrapped", fmt.Errorf("push: %w", invalid("error.truncated", "")), 400, `{"noddfa":"error/1","code":"invalid","key":"error.truncated","field":""}`, ""},
		{"our own fault", errors.New(secret), 500, `{"noddfa":"error/1","code":"internal","key":"error.internal","field":""}`, ""},
		{"a code nobody knows", &casework.Error{Code: "new", Key: secret}, 500, `{"noddfa":"error/1","code":"internal","key":"error.internal","field":""}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := respond(t, tt.err)
			if body := strings.TrimSpace(got.Body.String()); got.Code != tt.status || body != tt.body {
				t.Errorf("got %d %s, want %d %s", got.Code, body, tt.status, tt.body)
			}
			if retry := got.Header().Get("Retry-After"); retry != tt.retry {
				t.Errorf("got Retry-After %q, want %q", retry, tt.retry)
			}
		})
	}
}
