package casework

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// Values are the fields of a record by name, as JSON decodes them. A field that is absent is empty.
type Values map[string]any

// Text gives the field as text, "" when it holds none.
func (v Values) Text(name string) string {
	s, _ := v[name].(string)
	return s
}

// Bool gives the field as a truth value.
func (v Values) Bool(name string) bool {
	b, _ := v[name].(bool)
	return b
}

// Int gives the field as an integer, 0 when it holds none.
func (v Values) Int(name string) int64 {
	switch n := v[name].(type) {
	case int64:
		return n
	case int:
		return int64(n)
	case float64:
		return int64(n)
	}
	return 0
}

// List gives the field as texts.
func (v Values) List(name string) []string { return Texts(v[name]) }

// Clone gives a copy that shares no map with v; nested values are never changed in place.
func (v Values) Clone() Values { return maps.Clone(v) }

// Put sets the field, or takes it away when the value is empty.
func (v Values) Put(name string, value any) {
	if Empty(value) {
		delete(v, name)
		return
	}
	v[name] = value
}

// Texts gives a JSON list of texts as Go texts.
func Texts(value any) []string {
	switch list := value.(type) {
	case []string:
		return list
	case []any:
		out := make([]string, 0, len(list))
		for _, one := range list {
			if s, ok := one.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// List gives a JSON list as it is decoded, whichever Go type holds it; none for anything else.
func List(value any) []any {
	switch list := value.(type) {
	case []any:
		return list
	case []string:
		out := make([]any, len(list))
		for i, one := range list {
			out[i] = one
		}
		return out
	}
	return nil
}

// Empty says whether a value is the same as none: nothing, no, "", an empty list or object.
func Empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	case map[string]any:
		for _, inner := range v {
			if !Empty(inner) {
				return false
			}
		}
		return true
	}
	return false
}

// Canonical gives a value's one JSON spelling: keys sorted, no spaces, no escapes that JSON does not need. Objects lose
// their empty keys, so that two ways to say "nothing" are one.
func Canonical(value any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tidy(value)); err != nil {
		panic(err) // Values come from JSON, so they marshal.
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func tidy(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		if Empty(value) {
			return nil
		}
		return value
	}
	out := make(map[string]any, len(object))
	for name, inner := range object {
		if !Empty(inner) {
			out[name] = tidy(inner)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// Equal says whether two values mean the same.
func Equal(a, b any) bool {
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return x == y
		}
	}
	return bytes.Equal(Canonical(a), Canonical(b))
}

// Seen says whether current is what the author of an operation saw. A long value may be given as {"sha256": hex of its
// canonical JSON}.
func Seen(current, prev any) bool {
	if object, ok := prev.(map[string]any); ok && len(object) == 1 {
		if want, ok := object["sha256"].(string); ok {
			sum := sha256.Sum256(Canonical(current))
			return hex.EncodeToString(sum[:]) == want
		}
	}
	return Equal(current, prev)
}

// Merge gives a set's members in order after taking some away and adding others.
func Merge(current, add, del []string) []string {
	out := make([]string, 0, len(current)+len(add))
	for _, one := range current {
		if !slices.Contains(del, one) {
			out = append(out, one)
		}
	}
	for _, one := range add {
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	slices.Sort(out)
	return out
}

var idShape = regexp.MustCompile(`^[a-z0-9]{15}$`)

// IsID says whether s has the shape of an id: 15 characters of [a-z0-9].
func IsID(s string) bool { return idShape.MatchString(s) }

// DeriveID gives an id that follows from others, so that a replay makes the same: SHA-256 in base 36, 15 characters.
func DeriveID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	text := new(big.Int).SetBytes(sum[:]).Text(36)
	return text[len(text)-15:]
}
