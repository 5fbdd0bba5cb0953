package pack

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// The library draws one sign for each character, from left to right. So letters of scripts that run the other way are
// joined and turned round here, into the signs that Unicode has for letters at the beginning, in the middle and at the end
// of a word.

const tatweel, lam = 'ـ', 'ل'

// shapes gives the signs of a letter in Unicode's order: alone, at the end, at the beginning, in the middle. A letter that
// does not join the next one has two, one that joins nothing has one.
var shapes, lamWith = readShapes()

func readShapes() (letters, ligatures map[rune][]rune) {
	letters, ligatures = make(map[rune][]rune), make(map[rune][]rune)
	// The second block goes on where the first leaves off: two signs of one letter stand in each.
	for _, block := range [][2]rune{{0xFE80, 0xFEFC}, {0xFB50, 0xFBFF}} {
		for r := block[0]; r <= block[1]; r++ {
			switch of := []rune(norm.NFKC.String(string(r))); {
			case len(of) == 1 && of[0] != r:
				letters[of[0]] = append(letters[of[0]], r)
			case len(of) == 2 && of[0] == lam:
				ligatures[of[1]] = append(ligatures[of[1]], r)
			}
		}
	}
	// Kurdish writes this letter with the signs of another, and Unicode gives it none of its own.
	letters['ە'] = letters['ه'][:2]
	return letters, ligatures
}

// runsLeft says whether the character belongs to a script that runs from right to left.
func runsLeft(r rune) bool {
	class, _ := bidi.LookupRune(r)
	return class.Class() == bidi.R || class.Class() == bidi.AL
}

func joinsBack(r rune) bool { return r == tatweel || len(shapes[r]) > 1 }

func joinsOn(r rune) bool { return r == tatweel || len(shapes[r]) == 4 }

// shaped gives the signs of a word's letters as they stand beside each other.
func shaped(word []rune) []rune {
	out := make([]rune, 0, len(word))
	for i := 0; i < len(word); i++ {
		r := word[i]
		before, after := neighbour(word, i, -1), neighbour(word, i, 1)
		isBehind := joinsOn(before) && joinsBack(r)
		if r == lam && i+1 < len(word) && len(lamWith[word[i+1]]) == 2 {
			i++
			out = append(out, lamWith[word[i]][number(isBehind)])
			continue
		}
		forms := shapes[r]
		if at := number(isBehind) + 2*number(joinsOn(r) && joinsBack(after)); at < len(forms) {
			r = forms[at]
		}
		out = append(out, r)
	}
	return out
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// neighbour gives the next letter in a direction, passing over the marks that letters carry; 0 when there is none.
func neighbour(word []rune, i, step int) rune {
	for i += step; i >= 0 && i < len(word); i += step {
		if !unicode.Is(unicode.Mn, word[i]) {
			return word[i]
		}
	}
	return 0
}

// isLeftward says whether a paragraph as a whole runs from right to left: all its letters do. A name in Arabic does not turn
// an English sentence round, even at its beginning.
func isLeftward(paragraph string) bool {
	return strings.ContainsFunc(paragraph, runsLeft) && isWithout(paragraph, bidi.L)
}

// inSight gives a line of a paragraph in the order in which its signs are drawn.
func inSight(line string, leftward bool) string {
	if !strings.ContainsFunc(line, runsLeft) {
		return line
	}
	// A mark without a sign makes the line run the way of its paragraph.
	mark := "\u200e"
	if leftward {
		mark = "\u200f"
	}
	var paragraph bidi.Paragraph
	if _, err := paragraph.SetString(mark + line); err != nil {
		return line
	}
	order, err := paragraph.Order()
	if err != nil {
		return line
	}
	var out, group []string
	for i := range order.NumRuns() {
		run := order.Run(i)
		text, isTurned := run.String(), run.Direction() == bidi.RightToLeft
		// The library gives runs as they are read. What lies within a stretch from right to left is drawn backwards, run by
		// run; a number behind such letters belongs to the stretch.
		if !leftward && !isTurned && !(len(group) > 0 && isWithout(text, bidi.L)) {
			out, group = append(append(out, group...), text), nil
			continue
		}
		if isTurned {
			text = turned(text)
		}
		group = append([]string{text}, group...)
	}
	return strings.ReplaceAll(strings.Join(append(out, group...), ""), mark, "")
}

func isWithout(text string, avoid bidi.Class) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		class, _ := bidi.LookupRune(r)
		return class.Class() == avoid
	})
}

// turned gives a text backwards, each mark still after the letter that carries it, and brackets facing the other way.
func turned(text string) string {
	text = bidi.ReverseString(text)
	var out, marks []rune
	for _, r := range text {
		if unicode.Is(unicode.Mn, r) {
			marks = append(marks, r)
			continue
		}
		out = append(append(out, r), marks...)
		marks = marks[:0]
	}
	return string(append(out, marks...))
}
