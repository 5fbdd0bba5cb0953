package casework

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Where a field is stored: in a clear column, or sealed in one of three parts.
const (
	Clear    = "clear"
	Content  = "content"
	Identity = "identity"
	Contact  = "contact"
)

// Field is one row of the field table.
type Field struct {
	Kind     string           `json:"kind"`
	Policy   string           `json:"policy"`
	Store    string           `json:"store"`
	Of       []string         `json:"of"`
	Max      int              `json:"max"`
	Min      float64          `json:"-"`
	Top      float64          `json:"-"`
	Keys     map[string]Field `json:"keys"`
	Editors  []string         `json:"editors"`
	Required bool             `json:"required"`
	// Once is true for a field that is set when the record is made and never again, Always for one that may be changed in
	// every state.
	Once   bool `json:"once"`
	Always bool `json:"always"`
	// OneWay is true for a field of the policy "safest" that no edit makes less safe, whatever its author saw.
	OneWay bool `json:"one_way"`
	// Rule checks the value where the table does not: an answer has the rule of its question. It gives a word key or "".
	Rule func(value any) string `json:"-"`
	// Bases is how a ticked sign may be known.
	Bases []string `json:"bases"`
	// Order is the values from the least safe to the safest, for the policy "safest".
	Order []any `json:"-"`
	// Narrower is true where the safest value is the narrower permission.
	Narrower bool `json:"-"`
}

// Collection is the fields of one collection and the columns that only the server sets.
type Collection struct {
	Fields      map[string]Field `json:"fields"`
	SetByServer []string         `json:"set_by_server"`
}

// UnmarshalJSON reads a row of the table: numbers have limits in "min" and "max", texts in "max", and "safest" is an
// order of values or the word "narrower".
func (f *Field) UnmarshalJSON(raw []byte) error {
	type plain Field
	in := struct {
		*plain
		Min    *float64        `json:"min"`
		Max    *float64        `json:"max"`
		Safest json.RawMessage `json:"safest"`
	}{plain: (*plain)(f)}
	if err := json.Unmarshal(raw, &in); err != nil {
		return fmt.Errorf("read field: %w", err)
	}
	if in.Min != nil {
		f.Min = *in.Min
	}
	if in.Max != nil {
		f.Max, f.Top = int(*in.Max), *in.Max
	}
	if string(in.Safest) == `"narrower"` {
		f.Narrower = true
		return nil
	}
	if in.Safest == nil {
		return nil
	}
	return json.Unmarshal(in.Safest, &f.Order)
}

//go:embed fields.json
var fieldsJSON []byte

// Collections is the field table by collection name.
var Collections = mustRead[map[string]Collection](fieldsJSON)

func mustRead[T any](raw []byte) T {
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(fmt.Errorf("read embedded table: %w", err))
	}
	return out
}

// EditableBy says whether a user in the role ("author" or "supervisor") may change the field.
func (f Field) EditableBy(role string) bool {
	if len(f.Editors) == 0 {
		return role == "author"
	}
	for _, one := range f.Editors {
		if one == role {
			return true
		}
	}
	return false
}
