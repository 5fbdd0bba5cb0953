package pack

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

//go:embed boxes.json
var boxesJSON []byte

// boxes gives, for a ref that ends in "*", the name of the box of each option on the Home Office form.
var boxes = readBoxes()

func readBoxes() map[string]map[string]string {
	var read map[string]map[string]string
	if err := json.Unmarshal(boxesJSON, &read); err != nil {
		panic(fmt.Errorf("read names of boxes: %w", err))
	}
	return read
}

// numbered is a ref that stands for several boxes with a number at their end: name-1..10.
var numbered = regexp.MustCompile(`^(.+-)1\.\.(\d+)$`)

// refs gives the names of all the boxes of a question. An option that the Home Office form has no known box for keeps the
// name of the group, so that nobody looks for a box that is not there.
func refs(q forms.Question) []string {
	if m := numbered.FindStringSubmatch(q.Ref); m != nil {
		count, _ := strconv.Atoi(m[2])
		out := make([]string, count)
		for i := range out {
			out[i] = m[1] + strconv.Itoa(i+1)
		}
		return out
	}
	if !strings.HasSuffix(q.Ref, "*") {
		return []string{q.Ref}
	}
	out := make([]string, len(q.Options))
	for i, option := range q.Options {
		out[i] = q.Ref
		if name, ok := boxes[q.Ref][option.Value]; ok {
			out[i] = name
		}
	}
	return out
}

// entries gives the boxes of one question: one, or one for each option, or one for each item of a list that was answered.
func entries(q asked, value any) []Entry {
	names := refs(q.Question)
	switch {
	case strings.HasSuffix(q.Ref, "*"):
		chosen := casework.Texts(value)
		out := make([]Entry, len(q.Options))
		for i, option := range q.Options {
			out[i] = entry(q, names[i], nil)
			out[i].Label, out[i].Question = option.Words, &q.Label
			if casework.Empty(value) {
				continue
			}
			isTicked := slices.Contains(chosen, option.Value)
			out[i].Value, out[i].Text = isTicked, tick(isTicked)
		}
		return out
	case numbered.MatchString(q.Ref):
		items := casework.List(value)
		out := make([]Entry, min(max(len(items), 1), len(names)))
		for i := range out {
			var item any
			if i < len(items) {
				item = items[i]
			}
			out[i] = entry(q, names[i], item)
			number := " (" + strconv.Itoa(i+1) + ")"
			out[i].Label = forms.Words{EN: q.Label.EN + number, CY: q.Label.CY + number}
		}
		return out
	}
	return []Entry{entry(q, q.Ref, value)}
}

func entry(q asked, ref string, value any) Entry {
	e := Entry{
		Section: q.section.ID, SectionTitle: q.section.Title, Key: q.Key, Ref: ref, Label: q.Label, Type: q.Type,
		Value: value, Text: inWords(q.Question, value), Required: q.Required,
	}
	if isTyped(q.Type) {
		text, _ := value.(string)
		e.Length, e.Max = utf8.RuneCountInString(text), q.Max
	}
	return e
}

// isTyped says whether the answer is what somebody typed, so that its characters are counted.
func isTyped(kind string) bool {
	return slices.Contains([]string{"text", "longtext", "email", "tel"}, kind)
}

// files lists the files of a question that asks for some.
func files(q forms.Question, value any) []File {
	if q.Type != "file_repeat" {
		return nil
	}
	var out []File
	for _, item := range casework.List(value) {
		if file, ok := item.(map[string]any); ok {
			out = append(out, File{Name: casework.Values(file).Text("name"), Description: casework.Values(file).Text("description")})
		}
	}
	return out
}
