package demo

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"noddfa/internal/casework"
)

// table is how referrals go when no scenario says otherwise. A path is a list of events, each with the hours since the
// encounter was handed in: "submit@3 pick_up@20 record_outcome:engaged@120".
type table struct {
	// Paths lead through states, by type or by when the type is reviewed; Asides are whole paths to a state beside them.
	Paths  map[string][][2]string `json:"paths"`
	Asides map[string]string      `json:"asides"`
	// Earlier is where a referral that is not the last of its encounter ends, by type and by the state of the last; ""
	// for every other state. A type that is not here ends where the last does.
	Earlier map[string]map[string]string `json:"earlier"`
	// To is which agency receives, by its kind and the force.
	To        map[string]map[string]string `json:"to"`
	Leaves    map[string]leaving           `json:"leaves"`
	Args      map[string]fields            `json:"args"`
	Grading   fields                       `json:"grading"`
	Languages map[string]string            `json:"languages"`
}

// leaving is how a type of referral leaves, and what is written in the log of disclosures.
type leaving struct {
	What            string `json:"what"`
	ToKind          string `json:"to_kind"`
	ToName          string `json:"to_name"`
	Gateway         string `json:"gateway"`
	Necessity       string `json:"necessity"`
	Proportionality string `json:"proportionality"`
	Ref             string `json:"ref"`
	Outcome         string `json:"outcome"`
}

// scenario is what sets a planned encounter apart.
type scenario struct {
	Paths         map[string]string `json:"paths"`
	To            map[string]string `json:"to"`
	Args          map[string]fields `json:"args"`
	Answers       fields            `json:"answers"`
	Fix           fields            `json:"fix"`
	Nickname      string            `json:"nickname"`
	Turns18InDays int               `json:"turns_18_in_days"`
	// Notes are addenda to the encounter.
	Notes []struct {
		At   float64 `json:"at"`
		By   string  `json:"by"`
		Text string  `json:"text"`
	} `json:"notes"`
}

//go:embed paths.json
var pathsJSON []byte

//go:embed scenarios.json
var scenariosJSON []byte

var errPath = errors.New("the path of the plan leads nowhere")

func hours(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }

// path gives the events that bring a referral of a story to its end; none for work that was lost.
func (s *script) path(c story, typ string, last bool) (string, error) {
	end := c.FinalState
	if earlier, ok := s.table.Earlier[typ]; ok && !last {
		if end, ok = earlier[c.FinalState]; !ok {
			end = earlier[""]
		}
	}
	if path, ok := c.scenario.Paths[typ]; ok {
		return path, nil
	}
	if aside, ok := s.table.Asides[end]; ok {
		return aside, nil
	}
	legs, ok := s.table.Paths[typ]
	if !ok {
		legs = s.table.Paths[casework.ReferralTypes[typ].Review]
	}
	path := ""
	for _, leg := range legs {
		path += " " + leg[1]
		if leg[0] == end {
			return path, nil
		}
	}
	if end == "lost_unsynced" {
		return "", nil
	}
	return "", fmt.Errorf("state %s: %w", end, errPath)
}
