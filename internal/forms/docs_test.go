package forms_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"noddfa/internal/forms"
)

var (
	ruleLine   = regexp.MustCompile("(?m)^\\| `(\\[.*?\\])` \\|")
	brokenLine = regexp.MustCompile("(?m)^\\| `(\\{.*?\\})` .*?\\| `(.*)` \\|$")
	wholeForm  = regexp.MustCompile("(?s)```json\n(.*?)```")
)

// TestDocs reads every example of docs/forms.md.
func TestDocs(t *testing.T) {
	raw, err := os.ReadFile("../../docs/forms.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	example := wholeForm.FindStringSubmatch(page)[1]
	if _, err := forms.Parse([]byte(example)); err != nil {
		t.Fatalf("the whole form: %v", err)
	}
	rules := ruleLine.FindAllStringSubmatch(page, -1)
	for _, found := range rules {
		var rule forms.Rule
		if err := json.Unmarshal([]byte(found[1]), &rule); err != nil {
			t.Errorf("%s: %v", found[1], err)
		}
	}
	refusals := brokenLine.FindAllStringSubmatch(page, -1)
	for _, found := range refusals {
		var form, change object
		if err := json.Unmarshal([]byte(example), &form); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(found[1]), &change); err != nil {
			t.Fatalf("%s: %v", found[1], err)
		}
		question, _ := at(form, "sections[0].questions[1].key")
		maps.Copy(question, change)
		spoilt, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := forms.Parse(spoilt); err == nil || !strings.Contains(err.Error(), found[2]) {
			t.Errorf("%s: got %v, want %s", found[1], err, found[2])
		}
	}
	if len(rules) < 9 || len(refusals) < 6 {
		t.Errorf("got %d rules and %d refusals, want them all", len(rules), len(refusals))
	}
}
