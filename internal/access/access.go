// Package access says who may see and do what: the one table from records to scopes and from users to scopes.
//
// It promises that a user sees a record exactly when the two lists share a scope, everywhere: in the feed, in a reveal
// and before an operation is taken.
//
// Not here: the feed that these scopes make (records) and the states of records (casework).
package access

import (
	"slices"
	"time"

	"noddfa/internal/casework"
)

const (
	authorKeeps = 24 * time.Hour
	deskKeeps   = 90 * 24 * time.Hour
)

// Record is what access needs to know of a record. For versions, reviews, addenda, conflicts, disclosures and tasks it is
// the encounter or referral that they follow. Type, ToAgency, Child, DecidedMs and SentMs are a referral's and a pack's.
type Record struct {
	Coll, Author         string
	Agency, ReviewAgency string
	State, Age, Risk     string
	Danger               bool
	SubmittedMs          int64
	ClosedMs             int64
	Type, ToAgency       string
	Child                bool
	DecidedMs, SentMs    int64
}

// Scopes gives the keys of the scopes that a record stands in. "gone" records stand in none.
func Scopes(r Record, now time.Time) []string {
	switch r.Coll {
	case "indicators", "agencies", "forms":
		return []string{"all"}
	case "referrals":
		return referralScopes(r, now)
	case "packs":
		return packScopes(r, now)
	case "drafts", "devices", "notices":
		return keep(r.Author != "", "user:"+r.Author, nil)
	case "holds":
		out := keep(r.Author != "", "user:"+r.Author, nil)
		return keep(r.ReviewAgency != "", "agency:"+r.ReviewAgency+":review", out)
	}
	since := now.Sub(time.UnixMilli(r.ClosedMs))
	closed := r.State == casework.Closed
	desk := r.SubmittedMs > 0 && (!closed || since <= deskKeeps)
	approved := r.State == casework.Approved || closed
	out := keep(r.Author != "" && (!closed || since <= authorKeeps), "user:"+r.Author, nil)
	out = keep(desk && r.ReviewAgency != "", "agency:"+r.ReviewAgency+":review", out)
	out = keep(desk && approved && r.Agency != "", "agency:"+r.Agency+":send", out)
	return keep(desk && atRisk(r) && r.Agency != "", "agency:"+r.Agency+":safeguard", out)
}

func atRisk(r Record) bool {
	return r.Danger || r.Child || r.Age == "child" || r.Age == "not_sure" || r.Risk == "high" || r.Risk == "critical"
}

func keep(holds bool, key string, out []string) []string {
	if holds {
		return append(out, key)
	}
	return out
}

// deskScopes is which part of an agency's records a role sees. Roles that are not here see their own and the catalogues.
var deskScopes = []struct{ role, part string }{
	{casework.RoleSupervisor, "review"},
	{casework.RoleSPOC, "send"},
	{casework.RoleSafeguardingLead, "safeguard"},
	{casework.RoleMARACCoord, "marac"},
	{casework.RoleIntel, "intel"},
	{casework.RoleSupervisor, "receive"},
	{casework.RoleSPOC, "receive"},
	{casework.RoleSafeguardingLead, "receive"},
	{casework.RoleField, "support"},
}

// ScopesOf gives the keys of the scopes a user sees, the most needed first.
func ScopesOf(u casework.User) []string {
	out := []string{"all", "user:" + u.ID}
	for _, desk := range deskScopes {
		if u.Agency != "" && u.Is(desk.role) {
			out = keep(!slices.Contains(out, "agency:"+u.Agency+":"+desk.part), "agency:"+u.Agency+":"+desk.part, out)
		}
	}
	return out
}

// Sees says whether the user may see the record.
func Sees(u casework.User, r Record, now time.Time) bool {
	mine := ScopesOf(u)
	return slices.ContainsFunc(Scopes(r, now), func(key string) bool { return slices.Contains(mine, key) })
}

// Role gives in which role a user stands to an encounter: "author", "supervisor", or "" for neither. Nobody is both:
// an author never decides on their own record.
func Role(u casework.User, r Record) string {
	switch {
	case r.Author == u.ID:
		return "author"
	case u.Is(casework.RoleSupervisor) && u.Agency != "" && u.Agency == r.ReviewAgency && (r.SubmittedMs > 0 || r.Coll == "holds"):
		return "supervisor"
	}
	return ""
}

// MayCreate says whether a user may make new encounters and addenda.
func MayCreate(u casework.User) bool {
	return u.Agency != "" && slices.ContainsFunc(u.Roles, func(role string) bool {
		return role == casework.RoleField || role == casework.RoleSupervisor || role == casework.RoleSPOC || role == casework.RoleSafeguardingLead
	})
}
