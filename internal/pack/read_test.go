package pack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	object   = regexp.MustCompile(`(?s)\n(\d+) 0 obj\n(.*?)\nendobj`)
	pageOf   = regexp.MustCompile(`/Type /Page\b[^s](?s:.*?)/Contents (\d+) 0 R`)
	toCodes  = regexp.MustCompile(`beginbfrange\s*<0000> <FFFF> <0000>`)
	streamOf = regexp.MustCompile(`(?s)stream\n(.*)\nendstream`)
)

// printed is what a reader finds in a PDF: the lines of each page in the order they were written, and the facts of the file.
type printed struct {
	pages [][]string
	facts string
}

// text gives all lines of all pages, one after the other.
func (p printed) text() string {
	var all []string
	for _, page := range p.pages {
		all = append(all, page...)
	}
	return strings.Join(all, "\n")
}

// readPDF reads the text of a PDF whose letters are coded by their Unicode number, and fails if the file does not say so.
func readPDF(t *testing.T, raw []byte) printed {
	t.Helper()
	objects := make(map[string][]byte)
	var out printed
	maps, fonts := 0, 0
	for _, m := range object.FindAllSubmatch(raw, -1) {
		body := m[2]
		objects[string(m[1])] = body
		if bytes.Contains(body, []byte("/ToUnicode")) {
			fonts++
		}
		if toCodes.Match(body) || toCodes.Match(inflate(t, body)) {
			maps++
		}
		if bytes.Contains(body, []byte("/CreationDate")) {
			out.facts = utf16Strings(body)
		}
	}
	if fonts != 2 || maps == 0 {
		t.Fatalf("got %d fonts with a map to Unicode and %d maps, want 2 fonts", fonts, maps)
	}
	for _, m := range pageOf.FindAllSubmatch(raw, -1) {
		out.pages = append(out.pages, shownTexts(inflate(t, objects[string(m[1])])))
	}
	if len(out.pages) == 0 {
		t.Fatal("got no page")
	}
	return out
}

func inflate(t *testing.T, body []byte) []byte {
	t.Helper()
	m := streamOf.FindSubmatch(body)
	if m == nil || !bytes.Contains(body, []byte("/FlateDecode")) {
		return nil
	}
	reader, err := zlib.NewReader(bytes.NewReader(m[1]))
	if err != nil {
		t.Fatalf("open stream: %v", err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatalf("read stream: %v", err)
	}
	return plain
}

// shownTexts gives the texts that a page's stream shows, each at its Tj.
func shownTexts(stream []byte) []string {
	var out []string
	for len(stream) > 0 {
		start := bytes.IndexByte(stream, '(')
		if start < 0 {
			return out
		}
		text, rest := literal(stream[start+1:])
		out = append(out, decoded(text))
		stream = rest
	}
	return out
}

// literal reads a string of the PDF's language up to its closing bracket.
func literal(in []byte) (text, rest []byte) {
	escapes := map[byte]byte{'r': '\r', 'n': '\n', 't': '\t'}
	for i := 0; i < len(in); i++ {
		switch in[i] {
		case ')':
			return text, in[i+1:]
		case '\\':
			i++
			if c, ok := escapes[in[i]]; ok {
				text = append(text, c)
				continue
			}
			text = append(text, in[i])
		default:
			text = append(text, in[i])
		}
	}
	return text, nil
}

func decoded(text []byte) string {
	text = bytes.TrimPrefix(text, []byte{0xFE, 0xFF})
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(text[2*i:])
	}
	return string(utf16.Decode(units))
}

func utf16Strings(body []byte) string {
	var out []string
	for _, part := range bytes.Split(body, []byte("("))[1:] {
		text, _ := literal(part)
		if bytes.HasPrefix(text, []byte{0xFE, 0xFF}) {
			out = append(out, decoded(text))
		} else {
			out = append(out, string(text))
		}
	}
	return strings.Join(out, "\n")
}

// squeezed takes the spaces out of a text, so that it reads the same however it was broken into lines.
func squeezed(text string) string {
	return strings.Join(strings.Fields(text), "")
}
