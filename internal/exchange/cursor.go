package exchange

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"slices"
)

// cursor is where a phone stands: the history line and user it belongs to, the main position, the scopes it has, those
// still arriving and those that just did, and the generation of its rows.
type cursor struct {
	Epoch  string  `json:"e"`
	User   string  `json:"u"`
	Main   int64   `json:"m"`
	Scopes []int64 `json:"s"`
	Lag    []lag   `json:"l,omitempty"`
	Done   []lag   `json:"d,omitempty"`
	Sweep  bool    `json:"w,omitempty"`
	Gen    int64   `json:"g"`
}

// lag is a scope that arrives in full, up to the main position. Scopes of one batch were gained together.
type lag struct {
	Scope int64 `json:"s"`
	Pos   int64 `json:"p"`
	Batch int64 `json:"b"`
}

const (
	cursorMax = 8 << 10
	macSize   = 16
)

// writeCursor signs the cursor, because its position decides what a phone is told to forget.
func (x *Exchange) writeCursor(c cursor) (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(x.cursorMAC(raw), raw...)), nil
}

func (x *Exchange) cursorMAC(raw []byte) []byte {
	return x.keys.MAC(append([]byte("noddfa-cursor/1|"), raw...))[:macSize:macSize]
}

// readCursor gives the cursor, or false for one that this server cannot serve from.
func (x *Exchange) readCursor(text, user string, meta Meta) (cursor, bool) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > cursorMax || len(raw) <= macSize || !hmac.Equal(raw[:macSize], x.cursorMAC(raw[macSize:])) {
		return c, false
	}
	if json.Unmarshal(raw[macSize:], &c) != nil || c.Epoch != meta.Epoch || c.User != user || c.Main > meta.Head || c.Main < meta.Horizon {
		return cursor{Gen: c.Gen}, false
	}
	return c, true
}

// begin gives the cursor to serve from, with the scopes that were gained; lost holds those to drop.
func (x *Exchange) begin(text, user string, meta Meta, mine []Scope) (c cursor, lost []int64) {
	c, ok := x.readCursor(text, user, meta)
	if !ok {
		c = cursor{Epoch: meta.Epoch, User: user, Main: meta.Head, Sweep: true, Gen: c.Gen + 1}
	}
	c.Scopes, lost = slices.Clone(c.Scopes), nil
	for _, scope := range mine {
		if !slices.Contains(c.Scopes, scope.ID) {
			c.Scopes = append(c.Scopes, scope.ID)
			c.Lag = append(c.Lag, lag{Scope: scope.ID, Batch: meta.Head})
		}
	}
	kept := c.Scopes[:0]
	for _, id := range c.Scopes {
		if slices.ContainsFunc(mine, func(s Scope) bool { return s.ID == id }) {
			kept = append(kept, id)
		} else {
			lost = append(lost, id)
		}
	}
	c.Scopes = kept
	c.Lag = slices.DeleteFunc(c.Lag, func(l lag) bool { return slices.Contains(lost, l.Scope) })
	return c, lost
}
