package anonymity

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// span is a stretch of a folded text that gives something away.
type span struct {
	start, end int
	kind       string
	warn       bool
}

// phrase is a value without what stands between its words and numbers.
type phrase struct {
	squash string
	parts  int
	kind   string
}

// word is what a single word of a text would give away.
type word struct {
	kind    string
	mutated bool // found in Welsh only
}

// index is every identifier, ready to be looked up word by word.
type index struct {
	phrases map[string][]phrase // by the first word or its first three bytes
	words   map[string]word
	phones  []string // the digits, without the code of the country or the first nought
	births  []time.Time
}

const phraseKey = 3

func keyOf(squash string) string { return squash[:min(len(squash), phraseKey)] }

func indexOf(identifiers []Identifier, towns []string) *index {
	x := &index{phrases: map[string][]phrase{}, words: map[string]word{}}
	open := map[string]bool{}
	for _, town := range towns {
		for _, one := range read(town).tokens {
			open[one.word] = true
		}
	}
	// A word that is both a name and a nickname must give the same hit each time, whatever order these came in.
	inOrder := slices.SortedStableFunc(slices.Values(identifiers), func(a, b Identifier) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value))
	})
	for _, one := range inOrder {
		x.add(one, open)
	}
	for _, list := range x.phrases {
		slices.SortStableFunc(list, func(a, b phrase) int { return len(b.squash) - len(a.squash) })
	}
	return x
}

func (x *index) add(one Identifier, open map[string]bool) {
	value := read(cutTo(one.Value, maxRunes))
	switch one.Kind {
	case "phone":
		for _, part := range strings.FieldsFunc(value.folded, isBetweenNumbers) {
			if number := national(digitsOf(part)); len(number) > 4 {
				x.phones = append(x.phones, number)
			}
		}
	case "date_of_birth":
		for _, day := range datesIn(scanOf(value)) {
			x.births = append(x.births, day.days...)
		}
	case "email":
		local, _, _ := strings.Cut(value.folded, "@")
		x.addPhrase(one.Kind, value)
		x.addPhrase(one.Kind, read(local))
		x.addWords(one.Kind, read(local), nil)
	case "address":
		x.addAddress(one.Value, open)
	case "postcode":
		x.addPostcode(value)
	case "reference", "codename":
		x.addPhrase(one.Kind, value)
		for _, part := range value.tokens {
			if part.word[0] <= '9' && len(part.word) > 4 {
				x.addWord(part.word, word{kind: one.Kind})
			}
		}
	default:
		x.addPhrase(one.Kind, value)
		x.addWords(one.Kind, value, nil)
	}
}

// addPhrase takes a value as a whole. A value of one letter or digit would be found everywhere and is no identifier.
func (x *index) addPhrase(kind string, value *text) {
	if utf8.RuneCountInString(value.squash) < 2 && !(len(value.tokens) == 1 && value.squash > "\u2e7f") {
		return
	}
	key := keyOf(value.squash)
	x.phrases[key] = append(x.phrases[key], phrase{value.squash, len(value.tokens), kind})
}

// addWords takes the words of a value one by one, in the forms that they have in a sentence.
func (x *index) addWords(kind string, value *text, except map[string]bool) {
	for _, one := range wordsOf(value, except) {
		x.addWord(one, word{kind: kind})
		if kind != "address" {
			x.addWord(one+"s", word{kind: kind}) // "Maris phone"
		}
		for _, form := range joined(one) {
			x.addWord(form, word{kind: kind})
		}
		for _, form := range mutated(one) {
			x.addWord(form, word{kind: kind, mutated: true})
		}
	}
}

func (x *index) addWord(form string, one word) {
	if old, ok := x.words[form]; !ok || old.mutated && !one.mutated {
		x.words[form] = one
	}
}

// addAddress takes each line of an address with and without its number, and its words.
func (x *index) addAddress(value string, open map[string]bool) {
	for _, line := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;\n\r", r) }) {
		part := read(line)
		if isPostcode(part.squash) {
			x.addPostcode(part)
			continue
		}
		from := 0
		for from < len(part.tokens) && isDoor(part.tokens[from].word) {
			from++
		}
		isEmpty := from == len(part.tokens)
		if isEmpty || from+1 == len(part.tokens) && common[part.tokens[from].word] || allOpen(part, open) {
			continue // "12", "Wales", or a town that is sent anyway.
		}
		x.addPhrase("address", part)
		x.addPhrase("address", read(part.folded[part.tokens[from].start:]))
		x.addWords("address", part, open)
	}
}

// isDoor says whether a word says which door of a street it is: 12, the b of 12b, flat.
func isDoor(word string) bool {
	return word[0] <= '9' || len(word) == 1 || doors[word]
}

func allOpen(part *text, open map[string]bool) bool {
	for _, one := range part.tokens {
		if !open[one.word] {
			return false
		}
	}
	return true
}

// addPostcode takes a postcode and its first half, which is a few streets of a village.
func (x *index) addPostcode(value *text) {
	x.addPhrase("postcode", value)
	if isPostcode(value.squash) {
		x.addPhrase("postcode", read(value.squash[:len(value.squash)-3]))
	}
}

// find gives what stands in a text and is known. Of two that begin at the same word the longer is taken.
func (x *index) find(t *text, welsh bool) []span {
	var out []span
	sentences := t.welshSentences(welsh)
	for i := 0; i < len(t.tokens); {
		last, kind, ok := x.at(t, i, sentences)
		if !ok {
			i++
			continue
		}
		out = append(out, span{start: t.tokens[i].start, end: t.tokens[last].end, kind: kind})
		i = last + 1
	}
	out = append(out, x.findPhones(t)...)
	for _, day := range t.dates {
		if slices.ContainsFunc(x.births, day.is) {
			out = append(out, span{start: day.start, end: day.end, kind: "date_of_birth"})
		}
	}
	return out
}

func (x *index) at(t *text, i int, sentences []bool) (last int, kind string, ok bool) {
	rest := t.squash[t.tokens[i].squashed:]
	for size := min(len(rest), phraseKey); size > 0; size-- {
		for _, one := range x.phrases[rest[:size]] {
			if last, ok := t.phraseAt(i, one); ok {
				return last, one.kind, true
			}
		}
	}
	one, ok := x.words[t.tokens[i].word]
	return i, one.kind, ok && (!one.mutated || t.mayMutate(i, sentences))
}

// findPhones compares digits, so that spaces, brackets and the code of the country do not matter. The end of a number is
// enough where it has six digits.
func (x *index) findPhones(t *text) []span {
	if len(x.phones) == 0 {
		return nil
	}
	var out []span
	for _, at := range digitRuns.FindAllStringIndex(t.folded, -1) {
		run := digitsOf(t.folded[at[0]:at[1]])
		for _, number := range x.phones {
			isPart := len(number) > 6 && strings.Contains(run, number) || len(run) > 5 && strings.HasSuffix(number, run)
			if isPart || national(run) == number {
				out = append(out, span{start: at[0], end: at[1], kind: "phone"})
				break
			}
		}
	}
	return out
}

// isBetweenNumbers says whether r stands between two numbers in one field: "07700 900123 / 900456, after six".
func isBetweenNumbers(r rune) bool { return strings.ContainsRune("/,;\n", r) || r >= 'a' && r <= 'z' }

// national gives digits without the code of this country, or the first nought.
func national(digits string) string {
	digits = strings.TrimPrefix(digits, "00")
	if len(digits) > 10 {
		digits = strings.TrimPrefix(digits, "44")
	}
	return strings.TrimLeft(digits, "0")
}

func digitsOf(folded string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, folded)
}

func cutTo(value string, runes int) string {
	if utf8.RuneCountInString(value) <= runes {
		return value
	}
	return string([]rune(value)[:runes])
}
