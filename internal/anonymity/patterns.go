package anonymity

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

// All expressions are matched against folded text: small letters without accents.
var (
	digitRuns = regexp.MustCompile(`(?:\+ ?)?\(?\d(?:[ ().\-/]{0,3}\d)+`)
	phones    = regexp.MustCompile(`(?:\+\d{1,3}|\b00\d{1,3}|\b0|\b44)(?:[ ().\-]{0,3}\d){8,13}\b`)
	emails    = regexp.MustCompile(`[a-z0-9._%+'\-]+ ?(?:@|\(at\)|\[at\]) ?[a-z0-9\-]+(?:\.[a-z0-9\-]+)+`)
	// The last two letters leave some out; the postcodes that stand for none or for no real place do not.
	postcodes = regexp.MustCompile(`\b(?:[a-z]{1,2}\d[a-z0-9]? {0,2}\d[abd-hjlnp-uw-z]{2}|zz99 {0,2}\d[a-z]{2})\b`)
	ordinal   = regexp.MustCompile(`(?:1st|2nd|3rd|\dth)$`)
	documents = regexp.MustCompile(`\b(?:[a-z]{1,3} ?\d{6,9}[a-z]?|[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]|\d{8,16}|\d{3} \d{3} \d{4})\b`)
	vehicles  = regexp.MustCompile(`\b(?:[a-z]{2}\d\d ?[a-z]{3}|[a-z]\d{1,3} ?[a-z]{3}|[a-z]{3} ?\d{1,3}[a-z])\b`)
	handles   = regexp.MustCompile(`\B@[a-z0-9_][a-z0-9_.]{2,40}` +
		`|(?:https?://|\bwww\.)\S{1,300}` +
		`|\b(?:facebook|fb|instagram|tiktok|snapchat|twitter|x|linkedin|youtube|vk|t|wa|m|discord|zalo|telegram|onlyfans)\.(?:com|me|gg|ru|tv)/\S{1,300}` +
		`|\b(?:facebook|fb|insta|instagram|tiktok|snap|snapchat|twitter|telegram|whatsapp|viber|skype|discord|zalo|wechat)(?: (?:user ?name|name|handle|id|account|enw|cyfrif))? ?[:=] ?[a-z0-9_.\-]{3,40}`)
	coordinates = regexp.MustCompile(`-?\b\d{1,2}\.\d{3,10}[ ,]{1,3}-?\d{1,3}\.\d{3,10}\b|\b[hnst][a-hj-z] ?\d{3,5} ?\d{3,5}\b`)
	threeWords  = regexp.MustCompile(`///[^\s.]+\.[^\s.]+\.[^\s.]+|\bwhat3words\b`)
	publicLines = regexp.MustCompile(`^(?:44)?0?(?:800|808|3\d\d)`)
)

// oneOf gives the alternatives of an expression.
func oneOf(words string) string { return `(?:` + strings.Join(strings.Fields(words), "|") + `)` }

// scan is a folded text in which what was found is blanked, and the stretches of it that lie near a digit. Most of what
// is searched holds one; an account of several pages has few, and the rest of it need not be read again and again.
type scan struct {
	rest []byte
	near [][2]int
}

// nearness is how far from a digit a pattern may reach: a street's name behind its number, a word of birth before a year.
const nearness = 120

func scanOf(t *text) scan {
	s := scan{rest: []byte(t.folded)}
	for i, one := range s.rest {
		if one < '0' || one > '9' {
			continue
		}
		start, end := max(0, i-nearness), min(len(s.rest), i+nearness)
		if last := len(s.near) - 1; last >= 0 && s.near[last][1] >= start {
			s.near[last][1] = end
			continue
		}
		s.near = append(s.near, [2]int{start, end})
	}
	return s
}

// find gives the matches near digits.
func (s scan) find(shape *regexp.Regexp) [][]int {
	var out [][]int
	for _, stretch := range s.near {
		for _, at := range shape.FindAllSubmatchIndex(s.rest[stretch[0]:stretch[1]], -1) {
			for i := range at {
				at[i] += stretch[0]
			}
			out = append(out, at)
		}
	}
	return out
}

// findAnywhere gives the matches of a shape that every text without one of the marks is free of.
func (s scan) findAnywhere(shape *regexp.Regexp, marks ...string) [][]int {
	for _, mark := range marks {
		if bytes.Contains(s.rest, []byte(mark)) {
			return shape.FindAllIndex(s.rest, -1)
		}
	}
	return nil
}

func (s scan) blank(at []int) {
	for i := at[0]; i < at[1]; i++ {
		s.rest[i] = '|'
	}
}

// findPatterns gives what looks as if it named somebody or an exact place. Dates were found first and are blank, because
// their digits look like telephone numbers.
func findPatterns(t *text, s scan, now time.Time, isPlace bool) []span {
	var out []span
	take := func(kind string, found [][]int) {
		for _, at := range found {
			out = append(out, span{start: at[0], end: at[1], kind: kind})
			s.blank(at)
		}
	}
	for _, day := range t.dates {
		if day.couldBeBirth(t, now) {
			out = append(out, span{start: day.start, end: day.end, kind: KindBirthDate})
		}
	}
	for _, at := range s.find(birthYear) {
		take(KindBirthDate, [][]int{at[2:4]})
	}
	take(KindEmail, s.findAnywhere(emails, "@", "(at)", "[at]"))
	take(KindHandle, s.findAnywhere(handles, "@", "/", ":", "=", "www."))
	take(KindCoordinates, s.find(coordinates))
	take(KindCoordinates, s.findAnywhere(threeWords, "///", "what3words"))
	for _, at := range s.find(phones) {
		if publicLines.MatchString(digitsOf(string(s.rest[at[0]:at[1]]))) {
			s.blank(at) // A helpline is nobody's number.
			continue
		}
		take(KindPhone, [][]int{at})
	}
	for _, at := range s.find(postcodes) {
		if t.isCapital(at[0], at[1]) || !ordinal.Match(s.rest[at[0]:at[1]]) {
			take(KindPostcode, [][]int{at})
		}
	}
	for _, at := range s.find(vehicles) {
		if isPlate(t, string(s.rest[at[0]:at[1]]), at) {
			take(KindVehicle, [][]int{at})
		}
	}
	for _, at := range s.find(documents) {
		// "of 200000" is a number after a word, "AB 123456" a document.
		if one := string(s.rest[at[0]:at[1]]); one[0] <= '9' || !strings.Contains(one, " ") || t.isCapital(at[0], at[1]) {
			take(KindDocument, [][]int{at})
		}
	}
	return append(out, findStreets(s, isPlace)...)
}

// isPlate tells a vehicle's plate from a road or a postcode district before a short word: "a470 was". With a space it
// must be in capitals, or end in letters that are no word; one letter and a number need both.
func isPlate(t *text, plate string, at []int) bool {
	before, last, isSpaced := strings.Cut(plate, " ")
	isWord := common[last] || shortWords[last]
	if !isSpaced || t.isCapital(at[0], at[1]) {
		return len(before) > 4 || !isWord || plate[1] > '9'
	}
	return len(plate) == len("ab12 cde") && plate[2] <= '9' && !isWord
}

// shortWords is words of three letters that may follow a road's number.
var shortWords = setOf(`all any ask can car cut day did end few get got how its let man may met new now off old own per put
	ran run saw say see set she too try use van via way who why yes yet bus ond neu dan dri heb hyd hwn hon dod oed un`)

func isPostcode(squash string) bool {
	at := postcodes.FindStringIndex(squash)
	return at != nil && at[0] == 0 && at[1] == len(squash)
}
