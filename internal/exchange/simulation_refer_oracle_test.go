package exchange_test

import (
	"slices"
	"strings"

	"noddfa/internal/testkit"
)

// agencies is what each agency of a history is, beside who reviews for it.
var agencies = map[string]struct {
	kind   string
	refers bool
}{
	testkit.ID("aber"): {"police", true},
	testkit.ID("bryn"): {"ngo", true},
	testkit.ID("coed"): {"ngo", false},
}

// standing is what the scopes of a referral follow from.
type standing struct {
	kind, author, agency, decides string
	submitted, atRisk             bool
	closedFor                     int64 // -1 while it is open.
}

// keys are the scopes of a referral: its author, who decides, who sends it, and the lead where it is about a child or danger.
// The agency that it goes to has none, unless its people decide.
func (s standing) keys() []string {
	var keys []string
	if s.closedFor <= 24*hourMs {
		keys = append(keys, "user:"+s.author)
	}
	if !s.submitted || s.closedFor > 90*24*hourMs {
		return keys
	}
	if s.decides != "" {
		keys = append(keys, "agency:"+s.decides+":review")
	}
	if s.atRisk {
		keys = append(keys, "agency:"+s.agency+":safeguard")
	}
	if s.kind == "victim_support" {
		keys = append(keys, "agency:"+s.agency+":send")
	}
	return keys
}

func (m *model) sees(user string, r *referral) bool {
	s := standing{r.fields.Text("type"), r.author, r.agency, r.decides(), r.submitted, r.child || r.fields.Bool("danger"), -1}
	if r.state == "closed" {
		s.closedFor = m.w.clock.Now().UnixMilli() - r.closedMs
	}
	mine := m.keysOfPerson(user)
	return slices.ContainsFunc(s.keys(), func(key string) bool { return slices.Contains(mine, key) })
}

func (d *data) keysOfReferral(id string) []string {
	one, there := d.rows["referrals"][id]
	if !there {
		return nil
	}
	r := one.clear
	s := standing{r["type"], r["author"], r["agency"], r["review_agency"], whole(r["submitted_at_ms"]) > 0, whole(r["danger"]) == 1 || whole(r["child"]) == 1, -1}
	if s.kind == "handover" {
		s.decides = r["to_agency"]
	}
	if r["state"] == "closed" {
		s.closedFor = d.nowMs - whole(r["closed_at_ms"])
	}
	return s.keys()
}

// keysOfPack are the scopes of what an agency was sent, whoever may see the referral itself.
func (d *data) keysOfPack(id string) []string {
	p := d.row("packs", id).clear
	if closed := whole(p["closed_at_ms"]); closed > 0 && d.nowMs-closed > 90*24*hourMs {
		return nil
	}
	keys := []string{"agency:" + p["to_agency"] + ":receive"}
	if p["type"] == "victim_support" {
		keys = append(keys, "agency:"+p["to_agency"]+":support")
	}
	return keys
}

// received are the parts of an agency in which packs stand, and nothing else.
func received(key string) bool {
	return strings.HasSuffix(key, ":receive") || strings.HasSuffix(key, ":support")
}
