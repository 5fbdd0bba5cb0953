package pack

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// face is one of the two typefaces on paper: style "" is plain, "B" is bold.
type face struct {
	style string
	ttf   []byte
	font  func() *sfnt.Font
}

var plain, bold = newFace("", dejavusanscondensed.TTF), newFace("B", dejavusanscondensedbold.TTF)

func newFace(style string, ttf []byte) face {
	return face{style, ttf, sync.OnceValue(func() *sfnt.Font {
		font, err := sfnt.Parse(ttf)
		if err != nil {
			panic(fmt.Errorf("read typeface: %w", err)) // The typeface is part of the program.
		}
		return font
	})}
}

// printable gives a text as the typeface can show it. A character that it cannot show becomes its code in brackets: a letter
// of somebody's name must not vanish from paper without a trace. A word from right to left is shown as a whole or not at
// all, because a code among its joined letters could not be read.
func (f face) printable(text string) string {
	var buffer sfnt.Buffer
	var out strings.Builder
	letters := []rune(norm.NFC.String(strings.NewReplacer("\r\n", "\n", "\t", " ").Replace(text)))
	for i := 0; i < len(letters); {
		end := i + 1
		for runsLeft(letters[i]) && end < len(letters) && (runsLeft(letters[end]) || unicode.Is(unicode.Mn, letters[end])) {
			end++
		}
		out.WriteString(f.signs(letters[i:end], &buffer))
		i = end
	}
	return out.String()
}

// signs gives one character, or one word that runs from right to left, as it is drawn.
func (f face) signs(word []rune, buffer *sfnt.Buffer) string {
	drawn := word
	if runsLeft(word[0]) {
		drawn = shaped(word)
	}
	if !slices.ContainsFunc(drawn, func(r rune) bool { return !f.shows(r, buffer) }) {
		return string(drawn)
	}
	var codes strings.Builder
	for _, r := range word {
		codes.WriteString(codeOf(r))
	}
	return codes.String()
}

// shows says whether paper can hold the character. The library does not write characters above U+FFFF.
func (f face) shows(r rune, buffer *sfnt.Buffer) bool {
	if r == '\n' {
		return true
	}
	// The typeface has the letters of N'Ko too, but not joined.
	if r < ' ' || r > 0xFFFF || unicode.Is(unicode.Nko, r) {
		return false
	}
	glyph, err := f.font().GlyphIndex(buffer, r)
	return err == nil && glyph != 0
}

func codeOf(r rune) string { return fmt.Sprintf("[U+%04X]", r) }
