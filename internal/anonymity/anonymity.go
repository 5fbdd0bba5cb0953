// Package anonymity reads a Duty to Notify that must not name the person, and finds what could give them away: words that
// stand in the fields of identity and contact, patterns that name somebody, exact places, files, and a few facts that
// together are rare.
//
// It promises that a value it was given (of two letters, or a number of five digits) is found in every text, wherever it
// stands and however its letters are accented, and that the same words give the same hit. It is pure, takes time in
// proportion to the text, and logs nothing. Its table is testdata/anonymity/.
//
// Not here: what identifies whom (records), and who may clear a hit (exchange). Not possible: to find what only people
// recognise. docs/decisions/0024-anonymity-check.md says what is missed.
package anonymity

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Kinds of hits that follow from what an Input says and not from the words of a text. A word of an identifier gives a
// hit of the identifier's kind.
const (
	KindPhone       = "phone_like"
	KindEmail       = "email_like"
	KindPostcode    = "postcode_like"
	KindBirthDate   = "birth_date_like"
	KindDocument    = "document_like"
	KindVehicle     = "vehicle_like"
	KindHandle      = "handle_like"
	KindCoordinates = "coordinates_like"
	KindStreet      = "street"
	KindBackground  = "background"
	KindNationality = "nationality"
	KindFiles       = "files"
	KindUnread      = "unread"
)

// Limits of what is read. What lies above gives a hit of the kind "unread", so that nothing passes unseen.
const (
	maxRunes       = 20000
	maxFields      = 300
	maxIdentifiers = 500
	maxHits        = 500
	maxShown       = 200
)

// Identifier is one value that names a person or somebody linked to them. Its kind is one of name, nickname, phone,
// email, address, postcode, reference, codename and date_of_birth (an ISO date); every other kind is searched as a name.
type Identifier struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

// Input is what is known of a Duty to Notify.
type Input struct {
	// Texts are the narratives and Locations the answers that may hold a town and no more, both by name of the field.
	Texts     map[string]string `json:"texts"`
	Locations map[string]string `json:"locations"`
	// Identifiers are of this person and of people linked to them.
	Identifiers []Identifier `json:"identifiers"`
	// Towns are towns that the form sends anyway, chosen from its list: a word of an address that is one of them is no
	// secret.
	Towns []string `json:"towns"`
	// Birthplace, Family and Job say whether these are answered.
	Birthplace bool `json:"birthplace"`
	Family     bool `json:"family"`
	Job        bool `json:"job"`
	// RareNationality is true where few people of this nationality were met in the area.
	Nationality     string `json:"nationality"`
	RareNationality bool   `json:"rare_nationality"`
	// Files is how many files are attached.
	Files int `json:"files"`
	// Welsh is true where the author writes in Welsh. Welsh is noticed without it; a few words alone may not be.
	Welsh bool `json:"welsh"`
	// Now parts dates of birth from dates of events: a date of the last five years is an event unless the words around
	// it speak of birth. Without Now every full date is a hit.
	Now time.Time `json:"now"`
}

// Hit is something that could give the person away. Block is true where approval waits until a second person clears it;
// the others are warnings.
//
// ID is the same for the same words of the same kind in the same field, and another for any others, so that a clearance
// covers what was read and no more. Whoever guesses the words can check the guess against the ID: keep it as sealed as
// the text.
type Hit struct {
	ID    string `json:"id"`
	Field string `json:"field"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Block bool   `json:"block"`
}

// Check gives the hits by field and place, without doubles.
func Check(in Input) []Hit {
	var out []Hit
	known := in.Identifiers
	if over := len(known) - maxIdentifiers; over > 0 {
		out = append(out, hit("", KindUnread, "+"+strconv.Itoa(over), true))
		known = known[:maxIdentifiers]
	}
	search := indexOf(known, in.Towns)
	fields := slices.Sorted(maps.Keys(in.Texts))
	for _, field := range slices.Sorted(maps.Keys(in.Locations)) {
		if _, isText := in.Texts[field]; !isText {
			fields = append(fields, field)
		}
	}
	for i, field := range fields {
		if i == maxFields {
			out = append(out, hit("", KindUnread, field, true))
			break
		}
		value := in.Texts[field]
		place, isPlace := in.Locations[field]
		if isPlace && place != value {
			value += "\n" + place
		}
		out = append(out, checkField(in, search, field, value, isPlace)...)
	}
	return limit(append(out, checkWhole(in)...))
}

func checkField(in Input, search *index, field, value string, isPlace bool) []Hit {
	var out []Hit
	if utf8.RuneCountInString(value) > maxRunes {
		kept := string([]rune(value)[:maxRunes])
		out = append(out, hit(field, KindUnread, value[len(kept):], true))
		value = kept
	}
	t := read(value)
	digits := scanOf(t)
	t.dates = datesIn(digits)
	spans := search.find(t, in.Welsh)
	for _, one := range findPatterns(t, digits, in.Now, isPlace) {
		// A number that is known to be theirs is not also one that looks like somebody's.
		inKnown := func(known span) bool { return known.start <= one.start && one.end <= known.end }
		if !slices.ContainsFunc(spans, inKnown) {
			spans = append(spans, one)
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return a.start - b.start })
	for _, one := range spans {
		found := hit(field, one.kind, t.shown(one.start, one.end), !one.warn)
		if !slices.ContainsFunc(out, func(h Hit) bool { return h.ID == found.ID }) {
			out = append(out, found)
		}
	}
	return out
}

// checkWhole gives the hits that belong to no field.
func checkWhole(in Input) []Hit {
	var out []Hit
	if in.Birthplace && in.Family && in.Job {
		out = append(out, hit("", KindBackground, "", false))
	}
	if in.RareNationality {
		out = append(out, hit("", KindNationality, in.Nationality, false))
	}
	if in.Files > 0 {
		out = append(out, hit("", KindFiles, strconv.Itoa(in.Files), true))
	}
	return out
}

// limit keeps a row from growing without end. The rest becomes one hit, whose ID changes with anything in the rest.
func limit(hits []Hit) []Hit {
	if len(hits) <= maxHits {
		return hits
	}
	rest := sha256.New()
	for _, one := range hits[maxHits:] {
		rest.Write([]byte(one.ID))
	}
	more := hit("", KindUnread, hex.EncodeToString(rest.Sum(nil)), true)
	more.Text = "+" + strconv.Itoa(len(hits)-maxHits)
	return append(hits[:maxHits:maxHits], more)
}

func hit(field, kind, shown string, block bool) Hit {
	sum := sha256.Sum256([]byte(field + "\x00" + kind + "\x00" + read(shown).squash))
	if runes := []rune(shown); len(runes) > maxShown {
		shown = string(runes[:maxShown]) + "…"
	}
	return Hit{ID: hex.EncodeToString(sum[:8]), Field: field, Kind: kind, Text: shown, Block: block}
}
