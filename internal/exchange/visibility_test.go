package exchange_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// sight says, by hand and from the design alone, who sees a record in each state: its author, a supervisor of the agency
// that reviews it, a SPOC of its agency, and, when somebody is at risk, a safeguarding lead of its agency.
var sight = []struct {
	state                      string
	steps                      []string
	author, desk, spoc, safety bool
	wait                       time.Duration // From the last step to the look.
}{
	{"draft", nil, true, false, false, false, 0},
	{"withdrawn unsent", []string{"withdraw"}, true, false, false, false, 0},
	{"submitted", []string{"submit"}, true, true, false, true, 0},
	{"withdrawn", []string{"submit", "withdraw"}, true, true, false, true, 0},
	{"in review", []string{"submit", "pick_up"}, true, true, false, true, 0},
	{"returned", []string{"submit", "pick_up", "return"}, true, true, false, true, 0},
	{"rejected", []string{"submit", "pick_up", "reject"}, true, true, false, true, 0},
	{"approved", []string{"submit", "pick_up", "approve"}, true, true, true, true, 0},
	{"closed", []string{"submit", "pick_up", "approve", "close"}, true, true, true, true, 0},
	{"closed a day", []string{"submit", "pick_up", "approve", "close"}, false, true, true, true, 25 * time.Hour},
	{"closed a season", []string{"submit", "pick_up", "approve", "close"}, false, false, false, false, 91 * 24 * time.Hour},
}

// The others see nothing of any record: roles whose work has not come yet, and everybody of another agency.
var blindRoles = []string{"field", "marac_coord", "intel", "coordinator", "commissioner", "auditor", "admin"}

// TestFeedShowsWhatTheRulesAllow compares what a pull delivers with the table, for every role, state and agency.
func TestFeedShowsWhatTheRulesAllow(t *testing.T) {
	o := newOffice(t)
	other := testkit.AddAgency(t, o.Base, "arall", "")
	records := o.everyState(t)
	look := func(name string, user casework.User, sees func(i int, risk bool) bool) {
		t.Run(name, func(t *testing.T) {
			got, want := o.seen(t, user), []string{}
			for id, at := range records {
				if sees(at.row, at.risk) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			for _, id := range union(got, want) {
				if slices.Contains(got, id) != slices.Contains(want, id) {
					t.Errorf("%s (at risk: %t): seen %t, want %t", sight[records[id].row].state, records[id].risk, slices.Contains(got, id), slices.Contains(want, id))
				}
			}
		})
	}
	nothing := func(int, bool) bool { return false }
	for _, agency := range []string{o.agency, other} {
		for _, role := range casework.Roles {
			sees := map[string]func(int, bool) bool{
				"supervisor":        func(i int, _ bool) bool { return sight[i].desk },
				"spoc":              func(i int, _ bool) bool { return sight[i].spoc },
				"safeguarding_lead": func(i int, risk bool) bool { return sight[i].safety && risk },
			}[role]
			if blind := slices.Contains(blindRoles, role); blind != (sees == nil) {
				t.Fatalf("%s stands in no table, or in two", role)
			}
			if agency == other || sees == nil {
				sees = nothing
			}
			name := agency[:2] + strings.ReplaceAll(role, "_", "")
			look(role+" of "+agency, testkit.AddUser(t, o.Base, name, []string{role}, agency), sees)
		}
	}
	look("author", o.author, func(i int, _ bool) bool { return sight[i].author })
	look("author who moved away", o.moved(t, other), func(i int, _ bool) bool { return sight[i].author })
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

type madeRecord struct {
	row  int
	risk bool
}

// everyState makes two records in each state, one of them of a person at risk, oldest first so that each has waited.
func (o *office) everyState(t *testing.T) map[string]madeRecord {
	out := map[string]madeRecord{}
	order := make([]int, len(sight))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(sight[b].wait/time.Hour - sight[a].wait/time.Hour) })
	for at, i := range order {
		for _, risk := range []bool{false, true} {
			id := testkit.ID(fmt.Sprintf("state%drisk%t", i, risk))
			out[id] = madeRecord{i, risk}
			o.bring(t, id, risk, sight[i].steps)
		}
		if at+1 < len(order) {
			o.Clock.Forward(sight[i].wait - sight[order[at+1]].wait)
		}
	}
	if err := o.Store.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	return out
}

func (o *office) bring(t *testing.T, id string, risk bool, steps []string) {
	set := casework.Values{"narrative": "What was seen.", "name": "A made-up name", "phone": "01632 960000"}
	if risk {
		set["risk"] = "high"
	}
	wantV(t, o.phone.Do(create(id, set, nil)), "ok")
	for _, step := range steps {
		by, args := o.desk, casework.Values{}
		switch step {
		case "submit", "withdraw":
			by = o.phone
			if step == "withdraw" {
				args["reason"] = "A mistake."
			}
		case "return":
			args["codes"], args["note"] = []any{"R01"}, "Please say more."
		case "reject":
			args["reason"] = "Not ours."
		}
		o.desk.Pull()
		wantV(t, by.Do(command(id, step, o.desk.Rows["encounters/"+id].Rev, args)), "ok")
	}
	wantV(t, o.phone.Do(exchange.Op{Kind: "create", Coll: "addenda", Rec: "add" + id[3:], Set: casework.Values{"encounter": id, "text": "More."}}), "ok")
}

// seen gives the encounters that a fresh phone of the user is sent. What belongs to an encounter comes with it or not at
// all, and identity and contact come to the author alone.
func (o *office) seen(t *testing.T, user casework.User) []string {
	t.Helper()
	p := testkit.NewPhone(t, o.Exchange, user, "look"+user.ID)
	p.Pull()
	var ids, followed []string
	for name, row := range p.Rows {
		coll, id, _ := strings.Cut(name, "/")
		switch coll {
		case "encounters":
			ids = append(ids, id)
			if _, named := row.D["name"]; named != (row.D.Text("author") == user.ID) || row.D["has_identity"] != true {
				t.Errorf("%s: the name is sent: %t, to %s", id, named, user.Name)
			}
		case "addenda", "versions", "reviews":
			followed = append(followed, row.D.Text("encounter"))
		}
	}
	slices.Sort(ids)
	slices.Sort(followed)
	if followed = slices.Compact(followed); !slices.Equal(followed, ids) {
		t.Errorf("what follows encounters is of %v, the encounters are %v", followed, ids)
	}
	for name := range maps.Keys(p.Rows) {
		if coll, _, _ := strings.Cut(name, "/"); coll == "holds" || coll == "conflicts" || coll == "drafts" {
			t.Errorf("%s was sent, and there should be none", name)
		}
	}
	return ids
}

// moved is the author after an administrator has moved them to another agency.
func (o *office) moved(t *testing.T, agency string) casework.User {
	o.exec(t, "UPDATE users SET agency = '"+agency+"' WHERE id = '"+o.author.ID+"'")
	user := o.author
	user.Agency = agency
	return user
}
