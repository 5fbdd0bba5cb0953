package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is one result. Against is the value of its counterpart in the same unit, or the aim when there is none.
type figure struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Against float64 `json:"against"`
	// Ratio is value divided by against.
	Ratio float64 `json:"ratio"`

	// aim is the limit of the value, or of the ratio when there is a counterpart; note is a remark for the table.
	aim        float64
	isRelative bool
	isMost     bool
	note       string
}

// relative is a rate against the rate of a counterpart; the ratio must be at least aim.
func relative(name string, value float64, unit string, against, aim float64, note string) figure {
	return figure{Name: name, Value: value, Unit: unit, Against: against, Ratio: value / against, aim: aim, isRelative: true, note: note}
}

// atLeast is a value that must reach its aim.
func atLeast(name string, value float64, unit string, aim float64, note string) figure {
	return figure{Name: name, Value: value, Unit: unit, Against: aim, Ratio: value / aim, aim: aim, note: note}
}

// atMost is a value that must not pass its aim.
func atMost(name string, value float64, unit string, aim float64, note string) figure {
	return figure{Name: name, Value: value, Unit: unit, Against: aim, Ratio: value / aim, aim: aim, isMost: true, note: note}
}

func (f figure) met() bool {
	switch {
	case f.isRelative:
		return f.Ratio >= f.aim
	case f.isMost:
		return f.Value <= f.aim
	}
	return f.Value >= f.aim
}

func (f figure) aimText() string {
	switch {
	case f.isRelative:
		return fmt.Sprintf("ratio ≥ %g", f.aim)
	case f.isMost:
		return fmt.Sprintf("≤ %s", number(f.aim))
	}
	return fmt.Sprintf("≥ %s", number(f.aim))
}

func printTable(w io.Writer, all []figure) {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tvalue\tunit\tagainst\tratio\taim\tmet?\tremark")
	for _, f := range all {
		met := "yes"
		if !f.met() {
			met = "NO"
		}
		fmt.Fprintln(table, strings.Join([]string{f.Name, number(f.Value), f.Unit, number(f.Against), number(f.Ratio), f.aimText(), met, f.note}, "\t"))
	}
	_ = table.Flush() // Writes to the standard output, as Println does.
	fmt.Fprintln(w)
}

func printLines(w io.Writer, all []figure) error {
	lines := json.NewEncoder(w)
	for _, f := range all {
		if err := lines.Encode(f); err != nil {
			return fmt.Errorf("print %s: %w", f.Name, err)
		}
	}
	return nil
}

// number writes three digits that matter, and no more than a person can use.
func number(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	case x >= 1:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3f", x)
}

// median gives the middle of the values, and 0 of none.
func median(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// perSecond is how many of n a second holds when n take d.
func perSecond(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }

func contains(list []string, one string) bool { return slices.Contains(list, one) }

// timed gives how long f took.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}
