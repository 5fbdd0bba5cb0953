package pack_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
	"noddfa/internal/pack"
)

const rec = "k7qx3m2p9abcdef"

// small is a form with one question of each kind that a pack treats in its own way.
const small = `{
 "code": "nrm", "version": 3, "types": ["nrm", "dtn"], "title": {"en": "Small", "cy": "Bach"},
 "derived": [],
 "lists": {"towns": [{"value": "Cardiff / Caerdydd", "en": "Cardiff", "cy": "Caerdydd"}, {"value": "Barry / Barri", "en": "Barry", "cy": "Barri"}]},
 "sections": [
  {"id": "happened", "title": {"en": "What happened", "cy": "Beth ddigwyddodd"}, "sent": true, "questions": [
   {"key": "account", "ref": "account-box", "type": "longtext", "label": {"en": "The account", "cy": "Yr hanes"}, "required": true, "store": "answers", "max": 15000},
   {"key": "moved", "ref": "moved-box", "type": "radio", "label": {"en": "Moved", "cy": "Symud"}, "required": true, "store": "answers",
    "options": [{"value": "yes", "en": "Yes", "cy": "Do"}, {"value": "no", "en": "No", "cy": "Naddo"}]},
   {"key": "journey", "ref": "journey-box", "type": "longtext", "label": {"en": "The journey", "cy": "Y daith"}, "required": true, "when": ["eq", "moved", "yes"], "store": "answers"},
   {"key": "types", "ref": "types-of-exploitation-*", "type": "checkboxes", "label": {"en": "Kinds", "cy": "Mathau"}, "required": true, "store": "answers",
    "options": [{"value": "forced_work", "en": "Made to work", "cy": "Gorfodi i weithio"}, {"value": "other", "en": "Something else", "cy": "Rhywbeth arall"}, {"value": "new", "en": "New", "cy": "Newydd"}]},
   {"key": "towns", "ref": "city-1..3", "type": "select_repeat", "label": {"en": "Town", "cy": "Tref"}, "required": false, "list": "towns", "store": "answers", "max": 3},
   {"key": "ours", "type": "text", "label": {"en": "Ours", "cy": "Ein un ni"}, "required": true, "store": "answers"},
   {"key": "day", "ref": "day-box", "type": "date", "label": {"en": "Day", "cy": "Diwrnod"}, "required": false, "store": "answers"},
   {"key": "children", "ref": "children-box", "type": "number", "label": {"en": "Children", "cy": "Plant"}, "required": true, "store": "answers"},
   {"key": "safe", "ref": "safe-box", "type": "confirm", "label": {"en": "Safe", "cy": "Diogel"}, "required": true, "store": "answers"},
   {"key": "country", "ref": "country-box", "type": "select", "label": {"en": "Country", "cy": "Gwlad"}, "required": false, "catalogue": "countries", "store": "answers"},
   {"key": "documents", "ref": "upload-file", "type": "file_repeat", "label": {"en": "Documents", "cy": "Dogfennau"}, "required": false, "store": "answers"}]},
  {"id": "person", "title": {"en": "The person", "cy": "Y person"}, "sent": true, "when": ["eq", "consent_share", "yes"], "questions": [
   {"key": "first_name", "ref": "name-box", "type": "text", "label": {"en": "First name", "cy": "Enw cyntaf"}, "required": true, "store": "identity"},
   {"key": "phone", "ref": "phone-box", "type": "tel", "label": {"en": "Phone", "cy": "Ffôn"}, "required": false, "store": "contact"}]},
  {"id": "local", "title": {"en": "Only here", "cy": "Yma yn unig"}, "sent": false, "questions": [
   {"key": "consent_share", "type": "radio", "label": {"en": "Agrees", "cy": "Cytuno"}, "required": true, "store": "consent",
    "options": [{"value": "yes", "en": "Yes", "cy": "Ie"}, {"value": "no", "en": "No", "cy": "Na"}]}]}],
 "migrations": []
}`

func parse(t *testing.T, raw string) *forms.Form {
	t.Helper()
	form, err := forms.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// referral gives a row of the small form; change alters it.
func referral(change ...func(casework.Values)) casework.Values {
	row := casework.Values{
		"type": "nrm", "form": "nrm", "form_version": 3.0, "named": false,
		"answers": map[string]any{
			"account": "Ddoe, yn y tŷ.", "moved": "no", "journey": "An answer to a question that is not shown.",
			"types": []any{"other"}, "towns": []any{"Barry / Barri", "Cardiff / Caerdydd"}, "ours": "For us", "day": "2026-02-03",
			"children": 0.0, "safe": true, "country": "VN",
			"documents": []any{map[string]any{"name": "letter.pdf", "description": "A letter of 3 May"}},
		},
		"identity": map[string]any{"first_name": "Siân"}, "contact": map[string]any{"phone": "07700 900123"},
		"consent": map[string]any{"consent_share": "yes"},
	}
	for _, f := range change {
		f(row)
	}
	return row
}

func with(group, key string, value any) func(casework.Values) {
	return func(row casework.Values) { row[group].(map[string]any)[key] = value }
}

func set(key string, value any) func(casework.Values) {
	return func(row casework.Values) { row[key] = value }
}

func make1(t *testing.T, row casework.Values) pack.Pack {
	t.Helper()
	p, err := pack.Make(parse(t, small), row, pack.Meta{Rec: rec, Recipient: "Home Office"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func lines(p pack.Pack) []string {
	out := make([]string, len(p.Entries))
	for i, e := range p.Entries {
		out[i] = strings.Join([]string{e.Section, e.Key, e.Ref, e.Label.EN, e.Text.EN, e.Text.CY}, "|")
	}
	return out
}

func TestMakeFollowsTheForm(t *testing.T) {
	got := lines(make1(t, referral()))
	want := []string{
		"happened|account|account-box|The account|Ddoe, yn y tŷ.|Ddoe, yn y tŷ.",
		"happened|moved|moved-box|Moved|No|Naddo",
		"happened|types|types-of-exploitation-forced-to-work|Made to work|Not ticked|Heb ei dicio",
		"happened|types|types-of-exploitation-other|Something else|Ticked|Wedi'i dicio",
		"happened|types|types-of-exploitation-*|New|Not ticked|Heb ei dicio",
		"happened|towns|city-1|Town (1)|Barry|Barri",
		"happened|towns|city-2|Town (2)|Cardiff|Caerdydd",
		"happened|day|day-box|Day|3 February 2026|3 Chwefror 2026",
		"happened|children|children-box|Children|0|0",
		"happened|safe|safe-box|Safe|Ticked|Wedi'i dicio",
		"happened|country|country-box|Country|Vietnam|Fietnam",
		"happened|documents|upload-file|Documents|letter.pdf|letter.pdf",
		"person|first_name|name-box|First name|Siân|Siân",
		"person|phone|phone-box|Phone|07700 900123|07700 900123",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestMakeReadsValues proves that a row whose groups are Values, as the server makes them, gives the same pack as one that
// came from JSON.
func TestMakeReadsValues(t *testing.T) {
	row := referral()
	want := lines(make1(t, row))
	for _, group := range []string{"answers", "identity", "contact", "consent"} {
		row[group] = casework.Values(row[group].(map[string]any))
	}
	if got := lines(make1(t, row)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMakeCountsTypedAnswersOnly(t *testing.T) {
	for _, e := range make1(t, referral()).Entries {
		want := [2]int{}
		switch e.Key {
		case "account":
			want = [2]int{14, 15000}
		case "first_name":
			want = [2]int{4, 250}
		case "phone":
			want = [2]int{12, 60}
		}
		if got := [2]int{e.Length, e.Max}; got != want {
			t.Errorf("%s: got length and max %v, want %v", e.Ref, got, want)
		}
	}
}

func TestMakeWithoutAnswers(t *testing.T) {
	row := casework.Values{"type": "nrm", "form": "nrm", "form_version": 3.0}
	p := make1(t, row)
	var gaps []string
	for _, gap := range p.Gaps {
		gaps = append(gaps, gap.Section+"|"+gap.Key+"|"+gap.Ref+"|"+gap.Label.CY)
	}
	want := []string{
		"happened|account|account-box|Yr hanes", "happened|moved|moved-box|Symud",
		"happened|types|types-of-exploitation-forced-to-work|Mathau", "happened|children|children-box|Plant", "happened|safe|safe-box|Diogel",
	}
	if !slices.Equal(gaps, want) {
		t.Errorf("got gaps %v, want %v", gaps, want)
	}
	if len(p.Files) != 0 {
		t.Errorf("got files %v, want none", p.Files)
	}
	for _, e := range p.Entries {
		if e.Value != nil || e.Text != (forms.Words{}) {
			t.Errorf("%s: got %v %q, want no value", e.Ref, e.Value, e.Text)
		}
	}
	if got := lines(p); got[5] != "happened|towns|city-1|Town (1)||" || len(got) != 11 {
		t.Errorf("got %v, want one box for the list and no section of the person", got)
	}
}

func TestMakeListsFiles(t *testing.T) {
	want := []pack.File{{Name: "letter.pdf", Description: "A letter of 3 May"}}
	if got := make1(t, referral()).Files; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMakeNamesNobodyInAnUnnamedDutyToNotify(t *testing.T) {
	form := parse(t, small)
	t.Run("OK", func(t *testing.T) {
		p, err := pack.Make(form, referral(set("type", "dtn"), with("consent", "consent_share", "no")), pack.Meta{Rec: rec})
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(p)
		for _, leak := range []string{"Siân", "07700", "first_name", "name-box", "phone-box"} {
			if strings.Contains(string(raw), leak) {
				t.Errorf("got a pack that holds %q", leak)
			}
		}
	})
	t.Run("ErrNamed", func(t *testing.T) {
		_, err := pack.Make(form, referral(set("type", "dtn")), pack.Meta{Rec: rec})
		if !errors.Is(err, pack.ErrNamed) {
			t.Errorf("got %v, want the refusal of a form that asks for a name", err)
		}
	})
	t.Run("Named", func(t *testing.T) {
		p, err := pack.Make(form, referral(set("type", "dtn"), set("named", true)), pack.Meta{Rec: rec})
		if err != nil || !slices.ContainsFunc(p.Entries, func(e pack.Entry) bool { return e.Text.EN == "Siân" }) {
			t.Errorf("got %v, want the name in a Duty to Notify that may name", err)
		}
	})
}

func TestMakeRefusesAnotherForm(t *testing.T) {
	form := parse(t, small)
	for name, change := range map[string]func(casework.Values){
		"version": set("form_version", 2.0), "code": set("form", "ictg"), "type": set("type", "marac"),
	} {
		if _, err := pack.Make(form, referral(change), pack.Meta{Rec: rec}); !errors.Is(err, pack.ErrForm) {
			t.Errorf("%s: got %v, want %v", name, err, pack.ErrForm)
		}
	}
}

// TestMakeWithoutBoxNames proves that a form which names no boxes, such as a report to a council, is packed whole.
func TestMakeWithoutBoxNames(t *testing.T) {
	form := parse(t, `{"code": "helpline", "version": 1, "types": ["helpline"], "title": {"en": "Helpline", "cy": "Llinell gymorth"}, "derived": [], "lists": {},
	 "sections": [{"id": "one", "title": {"en": "One", "cy": "Un"}, "sent": true, "questions": [
	  {"key": "a", "type": "text", "label": {"en": "A", "cy": "Â"}, "required": true, "store": "answers"}]},
	  {"id": "local", "title": {"en": "Here", "cy": "Yma"}, "sent": false, "questions": [
	   {"key": "b", "type": "text", "label": {"en": "B", "cy": "Bî"}, "required": true, "store": "answers"}]}], "migrations": []}`)
	p, err := pack.Make(form, casework.Values{"type": "helpline", "form": "helpline", "form_version": 1.0}, pack.Meta{Rec: rec})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Entries) != 1 || len(p.Gaps) != 1 || p.Title.CY != "Llinell gymorth" || !strings.Contains(p.Statement.EN, "agreed way") {
		t.Errorf("got %+v, want one entry, one gap, the form's title and its own statement", p)
	}
}

func TestReferenceIsOfTheIDAlone(t *testing.T) {
	a, b := make1(t, referral()), make1(t, referral(with("identity", "first_name", "Another"), with("answers", "account", "Other")))
	if want := "K7QX3-M2P9A"; a.Reference != want || b.Reference != want {
		t.Errorf("got %s and %s, want %s for both", a.Reference, b.Reference, want)
	}
	if got := pack.Reference("0000000000zzzzz"); got == a.Reference {
		t.Errorf("got %s for another id too", got)
	}
}

// TestExport holds the export to the names that the app reads.
func TestExport(t *testing.T) {
	raw, err := json.Marshal(make1(t, referral()))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	fixed := map[string]any{"noddfa": "pack/1", "rec": rec, "reference": "K7QX3-M2P9A", "type": "nrm", "classification": "OFFICIAL-SENSITIVE", "recipient": "Home Office", "not_a_submission": true}
	for key, want := range fixed {
		if got[key] != want {
			t.Errorf("%s: got %v, want %v", key, got[key], want)
		}
	}
	entry := got["entries"].([]any)[0]
	want := map[string]any{
		"section": "happened", "section_title": map[string]any{"en": "What happened", "cy": "Beth ddigwyddodd"}, "key": "account", "ref": "account-box",
		"label": map[string]any{"en": "The account", "cy": "Yr hanes"}, "type": "longtext", "value": "Ddoe, yn y tŷ.",
		"text": map[string]any{"en": "Ddoe, yn y tŷ.", "cy": "Ddoe, yn y tŷ."}, "length": 14.0, "max": 15000.0, "required": true,
	}
	if !reflect.DeepEqual(entry, want) {
		t.Errorf("got %v, want %v", entry, want)
	}
}

func TestWordsParity(t *testing.T) {
	raw, err := os.ReadFile("words.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]map[string]string
	if err := json.Unmarshal(raw, &words); err != nil {
		t.Fatal(err)
	}
	if len(words) != 2 || len(words["en"]) != len(words["cy"]) || len(words["en"]) < 40 {
		t.Fatalf("got %d languages, %d English words and %d Welsh, want two and as many", len(words), len(words["en"]), len(words["cy"]))
	}
	for key, en := range words["en"] {
		cy := words["cy"][key]
		if en == "" || cy == "" || en == cy {
			t.Errorf("%s: got %q and %q, want words in both languages", key, en, cy)
		}
		if !slices.Equal(holes(en), holes(cy)) {
			t.Errorf("%s: got %v in English and %v in Welsh", key, holes(en), holes(cy))
		}
		for _, avoid := range []string{"victim", "invalid", "alleged", "claims"} {
			if strings.Contains(strings.ToLower(en), avoid) {
				t.Errorf("%s: got %q, want another word than %q", key, en, avoid)
			}
		}
	}
}

func holes(text string) []string {
	var out []string
	for _, part := range strings.Split(text, "{")[1:] {
		out = append(out, part[:strings.IndexByte(part, '}')])
	}
	slices.Sort(out)
	return out
}
