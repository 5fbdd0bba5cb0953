package anonymity

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// monthNames is the months in both languages, with the forms that follow "o" and "a".
var monthNames = [12]string{
	"january jan ionawr ion",
	"february feb chwefror chwef",
	"march mar mawrth fawrth",
	"april apr ebrill ebr",
	"may mai fai",
	"june jun mehefin fehefin",
	"july jul gorffennaf orffennaf",
	"august aug awst",
	"september sept sep medi fedi",
	"october oct hydref",
	"november nov tachwedd dachwedd thachwedd",
	"december dec rhagfyr ragfyr",
}

var (
	monthOf = func() map[string]int {
		out := map[string]int{}
		for i, names := range monthNames {
			for _, name := range strings.Fields(names) {
				out[name] = i + 1
			}
		}
		return out
	}()
	anyMonth = oneOf(strings.Join(monthNames[:], " "))
	nth      = `(?:st|nd|rd|th|af|ail|ydd|edd|fed|eg|ain)?`

	isoDates   = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	plainDates = regexp.MustCompile(`\b(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{4}|\d{2})\b`)
	wordDates  = regexp.MustCompile(`\b(\d{1,2})` + nth + `(?: of| o)?[ ,.\-]{1,2}(` + anyMonth + `)[ ,.\-]{1,2}(\d{4}|\d{2})\b`)
	monthFirst = regexp.MustCompile(`\b(` + anyMonth + `)[ .]{1,2}(\d{1,2})` + nth + `,? (\d{4})\b`)

	birth      = `\b(?:born|birth|birthday|birthdate|dob|d\.o\.b|ganed|ganwyd|anwyd|geni|eni|pen-?blwydd|phen-?blwydd|ben-?blwydd)\b`
	birthAhead = regexp.MustCompile(birth + `[^!?\n]{0,40}$`)
	birthAfter = regexp.MustCompile(`^[ ,(\-]{0,3}` + birth)
	birthYear  = regexp.MustCompile(birth + `[^.!?\n]{0,30}?\b((?:19|20)\d\d|\d{1,2}` + nth + `(?: of| o)? ` + anyMonth + `|` + anyMonth + ` \d{1,2}` + nth + `)\b`)
)

// dateAt is a full date in a text. Written in figures it can be two days, as people write the month first or last.
type dateAt struct {
	start, end int
	days       []time.Time
}

// datesIn gives the full dates of a text in all the ways people write them.
func datesIn(s scan) []dateAt {
	var out []dateAt
	for _, form := range []struct {
		shape            *regexp.Regexp
		day, month, year int
		mayTurn          bool // a day in figures may be a month, and the other way round
	}{
		{isoDates, 3, 2, 1, false}, {plainDates, 1, 2, 3, true}, {wordDates, 1, 2, 3, false}, {monthFirst, 2, 1, 3, false},
	} {
		for _, at := range s.find(form.shape) {
			part := func(i int) string { return string(s.rest[at[2*i]:at[2*i+1]]) }
			days := daysOf(part(form.day), part(form.month), part(form.year), form.mayTurn)
			if len(days) > 0 {
				out = append(out, dateAt{at[0], at[1], days})
				s.blank(at)
			}
		}
	}
	return out
}

// daysOf gives the days that a day, a month and a year can mean, none when there is no such day.
func daysOf(day, month, year string, mayTurn bool) []time.Time {
	d, _ := strconv.Atoi(day)
	y, _ := strconv.Atoi(year)
	m, isName := monthOf[month]
	if !isName {
		m, _ = strconv.Atoi(month)
	}
	years := []int{y}
	if len(year) == 2 {
		years = []int{1900 + y, 2000 + y}
	}
	var out []time.Time
	for _, y := range years {
		out = appendDay(out, y, m, d)
		if mayTurn && m != d {
			out = appendDay(out, y, d, m)
		}
	}
	return out
}

func appendDay(days []time.Time, y, m, d int) []time.Time {
	day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1900 || y > 2100 || day.Day() != d || int(day.Month()) != m {
		return days
	}
	return append(days, day)
}

func (d dateAt) is(day time.Time) bool {
	for _, one := range d.days {
		if one.Equal(day) {
			return true
		}
	}
	return false
}

// eventYears is how long ago a date may lie and still be the date of an event.
const eventYears = 5

// couldBeBirth says whether a date could be somebody's date of birth: it lies too far back to be an event, or the words
// beside it say so. Of two readings the later one that is not to come decides; "3/4/25" is no birth in 1925.
func (d dateAt) couldBeBirth(t *text, now time.Time) bool {
	ahead := t.folded[max(0, d.start-80):d.start]
	if birthAhead.MatchString(ahead) || birthAfter.MatchString(t.folded[d.end:]) {
		return true
	}
	if now.IsZero() {
		return true
	}
	for _, day := range d.days {
		if !day.Before(now.AddDate(-eventYears, 0, 0)) && !day.After(now.AddDate(eventYears, 0, 0)) {
			return false
		}
	}
	return true
}
