package casework

import _ "embed"

// The states of an encounter.
const (
	Draft     = "draft"
	Submitted = "submitted"
	InReview  = "in_review"
	Returned  = "returned"
	Approved  = "approved"
	Rejected  = "rejected"
	Withdrawn = "withdrawn"
	Closed    = "closed"
)

// Command is one row of the command table: from which states it moves a record to which ("" keeps the state), who may
// give it ("author", "supervisor", "author_or_supervisor"), and what must hold.
type Command struct {
	From      []string         `json:"from"`
	To        string           `json:"to"`
	By        string           `json:"by"`
	ExpectRev bool             `json:"expect_rev"`
	Args      map[string]Field `json:"args"`
	Guards    []string         `json:"guards"`
}

//go:embed commands.json
var commandsJSON []byte

// Commands is the command table by collection and name.
var Commands = mustRead[map[string]map[string]Command](commandsJSON)
