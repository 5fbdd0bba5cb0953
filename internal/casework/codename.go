package casework

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
)

//go:embed birds.json
var birdsJSON []byte

// birds is the words of code-names by language. The app offers and checks the same list.
var birds = mustRead[map[string][]string](birdsJSON)

var codenameShape = regexp.MustCompile(`^([^ ]+)( [0-9]{1,5})?$`)

// isCodename says whether s is a bird of the list, with or without a number. The column stands in clear, so it must have
// no room for a name.
func isCodename(s string) bool {
	parts := codenameShape.FindStringSubmatch(s)
	if parts == nil {
		return false
	}
	bird := strings.ToLower(parts[1])
	return slices.Contains(birds["en"], bird) || slices.Contains(birds["cy"], bird)
}
