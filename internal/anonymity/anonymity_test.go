package anonymity_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/anonymity"
)

var today = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// TestCases reads testdata/anonymity/, whose README says what a case is.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/anonymity/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("got %d files (%v), want at least 5", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases []struct {
			Name string `json:"name"`
			Why  string `json:"why"`
			anonymity.Input
			Want []string `json:"want"`
		}
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+c.Name, func(t *testing.T) {
				c.Input.Now = today
				var got []string
				for _, hit := range anonymity.Check(c.Input) {
					act := "warn"
					if hit.Block {
						act = "block"
					}
					got = append(got, strings.TrimPrefix(fmt.Sprintf("%s: %s: %s: %s", hit.Field, act, hit.Kind, hit.Text), ": "))
				}
				if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.Want) {
					t.Errorf("got  %q\nwant %q", got, c.Want)
				}
			})
		}
	}
}

func TestSameWordsSameID(t *testing.T) {
	check := func(text string) []anonymity.Hit {
		return anonymity.Check(anonymity.Input{
			Texts:       map[string]string{"answers.a": text},
			Identifiers: []anonymity.Identifier{{Kind: "name", Value: "Mari Enghraifft"}},
			Now:         today,
		})
	}
	one, same := check("Mari came."), check("Later MÂRI left, and Mari rang.")
	if len(one) != 1 || len(same) != 1 || one[0].ID != same[0].ID {
		t.Errorf("the same word: got %v and %v, want one ID", one, same)
	}
	if more := check("Mari Enghraifft came."); len(more) != 1 || more[0].ID == one[0].ID {
		t.Errorf("more words: got %v, want another ID than %v", more, one)
	}
	other := anonymity.Check(anonymity.Input{
		Texts:       map[string]string{"answers.b": "Mari came."},
		Identifiers: []anonymity.Identifier{{Kind: "name", Value: "Mari Enghraifft"}},
	})
	if len(other) != 1 || other[0].ID == one[0].ID {
		t.Errorf("another field: got %v, want another ID than %v", other, one)
	}
	nickname := anonymity.Check(anonymity.Input{
		Texts:       map[string]string{"answers.a": "Mari came."},
		Identifiers: []anonymity.Identifier{{Kind: "nickname", Value: "Mari"}},
	})
	if len(nickname) != 1 || nickname[0].ID == one[0].ID {
		t.Errorf("another kind: got %v, want another ID than %v", nickname, one)
	}
	three, four := anonymity.Check(anonymity.Input{Files: 3}), anonymity.Check(anonymity.Input{Files: 4})
	if len(three) != 1 || len(four) != 1 || three[0].ID == four[0].ID {
		t.Errorf("one more file: got %v and %v, want another ID", three, four)
	}
}

// TestOrderDoesNotMatter: a clearance would be lost if the same word were a name today and a nickname tomorrow.
func TestOrderDoesNotMatter(t *testing.T) {
	people := []anonymity.Identifier{
		{Kind: "nickname", Value: "Mari"}, {Kind: "name", Value: "Mari"}, {Kind: "name", Value: "Mari Sampl"},
		{Kind: "email", Value: "mari.sampl@example.org"}, {Kind: "address", Value: "Sampl, Trefsampl"},
		{Kind: "phone", Value: "07700 900123"}, {Kind: "reference", Value: "07700900123"},
	}
	in := anonymity.Input{Texts: map[string]string{"a": "Mari and Sampl; Mari Sampl of Trefsampl, 07700 900123."}, Now: today}
	in.Identifiers = people
	want := anonymity.Check(in)
	random := rand.New(rand.NewPCG(3, 1))
	for range 50 {
		in.Identifiers = slices.Clone(people)
		random.Shuffle(len(people), func(i, j int) { in.Identifiers[i], in.Identifiers[j] = in.Identifiers[j], in.Identifiers[i] })
		if got := anonymity.Check(in); !slices.Equal(got, want) {
			t.Fatalf("%v: got %v, want %v", in.Identifiers, got, want)
		}
	}
}

// TestWithoutADayEveryDateIsAHit: who does not say what day it is gets the strict reading.
func TestWithoutADayEveryDateIsAHit(t *testing.T) {
	hits := anonymity.Check(anonymity.Input{Texts: map[string]string{"a": "It began on 3 October 2026."}})
	if len(hits) != 1 || hits[0].Kind != anonymity.KindBirthDate {
		t.Errorf("got %v, want one date", hits)
	}
}

func TestNothingPassesUnread(t *testing.T) {
	long := anonymity.Check(anonymity.Input{Texts: map[string]string{"a": strings.Repeat("word ", 4001)}})
	if len(long) != 1 || long[0].Kind != anonymity.KindUnread || !long[0].Block {
		t.Errorf("a text above the limit: got %v, want it blocked", long)
	}
	longer := anonymity.Check(anonymity.Input{Texts: map[string]string{"a": strings.Repeat("word ", 4001) + "x"}})
	if len(longer) != 1 || longer[0].ID == long[0].ID {
		t.Errorf("another text above the limit: got %v, want another ID than %v", longer, long)
	}
	many := map[string]string{}
	for i := range 301 {
		many[fmt.Sprintf("answers.q%03d", i)] = "x"
	}
	if got := anonymity.Check(anonymity.Input{Texts: many}); len(got) != 1 || got[0].Kind != anonymity.KindUnread {
		t.Errorf("too many fields: got %v, want it blocked", got)
	}
	people := make([]anonymity.Identifier, 501)
	for i := range people {
		people[i] = anonymity.Identifier{Kind: "reference", Value: fmt.Sprintf("X%d", i+1000)}
	}
	if got := anonymity.Check(anonymity.Input{Identifiers: people}); len(got) != 1 || got[0].Kind != anonymity.KindUnread {
		t.Errorf("too many identifiers: got %v, want it blocked", got)
	}
	numbers := func(last string) []anonymity.Hit {
		var text strings.Builder
		for i := range 600 {
			fmt.Fprintf(&text, "x%d@example.org ", i)
		}
		return anonymity.Check(anonymity.Input{Texts: map[string]string{"a": text.String() + last}})
	}
	got, other := numbers("y@example.org"), numbers("z@example.org")
	if len(got) != 501 || got[500].Kind != anonymity.KindUnread || got[500].Text != "+101" || got[500].ID == other[500].ID {
		t.Errorf("too many hits: got %d and %v, want 501, the last for the rest and only this rest", len(got), got[len(got)-1])
	}
}

// TestTownsOfTheFormAreQuiet: what the form offers as a town is never taken for a street.
func TestTownsOfTheFormAreQuiet(t *testing.T) {
	raw, err := os.ReadFile("../../pb_migrations/forms/nrm.json")
	if err != nil {
		t.Fatal(err)
	}
	var form struct {
		Lists map[string][]struct{ Value, EN, CY string } `json:"lists"`
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		t.Fatal(err)
	}
	towns := form.Lists["uk_towns"]
	if len(towns) < 100 {
		t.Fatalf("got %d towns, want the form's list", len(towns))
	}
	for _, town := range towns {
		hits := anonymity.Check(anonymity.Input{Locations: map[string]string{"answers.current_town": town.Value}, Now: today})
		if len(hits) > 0 {
			t.Errorf("%s: got %v, want none", town.Value, hits)
		}
	}
}
