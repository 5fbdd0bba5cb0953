package forms

import "noddfa/internal/casework"

// Answers are the values of a form by question key, flat. A key that is absent is unanswered.
type Answers = casework.Values

// Words are a text in both languages.
type Words struct {
	EN string `json:"en"`
	CY string `json:"cy"`
}

// Option is a value that may be chosen, and its name.
type Option struct {
	Value string `json:"value"`
	Words
}

// Question is one question of a form.
type Question struct {
	Key string
	// Ref is the name of the box on the form of the body that receives it.
	Ref  string
	Type string
	// Section is the id of the section it stands in, and Sent whether that section is part of the pack.
	Section  string
	Sent     bool
	Label    Words
	Hint     Words
	Required bool
	When     *Rule
	// Options are the values that may be chosen, of its own, of a list of the form or of a catalogue.
	Options   []Option
	List      string
	Catalogue string
	// Store is where the value lies in a referral: answers, identity, contact or consent.
	Store  string
	Checks []string
	// Max and Min count characters of a text, items of a list, or bound a number.
	Max, Min int
	// Safest is the values from the least safe to the safest.
	Safest []string
	// Scrub marks a text that the anonymity check reads, Location one that must not hold a street when nobody is named.
	Scrub    bool
	Location bool
	// Copy names what fills the answer in at the start, and Default what does when there is nothing to copy.
	Copy    string
	Default any

	chosen  map[string]bool
	section int
	today   func() string
}

// Section is a group of questions, shown together or not at all.
type Section struct {
	ID        string
	Title     Words
	Intro     Words
	When      *Rule
	Sent      bool
	Questions []Question
}

// Case is a value that a derived key has when its rule is the first to hold.
type Case struct {
	Rule  Rule
	Value any
}

// Derived is a key whose value follows from answers.
type Derived struct {
	Key   string
	Cases []Case
}

// Migration carries answers from one version of a form to the next.
type Migration struct {
	From   int
	Rename map[string]string
	Drop   []string
	Values map[string]map[string]string
	Note   Words
}

// Form is one version of one form. Every Form comes from Parse and is never changed, so that many may read it at once.
type Form struct {
	Code       string
	Version    int
	Types      []string
	Title      Words
	Derive     []Derived
	Lists      map[string][]Option
	Sections   []Section
	Migrations []Migration

	questions []*Question
	byKey     map[string]int
	derived   map[string]int
}

// Question gives the question with the key.
func (f *Form) Question(key string) (Question, bool) {
	i, ok := f.byKey[key]
	if !ok {
		return Question{}, false
	}
	return *f.questions[i], true
}
