package casework

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Problems is a word key for each field that breaks a rule.
type Problems map[string]string

// The word keys that a check can give.
const (
	KeyUnknownField = "error.unknown_field"
	KeyRequired     = "error.required"
	KeyTooLong      = "error.too_long"
	KeyCheck        = "error.check_answer"
)

var shapes = map[string]*regexp.Regexp{
	"datetime": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$`),
	"time":     regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`),
	"code":     regexp.MustCompile(`^[A-Za-z0-9_-]+$`),
	"name":     regexp.MustCompile(`^[a-z_]{1,40}$`),
	"key":      regexp.MustCompile(`^[a-z][a-z0-9_.]{0,60}$`),
	"phone":    regexp.MustCompile(`^[0-9+() .-]+$`),
	"email":    regexp.MustCompile(`^[^\s@]+@[^\s@]+$`),
	"tick":     regexp.MustCompile(`^[A-Z]{3}-\d{2}:(seen|said_by_person|said_by_other|found)$`),
	"date":     regexp.MustCompile(`^\d{4}-\d\d-\d\d$`),
}

var indicatorCode = regexp.MustCompile(`^[A-Z]{3}-\d{2}$`)

// Codes gives the indicator codes of ticks, which are written <code>:<basis>.
func Codes(ticks []string) []string {
	out := make([]string, 0, len(ticks))
	for _, tick := range ticks {
		code, _, _ := strings.Cut(tick, ":")
		out = append(out, code)
	}
	return out
}

// Check gives what is wrong with the values for the fields of a table, nothing when all is well. With whole, required
// fields must be there.
func Check(table map[string]Field, values map[string]any, whole bool) Problems {
	problems := Problems{}
	for name, value := range values {
		field, ok := table[name]
		if !ok {
			problems[name] = KeyUnknownField
		} else if key := field.Check(value); key != "" {
			problems[name] = key
		}
	}
	if whole {
		for name, field := range table {
			if field.Required && Empty(values[name]) {
				problems[name] = KeyRequired
			}
		}
	}
	return problems
}

// Check gives the word key of what is wrong with a value for the field, "" when nothing is.
func (f Field) Check(value any) string {
	if Empty(value) {
		return ""
	}
	if f.Rule != nil {
		return f.Rule(value)
	}
	switch f.Kind {
	case "bool":
		return unless(isBool(value))
	case "number":
		n, ok := value.(float64)
		return unless(ok && !math.IsNaN(n) && n >= f.Min && n <= f.Top)
	case "object":
		return f.checkObject(value)
	case "codes", "names", "keys", "ticks":
		return f.checkList(value)
	}
	s, ok := value.(string)
	if !ok || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return KeyCheck
	}
	if f.Max > 0 && utf8.RuneCountInString(s) > f.Max {
		return KeyTooLong
	}
	return unless(f.fits(s))
}

func (f Field) fits(s string) bool {
	switch f.Kind {
	case "text":
		return true
	case "enum":
		return slices.Contains(f.Of, s)
	case "id":
		return IsID(s)
	case "codename":
		return isCodename(s)
	case "date":
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	}
	shape, ok := shapes[f.Kind]
	return ok && shape.MatchString(s)
}

func (f Field) checkObject(value any) string {
	object, ok := value.(map[string]any)
	if !ok || len(Check(f.Keys, object, false)) > 0 {
		return KeyCheck
	}
	return ""
}

func (f Field) checkList(value any) string {
	list, ok := value.([]any)
	if texts, isTexts := value.([]string); isTexts {
		return f.checkTexts(texts)
	}
	if texts := Texts(value); ok && len(texts) == len(list) {
		return f.checkTexts(texts)
	}
	return KeyCheck
}

func (f Field) checkTexts(texts []string) string {
	if f.Max > 0 && len(texts) > f.Max {
		return KeyTooLong
	}
	for i, one := range texts {
		known := slices.Contains(f.Of, one)
		switch f.Kind {
		case "ticks":
			code, basis, _ := strings.Cut(one, ":")
			known = indicatorCode.MatchString(code) && slices.Contains(f.Bases, basis)
		case "names":
			known = shapes["name"].MatchString(one)
		case "keys":
			known = shapes["key"].MatchString(one)
		}
		if !known || slices.Contains(texts[:i], one) {
			return KeyCheck
		}
	}
	return ""
}

func isBool(value any) bool {
	_, ok := value.(bool)
	return ok
}

func unless(fine bool) string {
	if fine {
		return ""
	}
	return KeyCheck
}
