package exchange_test

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// model is what the records must be, worked out from the ledger of operations alone, by rules written a second time and
// as plainly as can be. It knows nothing of feeds, numbers or storage.
type model struct {
	w          *world
	people     map[string]*worker
	review     map[string]string // Which agency decides for another.
	encounters map[string]*encounter
	erased     map[string]bool
	addenda    map[string]string
	conflicts  map[string]*clash
	holds      map[string]*held
	papers
	revoked  map[string]bool
	codes    []string
	danger   map[string]bool
	verdicts map[string]string // The verdict of each operation that the server took, by its id.
	taken    int64             // The number of the last verdict taken in.
	// Versions and decisions of records that were erased.
	goneVersions, goneDecisions int
}

type worker struct {
	roles  []string
	agency string
}

type encounter struct {
	fields                    casework.Values
	author, agency, review    string
	state, pickedUp           string
	submitted, calm, callBack bool
	version, decisions        int
	closedMs                  int64
	rev                       int64 // The number of its last change; changed when nobody can have seen it yet.
	seen                      int64 // The number at the last look.
}

const changed = -1

type clash struct {
	coll, rec, field, kind string
	incoming               any
	open                   bool
}

type held struct {
	author, review, state string
	made                  *made
}

func newModel(w *world) *model {
	m := &model{w: w, papers: newPapers(), people: map[string]*worker{}, encounters: map[string]*encounter{}, erased: map[string]bool{}, addenda: map[string]string{},
		conflicts: map[string]*clash{}, holds: map[string]*held{}, revoked: map[string]bool{}, danger: map[string]bool{}, verdicts: map[string]string{},
		review: map[string]string{testkit.ID("aber"): "", testkit.ID("bryn"): testkit.ID("aber"), testkit.ID("coed"): testkit.ID("bryn")}}
	for _, one := range cast {
		m.people[testkit.ID(one.name)] = &worker{roles: one.roles, agency: testkit.ID(one.agency)}
	}
	return m
}

func (p *worker) is(role string) bool { return slices.Contains(p.roles, role) }

// reviewer says which agency decides on what somebody records now.
func (m *model) reviewer(p *worker) string {
	own := false
	for _, other := range m.people {
		own = own || other != p && other.agency == p.agency && other.is("supervisor")
	}
	if named := m.review[p.agency]; named != "" && !own {
		return named
	}
	return p.agency
}

func (e *encounter) clone() *encounter {
	c := *e
	c.fields = e.fields.Clone()
	return &c
}

func (e *encounter) ticks() []string { return e.fields.List("indicators") }

// same compares two values; nothing, no, "" and an empty list are one.
func same(a, b any) bool {
	x, errX := json.Marshal(bare(a))
	y, errY := json.Marshal(bare(b))
	return errX == nil && errY == nil && string(x) == string(y)
}

func bare(value any) any {
	switch v := value.(type) {
	case bool:
		if v {
			return v
		}
		return nil
	case string:
		if v == "" {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	case []string:
		if len(v) == 0 {
			return nil
		}
	case map[string]any:
		v = maps.Clone(v)
		maps.DeleteFunc(v, func(_ string, inner any) bool { return bare(inner) == nil })
		if len(v) == 0 {
			return nil
		}
		return v
	}
	return value
}

// named gives the id that follows from an operation, as docs/protocol.md and a replay need it.
func named(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	text := new(big.Int).SetBytes(sum[:]).Text(36)
	return text[len(text)-15:]
}

// take works out an operation's verdict and does to the model what it says.
func (m *model) take(o *made, device string) string {
	t := &trial{m: m, op: o.op, id: o.id, user: o.user}
	v := "rejected"
	switch {
	case o.unreadable:
	case m.revoked[device]:
		v = "forbidden"
	case o.op.V != 1 || o.op.Grp != "" || o.op.Kind == "hole":
	case o.op.User != o.user:
		v = "forbidden"
	default:
		v = t.run()
	}
	switch v {
	case "rejected", "forbidden":
		m.holds[named(o.id, "hold")] = &held{author: o.user, review: m.reviewer(m.people[o.user]), state: "open", made: o}
	case "gone":
	default:
		for _, write := range t.writes {
			write()
		}
	}
	return v
}

// trial is one operation being worked out. Its writes happen together, or not at all.
type trial struct {
	m            *model
	op           exchange.Op
	id, user     string
	rec          string
	before, e    *encounter
	role, result string
	writes       []func()
	// was, r and roles are of a referral, clashes of an operation that left a conflict.
	was, r  *referral
	roles   []string
	clashes bool
}

func (t *trial) run() string {
	p := t.m.people[t.user]
	if t.m.erased[t.op.Rec] {
		return "gone"
	}
	switch t.op.Coll + "/" + t.op.Kind {
	case "encounters/create":
		return t.create(p)
	case "encounters/patch", "encounters/cmd":
		return t.patch()
	case "addenda/create":
		if !t.open(t.op.Set.Text("encounter")) {
			return "forbidden"
		}
		t.writes = append(t.writes, func() {
			t.m.addenda[t.op.Rec] = t.op.Set.Text("text")
			t.m.encounters[t.rec].rev = changed
		})
		return "ok"
	case "conflicts/resolve":
		return t.choose()
	case "holds/cmd":
		return t.settleHold(p)
	}
	return t.runPaper(p)
}

// open reads the encounter and says whether the user may work on it at all.
func (t *trial) open(rec string) bool {
	e := t.m.encounters[rec]
	if e == nil {
		return false
	}
	p := t.m.people[t.user]
	t.rec, t.before, t.e = rec, e, e.clone()
	switch {
	case e.author == t.user:
		t.role = "author"
	case e.submitted && p.is("supervisor") && p.agency == e.review:
		t.role = "supervisor"
	}
	return t.role != ""
}

var fine = []string{"codename", "met_at", "council", "narrative", "indicators", "exploitation", "age_status", "risk", "danger", "danger_answers", "name", "safe_contact"}

func (t *trial) valid() bool {
	for name := range t.op.Set {
		if !slices.Contains(fine, name) {
			return false
		}
	}
	return len(t.op.Set.Text("narrative")) <= 15000
}

func (t *trial) create(p *worker) string {
	may := p.is("field") || p.is("supervisor") || p.is("spoc") || p.is("safeguarding_lead")
	switch {
	case !may || p.agency == "":
		return "forbidden"
	case !t.valid() || t.m.encounters[t.op.Rec] != nil:
		return "rejected"
	}
	t.rec, t.role, t.result = t.op.Rec, "author", "ok"
	t.before = &encounter{fields: casework.Values{}}
	t.e = &encounter{fields: casework.Values{}, author: t.user, agency: p.agency, review: t.m.reviewer(p), state: "draft"}
	for name, value := range t.op.Set {
		t.e.fields.Put(name, value)
	}
	t.e.fields.Put("indicators", t.op.Add["indicators"])
	t.follow()
	if t.op.Cmd != nil {
		if refused := t.command(); refused != "" {
			return refused
		}
	}
	t.store()
	return t.result
}

func (t *trial) patch() string {
	switch {
	case !t.valid():
		return "rejected"
	case !t.open(t.op.Rec):
		return "forbidden"
	}
	names := t.names()
	for _, name := range names {
		if t.role == "supervisor" && name != "council" && name != "exploitation" && name != "age_status" {
			return "forbidden"
		}
	}
	late := !slices.Contains(map[string][]string{"author": {"draft", "returned"}, "supervisor": {"submitted", "in_review"}}[t.role], t.e.state)
	wrote, kept := false, false
	for _, name := range names {
		w, k := t.field(name, late)
		wrote, kept = wrote || w, kept || k
	}
	t.result = "ok"
	switch {
	case kept && late:
		t.result = "late"
	case kept:
		t.result = "conflict"
	case !wrote && t.op.Cmd == nil:
		t.result = "merged"
	}
	t.follow()
	if t.op.Cmd != nil {
		if refused := t.command(); refused != "" {
			return refused
		}
	}
	t.store()
	return t.result
}

func (t *trial) names() []string {
	all := slices.Concat(slices.Collect(maps.Keys(t.op.Set)), slices.Collect(maps.Keys(t.op.Add)), slices.Collect(maps.Keys(t.op.Del)))
	slices.Sort(all)
	return slices.Compact(all)
}

// store puts the tried encounter in its place, as changed when anything is.
func (t *trial) store() {
	was, is := *t.before, *t.e
	was.fields, is.fields = nil, nil
	if was.rev = is.rev; !same(map[string]any(t.before.fields), map[string]any(t.e.fields)) || !alike(was, is) {
		t.e.rev = changed
	}
	t.writes = append(t.writes, func() { t.m.encounters[t.rec] = t.e })
}

func alike(a, b encounter) bool {
	return a.author == b.author && a.state == b.state && a.pickedUp == b.pickedUp && a.submitted == b.submitted && a.calm == b.calm &&
		a.callBack == b.callBack && a.version == b.version && a.closedMs == b.closedMs
}
