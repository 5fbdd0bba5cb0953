package pack

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// inWords gives a value as a person would copy it: names instead of codes, dates written out, a list item by item.
func inWords(q forms.Question, value any) forms.Words {
	if casework.Empty(value) {
		return forms.Words{}
	}
	switch v := value.(type) {
	case bool:
		return tick(v)
	case float64:
		return same(strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		if q.Type == "date" {
			return date(v)
		}
		return choice(q, v)
	}
	if items := casework.List(value); items != nil {
		return joined(q, items)
	}
	if file, ok := value.(map[string]any); ok {
		return same(casework.Values(file).Text("name"))
	}
	return same(fmt.Sprint(value))
}

func joined(q forms.Question, items []any) forms.Words {
	var en, cy []string
	for _, item := range items {
		one := inWords(q, item)
		en, cy = append(en, one.EN), append(cy, one.CY)
	}
	return forms.Words{EN: strings.Join(en, "; "), CY: strings.Join(cy, "; ")}
}

// choice gives the name of what was chosen; what is no option was typed, and stands as it is.
func choice(q forms.Question, value string) forms.Words {
	for _, option := range q.Options {
		if option.Value == value {
			return option.Words
		}
	}
	return same(value)
}

func tick(isTicked bool) forms.Words {
	if isTicked {
		return both("ticked")
	}
	return both("not_ticked")
}

// date writes a day out in both languages. What is no day stands as it was given.
func date(iso string) forms.Words {
	day, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return same(iso)
	}
	return forms.Words{EN: writtenOut("en", day), CY: writtenOut("cy", day)}
}

func writtenOut(lang string, day time.Time) string {
	return fmt.Sprintf("%d %s %d", day.Day(), word(lang, "month."+strconv.Itoa(int(day.Month()))), day.Year())
}

func same(text string) forms.Words { return forms.Words{EN: text, CY: text} }

// count writes a number with a comma between thousands, as both languages do.
func count(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
