package exchange

import (
	"context"
	"maps"
	"slices"
	"strings"

	"noddfa/internal/access"
	"noddfa/internal/audit"
	"noddfa/internal/casework"
)

// Reveal gives the identity or contact of one record, or the values kept in a conflict or hold. The audit row is written
// in the same transaction: without it nothing is revealed.
func (x *Exchange) Reveal(ctx context.Context, c Caller, q RevealRequest) (RevealAnswer, error) {
	if q.Proto != 1 {
		return RevealAnswer{}, malformed("error.proto")
	}
	if !casework.IsID(q.Rec) || (q.What != casework.Identity && q.What != casework.Contact) {
		return RevealAnswer{}, malformed("error.malformed")
	}
	out := RevealAnswer{Noddfa: "reveal/1", Rec: q.Rec, What: q.What, D: casework.Values{}}
	err := x.store.Write(ctx, func(tx Tx) error {
		user, device, err := live(tx, c)
		if err != nil {
			return err
		}
		v, err := x.reveal(tx, user, q, out.D)
		if err != nil {
			return err
		}
		act, detail := shown(q, v)
		_, err = audit.Append(tx, audit.Entry{AtMs: x.now().UnixMilli(), Actor: user.ID, Role: "user", Agency: user.Agency,
			Act: act, Coll: q.Coll, Rec: q.Rec, Device: device.ID, Detail: detail})
		return err
	})
	if err != nil {
		return RevealAnswer{}, err
	}
	return out, nil
}

// live gives the user and device of a caller as the accounts say now. Whoever is locked, or holds a device that was
// revoked, is told that nothing is there.
func live(tx Tx, c Caller) (casework.User, Device, error) {
	user, err := tx.User(c.User.ID)
	if err != nil {
		return user, Device{}, err
	}
	device, ok, err := tx.Device(c.Device)
	if err == nil && (!ok || device.Revoked || device.User != user.ID || c.Locked) {
		err = notFound()
	}
	return user, device, err
}

func notFound() error { return &casework.Error{Code: casework.NotFound, Key: "error.not_found"} }

// shown says for the audit what a reveal gave, which for a conflict and a hold is what lies there and not what was asked
// for: the class of a conflict's field and its name, or the classes of everything in a held operation.
func shown(q RevealRequest, v casework.Values) (act, detail string) {
	switch q.Coll {
	case "conflicts":
		return "reveal:" + v.Text("store"), v.Text("field")
	case "holds":
		return "reveal:operation", strings.Join(classes(v), " ")
	}
	return "reveal:" + q.What, ""
}

// classes names the storage classes of the fields in a held operation, or "sealed" for one that nobody could open.
func classes(hold casework.Values) []string {
	op, _ := hold["op"].(map[string]any)
	if _, opened := op["v"]; !opened {
		return []string{"sealed"}
	}
	found := map[string]bool{}
	for _, group := range []string{"set", "prev", "add", "del"} {
		fields, _ := op[group].(map[string]any)
		for name := range fields {
			found[classOf(name)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// classOf gives the storage class of a field that an operation names. One that no table knows may hold anything; it is
// read as free text.
func classOf(name string) string {
	if field, ok := casework.Collections["encounters"].Fields[name]; ok {
		return field.Store
	}
	if part, _, dotted := strings.Cut(name, "."); dotted && answerParts[part] != "" {
		return answerParts[part]
	}
	return casework.Content
}

// revealable are the collections that keep what is protected.
var revealable = []string{"encounters", "referrals", "packs", "conflicts", "holds"}

func (x *Exchange) reveal(tx Tx, user casework.User, q RevealRequest, into casework.Values) (casework.Values, error) {
	if !slices.Contains(revealable, q.Coll) {
		return nil, notFound()
	}
	v, ok, err := tx.Get(q.Coll, q.Rec)
	if err != nil || !ok {
		return nil, firstOf(err, notFound())
	}
	seen := standing(q.Coll, v)
	if q.Coll == "conflicts" {
		of, ok, err := tx.Get(v.Text("of_coll"), v.Text("of_rec"))
		if err != nil || !ok {
			return nil, firstOf(err, notFound())
		}
		seen = standing(v.Text("of_coll"), of)
	}
	if !access.Sees(user, seen, x.now()) {
		return nil, notFound()
	}
	for _, name := range revealed(q) {
		into.Put(name, v[name])
	}
	return v, nil
}

func revealed(q RevealRequest) []string {
	switch q.Coll {
	case "conflicts":
		return []string{"current", "incoming", "cmd"}
	case "holds":
		return []string{"op"}
	case "referrals", "packs":
		return []string{q.What}
	}
	var out []string
	for name, field := range casework.Collections["encounters"].Fields {
		if field.Store == q.What {
			out = append(out, name)
		}
	}
	return out
}
