package records

import (
	"encoding/json"
	"fmt"
	"slices"

	"noddfa/internal/casework"
)

// sealPart gives the sealed bytes of one part of a record, nothing when the part is empty.
func (s *Store) sealPart(t *table, id, part string, v casework.Values) ([]byte, error) {
	fields := map[string]any{}
	for name := range t.parts {
		if t.part(name, v) == part && !casework.Empty(v[name]) {
			fields[name] = v[name]
		}
	}
	if len(fields) == 0 {
		return []byte{}, nil
	}
	sealed, err := s.keys.Seal(place(t.name, id, part), casework.Canonical(fields))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", part, err)
	}
	return sealed, nil
}

// place binds a sealed part to where it stands, so that it opens nowhere else.
func place(coll, id, part string) string { return coll + "|" + id + "|" + part }

// openInto adds the fields of sealed parts to the JSON of the clear ones.
func (s *Store) openInto(out []byte, t *table, id string, parts [3][]byte, skip []string) ([]byte, error) {
	for i, part := range sealedParts {
		if len(parts[i]) == 0 || slices.Contains(skip, part) {
			continue
		}
		plain, err := s.keys.Unseal(place(t.name, id, part), parts[i])
		if err != nil {
			return nil, fmt.Errorf("open %s of %s %s: %w", part, t.name, id, err)
		}
		out = splice(out, plain)
	}
	return out, nil
}

// splice makes one JSON object of two whose keys differ.
func splice(a, b []byte) []byte {
	if len(b) <= 2 {
		return a
	}
	if len(a) <= 2 {
		return append(a[:0:0], b...)
	}
	out := make([]byte, 0, len(a)+len(b))
	out = append(append(out, a[:len(a)-1]...), ',')
	return append(out, b[1:]...)
}

func decode(raw []byte) (casework.Values, error) {
	var v casework.Values
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return v, nil
}

// args gives the values of the clear columns in the table's order.
func (t *table) args(v casework.Values) []any {
	out := make([]any, 0, len(t.columns)+5)
	for _, c := range t.columns {
		switch c.kind {
		case 't':
			out = append(out, v.Text(c.name))
		case 'i':
			out = append(out, v.Int(c.name))
		case 'b':
			out = append(out, v.Bool(c.name))
		case 'j':
			if casework.Empty(v[c.name]) {
				out = append(out, nil)
			} else {
				out = append(out, string(casework.Canonical(v[c.name])))
			}
		}
	}
	return out
}
