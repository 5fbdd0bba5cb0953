package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// openBatchRoute turns PocketBase's batch route on, with a plain collection that has the columns of an encounter and lets
// a signed-in user create what is theirs.
func (o *office) openBatchRoute() error {
	plain := core.NewBaseCollection("plain")
	plain.CreateRule = types.Pointer("@request.body.author = @request.auth.id && @request.body.agency = @request.auth.agency")
	for name, field := range casework.Collections["encounters"].Fields {
		switch field.Kind {
		case "bool":
			plain.Fields.Add(&core.BoolField{Name: name})
		case "object", "codes", "ticks":
			plain.Fields.Add(&core.JSONField{Name: name, MaxSize: 1 << 20})
		default:
			plain.Fields.Add(&core.TextField{Name: name, Max: 1 << 20})
		}
	}
	for _, name := range casework.Collections["encounters"].SetByServer {
		switch {
		case strings.HasSuffix(name, "_ms") || name == "version":
			plain.Fields.Add(&core.NumberField{Name: name, OnlyInt: true})
		case name == "callback_needed" || name == "danger_stood_down":
			plain.Fields.Add(&core.BoolField{Name: name})
		default:
			plain.Fields.Add(&core.TextField{Name: name})
		}
	}
	plain.AddIndex("idx_plain_state", false, "`state`", "")
	if err := o.app.Save(plain); err != nil {
		return fmt.Errorf("make the plain collection: %w", err)
	}
	settings := o.app.Settings()
	settings.Batch.Enabled, settings.Batch.MaxRequests, settings.Batch.Timeout = true, batch, 60
	if err := o.app.Save(settings); err != nil {
		return fmt.Errorf("turn the batch route on: %w", err)
	}
	return nil
}

// batchBody says the same as the operations, in the way of the batch route.
func batchBody(p *phone, ops []exchange.Op) ([]byte, error) {
	type request struct {
		Method string          `json:"method"`
		URL    string          `json:"url"`
		Body   casework.Values `json:"body"`
	}
	requests := make([]request, len(ops))
	for i, op := range ops {
		now, user := time.Now().UnixMilli(), p.caller.User
		body := casework.Values{"id": op.Rec, "state": "submitted", "indicators": op.Add["indicators"], "version": 1,
			"author": user.ID, "author_name": user.Name, "agency": user.Agency, "review_agency": user.Agency,
			"made_at_ms": now, "received_at_ms": now, "submitted_at_ms": now}
		for name, value := range op.Set {
			body[name] = value
		}
		requests[i] = request{Method: "POST", URL: "/api/collections/plain/records", Body: body}
	}
	return json.Marshal(map[string]any{"requests": requests})
}

func (o *office) batchHTTP(token string, body []byte) error {
	raw, err := o.post("/api/batch", token, body, map[string]string{"Content-Type": "application/json"})
	if err != nil {
		return err
	}
	var answer []struct{ Status int }
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(answer) != batch || answer[batch-1].Status != 200 {
		return wrong("answers of the batch route", len(answer), batch)
	}
	return nil
}
