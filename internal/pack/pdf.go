package pack

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// PDF prints a pack in English ("en") or Welsh ("cy"), marked with its recipient. The same pack, recipient and moment give
// the same bytes. Names stand in the answers only: never at the edge of a page, nor in what the file says of itself.
func PDF(p Pack, lang, recipient string, generatedAt time.Time) ([]byte, error) {
	if !slices.Contains(Languages, lang) {
		return nil, fmt.Errorf("print pack: no language %q", lang)
	}
	generatedAt = casework.LocalTime(generatedAt)
	d := newPaper(lang, word(lang, "title")+" "+p.Reference, p.Reference, recipient, generatedAt)
	d.newPage()
	d.front(p, recipient, generatedAt)
	d.missing(p.Gaps)
	d.withIt(p.Files)
	d.answers(p.Entries)
	if d.lacks {
		d.y += 4
		d.write(plain, 8.5, dark, word(lang, "lacking", "example", codeOf('中')))
	}
	d.number()
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("print pack: %w", err)
	}
	return out.Bytes(), nil
}

// front says what the paper is, for whom, and what it is not.
func (p *paper) front(pack Pack, recipient string, at time.Time) {
	p.write(bold, 20, black, word(p.lang, "title"))
	p.y += 2
	form := word(p.lang, "form_version", "form", in(p.lang, pack.FormTitle), "version", strconv.Itoa(pack.FormVersion))
	made := word(p.lang, "time", "date", writtenOut(p.lang, at), "time", at.Format("15:04 MST"))
	for _, fact := range [][2]string{
		{"reference", pack.Reference}, {"type", in(p.lang, pack.Title)}, {"form", form}, {"recipient", recipient}, {"made_at", made},
	} {
		p.fact(word(p.lang, "fact."+fact[0]), fact[1])
	}
	p.y += 3
	p.boxed(in(p.lang, pack.Statement))
	p.write(plain, 9.5, black, word(p.lang, "handling"))
}

// fact writes a name on the left and what it is on the right.
func (p *paper) fact(name, value string) {
	const column = 42.0
	p.setFont(plain, 10.5, black)
	lines := p.wrap(plain, value, width-column)
	height := lineHeight(10.5)
	p.need(float64(len(lines)) * height)
	p.setFont(bold, 10.5, black)
	p.pdf.Text(margin, p.y+height*0.75, name)
	p.setFont(plain, 10.5, black)
	for _, line := range lines {
		p.pdf.Text(margin+column, p.y+height*0.75, line)
		p.y += height
	}
	p.y++
}

// boxed writes a text in a frame.
func (p *paper) boxed(text string) {
	const inside = 4.0
	p.setFont(bold, 11.5, black)
	lines := p.wrap(bold, text, width-2*inside)
	height := lineHeight(11.5)
	frame := float64(len(lines))*height + 2*inside
	p.need(frame)
	p.pdf.SetDrawColor(black, black, black)
	p.pdf.SetLineWidth(0.7)
	p.pdf.Rect(margin, p.y, width, frame, "D")
	p.setFont(bold, 11.5, black)
	for i, line := range lines {
		p.pdf.Text(margin+inside, p.y+inside+height*(float64(i)+0.75), line)
	}
	p.y += frame + 4
}

func (p *paper) missing(gaps []Gap) {
	if len(gaps) == 0 {
		p.y += 4
		p.write(bold, 10.5, black, word(p.lang, "gaps.none"))
		return
	}
	p.heading(word(p.lang, "gaps"), lineHeight(10))
	for _, gap := range gaps {
		p.write(plain, 10, black, "• "+in(p.lang, gap.Label)+p.boxName(gap.Ref))
	}
}

func (p *paper) withIt(list []File) {
	if len(list) == 0 {
		p.y += 4
		p.write(bold, 10.5, black, word(p.lang, "files.none"))
		return
	}
	p.heading(word(p.lang, "files"), lineHeight(10))
	for _, file := range list {
		line := "• " + file.Name
		if file.Description != "" {
			line += ": " + file.Description
		}
		p.write(plain, 10, black, line)
	}
}

func (p *paper) boxName(ref string) string {
	if ref == "" {
		return ""
	}
	return " [" + word(p.lang, "box", "ref", ref) + "]"
}

// answers writes every entry under the title of its section. A title stays with the beginning of its first entry.
func (p *paper) answers(entries []Entry) {
	section, question := "", ""
	for _, e := range entries {
		b := p.block(e, e.Question != nil && e.Key != question)
		question = e.Key
		if e.Section != section {
			section = e.Section
			p.heading(in(p.lang, e.SectionTitle), b.head())
		}
		p.entry(b)
	}
}

// heading writes the title of a part, on the next page if what follows it at once would not fit below.
func (p *paper) heading(text string, follows float64) {
	p.setFont(bold, 13, black)
	lines := p.wrap(bold, text, width)
	p.need(6 + float64(len(lines))*lineHeight(13) + 2 + follows)
	if p.y > top {
		p.y += 6
	}
	p.write(bold, 13, black, text)
	p.y += 2
}

// answerText gives the value of an entry as it is printed, and whether there is one.
func (p *paper) answerText(e Entry) (string, bool) {
	switch {
	case e.Text != (forms.Words{}):
		return in(p.lang, e.Text), true
	case e.Required:
		return word(p.lang, "no_answer_required"), false
	}
	return word(p.lang, "no_answer"), false
}
