package forms

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"noddfa/internal/casework"
)

// The word keys that a check can give beside those of casework.
const (
	KeyNoWebLinks   = "error.no_web_links"
	KeyDateFuture   = "error.date_future"
	KeyDateEarly    = "error.date_early"
	KeyCheckDate    = "error.check_date"
	KeyCheckPhone   = "error.check_phone"
	KeyCheckEmail   = "error.check_email"
	KeyChooseListed = "error.choose_listed"
	KeyTooFew       = "error.too_few"
	KeyTooMany      = "error.too_many"
	KeyCheckNumber  = "error.check_number"
	KeyConfirm      = "error.confirm"
)

// The shapes name their characters one by one: classes such as \s, and case folding, are not the same in the app.
var (
	emailShape = regexp.MustCompile("^[^@ \t\r\n]+@[^@ \t\r\n]+\\.[^@. \t\r\n]+$")
	phoneShape = regexp.MustCompile(`^[0-9+() .-]+$`)
	spacing    = strings.NewReplacer(" ", "", "(", "", ")", "", ".", "", "-", "")
	intlPhone  = regexp.MustCompile(`^(\+[1-9]|00[1-9]|0[1-9])[0-9]{5,13}$`)
)

const fileNameMax, fileTextMax = 200, 2000

func (q Question) missing() string {
	if q.Type == "confirm" {
		return KeyConfirm
	}
	return casework.KeyRequired
}

// Check gives the word key of what is wrong with a value, "" when nothing is. No value is never wrong.
func (q Question) Check(value any) string {
	if casework.Empty(value) {
		return ""
	}
	switch q.Type {
	case "confirm":
		return unless(value == true, casework.KeyCheck)
	case "number":
		return q.checkNumber(value)
	case "checkboxes", "select_repeat", "file_repeat":
		return q.checkList(value)
	}
	s, ok := value.(string)
	if !ok || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return casework.KeyCheck
	}
	switch q.Type {
	case "radio", "select":
		return unless(q.chosen[s], KeyChooseListed)
	case "date":
		return q.checkDate(s)
	}
	return q.checkText(s)
}

func (q Question) checkText(s string) string {
	length := utf8.RuneCountInString(s)
	switch {
	case length > q.Max:
		return casework.KeyTooLong
	case length < q.Min:
		return KeyTooFew
	}
	switch q.Type {
	case "email":
		return unless(emailShape.MatchString(s), KeyCheckEmail)
	case "tel":
		return unless(q.isPhone(s), KeyCheckPhone)
	case "text":
		if strings.ContainsAny(s, "\r\n") {
			return casework.KeyCheck
		}
	}
	return unless(!slices.Contains(q.Checks, "no_url") || !hasWebLink(s), KeyNoWebLinks)
}

// hasWebLink finds http://, https:// and www. in any case. It looks at what stands before each colon and dot: long texts
// are the most of what is checked, and an expression would try every letter of them.
func hasWebLink(s string) bool {
	ends := func(at int, word string) bool { return at >= len(word) && strings.EqualFold(s[at-len(word):at], word) }
	for i, c := range []byte(s) {
		switch {
		case c == '.' && ends(i, "www"):
			return true
		case c == ':' && strings.HasPrefix(s[i:], "://") && (ends(i, "http") || ends(i, "https")):
			return true
		}
	}
	return false
}

func (q Question) isPhone(s string) bool {
	if !phoneShape.MatchString(s) {
		return false
	}
	bare := spacing.Replace(s)
	if slices.Contains(q.Checks, "intl_phone") {
		return intlPhone.MatchString(bare)
	}
	return len(bare) >= 3
}

func (q Question) checkDate(s string) string {
	switch {
	case !isDate(s):
		return KeyCheckDate
	case slices.Contains(q.Checks, "after_1900") && s < "1900-01-01":
		return KeyDateEarly
	case slices.Contains(q.Checks, "not_future") && s > q.today():
		return KeyDateFuture
	}
	return ""
}

// isDate says whether there is such a day.
func isDate(s string) bool {
	if !isDay(s) {
		return false
	}
	digits := func(from, to int) int {
		n := 0
		for _, c := range []byte(s[from:to]) {
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, month, day := digits(0, 4), digits(5, 7), digits(8, 10)
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		last = 29
	}
	return day <= last
}

func (q Question) checkNumber(value any) string {
	n, ok := number(value)
	return unless(ok && n == math.Trunc(n) && n >= float64(q.Min) && n <= float64(q.Max), KeyCheckNumber)
}

func (q Question) checkList(value any) string {
	if !isList(value) {
		return casework.KeyCheck
	}
	values := casework.List(value)
	switch {
	case len(values) < q.Min:
		return KeyTooFew
	case len(values) > q.Max:
		return KeyTooMany
	}
	if q.Type == "file_repeat" {
		return unless(!slices.ContainsFunc(values, func(one any) bool { return !isFile(one) }), casework.KeyCheck)
	}
	seen := make(map[string]bool, len(values))
	for _, one := range values {
		s, _ := one.(string)
		if !q.chosen[s] {
			return KeyChooseListed
		}
		if seen[s] {
			return casework.KeyCheck
		}
		seen[s] = true
	}
	return ""
}

// isFile says whether an item names a file: only its name and what it is, never what is in it.
func isFile(value any) bool {
	object, ok := value.(map[string]any)
	if !ok {
		return false
	}
	for key, inner := range object {
		s, ok := inner.(string)
		if !ok || !slices.Contains(fileKeys, key) {
			return false
		}
		if n := utf8.RuneCountInString(s); key == "name" && n > fileNameMax || n > fileTextMax {
			return false
		}
	}
	name, _ := object["name"].(string)
	return name != ""
}

func unless(ok bool, key string) string {
	if ok {
		return ""
	}
	return key
}
