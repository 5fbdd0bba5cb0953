package pack

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// Classification marks everything about one person; it is written the same in both languages of the wire.
const Classification = "OFFICIAL-SENSITIVE"

// Pack is what one referral holds for its recipient. Its JSON is the export.
type Pack struct {
	Noddfa         string      `json:"noddfa"`
	Rec            string      `json:"rec"`
	Reference      string      `json:"reference"`
	Type           string      `json:"type"`
	Named          bool        `json:"named"`
	Title          forms.Words `json:"title"`
	Form           string      `json:"form"`
	FormTitle      forms.Words `json:"form_title"`
	FormVersion    int         `json:"form_version"`
	Classification string      `json:"classification"`
	Recipient      string      `json:"recipient"`
	Statement      forms.Words `json:"statement"`
	Entries        []Entry     `json:"entries"`
	Gaps           []Gap       `json:"gaps"`
	Files          []File      `json:"files"`
	NotASubmission bool        `json:"not_a_submission"`
}

// Entry is one box of the recipient's form. Ref is the name of that box; a form without such names has none.
type Entry struct {
	Section      string      `json:"section"`
	SectionTitle forms.Words `json:"section_title"`
	Key          string      `json:"key"`
	Ref          string      `json:"ref"`
	Label        forms.Words `json:"label"`
	// Question is the label of the question whose boxes these are, where a question has a box for each of its options.
	Question *forms.Words `json:"question,omitempty"`
	Type     string       `json:"type"`
	Value    any          `json:"value"`
	// Text is the value in words, ready to copy. Both are the same where somebody typed it.
	Text forms.Words `json:"text"`
	// Length and Max count the characters of a typed answer. Max is 0 where nothing was typed.
	Length   int  `json:"length"`
	Max      int  `json:"max"`
	Required bool `json:"required"`
}

// Gap is a question that the form requires and that has no answer.
type Gap struct {
	Section string      `json:"section"`
	Key     string      `json:"key"`
	Ref     string      `json:"ref"`
	Label   forms.Words `json:"label"`
}

// File is a file that goes with the referral.
type File struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Meta is what a pack says beside the answers: whose it is and who gets it.
type Meta struct {
	Rec       string
	Recipient string
}

// ErrNamed refuses the pack of a Duty to Notify that names nobody while its form shows a question that would.
var ErrNamed = errors.New("a question about who the person is stands in a pack that may not name them")

// ErrForm refuses to lay out a referral by a form, or a version of it, that the referral was not made with.
var ErrForm = errors.New("the referral was made with another form")

// Make lays out a referral, as its row holds it, by its form: the sections that are sent, the questions that are shown, in
// the order of the form.
func Make(form *forms.Form, referral casework.Values, meta Meta) (Pack, error) {
	kind := referral.Text("type")
	if form.Code != referral.Text("form") || int64(form.Version) != referral.Int("form_version") || !slices.Contains(form.Types, kind) {
		return Pack{}, fmt.Errorf("lay out %s with %s version %d: %w", kind, form.Code, form.Version, ErrForm)
	}
	mayName := kind != "dtn" || referral.Bool("named")
	answers := flat(referral, mayName)
	sent := sentQuestions(form, answers)
	if !mayName {
		if err := nobodyNamed(sent); err != nil {
			return Pack{}, err
		}
	}
	p := Pack{
		Noddfa: "pack/1", Rec: meta.Rec, Reference: Reference(meta.Rec), Type: kind, Named: mayName, Title: title(form, kind, mayName),
		Form: form.Code, FormTitle: form.Title, FormVersion: form.Version, Classification: Classification, Recipient: meta.Recipient, Statement: statement(kind),
		Entries: []Entry{}, Gaps: []Gap{}, Files: []File{}, NotASubmission: true,
	}
	for _, q := range sent {
		p.Entries = append(p.Entries, entries(q, answers[q.Key])...)
		p.Files = append(p.Files, files(q.Question, answers[q.Key])...)
		if q.Required && casework.Empty(answers[q.Key]) {
			p.Gaps = append(p.Gaps, Gap{Section: q.section.ID, Key: q.Key, Ref: refs(q.Question)[0], Label: q.Label})
		}
	}
	return p, nil
}

// Reference is how paper names a referral. It comes from the random id alone, so it says nothing of the person.
func Reference(rec string) string {
	id := strings.ToUpper(rec)
	if len(id) < 10 {
		return id
	}
	return id[:5] + "-" + id[5:10]
}

// flat gives the answers of a row as the form engine reads them. Where nobody may be named, what says who somebody is or how
// to reach them is not even read.
func flat(referral casework.Values, mayName bool) casework.Values {
	groups := []string{"answers", "consent"}
	if mayName {
		groups = append(groups, "identity", "contact")
	}
	out := make(casework.Values)
	for _, group := range groups {
		switch inner := referral[group].(type) {
		case map[string]any:
			maps.Copy(out, inner)
		case casework.Values:
			maps.Copy(out, inner)
		}
	}
	return out
}

// asked is a question with the section it stands in.
type asked struct {
	forms.Question
	section *forms.Section
}

// sentQuestions gives the questions that are shown, in sections that are sent. A form that names boxes of the recipient's
// form is packed by those names, so a question of ours without one stays here.
func sentQuestions(form *forms.Form, answers casework.Values) []asked {
	sections := make(map[string]*forms.Section, len(form.Sections))
	hasRefs := false
	for i, section := range form.Sections {
		sections[section.ID] = &form.Sections[i]
		hasRefs = hasRefs || slices.ContainsFunc(section.Questions, func(q forms.Question) bool { return q.Ref != "" })
	}
	var out []asked
	for _, q := range form.Shown(answers) {
		if section := sections[q.Section]; section.Sent && (q.Ref != "" || !hasRefs) {
			out = append(out, asked{q, section})
		}
	}
	return out
}

func nobodyNamed(sent []asked) error {
	for _, q := range sent {
		if q.Store == "identity" || q.Store == "contact" {
			return fmt.Errorf("question %s: %w", q.Key, ErrNamed)
		}
	}
	return nil
}

func title(form *forms.Form, kind string, mayName bool) forms.Words {
	switch {
	case kind == "nrm":
		return both("type.nrm")
	case kind == "dtn" && mayName:
		return both("type.dtn_named")
	case kind == "dtn":
		return both("type.dtn_unnamed")
	}
	return form.Title
}

func statement(kind string) forms.Words {
	if kind == "nrm" || kind == "dtn" {
		return both("statement.home_office")
	}
	return both("statement.other")
}
