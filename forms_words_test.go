package main_test

import (
	"encoding/json"
	"os"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// TestFormsWords looks for words, in both languages, for whatever the form engine can name.
func TestFormsWords(t *testing.T) {
	keys := []string{casework.KeyRequired, casework.KeyTooLong, casework.KeyCheck, casework.KeyUnknownField,
		forms.KeyNoWebLinks, forms.KeyDateFuture, forms.KeyDateEarly, forms.KeyCheckDate, forms.KeyCheckPhone, forms.KeyCheckEmail,
		forms.KeyChooseListed, forms.KeyTooFew, forms.KeyTooMany, forms.KeyCheckNumber, forms.KeyConfirm}
	raw, err := os.ReadFile("internal/forms/pathways.json")
	if err != nil {
		t.Fatal(err)
	}
	var pathways map[string][]struct{ Key, Reason string }
	if err := json.Unmarshal(raw, &pathways); err != nil {
		t.Fatal(err)
	}
	for _, one := range append(pathways["suggest"], pathways["forbid"]...) {
		keys = append(keys, one.Key+one.Reason)
	}
	if len(keys) < 40 {
		t.Fatalf("got %d keys, want them all", len(keys))
	}
	for _, lang := range []string{"en", "cy"} {
		have := map[string]string{}
		for _, list := range []string{"", "work.", "refer."} {
			for key, text := range words(t, list+lang) {
				have[key] = text
			}
		}
		for _, key := range keys {
			if have[key] == "" {
				t.Errorf("%s has no words in %s", key, lang)
			}
		}
	}
}
