package pack

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"noddfa/internal/forms"
)

var printedAt = time.Date(2026, 11, 26, 9, 5, 0, 0, time.UTC)

const body = "Prif Swyddfa Ŵyl a Thŷ (DEMO)"

// edges is how many lines stand at the edge of each page: the classification twice, the reference twice, what it is not, and
// the number of the page.
const edges = 6

// made gives a pack of two sections, with an account so long that it goes over several pages.
func made() Pack {
	first := forms.Words{EN: "What happened", CY: "Beth ddigwyddodd"}
	person := forms.Words{EN: "About the person", CY: "Am y person"}
	kinds := forms.Words{EN: "Kinds of exploitation", CY: "Mathau o gamfanteisio"}
	long := strings.Repeat("Dywedodd ei bod wedi cerdded o'r tŷ at yr afon, yn y glaw, a bod y dŵr yn uchel. ", 140) + strings.Repeat("ŵ", 400)
	return Pack{
		Noddfa: "pack/1", Rec: "k7qx3m2p9abcdef", Reference: "K7QX3-M2P9A", Type: "nrm", Named: true, Title: both("type.nrm"),
		FormTitle: forms.Words{EN: "National referral", CY: "Atgyfeiriad cenedlaethol"}, FormVersion: 3, Classification: Classification,
		Recipient: body, Statement: statement("nrm"), NotASubmission: true,
		Entries: []Entry{
			{Section: "a", SectionTitle: first, Ref: "account-box", Label: forms.Words{EN: "The account", CY: "Yr hanes"}, Text: same(long), Length: 11000, Max: 15000},
			{Section: "a", SectionTitle: first, Ref: "journey-box", Label: forms.Words{EN: "The journey", CY: "Y daith"}, Required: true},
			{Section: "a", SectionTitle: first, Ref: "more-box", Label: forms.Words{EN: "More", CY: "Rhagor"}},
			{Section: "a", SectionTitle: first, Key: "k", Question: &kinds, Ref: "kind-1", Label: forms.Words{EN: "Made to work", CY: "Gorfodi i weithio"}, Value: true, Text: tick(true)},
			{Section: "a", SectionTitle: first, Key: "k", Question: &kinds, Ref: "kind-2", Label: forms.Words{EN: "Something else", CY: "Rhywbeth arall"}, Value: false, Text: tick(false)},
			{Section: "b", SectionTitle: person, Ref: "name-box", Label: forms.Words{EN: "First name", CY: "Enw cyntaf"}, Text: same("Llŷr Ŷnyr Hải Київ")},
			{Section: "b", SectionTitle: person, Ref: "dob-box", Label: forms.Words{EN: "Date of birth", CY: "Dyddiad geni"}, Text: date("2001-04-09")},
		},
		Gaps:  []Gap{{Ref: "journey-box", Label: forms.Words{EN: "The journey", CY: "Y daith"}}},
		Files: []File{{Name: "llythyr.pdf", Description: "Llythyr dyddiedig 3 Mai"}},
	}
}

func printIn(t *testing.T, p Pack, lang string) printed {
	t.Helper()
	raw, err := PDF(p, lang, p.Recipient, printedAt)
	if err != nil {
		t.Fatal(err)
	}
	return readPDF(t, raw)
}

// literals holds words as a reader of each language must find them, so that a mix-up of languages cannot hide behind our tables.
var literals = map[string][]string{
	"en": {"Submission pack", "This is not a submission", "What happened", "The account", "9 April 2001", "Not ticked", "No answer yet.", "26 November 2026 at 09:05 GMT"},
	"cy": {"Pecyn cyflwyno", "Nid cyflwyniad yw hwn", "Beth ddigwyddodd", "Yr hanes", "9 Ebrill 2001", "Heb ei dicio", "Dim ateb eto.", "26 Tachwedd 2026 am 09:05 GMT"},
}

func TestPDFSaysEverything(t *testing.T) {
	for _, lang := range Languages {
		t.Run(lang, func(t *testing.T) {
			p := made()
			out := printIn(t, p, lang)
			whole := squeezed(withoutEdges(out, lang, p))
			wants := []string{
				in(lang, p.Statement), in(lang, p.Title), in(lang, p.FormTitle), p.Reference, p.Recipient, word(lang, "handling"), p.Files[0].Name, p.Files[0].Description,
				"• " + in(lang, p.Gaps[0].Label) + " [" + word(lang, "box", "ref", "journey-box") + "]", word(lang, "count", "n", "11,000", "max", "15,000"),
				word(lang, "no_answer_required"), word(lang, "no_answer"), "☒ " + in(lang, p.Entries[3].Label), "☐ " + in(lang, p.Entries[4].Label),
				word(lang, "time", "date", writtenOut(lang, printedAt), "time", "09:05 GMT"), in(lang, *p.Entries[3].Question),
			}
			wants = append(wants, literals[lang]...)
			for _, e := range p.Entries {
				wants = append(wants, in(lang, e.SectionTitle), in(lang, e.Label), in(lang, e.Text), word(lang, "box", "ref", e.Ref))
			}
			for _, want := range wants {
				if !strings.Contains(whole, squeezed(want)) {
					t.Errorf("got a paper without %.80q", want)
				}
			}
		})
	}
}

// withoutEdges gives what stands on the pages between their edges, leaving out where an answer says its label again.
func withoutEdges(out printed, lang string, p Pack) string {
	var lines, again []string
	for _, e := range p.Entries {
		again = append(again, word(lang, "continued", "label", in(lang, e.Label)))
		if e.Question != nil {
			again = append(again, word(lang, "continued", "label", in(lang, *e.Question)))
		}
	}
	for _, page := range out.pages {
		lines = append(lines, content(page)...)
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return slices.Contains(again, line) }), "\n")
}

// content gives the lines of a page between the watermark, which is written first, and the edges, which are written last.
func content(page []string) []string {
	return page[1 : len(page)-edges]
}

func TestPDFMarksEachPage(t *testing.T) {
	for _, lang := range Languages {
		p := made()
		out := printIn(t, p, lang)
		if len(out.pages) < 4 {
			t.Fatalf("got %d pages, want a pack of several", len(out.pages))
		}
		for i, page := range out.pages {
			if want := word(lang, "watermark", "recipient", body); page[0] != want {
				t.Errorf("%s page %d: got watermark %q, want %q", lang, i+1, page[0], want)
			}
			reference := word(lang, "header", "reference", p.Reference)
			want := []string{
				word(lang, "classification"), word(lang, "classification"), reference, word(lang, "not_a_submission"), reference,
				word(lang, "page", "page", strconv.Itoa(i+1), "pages", strconv.Itoa(len(out.pages))),
			}
			if got := page[len(page)-edges:]; !slices.Equal(got, want) {
				t.Errorf("%s page %d: got edges %q, want %q", lang, i+1, got, want)
			}
			if !strings.Contains(want[0], Classification) {
				t.Errorf("%s: got classification %q, want %s in it", lang, want[0], Classification)
			}
		}
	}
}

// TestPDFNamesNobodyOutsideTheAnswers counts each name of the person: on paper as often as in the answers, and never in what
// the file says of itself.
func TestPDFNamesNobodyOutsideTheAnswers(t *testing.T) {
	for _, lang := range Languages {
		p := made()
		out := printIn(t, p, lang)
		for _, name := range strings.Fields(p.Entries[5].Text.EN) {
			if got := strings.Count(out.text(), name); got != 1 {
				t.Errorf("%s: got %q %d times on paper, want it in the answer only", lang, name, got)
			}
			if strings.Contains(out.facts, name) {
				t.Errorf("%s: got %q in the facts of the file", lang, name)
			}
		}
		if got := strings.Count(out.facts, "D:20261126090500"); got != 2 {
			t.Errorf("%s: got %d dates of the moment it was made in facts %q, want 2", lang, got, out.facts)
		}
		if want := word(lang, "title") + " " + p.Reference; !strings.Contains(out.facts, want) || strings.Contains(out.facts, p.Rec) {
			t.Errorf("%s: got facts %q, want %q and no id", lang, out.facts, want)
		}
	}
}

func TestPDFIsTheSameEachTime(t *testing.T) {
	p := made()
	p.Entries = p.Entries[1:]
	first, err := PDF(p, "cy", body, printedAt)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		recipient string
		at        time.Time
		isSame    bool
	}{
		"OK": {body, printedAt, true}, "another recipient": {"Cyngor Morlan (DEMO)", printedAt, false}, "another moment": {body, printedAt.Add(time.Minute), false},
	} {
		// More than twice, because the order of a map is the same by chance as often as not.
		for range 8 {
			again, err := PDF(p, "cy", c.recipient, c.at)
			if err != nil || bytes.Equal(first, again) != c.isSame {
				t.Fatalf("%s: got the same bytes %v, want %v (%v)", name, bytes.Equal(first, again), c.isSame, err)
			}
		}
	}
	if _, err := PDF(made(), "fr", body, printedAt); err == nil {
		t.Error("got a paper in a language we do not have")
	}
}

// TestPDFKeepsTitlesWithAnswers prints packs whose first answer grows line by line, so that the titles and labels after it
// come to stand at every height of a page. None may be the last on its page.
func TestPDFKeepsTitlesWithAnswers(t *testing.T) {
	p := made()
	var loose []string
	for _, e := range p.Entries {
		loose = append(loose, in("en", e.SectionTitle), in("en", e.Label), word("en", "box", "ref", e.Ref), in("en", *p.Entries[3].Question))
	}
	// The lines of boxes end with the name of the box, so there that name may be the last.
	loose = slices.DeleteFunc(loose, func(s string) bool { return strings.Contains(s, "kind-") })
	broken := 0
	for n := range 60 {
		p.Entries[0].Text = same(strings.TrimSuffix(strings.Repeat("line\n", n+1), "\n"))
		pages := printIn(t, p, "en").pages
		broken += len(pages) - 1
		for i, page := range pages {
			lines := content(page)
			if last := lines[len(lines)-1]; slices.Contains(loose, last) {
				t.Errorf("%d lines: page %d ends with %q", n+1, i+1, last)
			}
			if lines[0] == "☐ Something else" {
				t.Errorf("%d lines: page %d begins with a box and does not say of which question", n+1, i+1)
			}
			if lines[0] == word("en", "continued", "label", "The account") && (lines[1] != "line" || lines[2] != "line") {
				t.Errorf("%d lines: page %d begins with one line alone: %q", n+1, i+1, lines[:3])
			}
		}
	}
	if broken < 60 {
		t.Errorf("got %d breaks in 60 packs, want one in each", broken)
	}
}

func TestPDFWritesTheCodeOfWhatTheTypefaceLacks(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"Welsh", "Ŵŵ Ŷŷ Ẃẃ Ẁẁ Ẅẅ Ỳỳ âêîôû", "Ŵŵ Ŷŷ Ẃẃ Ẁẁ Ẅẅ Ỳỳ âêîôû"},
		{"letter and accent apart", "dw\u0302r", "dŵr"},
		{"Vietnamese", "Nguyễn Thị Ánh", "Nguyễn Thị Ánh"},
		{"Albanian, Polish, Romanian", "Ëç Łódź Țăndărei", "Ëç Łódź Țăndărei"},
		{"other scripts", "Київ Αθήνα Երևան თბილისი", "Київ Αθήνα Երևան თბილისი"},
		{"Chinese", "李 Wei", "[U+674E] Wei"},
		{"Tigrinya", "ሰላም", "[U+1230][U+120B][U+121D]"},
		{"above U+FFFF", "a😀b", "a[U+1F600]b"},
		{"Arabic, letters joined", "محمد", "\ufeaa\ufee4\ufea4\ufee3"},
		{"Arabic, two letters in one sign", "سلام", "\ufee1\ufefc\ufeb3"},
		{"Arabic, a mark over a letter", "مُد", "\ufeaa\ufee3\u064f"},
		{"Persian", "گل", "\ufede\ufb94"},
		{"Hebrew", "דוד (לוי) 12", "12 (יול) דוד"},
		{"Hebrew in a sentence", "Says דוד לוי 12, יוסי and Siân", "Says יסוי ,12 יול דוד and Siân"},
		{"Hebrew before a sentence", "דוד went (to לוי) on 3 May", "דוד went (to יול) on 3 May"},
		{"a script whose letters are not joined here", "ߒߞߏ", "[U+07D2][U+07DE][U+07CF]"},
		{"control", "a\u0007b\tc", "a[U+0007]b c"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := made()
			p.Entries[5].Text = same(c.text)
			text := printIn(t, p, "cy").text()
			if !strings.Contains(text, "\n"+c.want+"\n") {
				t.Errorf("got a paper without %q for %q", c.want, c.text)
			}
			note := strings.Contains(squeezed(text), squeezed(word("cy", "lacking", "example", "[U+4E2D]")))
			if hasCode := strings.Contains(c.want, "[U+"); note != hasCode {
				t.Errorf("got a note on codes %v, want %v", note, hasCode)
			}
		})
	}
}

func TestWrapLosesNothing(t *testing.T) {
	p := newPaper("en", "", "", body, printedAt)
	p.newPage()
	p.setFont(plain, valueSize, black)
	for _, text := range []string{
		"", " ", "one", "  two  spaces ", strings.Repeat("ŵ", 5000), strings.Repeat("word ", 500), "a\n\n\nb", strings.Repeat("long-and-unbroken", 40) + " x " + strings.Repeat("y", 300),
	} {
		lines := p.wrap(plain, text, width)
		if got, want := squeezed(strings.Join(lines, "\n")), squeezed(text); got != want {
			t.Errorf("got %.60q, want %.60q", got, want)
		}
		for _, line := range lines {
			if w := p.pdf.GetStringWidth(line); w > width+0.01 {
				t.Errorf("got a line of %.1f mm, want at most %.1f: %.60q", w, width, line)
			}
		}
	}
}

// TestPDFShowsTheTimeOfWales proves that the hour on paper does not hang on where the server stands.
func TestPDFShowsTheTimeOfWales(t *testing.T) {
	at := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)
	var first []byte
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("far", 9*60*60)} {
		raw, err := PDF(made(), "cy", body, at.In(zone))
		if err != nil {
			t.Fatal(err)
		}
		if want := "1 Gorffennaf 2026 am 00:30 BST"; !strings.Contains(readPDF(t, raw).text(), want) {
			t.Errorf("%s: got a paper without %q", zone, want)
		}
		if first == nil {
			first = raw
		}
		if !bytes.Equal(first, raw) {
			t.Errorf("%s: got other bytes for the same moment", zone)
		}
	}
}

func TestPDFFitsALongRecipient(t *testing.T) {
	p := made()
	p.Recipient = strings.TrimSpace(strings.Repeat("Bwrdd Diogelu Rhanbarthol (DEMO) ", 6))
	page := printIn(t, p, "cy").pages[1]
	at := slices.Index(page, word("cy", "continued", "label", "Yr hanes"))
	if at < 2 {
		t.Fatalf("got %d lines of watermark, want several", at)
	}
	if got, want := strings.Join(page[:at], " "), word("cy", "watermark", "recipient", p.Recipient); got != want {
		t.Errorf("got watermark %q, want %q", got, want)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 15000: "15,000", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
