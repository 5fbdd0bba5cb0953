package pack

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"noddfa/internal/forms"
)

// Languages are the languages a pack can be printed in.
var Languages = []string{"en", "cy"}

//go:embed words.json
var wordsJSON []byte

// table holds the words of the pack itself, by language and key. The words of questions come with their form.
var table = readTable()

func readTable() map[string]map[string]string {
	var read map[string]map[string]string
	if err := json.Unmarshal(wordsJSON, &read); err != nil {
		panic(fmt.Errorf("read words of the pack: %w", err))
	}
	return read
}

// word gives a text in one language, with {name} replaced by the value that follows the name in fill.
func word(lang, key string, fill ...string) string {
	text := table[lang][key]
	for i := 0; i+1 < len(fill); i += 2 {
		text = strings.ReplaceAll(text, "{"+fill[i]+"}", fill[i+1])
	}
	return text
}

// both gives a text in both languages.
func both(key string, fill ...string) forms.Words {
	return forms.Words{EN: word("en", key, fill...), CY: word("cy", key, fill...)}
}

// in gives the words in one language.
func in(lang string, w forms.Words) string {
	if lang == "cy" {
		return w.CY
	}
	return w.EN
}
