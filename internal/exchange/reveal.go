package exchange

import (
	"context"

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
		user, err := tx.User(c.User.ID)
		if err != nil {
			return err
		}
		device, ok, err := tx.Device(c.Device)
		if err != nil || !ok || device.Revoked || device.User != user.ID || c.Locked {
			return firstOf(err, notFound())
		}
		if err := x.reveal(tx, user, q, out.D); err != nil {
			return err
		}
		_, err = audit.Append(tx, audit.Entry{AtMs: x.now().UnixMilli(), Actor: user.ID, Role: "user", Agency: user.Agency,
			Act: "reveal:" + q.What, Coll: q.Coll, Rec: q.Rec, Device: device.ID})
		return err
	})
	if err != nil {
		return RevealAnswer{}, err
	}
	return out, nil
}

func notFound() error { return &casework.Error{Code: casework.NotFound, Key: "error.not_found"} }

func (x *Exchange) reveal(tx Tx, user casework.User, q RevealRequest, into casework.Values) error {
	if q.Coll != "encounters" && q.Coll != "conflicts" && q.Coll != "holds" {
		return notFound()
	}
	v, ok, err := tx.Get(q.Coll, q.Rec)
	if err != nil || !ok {
		return firstOf(err, notFound())
	}
	seen, of := standing(v), v
	switch q.Coll {
	case "holds":
		seen.Coll = "holds"
	case "conflicts":
		if of, ok, err = tx.Get("encounters", v.Text("of_rec")); err != nil || !ok {
			return firstOf(err, notFound())
		}
		seen = standing(of)
	}
	if !access.Sees(user, seen, x.now()) {
		return notFound()
	}
	for _, name := range revealed(q) {
		into.Put(name, v[name])
	}
	return nil
}

func revealed(q RevealRequest) []string {
	switch q.Coll {
	case "conflicts":
		return []string{"current", "incoming", "cmd"}
	case "holds":
		return []string{"op"}
	}
	var out []string
	for name, field := range casework.Collections["encounters"].Fields {
		if field.Store == q.What {
			out = append(out, name)
		}
	}
	return out
}
