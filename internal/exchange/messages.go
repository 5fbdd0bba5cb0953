package exchange

import "noddfa/internal/casework"

// Caller is who sends a request: a signed-in user, or the owner of a device that signed the request while locked.
type Caller struct {
	User   casework.User
	Device string
	Locked bool
}

// HelloRequest is the first message of a session.
type HelloRequest struct {
	Proto    int    `json:"proto"`
	Device   string `json:"device"`
	Name     string `json:"name"`
	SignKey  string `json:"sign_key"`
	App      string `json:"app"`
	ClientMs int64  `json:"client_ms"`
}

// HelloAnswer says who the user is, which key to seal to, and what is asked of the phone.
type HelloAnswer struct {
	Noddfa   string      `json:"noddfa"`
	Proto    [2]int      `json:"proto"`
	Epoch    string      `json:"epoch"`
	Head     int64       `json:"head"`
	Durable  int64       `json:"durable"`
	LastSeq  int64       `json:"last_seq"`
	ServerMs int64       `json:"server_ms"`
	Key      HelloKey    `json:"key"`
	User     HelloUser   `json:"user"`
	Device   HelloDevice `json:"device"`
	Scopes   []Scope     `json:"scopes"`
	Limits   Limits      `json:"limits"`
	Policy   Policy      `json:"policy"`
	Order    string      `json:"order"`
	Demo     bool        `json:"demo"`
}

// HelloKey is the server's public key, the raw P-256 point in base64url.
type HelloKey struct {
	KID string `json:"kid"`
	Pub string `json:"pub"`
}

// HelloUser is the user as their phone shows them.
type HelloUser struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Email      string            `json:"email"`
	Roles      []string          `json:"roles"`
	Agency     string            `json:"agency"`
	AgencyName map[string]string `json:"agency_name"`
	Locale     string            `json:"locale"`
}

// HelloDevice is the device as the server knows it.
type HelloDevice struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Revoked bool   `json:"revoked"`
}

// Scope is a group of people who see the same records; Live is how many records stand in it.
type Scope struct {
	ID   int64  `json:"id"`
	Key  string `json:"key"`
	Live int64  `json:"live"`
}

// Limits are what one request may carry, in pieces and bytes.
type Limits struct {
	Ops    int `json:"ops"`
	Body   int `json:"body"`
	Op     int `json:"op"`
	Drafts int `json:"drafts"`
}

// Policy is what the agency asks of phones.
type Policy struct {
	LeaseDays    int `json:"lease_days"`
	IdleLockS    int `json:"idle_lock_s"`
	KeepDays     int `json:"keep_days"`
	DraftDaysMax int `json:"draft_days_max"`
}

// PushAnswer holds one verdict for each operation that was read.
type PushAnswer struct {
	Noddfa   string     `json:"noddfa"`
	Epoch    string     `json:"epoch"`
	LastSeq  int64      `json:"last_seq"`
	Head     int64      `json:"head"`
	Durable  int64      `json:"durable"`
	ServerMs int64      `json:"server_ms"`
	Order    string     `json:"order"`
	Verdicts []Verdict  `json:"verdicts"`
	Drafts   []DraftAck `json:"drafts"`
	Stop     *Stop      `json:"stop,omitempty"`
}

// Verdict is what became of one operation, for ever.
type Verdict struct {
	Seq       int64             `json:"seq"`
	OpID      string            `json:"op_id"`
	V         string            `json:"v"`
	Commit    int64             `json:"commit"`
	Rev       int64             `json:"rev"`
	Key       string            `json:"key,omitempty"`
	Fields    casework.Problems `json:"fields,omitempty"`
	Conflicts []string          `json:"conflicts,omitempty"`
	Hold      string            `json:"hold,omitempty"`
	By        *By               `json:"by,omitempty"`
	Allowed   []string          `json:"allowed,omitempty"`
}

// By is who decided first, and what.
type By struct {
	Name  string `json:"name"`
	Event string `json:"event"`
	AtMs  int64  `json:"at_ms"`
}

// DraftAck is the number of the draft that is stored now.
type DraftAck struct {
	Rec string `json:"rec"`
	N   int64  `json:"n"`
}

// Stop says why the server read no further: "gap" with the number it expects, or "fork".
type Stop struct {
	Why    string `json:"why"`
	Expect int64  `json:"expect,omitempty"`
}

// PullRequest asks for what changed since a cursor; "" asks for everything.
type PullRequest struct {
	Proto  int    `json:"proto"`
	Device string `json:"device"`
	Cursor string `json:"cursor"`
}

// RevealRequest asks for the identity or contact of one record, or for the values kept in a conflict or hold.
type RevealRequest struct {
	Proto int    `json:"proto"`
	Coll  string `json:"coll"`
	Rec   string `json:"rec"`
	What  string `json:"what"`
}

// RevealAnswer holds what was asked for.
type RevealAnswer struct {
	Noddfa string          `json:"noddfa"`
	Rec    string          `json:"rec"`
	What   string          `json:"what"`
	D      casework.Values `json:"d"`
}
