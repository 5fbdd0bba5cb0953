package forms

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed catalogues.json
var cataloguesJSON []byte

// Catalogues are the lists that every form may use, by name: countries, nationalities and languages by their ISO codes.
var Catalogues = mustRead[map[string][]Option](cataloguesJSON)

func mustRead[T any](raw []byte) T {
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(fmt.Errorf("read embedded table: %w", err))
	}
	return out
}
