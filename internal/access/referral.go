package access

import (
	"slices"
	"time"

	"noddfa/internal/casework"
)

// decided are the states in which a referral is on the desk of those who send it.
var decided = []string{casework.Approved, casework.Sent, casework.SentUrgent, casework.Acknowledged, casework.OutcomeRecorded, casework.Closed,
	casework.WithdrawnExternal, casework.Superseded}

// sendParts is where each role that sends looks; an author and a reviewer see the referral already.
var sendParts = map[string]string{
	casework.RoleSPOC:             "send",
	casework.RoleMARACCoord:       "marac",
	casework.RoleIntel:            "intel",
	casework.RoleSafeguardingLead: "safeguard",
}

// receiveParts is where each role that receives looks.
var receiveParts = map[string]string{
	casework.RoleSupervisor:       "receive",
	casework.RoleSPOC:             "receive",
	casework.RoleSafeguardingLead: "receive",
	casework.RoleMARACCoord:       "marac",
	casework.RoleIntel:            "intel",
	casework.RoleField:            "support",
}

// referralScopes gives the scopes of a referral: its author, who decides on it, who sends it, and the safeguarding lead
// of the author's agency where it is about a child or danger.
func referralScopes(r Record, now time.Time) []string {
	kind := casework.ReferralTypes[r.Type]
	since := now.Sub(time.UnixMilli(r.ClosedMs))
	closed := r.State == casework.Closed
	desk := r.SubmittedMs > 0 && (!closed || since <= deskKeeps)
	out := keep(r.Author != "" && (!closed || since <= authorKeeps), "user:"+r.Author, nil)
	if !desk {
		return out
	}
	agency, part := reviewers(r, kind)
	out = keep(agency != "", "agency:"+agency+":"+part, out)
	out = keep(atRisk(r) && r.Agency != "", "agency:"+r.Agency+":safeguard", out)
	if !onSendDesk(r, kind) {
		return out
	}
	sender := sendersOf(r, kind)
	for _, role := range kind.Senders {
		part, ok := sendParts[role]
		if key := "agency:" + sender + ":" + part; ok && sender != "" && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

func onSendDesk(r Record, kind casework.ReferralType) bool {
	return slices.Contains(decided, r.State) || r.State == casework.Withdrawn && r.DecidedMs > 0 || kind.Review != casework.ReviewBefore
}

// reviewers gives the agency whose people decide on a referral, and the part of its records where they look.
func reviewers(r Record, kind casework.ReferralType) (agency, part string) {
	agency, part = r.ReviewAgency, "review"
	if kind.Reviewer == "to_agency" {
		agency = r.ToAgency
	}
	if slices.Contains(kind.ReviewerRoles, casework.RoleIntel) {
		part = "intel"
	}
	return agency, part
}

func sendersOf(r Record, kind casework.ReferralType) string {
	if kind.SenderOf == "to_agency" {
		return r.ToAgency
	}
	return r.Agency
}

// packScopes gives the scopes of what was referred to an agency: those of its people who receive such referrals.
func packScopes(r Record, now time.Time) []string {
	if r.ToAgency == "" || r.ClosedMs > 0 && now.Sub(time.UnixMilli(r.ClosedMs)) > deskKeeps {
		return nil
	}
	var out []string
	for _, role := range casework.ReferralTypes[r.Type].Receivers {
		if key := "agency:" + r.ToAgency + ":" + receiveParts[role]; !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// ReferralRoles gives every role in which a user stands to a referral: "author", "reviewer", "sender", "receiver" and
// "safeguarding_lead". An author is never its reviewer.
func ReferralRoles(u casework.User, r Record) []string {
	kind := casework.ReferralTypes[r.Type]
	author := r.Author == u.ID
	out := keep(author, "author", nil)
	if u.Agency == "" || !author && r.SubmittedMs == 0 {
		return keep(author && slices.Contains(kind.Senders, "author"), "sender", out)
	}
	deciders := kind.ReviewerRoles
	if len(deciders) == 0 {
		deciders = []string{casework.RoleSupervisor}
	}
	agency, _ := reviewers(r, kind)
	reviews := !author && u.Agency == agency && hasOne(u, deciders)
	out = keep(reviews, "reviewer", out)
	sends := author && slices.Contains(kind.Senders, "author") || reviews && slices.Contains(kind.Senders, "reviewer") ||
		u.Agency == sendersOf(r, kind) && hasOne(u, kind.Senders) && onSendDesk(r, kind)
	out = keep(sends, "sender", out)
	received := r.SentMs > 0 && u.Agency == r.ToAgency && hasOne(u, kind.Receivers)
	out = keep(received, "receiver", out)
	return keep(!author && atRisk(r) && u.Agency == r.Agency && u.Is(casework.RoleSafeguardingLead), "safeguarding_lead", out)
}

func hasOne(u casework.User, roles []string) bool {
	return slices.ContainsFunc(roles, u.Is)
}

// MayRefer says whether a user may make new referrals. Which types their agency may make is for the guards to say.
func MayRefer(u casework.User) bool {
	return MayCreate(u) || u.Agency != "" && u.Is(casework.RoleIntel)
}
