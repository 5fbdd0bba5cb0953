package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
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
	s, author, supervisor := station(t)
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
	b.author.saveDraft(t, "rec000000000001", `{"narrative":"`+typedHalf+`"}`)
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
	"supervisor":        {"low", "child", "approved", "conflict", "addendum", "hold"},
	"spoc":              {"approved"},
	"safeguarding_lead": {"child"},
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
				case "indicators", "agencies":
					catalogue[row.C]++
				case "versions", "reviews":
					if !want["encounters/"+row.D["encounter"].(string)] {
						t.Errorf("%s of a record out of sight", row.C)
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
			if catalogue["indicators"] < 100 || catalogue["agencies"] != 1 {
				t.Errorf("catalogues: got %v", catalogue)
			}
			for _, name := range []string{"draft", "low", "child", "approved", "conflict", "hold", "addendum"} {
				b.checkReveal(t, p, b.rows[name], want[b.rows[name]] && name != "addendum")
			}
		})
	}
	t.Run("author", func(t *testing.T) {
		got := map[string]bool{}
		for _, row := range b.author.pull(t) {
			got[row.C+"/"+row.I] = true
		}
		for name, row := range b.rows {
			if !got[row] {
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
	"devices": {"update"}, "_superusers": {"create", "update", "delete"}}

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
