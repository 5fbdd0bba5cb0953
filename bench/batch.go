package main

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// openBatchRoute turns PocketBase's batch route on, with a plain collection that has the fields of an encounter and lets
// any signed-in user create.
func (o *office) openBatchRoute() error {
	plain := core.NewBaseCollection("plain")
	plain.CreateRule = types.Pointer("@request.auth.id != ''")
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
	plain.Fields.Add(&core.TextField{Name: "state"}, &core.TextField{Name: "author"})
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
func batchBody(ops []exchange.Op) ([]byte, error) {
	type request struct {
		Method string          `json:"method"`
		URL    string          `json:"url"`
		Body   casework.Values `json:"body"`
	}
	requests := make([]request, len(ops))
	for i, op := range ops {
		body := casework.Values{"id": op.Rec, "state": "submitted", "indicators": op.Add["indicators"]}
		for name, value := range op.Set {
			body[name] = value
		}
		requests[i] = request{Method: "POST", URL: "/api/collections/plain/records", Body: body}
	}
	return json.Marshal(map[string]any{"requests": requests})
}

func (o *office) batchHTTP(token string, body []byte) error {
	raw, err := o.post("/api/batch", "application/json", token, "", body)
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
