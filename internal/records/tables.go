package records

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/casework"
)

// column is a clear column. Kind is 't' text, 'i' integer, 'b' yes or no, 'j' JSON. A quiet column is kept but never sent.
type column struct {
	name  string
	kind  byte
	quiet bool
}

// table is how one collection is stored and who is sent which sealed part.
type table struct {
	name, id string
	columns  []column
	// parts maps a sealed field to its part. Fields of a conflict stand in the part of the field they are about.
	parts map[string]string
	// own names the parts that only the record's author is sent, by the column "author".
	own []string
	// flags are yes-or-no values that say whether a part holds anything.
	flags map[string]string
	// follows is how the record names the one whose scopes it follows, none for a record with scopes of its own.
	follows []follow
	sql     statements
}

// follow is a column that holds the id of a record of a collection; coll is "" where the column of_coll names it.
type follow struct{ column, coll string }

var (
	ofEncounter = follow{"encounter", "encounters"}
	ofReferral  = follow{"referral", "referrals"}
	ofAny       = follow{"of_rec", ""}
)

type statements struct{ feed, get, insert, update string }

var sealedParts = []string{casework.Content, casework.Identity, casework.Contact}

func cols(kind byte, names string) []column {
	var out []column
	for _, name := range strings.Fields(names) {
		quiet := strings.HasPrefix(name, "-")
		out = append(out, column{name: strings.TrimPrefix(name, "-"), kind: kind, quiet: quiet})
	}
	return out
}

func join(lists ...[]column) []column { return slices.Concat(lists...) }

// protected are the flags that say whether there is anything to reveal.
var protected = map[string]string{"has_identity": casework.Identity, "has_contact": casework.Contact}

// answerParts is where the answers to a form stand, beside other fields of the content.
func answerParts(content string) map[string]string {
	parts := map[string]string{"answers": casework.Content, "consent": casework.Content, "identity": casework.Identity, "contact": casework.Contact}
	for _, name := range strings.Fields(content) {
		parts[name] = casework.Content
	}
	return parts
}

// tables is every synced collection but users, which only grants follow from.
var tables = index(
	&table{name: "encounters", columns: join(
		cols('t', "codename met_at language force council place_kind age_status age_band gender nationality risk agency review_agency "+
			"author author_name state picked_up_by picked_up_name"),
		cols('i', "version made_at_ms received_at_ms submitted_at_ms decided_at_ms clock_offset_ms closed_at_ms"),
		cols('b', "county_lines danger callback_needed danger_stood_down"), cols('j', "indicators exploitation")),
		own:   []string{casework.Identity, casework.Contact},
		flags: protected},
	&table{name: "addenda", columns: join(cols('t', "encounter -agency author author_name"), cols('i', "made_at_ms received_at_ms")), follows: []follow{ofEncounter}},
	&table{name: "versions", columns: join(cols('t', "encounter referral author author_name"), cols('i', "number made_at_ms received_at_ms"), cols('j', "changed")),
		parts: map[string]string{"was": casework.Content, "was_identity": casework.Identity, "was_contact": casework.Contact}, follows: []follow{ofEncounter, ofReferral}},
	&table{name: "reviews", columns: join(cols('t', "encounter referral event from to reviewer reviewer_name"),
		cols('i', "number made_at_ms received_at_ms"), cols('j', "codes fields checklist")),
		parts: map[string]string{"note": casework.Content, "details": casework.Content}, follows: []follow{ofEncounter, ofReferral}},
	&table{name: "conflicts", columns: join(cols('t', "of_coll of_rec field kind store taken state resolved_by choice -author"),
		cols('i', "at_ms"), cols('j', "current_by incoming_by by")),
		parts: map[string]string{"current": "", "incoming": "", "cmd": "", "chosen": ""},
		own:   []string{casework.Identity, casework.Contact}, follows: []follow{ofAny}},
	&table{name: "referrals", columns: join(
		cols('t', "type encounter codename language form to_agency force council agency review_agency author author_name state kind "+
			"picked_up_by picked_up_name channel outcome superseded_by countersigned_by cosigned_by retention"),
		cols('i', "form_version version made_at_ms received_at_ms submitted_at_ms decided_at_ms sent_at_ms acknowledged_at_ms outcome_at_ms "+
			"closed_at_ms review_due_ms send_due_ms answer_due_ms countersign_due_ms clock_offset_ms"),
		cols('b', "danger consent_withdrawn child named urgent"), cols('j', "outcomes")),
		parts: answerParts("chosen_reason withdrawn_reason recipient external_ref hits grading"),
		own:   []string{casework.Identity, casework.Contact}, flags: protected},
	&table{name: "packs", columns: join(cols('t', "referral type codename language agency to_agency from_name state channel outcome form"),
		cols('i', "number form_version sent_at_ms closed_at_ms"), cols('b', "child danger"), cols('j', "outcomes")),
		parts: answerParts("external_ref"), own: []string{casework.Identity, casework.Contact}, flags: protected},
	&table{name: "disclosures", columns: join(cols('t', "referral what to_kind to_agency gateway state agency author author_name"),
		cols('i', "at_ms"), cols('j', "approvals")), follows: []follow{ofReferral}},
	&table{name: "tasks", columns: join(cols('t', "of_coll of_rec kind state done_by"), cols('i', "at_ms due_at_ms")), follows: []follow{ofAny}},
	&table{name: "forms", columns: join(cols('t', "code agency"), cols('i', "version"), cols('b', "retired"), cols('j', "definition"))},
	&table{name: "holds", columns: join(cols('t', "of_coll of_rec op_id author author_name -review_agency verdict key state"),
		cols('i', "at_ms"), cols('j', "fields")),
		parts: map[string]string{"op": casework.Identity}, own: []string{casework.Identity}},
	&table{name: "drafts", columns: join(cols('t', "rec -author"), cols('i', "n at_ms")), parts: map[string]string{"draft": casework.Content}},
	&table{name: "notices", columns: join(cols('t', "-user kind of_coll of_rec state"), cols('i', "at_ms"))},
	&table{name: "indicators", columns: join(cols('t', "code category en cy applies_to strength danger_action"), cols('i', "sort"),
		cols('b', "immediate_danger core retired"))},
	&table{name: "agencies", columns: join(cols('t', "code name_en name_cy kind force -review_agency"), cols('b', "may_refer"))},
	&table{name: "devices", columns: join(cols('t', "name -user"), cols('i', "enrolled_at_ms"), cols('b', "revoked"))},
)

var tablesByID = func() map[string]*table {
	out := make(map[string]*table, len(tables))
	for _, t := range tables {
		out[t.id] = t
	}
	return out
}()

const usersID = "_pb_users_auth_"

func index(list ...*table) map[string]*table {
	out := make(map[string]*table, len(list))
	for _, t := range list {
		t.id = "nod_" + t.name
		if t.parts == nil {
			t.parts = map[string]string{}
			for name, field := range casework.Collections[t.name].Fields {
				if field.Store != casework.Clear {
					t.parts[name] = field.Store
				}
			}
		}
		t.sql = t.statements()
		out[t.name] = t
	}
	return out
}

func (t *table) sealed() bool { return len(t.parts) > 0 }

// part says in which sealed part a field of the record stands, "" for none.
func (t *table) part(field string, v casework.Values) string {
	part, ok := t.parts[field]
	if !ok || part != "" {
		return part
	}
	if store := v.Text("store"); store == casework.Identity || store == casework.Contact {
		return store
	}
	return casework.Content
}

// statements writes the table's SQL. Rows leave SQLite as JSON without empty values, which costs a fraction of reading
// thirty columns one by one.
func (t *table) statements() statements {
	parts, author := "'', '', ''", "''"
	if t.sealed() {
		parts = "r.sealed_content, r.sealed_identity, r.sealed_contact"
	}
	if slices.ContainsFunc(t.columns, func(c column) bool { return c.name == "author" }) {
		author = "r.author"
	}
	names, marks := []string{"id"}, []string{"?"}
	var sets []string
	for _, c := range t.columns {
		names, marks, sets = append(names, quote(c.name)), append(marks, "?"), append(sets, quote(c.name)+" = ?")
	}
	if t.sealed() {
		names, marks = append(names, "sealed_content", "sealed_identity", "sealed_contact"), append(marks, "?", "?", "?")
	}
	return statements{
		// A record's number stands in each of its scopes: reading it there spares a page of another table for every row.
		feed: fmt.Sprintf(`SELECT r.id, (SELECT max(m.seq) FROM sync_member m WHERE m.coll = '%[1]s' AND m.rec = r.id AND m.st = 1),
			(SELECT group_concat(m.scope) FROM sync_member m WHERE m.coll = '%[1]s' AND m.rec = r.id AND m.st = 1),
			%[2]s, %[3]s, %[4]s FROM json_each(?) j CROSS JOIN %[5]s r ON r.id = j.value`, t.id, author, t.json(false), parts, t.name),
		get:    fmt.Sprintf("SELECT %s, %s FROM %s r WHERE r.id = ?", t.json(true), parts, t.name),
		insert: fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.name, strings.Join(names, ", "), strings.Join(marks, ", ")),
		update: fmt.Sprintf("UPDATE %s SET %s WHERE id = ?", t.name, strings.Join(sets, ", ")),
	}
}

// json writes the SQL of a record's clear values as one JSON object. The text is put together and not built with
// json_object, which would have to be read again to take the empty values out: that costs twice the time.
func (t *table) json(all bool) string {
	var pairs []string
	for _, c := range t.columns {
		if c.quiet && !all {
			continue
		}
		name := "r." + quote(c.name)
		filled, value := name+" <> ''", "json_quote("+name+")"
		switch c.kind {
		case 'i':
			value = "CAST(" + name + " AS INTEGER)"
			filled = value + " <> 0"
		case 'b':
			filled, value = name, "'true'"
		case 'j':
			filled, value = "json_valid("+name+") AND "+name+" <> 'null'", "json("+name+")"
		}
		pairs = append(pairs, pair(filled, c.name, value))
	}
	for _, name := range slices.Sorted(maps.Keys(t.flags)) {
		pairs = append(pairs, pair("length(r.sealed_"+t.flags[name]+") > 0", name, "'true'"))
	}
	return "CAST('{' || substr(concat(" + strings.Join(pairs, ", ") + "), 2) || '}' AS BLOB)"
}

// pair is a comma, a name and a value where there is one, else nothing.
func pair(filled, name, value string) string {
	return fmt.Sprintf(`iif(%s, ',"%s":' || %s, '')`, filled, name, value)
}

func quote(name string) string { return "`" + name + "`" }
