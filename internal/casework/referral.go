package casework

import (
	_ "embed"
	"slices"
)

// The states that only a referral has; the others it shares with an encounter.
const (
	Sent              = "sent"
	SentUrgent        = "sent_urgent"
	Acknowledged      = "acknowledged"
	OutcomeRecorded   = "outcome_recorded"
	WithdrawnExternal = "withdrawn_external"
	Superseded        = "superseded"
)

// When a referral of a type is reviewed: before it is sent, after it, lightly (a supervisor may look) or not at all.
const (
	ReviewBefore = "before"
	ReviewAfter  = "after"
	ReviewLight  = "light"
	ReviewNone   = "none"
)

// Move is one row of the table of moves: from which states an event takes a referral to which ("" keeps the state), who
// may give it, and what must hold. Who is "author", "reviewer", "sender", "receiver" or "safeguarding_lead"; the type of
// the referral says which people the middle three are.
type Move struct {
	Event     string           `json:"event"`
	From      []string         `json:"from"`
	To        string           `json:"to"`
	By        []string         `json:"by"`
	Offline   bool             `json:"offline"`
	ExpectRev bool             `json:"expect_rev"`
	Guards    []string         `json:"guards"`
	Args      map[string]Field `json:"args"`
}

// ReferralType is what sets one type of referral apart.
type ReferralType struct {
	// Form is the code of the form that asks its questions.
	Form string `json:"form"`
	// ResponderOnly is true where only an agency that may refer can create it.
	ResponderOnly bool `json:"responder_only"`
	// Consent is the name of its rule of consent.
	Consent string `json:"consent"`
	// Review is one of ReviewBefore, ReviewAfter, ReviewLight and ReviewNone.
	Review string `json:"review"`
	// Checklist, Anonymity and Graded say what an approval of it needs.
	Checklist bool `json:"checklist"`
	Anonymity bool `json:"anonymity"`
	Graded    bool `json:"graded"`
	// Reviewer is whose people review it: "review_agency" or "to_agency". ReviewerRoles are their roles, none meaning
	// supervisors.
	Reviewer      string   `json:"reviewer"`
	ReviewerRoles []string `json:"reviewer_roles"`
	// Senders are the roles that send it, "author" and "reviewer" among them. SenderOf is whose people these are: "" for
	// the author's agency, or "to_agency".
	Senders  []string `json:"senders"`
	SenderOf string   `json:"sender_of"`
	// Receivers are the roles in the agency it goes to that acknowledge it. To is the kind of that agency, "" where it
	// leaves for somebody who does not use this server.
	Receivers []string `json:"receivers"`
	To        string   `json:"to"`
	// Bodies are the kinds of body it is sent to, the usual one first.
	Bodies []string `json:"bodies"`
	// Channels are the ways it may be sent, Outcomes what may come of it.
	Channels []string `json:"channels"`
	Outcomes []string `json:"outcomes"`
	// ReviewDays, SendDays and AnswerDays are working days that each step has, 0 for no clock.
	ReviewDays int `json:"review_days"`
	SendDays   int `json:"send_days"`
	AnswerDays int `json:"answer_days"`
}

// TaskKind is what sets one kind of task on a referral apart.
type TaskKind struct {
	// For is who does it, a word as in Move.By; At is the desk where it is done, "review" or "send".
	For string `json:"for"`
	At  string `json:"at"`
	// ByHand is true where a person ticks it off. The others end when what they ask for is done, and no sooner.
	ByHand bool `json:"by_hand"`
}

//go:embed referrals.json
var referralsJSON []byte

var referralTable = mustRead[struct {
	States            []string                `json:"states"`
	Moves             []Move                  `json:"moves"`
	Types             map[string]ReferralType `json:"types"`
	Tasks             map[string]TaskKind     `json:"tasks"`
	Gateways          []string                `json:"gateways"`
	FormsOfDisclosure []string                `json:"forms_of_disclosure"`
}](referralsJSON)

// ReferralStates are the states of a referral, Moves the rows of its table, ReferralTypes its types by code, and Tasks
// the kinds of tasks it may have. Gateways are the legal ways to disclose, FormsOfDisclosure what leaves by them.
var (
	ReferralStates    = referralTable.States
	Moves             = referralTable.Moves
	ReferralTypes     = referralTable.Types
	Tasks             = referralTable.Tasks
	Gateways          = referralTable.Gateways
	FormsOfDisclosure = referralTable.FormsOfDisclosure
)

// MoveFor gives the move of an event on a referral in a state, false when the table has none.
func MoveFor(event, state string) (Move, bool) {
	for _, move := range Moves {
		if move.Event == event && slices.Contains(move.From, state) {
			return move, true
		}
	}
	return Move{}, false
}

// EventsFrom gives the events that the table has for a state, in its order, whoever may give them.
func EventsFrom(state string) []string {
	var events []string
	for _, move := range Moves {
		if slices.Contains(move.From, state) {
			events = append(events, move.Event)
		}
	}
	return events
}
