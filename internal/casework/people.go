package casework

import "slices"

// The roles of people.
const (
	RoleField            = "field"
	RoleSupervisor       = "supervisor"
	RoleSPOC             = "spoc"
	RoleSafeguardingLead = "safeguarding_lead"
	RoleMARACCoord       = "marac_coord"
	RoleIntel            = "intel"
	RoleCoordinator      = "coordinator"
	RoleCommissioner     = "commissioner"
	RoleAuditor          = "auditor"
	RoleAdmin            = "admin"
)

// Roles lists every role.
var Roles = []string{
	RoleField, RoleSupervisor, RoleSPOC, RoleSafeguardingLead, RoleMARACCoord, RoleIntel, RoleCoordinator,
	RoleCommissioner, RoleAuditor, RoleAdmin,
}

// User is a person who signs in. Agency is the id of the agency they work for. ReviewAgency is the id of the agency
// whose supervisors decide on what this person records now.
type User struct {
	ID           string
	Name         string
	Email        string
	Roles        []string
	Agency       string
	ReviewAgency string
	Locale       string
}

// Is says whether the user holds the role.
func (u User) Is(role string) bool { return slices.Contains(u.Roles, role) }

// Agency is an organisation that people work for.
type Agency struct {
	ID, Code, NameEN, NameCY, Kind, Force string
	MayRefer                              bool
	ReviewAgency                          string
}
