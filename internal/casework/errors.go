package casework

// Code says what kind of thing went wrong. The protocol page lists them with their HTTP status.
type Code string

// The codes of the protocol.
const (
	Invalid      Code = "invalid"
	Unauthorised Code = "unauthorised"
	Forbidden    Code = "forbidden"
	NotFound     Code = "not_found"
	Conflict     Code = "conflict"
	TooLarge     Code = "too_large"
	TooOld       Code = "too_old"
	SlowDown     Code = "slow_down"
	Internal     Code = "internal"
	Busy         Code = "busy"
)

// Error is what a client is told: a code, a word key that the app translates, and the field it is about ("" for none).
// Epoch and LastSeq are set with the key error.epoch only; Allowed, the events that are open, and Fields, word keys by
// field, when a move was asked about.
type Error struct {
	Code    Code
	Key     string
	Field   string
	Epoch   string
	LastSeq int64
	Allowed []string
	Fields  Problems
}

// Error gives the code and the key; neither holds anything a person typed.
func (e *Error) Error() string {
	if e.Field != "" {
		return string(e.Code) + " " + e.Key + " " + e.Field
	}
	return string(e.Code) + " " + e.Key
}
