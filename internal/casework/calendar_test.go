package casework_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
)

// TestBankHolidays holds the rule against the days that www.gov.uk/bank-holidays published for England and Wales.
func TestBankHolidays(t *testing.T) {
	for year, want := range map[int]string{
		2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
		2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
		2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
		2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
		2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
		2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
		2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
		2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
		2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
		2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
	} {
		got := casework.BankHolidays(year)
		for i, day := range got {
			got[i] = strings.TrimPrefix(day, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006-"))
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%d: got  %s\n      want %s", year, joined, want)
		}
	}
}

// TestEaster takes the earliest and latest days there can be, and the two corrections of the moon's table.
func TestEaster(t *testing.T) {
	for _, monday := range []string{"1818-03-23", "2008-03-24", "1943-04-26", "2038-04-26", "1954-04-19", "1981-04-20", "2049-04-19", "2076-04-20", "2100-03-29"} {
		day, err := time.Parse(time.DateOnly, monday)
		if err != nil {
			t.Fatal(err)
		}
		if got := casework.BankHolidays(day.Year()); !slices.Contains(got, monday) {
			t.Errorf("%d: got %v, want Easter Monday on %s", day.Year(), got, monday)
		}
	}
}

func TestEveryBankHolidayIsAWeekday(t *testing.T) {
	for year := 2011; year < 2200; year++ {
		days := casework.BankHolidays(year)
		for i, one := range days {
			day, err := time.Parse(time.DateOnly, one)
			if err != nil || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || day.Year() != year {
				t.Errorf("%d: %s is a %s (%v)", year, one, day.Weekday(), err)
			}
			if i > 0 && days[i-1] == one {
				t.Errorf("%d: %s stands twice", year, one)
			}
		}
		if len(days) < 8 {
			t.Errorf("%d: got %d days, want at least 8", year, len(days))
		}
	}
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		name, from string
		days       int
		want       string
	}{
		{"OK an ordinary week", "2026-11-23 09:30", 5, "2026-11-30 09:30"},
		{"OK over a weekend", "2026-11-27 16:45", 1, "2026-11-30 16:45"},
		{"OK begun on a Saturday", "2026-11-28 14:00", 1, "2026-12-01 00:00"},
		{"OK begun on a Sunday night", "2026-11-29 23:59", 1, "2026-12-01 00:00"},
		{"OK begun at midnight on Monday", "2026-11-30 00:00", 1, "2026-12-01 00:00"},
		{"OK over Christmas with a substitute day", "2026-12-24 10:00", 1, "2026-12-29 10:00"},
		{"OK five days over Christmas and New Year", "2026-12-23 10:00", 5, "2027-01-04 10:00"},
		{"OK Christmas on a Saturday", "2027-12-24 10:00", 1, "2027-12-29 10:00"},
		{"OK begun on Christmas Day", "2026-12-25 10:00", 1, "2026-12-30 00:00"},
		{"OK begun on Good Friday", "2026-04-03 10:00", 1, "2026-04-08 00:00"},
		{"OK over Easter, into summer time", "2024-03-28 15:00", 1, "2024-04-02 15:00"},
		{"OK into summer time", "2026-03-27 09:00", 1, "2026-03-30 09:00"},
		{"OK out of summer time", "2026-10-23 09:00", 1, "2026-10-26 09:00"},
		{"OK begun in the hour that comes twice", "2026-10-25 01:30", 1, "2026-10-27 00:00"},
		{"OK begun in the hour that does not come", "2026-03-29 01:30", 1, "2026-03-31 00:00"},
		{"OK a day given once", "2023-05-05 12:00", 1, "2023-05-09 12:00"},
		{"OK a day that was moved away", "2022-05-27 12:00", 1, "2022-05-30 12:00"},
		{"OK a holiday of Scotland only", "2026-11-27 12:00", 2, "2026-12-01 12:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			due := casework.DueMs(at(t, c.from).UnixMilli(), c.days)
			if got := time.UnixMilli(due).In(zone(t)).Format("2006-01-02 15:04"); got != c.want {
				t.Errorf("%s and %d days: got %s, want %s", c.from, c.days, got, c.want)
			}
		})
	}
	if got := casework.DueMs(at(t, "2026-11-23 09:30").UnixMilli(), 0); got != 0 {
		t.Errorf("no days: got %d, want no clock", got)
	}
}

// TestDueIsMonotone begins at random moments of twenty years: whoever begins later is never due earlier, what is due
// falls on a working day, and exactly that many working days begin in between.
func TestDueIsMonotone(t *testing.T) {
	random := rand.New(rand.NewPCG(2014, 107))
	start, end := at(t, "2019-01-01 00:00").Unix(), at(t, "2039-01-01 00:00").Unix()
	for range 4000 {
		from := time.Unix(start+random.Int64N(end-start), 0)
		later := from.Add(time.Duration(random.Int64N(int64(96 * time.Hour))))
		n := 1 + random.IntN(10)
		due, dueLater := casework.AddWorkingDays(from, n), casework.AddWorkingDays(later, n)
		if dueLater.Before(due) {
			t.Fatalf("%v and %v, %d days: got %v and %v, want the later one later", from, later, n, due, dueLater)
		}
		if !casework.IsWorkingDay(due) {
			t.Fatalf("%v and %d days: got %v, want a working day", from, n, due)
		}
		began, passed := casework.AddWorkingDays(from, 0), 0
		for day := began.AddDate(0, 0, 1); !day.After(due); day = day.AddDate(0, 0, 1) {
			if casework.IsWorkingDay(day) {
				passed++
			}
		}
		if passed != n || began.Before(from) {
			t.Fatalf("%v and %d days: began %v, due %v, %d working days between", from, n, began, due, passed)
		}
	}
}

func TestWorkingDaysAreLondons(t *testing.T) {
	// Half past eleven on Sunday night in London summer time is a Sunday in UTC, half past midnight a Monday.
	for text, want := range map[string]bool{
		"2026-07-05T22:30:00Z": false, "2026-07-05T23:30:00Z": true, "2026-07-03T23:30:00Z": false,
		"2026-01-05T00:30:00+02:00": false,
	} {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := casework.IsWorkingDay(when); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, zone(t))
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func zone(t *testing.T) *time.Location {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return london
}
