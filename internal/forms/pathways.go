package forms

import _ "embed"

// Suggestion is a pathway that the facts speak for, and the word key of why.
type Suggestion struct {
	Type   string
	Reason string
}

type pathway struct {
	Type   string `json:"type"`
	When   Rule   `json:"when"`
	Reason string `json:"reason"`
	Key    string `json:"key"`
}

type pathwayTable struct {
	Suggest []pathway `json:"suggest"`
	Forbid  []pathway `json:"forbid"`
}

//go:embed pathways.json
var pathwaysJSON []byte

var pathways = mustRead[pathwayTable](pathwaysJSON)

// Suggest gives the pathways that the facts speak for, the first to think of first; none that is forbidden. It proposes
// and never decides.
func Suggest(facts Answers) []Suggestion {
	var out []Suggestion
	seen := map[string]bool{}
	for _, one := range pathways.Suggest {
		if !seen[one.Type] && Holds(one.When, get(facts)) && Forbidden(one.Type, facts) == "" {
			seen[one.Type] = true
			out = append(out, Suggestion{Type: one.Type, Reason: one.Reason})
		}
	}
	return out
}

// Forbidden gives the word key of why a pathway is not open, "" when it is.
func Forbidden(typ string, facts Answers) string {
	for _, one := range pathways.Forbid {
		if one.Type == typ && Holds(one.When, get(facts)) {
			return one.Key
		}
	}
	return ""
}

func get(facts Answers) func(key string) (any, bool) {
	return func(key string) (any, bool) {
		value, ok := facts[key]
		return value, ok
	}
}
