package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
	"noddfa/internal/testkit"
)

// tenRoles is every role there is.
var tenRoles = []string{"field", "supervisor", "spoc", "safeguarding_lead", "marac_coord", "intel", "coordinator", "commissioner", "auditor", "admin"}

// The words that were typed into what is protected. None may reach an administrator, and none of the first two a reader.
const (
	typedName, typedPhone            = "Qwyxzname", "07700 900987"
	typedStory, typedHeld, typedHalf = "Qwyxzstory", "Qwyxzheld", "Qwyxzhalf"
)

// bureau is one agency with a record of every kind, and a person in every role with a phone.
type bureau struct {
	*server
	author enrolled
	people map[string]enrolled
	rows   map[string]string // by name: "collection/id"
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	s, author, supervisor, service := pushing(t)
	b := &bureau{server: s, author: author, people: map[string]enrolled{"supervisor": supervisor}, rows: map[string]string{}}
	admin := s.token(t, core.CollectionNameSuperusers, "admin@example.org")
	first, err := s.app.FindAuthRecordByEmail("users", "onnen@example.org")
	if err != nil {
		t.Fatal(err)
	}
	for i, role := range tenRoles {
		if role == "supervisor" {
			continue
		}
		email := fmt.Sprintf("person%d@example.org", i)
		got := s.ask(t, "POST", "/api/collections/users/records", map[string]any{"email": email, "password": "passpasspass", "passwordConfirm": "passpasspass",
			"name": "Person", "roles": []string{role}, "agency": first.GetString("agency")}, "Authorization", admin)
		if got.status != 200 {
			t.Fatalf("make %s: got %d %s", role, got.status, got.raw)
		}
		b.people[role] = s.enrol(t, email, fmt.Sprintf("devperson%06d", i))
	}
	b.fill(t)
	if got := b.author.post(t, "push/subscribe", asAsked(service.Subscribe("author"))); got.status != 200 {
		t.Fatalf("subscribe: got %d %s", got.status, got.raw)
	}
	return b
}

// fill makes records in the states that sight depends on, and one of everything that follows them.
func (b *bureau) fill(t *testing.T) {
	t.Helper()
	record := func(name string, set map[string]any, cmd any) map[string]any {
		id := fmt.Sprintf("%-15s", "enc"+name)
		id = strings.ReplaceAll(id, " ", "0")
		b.rows[name] = "encounters/" + id
		for field, value := range map[string]any{"codename": "robin 7", "narrative": typedStory, "name": typedName, "phone": typedPhone} {
			set[field] = value
		}
		return b.author.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": id, "set": set, "cmd": cmd})
	}
	submit := map[string]any{"name": "submit", "args": map[string]any{}}
	record("draft", map[string]any{}, nil)
	record("low", map[string]any{"age_status": "adult"}, submit)
	record("child", map[string]any{"age_status": "child"}, submit)
	rev := record("approved", map[string]any{"age_status": "adult"}, submit)["rev"]
	decide := func(name string) {
		_, id, _ := strings.Cut(b.rows["approved"], "/")
		sup := b.people["supervisor"]
		v := sup.handIn(t, map[string]any{"kind": "cmd", "coll": "encounters", "rec": id, "cmd": map[string]any{"name": name, "expect_rev": rev, "args": map[string]any{}}})
		if v["v"] != "ok" {
			t.Fatalf("%s: got %v", name, v)
		}
		rev = v["rev"]
	}
	decide("pick_up")
	decide("approve")
	_, low, _ := strings.Cut(b.rows["low"], "/")
	late := b.author.handIn(t, map[string]any{"kind": "patch", "coll": "encounters", "rec": low, "set": map[string]any{"name": typedName + "2"}, "prev": map[string]any{"name": typedName}})
	b.author.handIn(t, map[string]any{"kind": "create", "coll": "addenda", "rec": "addendum0000001", "set": map[string]any{"encounter": low, "text": typedStory}})
	held := b.author.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": "encheld00000000", "set": map[string]any{"gender": "x", "narrative": typedHeld}})
	conflicts, _ := late["conflicts"].([]any)
	if len(conflicts) != 1 || held["hold"] == nil {
		t.Fatalf("got %v and %v, want a conflict and a hold", late, held)
	}
	b.rows["conflict"], b.rows["addendum"], b.rows["hold"] = "conflicts/"+conflicts[0].(string), "addenda/addendum0000001", "holds/"+held["hold"].(string)
	b.refer(t)
	b.author.saveDraft(t, "rec000000000001", `{"narrative":"`+typedHalf+`"}`)
	b.tell(t, low)
}

// tell makes a notice for the author, as if a record had come back to them.
func (b *bureau) tell(t *testing.T, rec string) {
	t.Helper()
	b.rows["notice"] = "notices/notice000000001"
	const sql = "INSERT INTO notices (id, user, kind, of_coll, of_rec, state, at_ms) VALUES ('notice000000001', {:user}, 'returned', 'encounters', {:rec}, 'unread', {:now})"
	told := dbx.Params{"user": b.author.row(t, "encounters", rec)["author"], "rec": rec, "now": time.Now().UnixMilli()}
	if _, err := b.app.NonconcurrentDB().NewQuery(sql).Bind(told).Execute(); err != nil {
		t.Fatal(err)
	}
}

// refer makes a referral that waits for review, and one of a child that was sent to the council, with all that follows.
func (b *bureau) refer(t *testing.T) {
	t.Helper()
	agency, err := b.app.FindFirstRecordByFilter("agencies", "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	agency.Set("kind", "local_authority")
	agency.Set("may_refer", true)
	if err := b.app.Save(agency); err != nil {
		t.Fatal(err)
	}
	hand := func(kind, coll, rec string, set, cmd any) {
		if v := b.author.handIn(t, map[string]any{"kind": kind, "coll": coll, "rec": rec, "set": set, "cmd": cmd}); v["v"] != "ok" {
			t.Fatalf("%s %s: got %v", kind, coll, v)
		}
	}
	referral := func(rec, kind string, answers forms.Answers, more casework.Values) {
		form := testkit.Form(t, casework.ReferralTypes[kind].Form)
		for key, value := range map[string]string{"first_name": typedName, "pv_phone": typedPhone} {
			if q, ok := form.Question(key); ok && q.Required {
				answers[key] = value
			}
		}
		hand("create", "referrals", rec, testkit.Referral(t, form, kind, testkit.Fill(t, form, answers), more), map[string]any{"name": "submit", "args": map[string]any{}})
	}
	referral("refnrm000000000", "nrm", forms.Answers{"under_18": "no", "consent_nrm": "yes", "treatment": typedStory}, nil)
	referral("refchild0000000", "safeguarding_child", forms.Answers{}, casework.Values{"to_agency": agency.Id})
	hand("create", "disclosures", "disclosure00001", map[string]any{"referral": "refchild0000000", "what": "phone", "to_kind": "council", "to_name": typedStory,
		"gateway": "sswba_2014_s128_s130", "necessity": typedStory, "proportionality": typedStory}, nil)
	hand("cmd", "referrals", "refchild0000000", nil, map[string]any{"name": "mark_sent", "args": map[string]any{"channel": "phone_then_written",
		"sent_at": "2026-11-23T10:00", "recipient": typedStory, "external_ref": "C-1", "disclosure": "disclosure00001"}})
	b.rows["adult's referral"], b.rows["child's referral"], b.rows["disclosure"] = "referrals/refnrm000000000", "referrals/refchild0000000", "disclosures/disclosure00001"
	for name, coll := range map[string]string{"pack": "packs", "task": "tasks"} {
		row, err := b.app.FindFirstRecordByFilter(coll, "id != ''")
		if err != nil {
			t.Fatalf("find the %s: %v", name, err)
		}
		b.rows[name] = coll + "/" + row.Id
	}
}

// saveDraft seals a draft as a phone does and hands it in.
func (p *enrolled) saveDraft(t *testing.T, rec, text string) {
	t.Helper()
	hello := p.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": p.device}, "Authorization", p.token)
	body := strings.Replace(p.head(0), `"drafts":0`, `"drafts":1`, 1) + fmt.Sprintf(`{"k":"d","rec":%q,"n":1,%s}`+"\n", rec, seal(t, hello.body, "noddfa-draft/1", rec, []byte(text)))
	got := p.ask(t, "POST", "/api/noddfa/push", []byte(body), "Content-Type", "application/x-ndjson", "Authorization", p.token, "X-Noddfa-Device", p.device)
	if drafts, _ := got.body["drafts"].([]any); got.status != 200 || len(drafts) != 1 {
		t.Fatalf("draft: got %d %s", got.status, got.raw)
	}
}

// sight is which of the bureau's records each role sees that is not their author; roles that are not here see none.
var sight = map[string][]string{
	"supervisor":        {"low", "child", "approved", "conflict", "addendum", "hold", "adult's referral", "child's referral", "disclosure", "task", "pack"},
	"spoc":              {"approved", "pack"},
	"safeguarding_lead": {"child", "child's referral", "disclosure", "task", "pack"},
}

// TestFeedOfEveryRole compares the whole feed of every role with the table, row by row, and reveals with the feed.
func TestFeedOfEveryRole(t *testing.T) {
	b := newBureau(t)
	for _, role := range tenRoles {
		t.Run(role, func(t *testing.T) {
			p := b.people[role]
			want := map[string]bool{"devices/" + p.device: true}
			for _, name := range sight[role] {
				want[b.rows[name]] = true
			}
			got, catalogue := map[string]bool{}, map[string]int{}
			for _, row := range p.pull(t) {
				switch row.C {
				case "indicators", "agencies", "forms":
					catalogue[row.C]++
				case "versions", "reviews":
					encounter, _ := row.D["encounter"].(string)
					referral, _ := row.D["referral"].(string)
					if !want["encounters/"+encounter] && !want["referrals/"+referral] {
						t.Errorf("%s of a record out of sight", row.C)
					}
				case "notices":
					if at := fmt.Sprint(row.D["of_coll"], "/", row.D["of_rec"]); !want[at] {
						t.Errorf("a notice of %s, which is out of sight", at)
					}
				default:
					got[row.C+"/"+row.I] = true
				}
				if text := fmt.Sprint(row.D); strings.Contains(text, typedName) || strings.Contains(text, typedPhone) || strings.Contains(text, typedHeld) || strings.Contains(text, typedHalf) {
					t.Errorf("%s %s was sent with what is protected: %s", row.C, row.I, text)
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
			}
			if catalogue["indicators"] < 100 || catalogue["agencies"] != 1 || catalogue["forms"] < 2 {
				t.Errorf("catalogues: got %v", catalogue)
			}
			for _, name := range []string{"draft", "low", "child", "approved", "conflict", "hold", "addendum", "adult's referral", "child's referral", "pack", "task", "disclosure"} {
				b.checkReveal(t, p, b.rows[name], want[b.rows[name]] && !slices.Contains([]string{"addendum", "task", "disclosure"}, name))
			}
		})
	}
	t.Run("author", func(t *testing.T) {
		got := map[string]bool{}
		for _, row := range b.author.pull(t) {
			got[row.C+"/"+row.I] = true
		}
		for name, row := range b.rows {
			if !got[row] && name != "pack" {
				t.Errorf("the author does not see their own %s", name)
			}
		}
	})
}

func (b *bureau) checkReveal(t *testing.T, p enrolled, row string, may bool) {
	t.Helper()
	coll, rec, _ := strings.Cut(row, "/")
	got := p.ask(t, "POST", "/api/noddfa/reveal", map[string]any{"proto": 1, "coll": coll, "rec": rec, "what": "identity"}, "Authorization", p.token, "X-Noddfa-Device", p.device)
	if may != (got.status == 200) || !may && got.status != 404 {
		t.Errorf("reveal %s: got %d %s, want allowed %t", row, got.status, got.raw, may)
	}
}

// adminMay is the whole of what an administrator may change through the records API, beside reading rows as they lie.
var adminMay = map[string][]string{"users": {"create", "update"}, "agencies": {"create", "update"}, "indicators": {"create", "update"},
	"devices": {"update"}, "forms": {"create", "update"}, "_superusers": {"create", "update", "delete"}}

// TestAccessTable is role × collection × act over HTTP: ten roles, nobody, and the administrator.
func TestAccessTable(t *testing.T) {
	b := newBureau(t)
	collections, err := b.app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		for _, role := range append(slices.Clone(tenRoles), "") {
			t.Run(c.Name+"/"+role, func(t *testing.T) {
				token := ""
				if role != "" {
					token = b.people[role].token
				}
				checkClosed(t, b.server, c, token)
			})
		}
		t.Run(c.Name+"/superuser", func(t *testing.T) { b.checkAdmin(t, c) })
	}
}

func (b *bureau) checkAdmin(t *testing.T, c *core.Collection) {
	t.Helper()
	token := b.token(t, core.CollectionNameSuperusers, "admin@example.org")
	records, id := "/api/collections/"+c.Name+"/records", "aaaaaaaaaaaaaaa"
	if rows, err := b.app.FindRecordsByFilter(c, "", "", 1, 0); err == nil && len(rows) == 1 && c.Name != "_superusers" {
		id = rows[0].Id
	}
	for _, a := range []struct{ act, method, path string }{
		{"list", "GET", records + "?perPage=500"}, {"view", "GET", records + "/" + id}, {"create", "POST", records}, {"update", "PATCH", records + "/" + id}, {"delete", "DELETE", records + "/" + id},
	} {
		got := b.ask(t, a.method, a.path, map[string]any{"name": "New"}, "Authorization", token)
		reads := a.act == "list" || a.act == "view"
		if !reads && !slices.Contains(adminMay[c.Name], a.act) && !strings.HasPrefix(c.Name, "_") && got.status != 403 {
			t.Errorf("%s: got %d %s, want 403", a.act, got.status, got.raw)
		}
		if (a.act == "list" || !reads && slices.Contains(adminMay[c.Name], a.act)) && got.status == 403 {
			t.Errorf("%s: got 403, want it allowed", a.act)
		}
		for _, leak := range []string{typedName, typedPhone, typedStory, typedHeld, typedHalf, `"tokenKey"`, `"password"`} {
			if a.act != "create" && strings.Contains(got.raw, leak) {
				t.Errorf("%s: the answer holds %s", a.act, leak)
			}
		}
	}
}
