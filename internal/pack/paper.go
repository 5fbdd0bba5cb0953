package pack

import (
	"math"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Sizes are in millimetres and points, on A4.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 18.0
	top, bottom           = 26.0, 275.0
	width                 = pageWidth - 2*margin
	mmPerPoint            = 25.4 / 72
	watermarkWidth        = 250.0
)

// grey levels: text that matters is black, what accompanies it is dark enough to read, the watermark lies under both.
const black, dark, pale = 0, 80, 226

// paper is a document being written from top to bottom. Every text goes through printable before it is measured.
type paper struct {
	pdf       *fpdf.Fpdf
	lang      string
	reference string
	watermark string
	y         float64
	// lacks becomes true once a character had to be written as its code.
	lacks bool
}

func newPaper(lang, title, reference, recipient string, at time.Time) *paper {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(margin, top, margin)
	// The same pack at the same moment must be the same bytes, so nothing may come from the clock or from the order of a map.
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(at)
	pdf.SetModificationDate(at)
	pdf.SetProducer("", true)
	pdf.SetTitle(title, true)
	pdf.SetLang(lang)
	for _, f := range []face{plain, bold} {
		pdf.AddUTF8FontFromBytes("paper", f.style, f.ttf)
	}
	return &paper{pdf: pdf, lang: lang, reference: reference, watermark: word(lang, "watermark", "recipient", recipient)}
}

// newPage begins a page with the watermark, which lies under everything else.
func (p *paper) newPage() {
	p.pdf.AddPage()
	p.y = top
	p.setFont(bold, 54, pale)
	size := math.Max(22, math.Min(54, 54*watermarkWidth/p.pdf.GetStringWidth(bold.printable(p.watermark))))
	p.setFont(bold, size, pale)
	lines := p.wrap(bold, p.watermark, watermarkWidth)
	height := size * mmPerPoint * 1.2
	p.pdf.TransformBegin()
	p.pdf.TransformRotate(55, pageWidth/2, pageHeight/2)
	y := pageHeight/2 - height*float64(len(lines)-1)/2
	for i, line := range lines {
		p.pdf.Text((pageWidth-p.pdf.GetStringWidth(line))/2, y+float64(i)*height, line)
	}
	p.pdf.TransformEnd()
}

// number writes what stands at the edge of each page, once the number of pages is known.
func (p *paper) number() {
	pages := p.pdf.PageCount()
	for page := 1; page <= pages; page++ {
		p.pdf.SetPage(page)
		// The library does not repeat a font that it believes is set, and on another page it is not.
		p.pdf.SetFont("paper", plain.style, 1)
		of := word(p.lang, "page", "page", strconv.Itoa(page), "pages", strconv.Itoa(pages))
		for _, y := range []float64{11, pageHeight - 8} {
			p.setFont(bold, 10, black)
			p.centred(word(p.lang, "classification"), y)
		}
		p.setFont(plain, 8.5, dark)
		p.pdf.Text(margin, 17, bold.printable(word(p.lang, "header", "reference", p.reference)))
		p.right(word(p.lang, "not_a_submission"), 17)
		p.pdf.Text(margin, pageHeight-13, word(p.lang, "header", "reference", p.reference))
		p.right(of, pageHeight-13)
		p.rule(19.5)
		p.rule(pageHeight - 17)
	}
}

func (p *paper) centred(text string, y float64) {
	p.pdf.Text((pageWidth-p.pdf.GetStringWidth(text))/2, y, text)
}

func (p *paper) right(text string, y float64) {
	p.pdf.Text(pageWidth-margin-p.pdf.GetStringWidth(text), y, text)
}

func (p *paper) rule(y float64) {
	p.pdf.SetDrawColor(dark, dark, dark)
	p.pdf.SetLineWidth(0.2)
	p.pdf.Line(margin, y, pageWidth-margin, y)
}

func (p *paper) setFont(f face, size float64, grey int) {
	p.pdf.SetFont("paper", f.style, size)
	p.pdf.SetTextColor(grey, grey, grey)
}

// wrap breaks a text into lines that are no wider than the width, in the font that is set. A word that is wider than a line
// is broken where the line ends.
func (p *paper) wrap(f face, text string, width float64) []string {
	text = p.prepared(f, text)
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		leftward := isLeftward(paragraph)
		for _, line := range p.wrapParagraph(paragraph, width) {
			lines = append(lines, inSight(line, leftward))
		}
	}
	return lines
}

func (p *paper) prepared(f face, text string) string {
	shown := f.printable(text)
	p.lacks = p.lacks || strings.Count(shown, "[U+") > strings.Count(text, "[U+")
	return shown
}

func (p *paper) wrapParagraph(text string, width float64) []string {
	var lines []string
	line, used := "", 0.0
	space := p.pdf.GetStringWidth(" ")
	for _, one := range strings.Split(text, " ") {
		length := p.pdf.GetStringWidth(one)
		if line != "" && used+space+length > width {
			lines = append(lines, line)
			line, used = "", 0
		} else if line != "" || used > 0 {
			line, used = line+" ", used+space
		}
		for length > width {
			head, rest := p.fitting(one, width)
			lines = append(lines, head)
			one, length = rest, p.pdf.GetStringWidth(rest)
		}
		line, used = line+one, used+length
	}
	return append(lines, line)
}

// fitting cuts a word after as many characters as fit, at least one.
func (p *paper) fitting(one string, width float64) (head, rest string) {
	used := 0.0
	for i, r := range one {
		used += p.pdf.GetStringWidth(string(r))
		if used > width && i > 0 {
			return one[:i], one[i:]
		}
	}
	return one, ""
}
