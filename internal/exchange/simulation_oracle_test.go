package exchange_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"

	"noddfa/internal/casework"
)

// The oracle reads the data file with plain SQL and the keys, and says what each person may see: written by hand from
// the design, without the code of access, records and the feed.

type stored struct {
	clear                      map[string]string
	content, identity, contact casework.Values
}

var collections = []string{"encounters", "addenda", "versions", "reviews", "conflicts", "holds", "drafts", "devices", "indicators", "agencies",
	"forms", "referrals", "packs", "disclosures", "tasks"}

// data is the whole file at one moment.
type data struct {
	rows   map[string]map[string]*stored
	revs   map[string]int64
	scopes map[string]int64
	dirty  int64
	head   int64
	nowMs  int64
}

func (h *host) query(sql string) []dbx.NullStringMap {
	var out []dbx.NullStringMap
	if err := h.app.Base.NonconcurrentDB().NewQuery(sql).All(&out); err != nil {
		h.w.t.Fatal(fmt.Errorf("%.60s: %w", sql, err))
	}
	return out
}

// read gives the data as it stands; the same answer as long as nothing is written.
func (h *host) read() *data {
	changes := h.number("SELECT total_changes()")
	if h.last != nil && h.lastChanges == changes {
		h.last.nowMs = h.w.clock.Now().UnixMilli()
		return h.last
	}
	d := &data{rows: map[string]map[string]*stored{}, revs: map[string]int64{}, scopes: map[string]int64{}, nowMs: h.w.clock.Now().UnixMilli()}
	for _, coll := range collections {
		d.rows[coll] = map[string]*stored{}
		for _, row := range h.query("SELECT * FROM " + coll) {
			d.rows[coll][row["id"].String] = h.reopen(coll, row)
		}
	}
	for _, row := range h.query("SELECT coll, rec, rev FROM sync_rec") {
		d.revs[strings.TrimPrefix(row["coll"].String, "nod_")+"/"+row["rec"].String] = whole(row["rev"].String)
	}
	for _, row := range h.query("SELECT id, key FROM sync_scope") {
		d.scopes[row["key"].String] = whole(row["id"].String)
	}
	d.dirty = h.number("SELECT count(*) FROM sync_dirty")
	d.head = h.number("SELECT head FROM sync_meta")
	h.last, h.lastChanges = d, changes
	return d
}

func whole(text string) int64 {
	if text == "true" {
		return 1
	}
	n, _ := strconv.ParseFloat(text, 64) // Nothing there is nought.
	return int64(n)
}

// opened is a row as it was opened, and what it was opened from.
type opened struct {
	row dbx.NullStringMap
	is  *stored
}

// reopen opens a row, or gives what it was opened to before when nothing in it has changed.
func (h *host) reopen(coll string, row dbx.NullStringMap) *stored {
	at := coll + "/" + row["id"].String
	if before, ok := h.opened[at]; ok && maps.Equal(before.row, row) {
		return before.is
	}
	is := h.open(coll, row)
	h.opened[at] = opened{row, &is}
	return &is
}

func (h *host) open(coll string, row dbx.NullStringMap) stored {
	s := stored{clear: map[string]string{}}
	for name, value := range row {
		if value.Valid && !strings.HasPrefix(name, "sealed_") {
			s.clear[name] = value.String
		}
	}
	for part, into := range map[string]*casework.Values{"content": &s.content, "identity": &s.identity, "contact": &s.contact} {
		*into = casework.Values{}
		if sealed := row["sealed_"+part].String; sealed != "" {
			plain, err := h.app.Keys.Unseal(coll+"|"+row["id"].String+"|"+part, []byte(sealed))
			if err == nil {
				err = json.Unmarshal(plain, into)
			}
			if err != nil {
				h.w.t.Fatal(fmt.Errorf("open %s of %s %s: %w", part, coll, row["id"].String, err))
			}
		}
	}
	return s
}

const hourMs = 60 * 60 * 1000

// keysOf gives the scope keys of a record, from the design's words.
func (d *data) keysOf(coll, id string) []string {
	row := d.row(coll, id).clear
	encounter := map[string]string{"addenda": row["encounter"], "versions": row["encounter"], "reviews": row["encounter"], "conflicts": row["of_rec"], "encounters": id}
	if row["referral"] != "" && coll != "packs" {
		return d.keysOfReferral(row["referral"])
	}
	if row["of_coll"] == "referrals" && coll != "holds" {
		return d.keysOfReferral(row["of_rec"])
	}
	switch coll {
	case "referrals":
		return d.keysOfReferral(id)
	case "packs":
		return d.keysOfPack(id)
	case "indicators", "agencies", "forms":
		return []string{"all"}
	case "devices":
		return []string{"user:" + row["user"]}
	case "drafts":
		if row["author"] == "" {
			return nil // It is gone; only its number stays.
		}
		return []string{"user:" + row["author"]}
	case "holds":
		if row["review_agency"] == "" {
			return []string{"user:" + row["author"]}
		}
		return []string{"user:" + row["author"], "agency:" + row["review_agency"] + ":review"}
	}
	e, there := d.rows["encounters"][encounter[coll]]
	if !there {
		return nil
	}
	return d.keysOfEncounter(e.clear)
}

func (d *data) keysOfEncounter(e map[string]string) []string {
	var keys []string
	closedFor := int64(-1)
	if e["state"] == "closed" {
		closedFor = d.nowMs - whole(e["closed_at_ms"])
	}
	if closedFor <= 24*hourMs {
		keys = append(keys, "user:"+e["author"])
	}
	if whole(e["submitted_at_ms"]) == 0 || closedFor > 90*24*hourMs {
		return keys
	}
	keys = append(keys, "agency:"+e["review_agency"]+":review")
	if e["state"] == "approved" || e["state"] == "closed" {
		keys = append(keys, "agency:"+e["agency"]+":send")
	}
	if whole(e["danger"]) == 1 || slices.Contains([]string{"child", "not_sure"}, e["age_status"]) || slices.Contains([]string{"high", "critical"}, e["risk"]) {
		keys = append(keys, "agency:"+e["agency"]+":safeguard")
	}
	return keys
}

// keysOfPerson gives the scope keys that a person holds now.
func (m *model) keysOfPerson(user string) []string {
	keys := []string{"all", "user:" + user}
	p := m.people[user]
	for role, parts := range map[string][]string{"supervisor": {"review", "receive"}, "spoc": {"send", "receive"},
		"safeguarding_lead": {"safeguard", "receive"}, "field": {"support"}} {
		for _, part := range parts {
			if key := "agency:" + p.agency + ":" + part; p.is(role) && p.agency != "" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// via gives the ids of the scopes through which a person sees a record, none when they may not.
func (d *data) via(mine []string, coll, id string) []int64 {
	var out []int64
	for _, key := range d.keysOf(coll, id) {
		if slices.Contains(mine, key) {
			out = append(out, d.scopes[key])
		}
	}
	slices.Sort(out)
	return out
}

// hidden are columns that no phone is ever sent.
var hidden = map[string][]string{
	"encounters": nil, "addenda": {"agency"}, "versions": nil, "reviews": nil, "conflicts": {"author"}, "holds": {"review_agency"}, "drafts": {"author"},
	"devices": {"user", "app", "sign_key", "seen_at_ms"}, "indicators": nil, "agencies": {"review_agency"},
	"forms": nil, "referrals": nil, "packs": nil, "disclosures": nil, "tasks": nil,
}

// row gives a record as it is stored, an empty one for none.
func (d *data) row(coll, id string) *stored {
	if one, there := d.rows[coll][id]; there {
		return one
	}
	return &stored{}
}

// sent gives a record as a person's phone must hold it.
func (d *data) sent(user, coll, id string) casework.Values {
	row := d.row(coll, id)
	out := casework.Values{}
	for name, text := range row.clear {
		if name != "id" && !slices.Contains(hidden[coll], name) {
			out.Put(name, typed(name, text))
		}
	}
	own := row.clear["author"] == user && coll != "versions"
	for name, value := range row.content {
		out.Put(name, value)
	}
	for _, part := range []casework.Values{row.identity, row.contact} {
		for name, value := range part {
			if own {
				out.Put(name, value)
			}
		}
	}
	if coll == "encounters" || coll == "referrals" || coll == "packs" {
		out.Put("has_identity", len(row.identity) > 0)
		out.Put("has_contact", len(row.contact) > 0)
	}
	return out
}

func typed(name, text string) any {
	switch {
	case strings.HasSuffix(name, "_ms") || name == "version" || name == "form_version" || name == "number" || name == "n" || name == "sort":
		if n := whole(text); n != 0 {
			return n
		}
		return nil
	case slices.Contains([]string{"danger", "county_lines", "callback_needed", "danger_stood_down", "immediate_danger", "core", "retired", "may_refer", "revoked",
		"child", "named", "urgent", "consent_withdrawn"}, name):
		return whole(text) == 1
	case slices.Contains([]string{"indicators", "exploitation", "changed", "codes", "fields", "current_by", "incoming_by", "by",
		"checklist", "outcomes", "approvals", "definition"}, name):
		var value any
		_ = json.Unmarshal([]byte(text), &value) // What is no JSON is nothing.
		return value
	}
	return text
}
