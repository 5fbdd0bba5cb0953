package pack

// block is one entry broken into lines, so that its height is known before it is written.
type block struct {
	// question is there on the first of the boxes of one question.
	question, label, value []string
	// under is the small line below the label: the name of the box; count stands at its right end.
	under, count string
	isAnswered   bool
	// isBox puts the value beside the label, for the boxes of one question.
	isBox, isTicked bool
	// name is the label in one piece, and of the question whose box it is.
	name, of string
}

const (
	labelSize, valueSize, underSize = 10.0, 10.5, 8.0
	gapBelow                        = 3.0
)

// lineHeight gives the height of a line of a type size in millimetres.
func lineHeight(size float64) float64 { return size * mmPerPoint * 1.35 }

func (p *paper) block(e Entry, withQuestion bool) block {
	b := block{name: in(p.lang, e.Label), isBox: e.Question != nil, isTicked: e.Question != nil && e.Value == true}
	text, isAnswered := p.answerText(e)
	b.isAnswered = isAnswered
	if b.isBox {
		b.of = in(p.lang, *e.Question)
	}
	if withQuestion {
		p.setFont(bold, labelSize, black)
		b.question = p.wrap(bold, b.of, width)
	}
	if e.Ref != "" {
		b.under = word(p.lang, "box", "ref", e.Ref)
	}
	if e.Max > 0 && isAnswered {
		b.count = word(p.lang, "count", "n", count(e.Length), "max", count(e.Max))
	}
	if b.isBox {
		sign := "☐ "
		if b.isTicked {
			sign = "☒ "
		}
		p.setFont(plain, labelSize, black)
		b.label = p.wrap(plain, sign+b.name, width-45)
	} else {
		p.setFont(bold, labelSize, black)
		b.label = p.wrap(bold, b.name, width)
	}
	p.setFont(plain, valueSize, black)
	b.value = p.wrap(plain, text, width)
	return b
}

// head gives the height of what may not be parted: the label and the first lines of the answer.
func (b block) head() float64 {
	height := float64(len(b.question)+len(b.label)) * lineHeight(labelSize)
	if b.under != "" || b.count != "" {
		height += lineHeight(underSize)
	}
	if b.isBox {
		return height
	}
	lines := len(b.value)
	if lines > 3 {
		lines = 2
	}
	return height + float64(lines)*lineHeight(valueSize)
}

func (p *paper) entry(b block) {
	if p.need(b.head()) && b.isBox && b.question == nil {
		p.write(plain, underSize, dark, word(p.lang, "continued", "label", b.of))
	}
	p.lines(bold, labelSize, black, b.question)
	at := p.y
	if b.isBox {
		p.lines(plain, labelSize, black, b.label)
		p.beside(b, at)
	} else {
		p.lines(bold, labelSize, black, b.label)
	}
	p.under(b)
	if !b.isBox {
		p.value(b)
	}
	p.y += gapBelow
}

func (p *paper) beside(b block, y float64) {
	if b.isTicked {
		p.setFont(bold, labelSize, black)
	} else {
		p.setFont(plain, labelSize, dark)
	}
	p.right(b.value[0], y+lineHeight(labelSize)*0.75)
}

func (p *paper) under(b block) {
	if b.under == "" && b.count == "" {
		return
	}
	p.setFont(plain, underSize, dark)
	y := p.y + lineHeight(underSize)*0.75
	p.pdf.Text(margin, y, b.under)
	p.right(b.count, y)
	p.y += lineHeight(underSize)
}

// value writes the lines of an answer. Where they go on over the page, at least two go, under the label said again.
func (p *paper) value(b block) {
	grey := black
	if !b.isAnswered {
		grey = dark
	}
	for rest := b.value; len(rest) > 0; {
		fits := int((bottom - p.y) / lineHeight(valueSize))
		if fits >= len(rest) {
			p.lines(plain, valueSize, grey, rest)
			return
		}
		if fits == len(rest)-1 && fits > 2 {
			fits--
		}
		p.lines(plain, valueSize, grey, rest[:fits])
		rest = rest[fits:]
		p.newPage()
		p.write(plain, underSize, dark, word(p.lang, "continued", "label", b.name))
	}
}

// lines writes lines that are known to fit.
func (p *paper) lines(f face, size float64, grey int, lines []string) {
	p.setFont(f, size, grey)
	for _, line := range lines {
		p.pdf.Text(margin, p.y+lineHeight(size)*0.75, line)
		p.y += lineHeight(size)
	}
}

// write breaks a text into lines and writes it, over as many pages as it takes.
func (p *paper) write(f face, size float64, grey int, text string) {
	p.setFont(f, size, grey)
	for _, line := range p.wrap(f, text, width) {
		p.need(lineHeight(size))
		p.lines(f, size, grey, []string{line})
	}
}

// need begins a new page when a block of this height does not fit on this one, and says whether it did.
func (p *paper) need(height float64) bool {
	if p.y+height <= bottom || p.y <= top {
		return false
	}
	p.newPage()
	return true
}
