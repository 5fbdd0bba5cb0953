package casework

import (
	"slices"
	"time"
	_ "time/tzdata" // A small server may have no time zones of its own.
)

// Clocks of the work run on the days and hours of England and Wales, wherever the server stands.
var london = mustLoadLondon()

func mustLoadLondon() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // The zones are built in.
	}
	return zone
}

// LocalTime gives a moment on the clocks of England and Wales.
func LocalTime(at time.Time) time.Time { return at.In(london) }

// Bank holidays that no rule gives, as proclaimed and published on www.gov.uk/bank-holidays: days moved from where the
// rule puts them, and days given once. A new proclamation is a new line here.
var (
	movedBankHolidays = map[string]string{
		"2012-05-28": "2012-06-04", // Diamond Jubilee
		"2020-05-04": "2020-05-08", // 75 years since the end of the war in Europe
		"2022-05-30": "2022-06-02", // Platinum Jubilee
	}
	extraBankHolidays = map[int][]string{
		2011: {"2011-04-29"},               // a royal wedding
		2012: {"2012-06-05"},               // Diamond Jubilee
		2022: {"2022-06-03", "2022-09-19"}, // Platinum Jubilee, the funeral of Queen Elizabeth
		2023: {"2023-05-08"},               // the coronation of King Charles
	}
)

// BankHolidays gives the bank holidays of England and Wales in a year, in order, as ISO dates. Past years are right from
// 2011; coming years hold what the law fixes, and what had been proclaimed when this was written.
func BankHolidays(year int) []string {
	easter := easterSunday(year)
	christmas, boxing := christmasDays(year)
	days := []time.Time{
		nextWeekday(date(year, time.January, 1)),
		easter.AddDate(0, 0, -2),
		easter.AddDate(0, 0, 1),
		mondayFrom(date(year, time.May, 1)),
		mondayFrom(date(year, time.May, 25)),
		mondayFrom(date(year, time.August, 25)),
		christmas,
		boxing,
	}
	out := slices.Clone(extraBankHolidays[year])
	for _, day := range days {
		text := day.Format(time.DateOnly)
		if moved, ok := movedBankHolidays[text]; ok {
			text = moved
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// christmasDays gives the days off for 25 and 26 December. One that falls on a weekend is made up for on the first
// weekday that is not the other's.
func christmasDays(year int) (christmas, boxing time.Time) {
	christmas, boxing = date(year, time.December, 25), date(year, time.December, 26)
	switch christmas.Weekday() {
	case time.Friday: // 26 is a Saturday
		return christmas, boxing.AddDate(0, 0, 2)
	case time.Saturday: // 26 is a Sunday
		return christmas.AddDate(0, 0, 2), boxing.AddDate(0, 0, 2)
	case time.Sunday:
		return christmas.AddDate(0, 0, 2), boxing
	}
	return christmas, boxing
}

// easterSunday gives the day by the Gregorian computus: the Sunday after the church's full moon on or after 21 March.
func easterSunday(year int) time.Time {
	golden, century := year%19, year/100
	skippedLeapDays := century - century/4
	moonCorrection := (8*century + 13) / 25
	moon := (19*golden + skippedLeapDays - moonCorrection + 15) % 30
	if moon == 29 || moon == 28 && golden > 10 {
		moon-- // The church's moon is never later than 18 April.
	}
	full := date(year, time.March, 21+moon)
	return full.AddDate(0, 0, 7-int(full.Weekday()))
}

// date gives a day as a time without a zone, so that a day is always 24 hours.
func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func mondayFrom(day time.Time) time.Time {
	return day.AddDate(0, 0, (int(time.Monday)-int(day.Weekday())+7)%7)
}

func nextWeekday(day time.Time) time.Time {
	if isWeekend(day) {
		return mondayFrom(day)
	}
	return day
}

func isWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// IsWorkingDay says whether t falls on a working day in England and Wales: no weekend, no bank holiday.
func IsWorkingDay(t time.Time) bool {
	local := t.In(london)
	return !isWeekend(local) && !slices.Contains(BankHolidays(local.Year()), local.Format(time.DateOnly))
}

// AddWorkingDays gives the same clock time n working days later. What begins on a day that is not a working day begins
// at midnight at the start of the next one, so that nobody has less time for having been told at night or on a Sunday.
// An n below 1 gives that beginning.
func AddWorkingDays(from time.Time, n int) time.Time {
	at := from.In(london)
	if !IsWorkingDay(at) {
		at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, london)
		for !IsWorkingDay(at) {
			at = at.AddDate(0, 0, 1)
		}
	}
	for n > 0 {
		at = at.AddDate(0, 0, 1)
		if IsWorkingDay(at) {
			n--
		}
	}
	return at
}

// DueMs gives when something that began at fromMs is due, a number of working days later, as AddWorkingDays counts. No
// days mean no clock, and 0.
func DueMs(fromMs int64, workingDays int) int64 {
	if workingDays <= 0 {
		return 0
	}
	return AddWorkingDays(time.UnixMilli(fromMs), workingDays).UnixMilli()
}
