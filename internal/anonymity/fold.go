package anonymity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain is letters that are searched as others: Latin without its accents, and the spellings of Arabic, Greek and
// Cyrillic letters that people use one for the other. Small letters only; capitals are made small first.
var plain = func() map[rune]string {
	out := map[rune]string{'ß': "ss", 'æ': "ae", 'ǽ': "ae", 'œ': "oe", 'þ': "th", 'ð': "d", 'ﬁ': "fi", 'ﬂ': "fl"}
	for _, row := range [][2]string{
		{"a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"},
		{"b", "ɓḃḅḇ"},
		{"c", "çćĉċčḉ"},
		{"d", "ďđɗḋḍḏḑḓ"},
		{"e", "èéêëēĕėęěȅȇȩəḕḗḙḛḝẹẻẽếềểễệ"},
		{"f", "ḟ"},
		{"g", "ĝğġģǧǵḡ"},
		{"h", "ĥħȟḣḥḧḩḫẖ"},
		{"i", "ìíîïĩīĭįıǐȉȋḭḯỉị"},
		{"j", "ĵǰ"},
		{"k", "ķƙǩḱḳḵ"},
		{"l", "ĺļľŀłḷḹḻḽ"},
		{"m", "ḿṁṃ"},
		{"n", "ñńņňŋǹṅṇṉṋ"},
		{"o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"},
		{"p", "ṕṗ"},
		{"r", "ŕŗřȑȓṙṛṝṟ"},
		{"s", "śŝşšșṡṣṥṧṩ"},
		{"t", "ţťŧțṫṭṯṱẗ"},
		{"u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"},
		{"v", "ṽṿ"},
		{"w", "ŵẁẃẅẇẉẘ"},
		{"x", "ẋẍ"},
		{"y", "ýÿŷƴȳẏẙỳỵỷỹ"},
		{"z", "źżžẑẓẕ"},
		{"α", "ά"}, {"ε", "έ"}, {"η", "ή"}, {"ι", "ίϊΐ"}, {"ο", "ό"}, {"υ", "ύϋΰ"}, {"ω", "ώ"}, {"σ", "ς"},
		{"е", "ѐё"}, {"г", "ѓґ"}, {"і", "ї"}, {"к", "ќ"}, {"и", "ѝй"}, {"у", "ў"},
		{"ا", "أإآٱ"}, {"ي", "ىیئ"}, {"و", "ؤ"}, {"ه", "ةۀە"}, {"ك", "ک"},
		{"'", "’‘ʼʻ`´"},
	} {
		for _, letter := range row[1] {
			out[letter] = row[0]
		}
	}
	return out
}()

// zeros is the digit nought of scripts whose people write telephone numbers with their own digits.
var zeros = []rune{'٠', '۰', '०', '০', '੦', '௦', '၀', '๐', '០', '０'}

// fold gives a letter as it is searched, "" for a mark that is left out.
func fold(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToLower(r))
	}
	if r >= 'Ａ' && r <= 'ｚ' {
		r -= 'Ａ' - 'A'
	}
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return string('0' + r - zero)
		}
	}
	r = unicode.ToLower(r)
	if text, ok := plain[r]; ok {
		return text
	}
	if isLeftOut(r) {
		return ""
	}
	if unicode.IsSpace(r) && r != '\u2028' && r != '\u2029' {
		return " "
	}
	return string(r)
}

// isLeftOut says whether r changes how a word looks and not which word it is: accents that stand by themselves, the
// vowel signs of Arabic and Hebrew, and characters without width.
func isLeftOut(r rune) bool {
	switch {
	case r >= 0x300 && r <= 0x36f, r >= 0x591 && r <= 0x5c7, r >= 0x610 && r <= 0x61a, r >= 0x64b && r <= 0x65f:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2064:
		return true
	}
	return strings.ContainsRune("\u00ad\u0640\u0670\ufeffʾʿ", r)
}

// token is one word or one number of a text. A letter of a script that writes without spaces is a word by itself.
type token struct {
	word       string
	start, end int // in folded
	squashed   int // where it begins in squash
	wide       int // how many gaps before it are too wide for the words around them to belong together
	sentence   int
}

// text is a narrative made ready for the search. Everything is found in folded, and shown as it stands in original.
type text struct {
	original, folded string
	at               []int // for each byte of folded, and its end, where in original it comes from
	tokens           []token
	squash           string // the tokens without what stands between them
	ending           []int  // for each place in squash: 1 + the token that ends there, 0 when none does
	dates            []dateAt
}

func read(original string) *text {
	t := &text{original: original}
	var folded strings.Builder
	for i, r := range original {
		plainer := fold(r)
		folded.WriteString(plainer)
		for range len(plainer) {
			t.at = append(t.at, i)
		}
	}
	t.at = append(t.at, len(original))
	t.folded = folded.String()
	t.cut()
	return t
}

// cut finds the tokens. Letters and digits are apart, so that "ab12 3cd" and "ab 123cd" are the same.
func (t *text) cut() {
	var squash strings.Builder
	wide, sentence, gapStart := 0, 0, 0
	for i := 0; i < len(t.folded); {
		r, size := utf8.DecodeRuneInString(t.folded[i:])
		kind := kindOf(r)
		if kind == between {
			i += size
			continue
		}
		end := i + size
		for kind != alone && end < len(t.folded) {
			next, nextSize := utf8.DecodeRuneInString(t.folded[end:])
			if kindOf(next) != kind {
				break
			}
			end += nextSize
		}
		gap := t.folded[gapStart:i]
		if strings.ContainsAny(gap, "\n\r\u2028\u2029") || utf8.RuneCountInString(gap) > 3 {
			wide++
		}
		if strings.ContainsAny(gap, ".!?\n") {
			sentence++
		}
		t.tokens = append(t.tokens, token{t.folded[i:end], i, end, squash.Len(), wide, sentence})
		squash.WriteString(t.folded[i:end])
		i, gapStart = end, end
	}
	t.squash = squash.String()
	t.ending = make([]int, len(t.squash)+1)
	for i, one := range t.tokens {
		t.ending[one.squashed+len(one.word)] = i + 1
	}
}

const (
	between = iota
	letters
	digits
	alone
)

func kindOf(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return digits
	case r >= 'a' && r <= 'z':
		return letters
	case r < utf8.RuneSelf:
		return between
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return alone
	case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r):
		return letters
	}
	return between
}

// phraseAt gives the last token of a phrase that begins at a token, however its parts are joined or set apart. A short
// phrase must have its number of parts, or two initials would be found in every third sentence.
func (t *text) phraseAt(i int, p phrase) (last int, found bool) {
	from := t.tokens[i].squashed
	if !strings.HasPrefix(t.squash[from:], p.squash) {
		return 0, false
	}
	last = t.ending[from+len(p.squash)] - 1
	if last < i || t.tokens[last].wide != t.tokens[i].wide {
		return 0, false
	}
	return last, len(p.squash) > 4 || last-i+1 == p.parts
}

// shown gives a stretch of folded as the author wrote it.
func (t *text) shown(start, end int) string { return t.original[t.at[start]:t.at[end]] }

// isCapital says whether a stretch stands in capital letters.
func (t *text) isCapital(start, end int) bool {
	written := t.shown(start, end)
	return written == strings.ToUpper(written)
}
