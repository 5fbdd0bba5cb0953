package anonymity

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// common is words that stand in most accounts, names or no names. In a value of several words they are not searched by
// themselves, because a warning at every line is read by nobody; the value as a whole always is.
var common = setOf(`
	the and was for with from her his him she they them who had has have not but are were you your our out off one two
	van von der den del dos das bin bint ibn ferch
	mrs miss sir mister man men boy girl lady woman guy boss big little old young tall short long black white red blue
	brother sister uncle aunt auntie mum mam dad mother father son daughter friend cousin wife husband
	yr yn ac mae oedd wedi gan gyda dyn merch bachgen mawr bach hen ifanc brawd chwaer ewythr modryb tad ffrind gwyn du
	flat house floor room unit block apartment court building fflat llawr uned
	street road lane avenue close drive way crescent terrace place square gardens hill view row walk grove
	heol stryd ffordd lon rhodfa rhes teras cilgant clos maes parc bryn
	high main station church chapel park green north south east west upper lower great new top end bridge mill
	fawr newydd uchaf isaf eglwys capel gorsaf gogledd dwyrain gorllewin
	wales cymru england lloegr scotland united kingdom britain uk
	info mail email contact hello admin office`)

var doors = setOf("flat fflat unit uned apartment apt room ystafell no number rhif")

// markers is small words of Welsh that English does not have.
var markers = setOf(`y yr yn ei eu fy dy ac mae maen maent oedd roedd oeddwn bu wedi gan gyda wrth dros heb nid ddim hefyd
	nhw ond pan sydd sy bod fod ger rhwng efo hwn hon lle fel eto ar`)

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, one := range strings.Fields(words) {
		out[one] = true
	}
	return out
}

// mutations is what the first letters of a Welsh word become after certain words: soft, nasal and aspirate.
var mutations = []struct {
	from string
	to   []string
}{
	{"ll", []string{"l"}},
	{"rh", []string{"r"}},
	{"p", []string{"b", "mh", "ph"}},
	{"t", []string{"d", "nh", "th"}},
	{"c", []string{"g", "ngh", "ch"}},
	{"b", []string{"f", "m"}},
	{"d", []string{"dd", "n"}},
	{"g", []string{"", "ng"}},
	{"m", []string{"f"}},
}

// unchanging is pairs that are letters of their own in Welsh, and stay as they are.
var unchanging = []string{"ph", "th", "ch", "dd"}

func mutated(word string) []string {
	for _, one := range unchanging {
		if strings.HasPrefix(word, one) {
			return nil
		}
	}
	for _, one := range mutations {
		rest, ok := strings.CutPrefix(word, one.from)
		if !ok {
			continue
		}
		var out []string
		for _, begin := range one.to {
			if form := begin + rest; utf8.RuneCountInString(form) > 2 {
				out = append(out, form)
			}
		}
		return out
	}
	return nil
}

// joined gives an Arabic word with the small words that are written together with the next: and, so, to, by, like.
func joined(word string) []string {
	if r, _ := utf8.DecodeRuneInString(word); r < 'ا' || r > 'ي' {
		return nil
	}
	out := []string{strings.TrimPrefix(word, "ال")}
	for _, small := range []string{"و", "ف", "ل", "ب", "ك"} {
		out = append(out, small+word)
	}
	return out
}

// welshSentences says for each sentence of a text whether it is in Welsh: by its own small words, or because the whole
// text is.
func (t *text) welshSentences(all bool) []bool {
	if len(t.tokens) == 0 {
		return nil
	}
	out := make([]bool, t.tokens[len(t.tokens)-1].sentence+1)
	sizes, found, total := make([]int, len(out)), make([]int, len(out)), 0
	for _, one := range t.tokens {
		sizes[one.sentence]++
		if markers[one.word] {
			found[one.sentence]++
			total++
		}
	}
	all = all || total >= 3 && total*12 >= len(t.tokens)
	for i := range out {
		out[i] = all || found[i] >= 2 && found[i]*8 >= sizes[i]
	}
	return out
}

// mayMutate says whether a Welsh form can stand at a token: in a Welsh sentence, or right after a word of Welsh.
func (t *text) mayMutate(i int, welsh []bool) bool {
	return welsh[t.tokens[i].sentence] || i > 0 && markers[t.tokens[i-1].word]
}

// wordsOf gives the words of a folded value that are searched by themselves.
func wordsOf(value *text, except map[string]bool) []string {
	var out []string
	for _, one := range value.tokens {
		isNumber := one.word[0] >= '0' && one.word[0] <= '9'
		if !isNumber && utf8.RuneCountInString(one.word) > 2 && !common[one.word] && !except[one.word] && !slices.Contains(out, one.word) {
			out = append(out, one.word)
		}
	}
	return out
}
