package demo

import (
	"fmt"
	"time"
)

// subject is the made-up person of an encounter, as far as they are known.
type subject struct {
	first, nickname, phone string
	born                   time.Time
}

const surname = "Enghraifft"

// ages are years that fall into each band.
var ages = map[string]int{"10-13": 12, "14-15": 14, "16-17": 16, "18-24": 21, "25-34": 29, "35-44": 38, "45-54": 49}

// subject invents who an encounter is about. Their day of birth counts from now, so that a band of ages stays true.
func (s *script) subject(c story) subject {
	out := subject{first: firstNames[(c.i*5)%len(firstNames)], nickname: c.scenario.Nickname, phone: fmt.Sprintf("07700 900%03d", c.i)}
	if years, known := ages[c.AgeBand]; known {
		out.born = c.met.AddDate(-years, 0, -60-c.i*3)
	}
	if days := c.scenario.Turns18InDays; days > 0 {
		out.born = s.now.AddDate(-18, 0, days)
	}
	return out
}
