package anonymity_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"noddfa/internal/anonymity"
)

var values = []anonymity.Identifier{
	{Kind: "name", Value: "Mari Enghraifft"}, {Kind: "name", Value: "Siôn ap Gwŷdd"}, {Kind: "name", Value: "Nguyễn Văn Độ"},
	{Kind: "name", Value: "أحمد بن الحسن"}, {Kind: "name", Value: "O'Breeze-Smythe"}, {Kind: "name", Value: "Li Na"},
	{Kind: "name", Value: "王小明"}, {Kind: "name", Value: "Ğülşen Çiçekoğlu"}, {Kind: "name", Value: "Олександра Їжак"},
	{Kind: "nickname", Value: "Bo"}, {Kind: "nickname", Value: "Big Man"}, {Kind: "nickname", Value: "Żółw"},
	{Kind: "phone", Value: "07700 900123"}, {Kind: "phone", Value: "+84 912 345 678"}, {Kind: "phone", Value: "(029) 2018 0999"},
	{Kind: "email", Value: "mari.e_92@example.org"}, {Kind: "postcode", Value: "ZZ99 3VZ"},
	{Kind: "address", Value: "Flat 2, 14 Heol y Gwdihŵ"}, {Kind: "reference", Value: "42*0012345/24"}, {Kind: "codename", Value: "heron 55"},
}

var filler = strings.Fields(`the worker noted that they were tired and hungry, kept in a van. Roedd y gweithwyr yn flinedig iawn
	ac wedi cael eu cadw yno — they said "no"; (afterwards) 12 others left: roedd hi'n oer! Ngày kia họ đi làm. قالوا إنهم متعبون
	It began at 9 or 10? Nobody knew; 3 of them slept.`)

var marks = map[rune]string{'a': "\u0302", 'e': "\u0301", 'i': "\u0308", 'o': "\u0302", 'u': "\u0300", 'w': "\u0302", 'y': "\u0302"}

// disguise writes a value as somebody else might: in other case, with accents added as marks of their own, with
// invisible characters, and with other things between its parts.
func disguise(random *rand.Rand, one anonymity.Identifier) string {
	gaps := []string{" ", "-", "  ", "\u00a0", ". "}
	if one.Kind == "phone" {
		gaps = []string{" ", "-", "", "\u00a0", "."}
	}
	gap := gaps[random.IntN(len(gaps))]
	isLoud, isMarked := random.IntN(2) == 0, random.IntN(3) == 0
	var out strings.Builder
	for _, r := range one.Value {
		switch {
		case r == ' ':
			out.WriteString(gap)
			continue
		case isLoud:
			r = unicode.ToUpper(r)
		}
		out.WriteRune(r)
		if mark := marks[unicode.ToLower(r)]; isMarked && mark != "" {
			out.WriteString(mark)
		}
		if random.IntN(12) == 0 {
			out.WriteString("\u200b")
		}
	}
	return out.String()
}

// TestWhatIsPutInIsFound puts identifiers into texts of three languages at any place and in any dress.
func TestWhatIsPutInIsFound(t *testing.T) {
	random := rand.New(rand.NewPCG(52, 2015))
	for round := range 3000 {
		words := make([]string, random.IntN(60))
		for i := range words {
			words[i] = filler[random.IntN(len(filler))]
		}
		one := values[random.IntN(len(values))]
		at := random.IntN(len(words) + 1)
		before, after := strings.Join(words[:at], " "), strings.Join(words[at:], " ")
		opens, closes := []string{" ", "\n", " (", " \"", ", "}, []string{" ", "\n", ")", "\"", "'s ", ", ", "."}
		put := disguise(random, one)
		text := before + opens[random.IntN(len(opens))] + put + closes[random.IntN(len(closes))] + after
		found := false
		for _, hit := range anonymity.Check(anonymity.Input{Texts: map[string]string{"a": text}, Identifiers: []anonymity.Identifier{one}, Now: today}) {
			found = found || hit.Kind == one.Kind && hit.Block
		}
		if !found {
			t.Fatalf("round %d: %s %q put as %q into %q: not found", round, one.Kind, one.Value, put, text)
		}
	}
}

// TestAnOrdinaryTextHasNoHits is the other side: the texts above without an identifier are quiet.
func TestAnOrdinaryTextHasNoHits(t *testing.T) {
	random := rand.New(rand.NewPCG(52, 2015))
	for range 300 {
		words := make([]string, 60)
		for i := range words {
			words[i] = filler[random.IntN(len(filler))]
		}
		text := strings.Join(words, " ")
		if hits := anonymity.Check(anonymity.Input{Texts: map[string]string{"a": text}, Identifiers: values, Now: today}); len(hits) > 0 {
			t.Fatalf("%q: got %v, want none", text, hits)
		}
	}
}

// TestTimeGrowsWithTheText: ten times the text may take about ten times as long, whatever it is made of.
func TestTimeGrowsWithTheText(t *testing.T) {
	for _, piece := range []string{"a", "a ", "07 ", "1", "a@", "@a.", "12 a ", "born ", "zz9 ", "heol ", "1/1/", "mari ", "王", "//"} {
		took := func(runes int) time.Duration {
			text := strings.Repeat(piece, runes/len([]rune(piece)))
			best := time.Hour
			for range 3 {
				start := time.Now()
				anonymity.Check(anonymity.Input{Texts: map[string]string{"a": text}, Identifiers: values, Now: today})
				best = min(best, time.Since(start))
			}
			return best
		}
		small, large := took(1900), took(19000)
		if large > 40*small+100*time.Millisecond {
			t.Errorf("%q: %v for 1,900 characters, %v for 19,000; want about ten times", piece, small, large)
		}
	}
}

// TestAnyBytesAreRead: broken text, lone accents and signs without words give an answer, and the same one twice.
func TestAnyBytesAreRead(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	signs := strings.Split("a|A|b|B|0|1| |9|.|@|-|/|:|+|(|)|'|ŵ|Â|\u0302|\n|,|;|ا|王|İ|ß|\u200b|#|\xff|\xc3|\x00", "|")
	kinds := []string{"name", "phone", "email", "address", "postcode", "reference", "codename", "date_of_birth"}
	text := func() string {
		var out strings.Builder
		for range random.IntN(40) {
			out.WriteString(signs[random.IntN(len(signs))])
		}
		return out.String()
	}
	for range 1500 {
		in := anonymity.Input{Texts: map[string]string{"a": text()}, Locations: map[string]string{"b": text()}, Now: today}
		for _, kind := range kinds {
			in.Identifiers = append(in.Identifiers, anonymity.Identifier{Kind: kind, Value: text()})
		}
		if one, two := anonymity.Check(in), anonymity.Check(in); !slices.Equal(one, two) {
			t.Fatalf("%+v: got %v, then %v", in, one, two)
		}
	}
}
