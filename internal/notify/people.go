package notify

import (
	"slices"

	"noddfa/internal/casework"
	"noddfa/internal/records"
)

// audience gives the ids of the users whom an event concerns.
type audience func(t *records.Telling, e event) ([]string, error)

func author(t *records.Telling, e event) ([]string, error) {
	id := e.of.Text("author")
	if ok, err := t.Active(id); err != nil || !ok {
		return nil, err
	}
	return []string{id}, nil
}

// reviewers are the people who may decide on the record: for some types of referral those of the agency it goes to.
func reviewers(t *records.Telling, e event) ([]string, error) {
	agency, roles := e.of.Text("review_agency"), []string{casework.RoleSupervisor}
	if kind, ok := casework.ReferralTypes[e.of.Text("type")]; ok && e.coll == "referrals" {
		if kind.Reviewer == "to_agency" {
			agency = e.of.Text("to_agency")
		}
		if len(kind.ReviewerRoles) > 0 {
			roles = kind.ReviewerRoles
		}
	}
	return t.Holders(agency, roles)
}

// senders are the people who send a referral of this type on. Its author and its reviewer know without being told.
func senders(t *records.Telling, e event) ([]string, error) {
	kind := casework.ReferralTypes[e.of.Text("type")]
	agency := e.of.Text("agency")
	if kind.SenderOf == "to_agency" {
		agency = e.of.Text("to_agency")
	}
	return t.Holders(agency, kind.Senders)
}

// receivers are the people of the agency that a referral went to who take it in.
func receivers(t *records.Telling, e event) ([]string, error) {
	return t.Holders(e.row.Text("to_agency"), casework.ReferralTypes[e.row.Text("type")].Receivers)
}

// concerned gives everybody of the audiences once, without whoever did it, and without whoever has a danger in hand already.
func concerned(t *records.Telling, r rule, e event) ([]string, error) {
	var all []string
	for _, who := range r.to {
		ids, err := who(t, e)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(id string) bool {
		return id == e.actor() || (r.urgent && id == e.of.Text("picked_up_by"))
	}), nil
}
