package forms_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

var update = flag.Bool("update", false, "write testdata/forms/paths.json and cross.json anew")

const (
	crossPath  = "../../testdata/forms/cross.json"
	blocks     = 20
	ruleBlock  = 1000
	formBlocks = 4
	formBlock  = 300
)

// cross is what both languages must come to: a hash of the verdicts of each block.
type cross struct {
	Seed  uint32              `json:"seed"`
	Rules []string            `json:"rules"`
	Forms map[string][]string `json:"forms"`
}

func TestCross(t *testing.T) {
	want := readJSON[cross](t, crossPath)
	s := &sequence{state: want.Seed, pool: readJSON[pool](t, "../../testdata/forms/pool.json")}
	got := cross{Seed: want.Seed, Forms: map[string][]string{}}
	held := 0
	for range blocks {
		sum := sha256.New()
		for range ruleBlock {
			verdict := ruleVerdict(t, s)
			held += len(strings.Trim(verdict, "0"))
			fmt.Fprint(sum, verdict)
		}
		got.Rules = append(got.Rules, hex.EncodeToString(sum.Sum(nil)))
	}
	if held < blocks*ruleBlock/10 || held > blocks*ruleBlock*9/10 {
		t.Errorf("%d of %d random rules hold: they say too little", held, blocks*ruleBlock)
	}
	for _, code := range codes(t) {
		f := load(t, code)
		for range formBlocks {
			sum := sha256.New()
			for range formBlock {
				formVerdict(sum, f, s.answers(f))
			}
			got.Forms[code] = append(got.Forms[code], hex.EncodeToString(sum.Sum(nil)))
		}
	}
	if *update {
		writeJSON(t, crossPath, got)
		return
	}
	for i, one := range got.Rules {
		if i >= len(want.Rules) || want.Rules[i] != one {
			t.Fatalf("rules differ in block %d (cases %d to %d)", i, i*ruleBlock, (i+1)*ruleBlock-1)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("forms: got %v, want %v; see with -update and git diff", got.Forms, want.Forms)
	}
}

func ruleVerdict(t *testing.T, s *sequence) string {
	raw, err := json.Marshal(s.rule(1))
	if err != nil {
		t.Fatal(err)
	}
	var rule forms.Rule
	if err := json.Unmarshal(raw, &rule); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	data := s.data()
	if forms.Holds(rule, func(key string) (any, bool) { value, ok := data[key]; return value, ok }) {
		return "1"
	}
	return "0"
}

// formVerdict writes all that the engine says of an answer set, one line a kind.
func formVerdict(sum hash.Hash, f *forms.Form, a forms.Answers) {
	var shown, derived []string
	for _, q := range f.Shown(a) {
		shown = append(shown, q.Key)
	}
	values := f.Derived(a)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		derived = append(derived, fmt.Sprintf("%s=%v", key, values[key]))
	}
	fmt.Fprintf(sum, "%s\n%s\n%s\n%s\n", strings.Join(shown, " "), strings.Join(derived, " "),
		strings.Join(f.NotAsked(a), " "), problemsLine(f.Check(a, true)))
}

func problemsLine(problems casework.Problems) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(problems)) {
		out = append(out, key+"="+problems[key])
	}
	return strings.Join(out, " ")
}

func writeJSON(t *testing.T, path string, value any) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
