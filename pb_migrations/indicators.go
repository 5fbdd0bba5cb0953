package pb_migrations

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

//go:embed indicators.json
var indicatorsJSON []byte

type indicator struct {
	Code            string `json:"code"`
	Category        string `json:"category"`
	EN              string `json:"en"`
	CY              string `json:"cy"`
	AppliesTo       string `json:"applies_to"`
	Strength        string `json:"strength"`
	DangerAction    string `json:"danger_action"`
	ImmediateDanger bool   `json:"immediate_danger"`
	Core            bool   `json:"core"`
	Retired         bool   `json:"retired"`
}

// seedIndicators fills the catalogue. Ids follow from the codes, so that every server has the same.
func seedIndicators(app core.App) error {
	var list []indicator
	if err := json.Unmarshal(indicatorsJSON, &list); err != nil {
		return fmt.Errorf("read indicators: %w", err)
	}
	for i, one := range list {
		sum := sha256.Sum256([]byte("indicator|" + one.Code))
		_, err := app.DB().Insert("indicators", dbx.Params{
			"id": hex.EncodeToString(sum[:])[:15], "code": one.Code, "category": one.Category, "en": one.EN, "cy": one.CY,
			"applies_to": one.AppliesTo, "strength": one.Strength, "danger_action": one.DangerAction,
			"immediate_danger": one.ImmediateDanger, "core": one.Core, "retired": one.Retired, "sort": i + 1,
		}).Execute()
		if err != nil {
			return fmt.Errorf("seed indicator %s: %w", one.Code, err)
		}
	}
	return nil
}
