package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

// clauses are parts of sentences, from which narratives of some 400 characters are composed: nobody's words, but of the
// length and the vocabulary of a field worker's, and hardly two alike.
//
//go:embed clauses.json
var clausesJSON []byte

// writer makes operations by a seed, so that every run measures the same records.
type writer struct {
	rnd       *rand.Rand
	sentences [][][]string
	codes     []string
}

func newWriter(o *office, seed uint64) (*writer, error) {
	w := &writer{rnd: rand.New(rand.NewPCG(seed, 1))}
	if err := json.Unmarshal(clausesJSON, &w.sentences); err != nil {
		return nil, fmt.Errorf("read clauses: %w", err)
	}
	if err := o.db().NewQuery("SELECT code FROM indicators WHERE NOT immediate_danger ORDER BY code").Column(&w.codes); err != nil {
		return nil, fmt.Errorf("read indicators: %w", err)
	}
	if len(w.codes) < 50 {
		return nil, wrong("indicators", len(w.codes), "the catalogue")
	}
	return w, nil
}

func one[T any](w *writer, of ...T) T { return of[w.rnd.IntN(len(of))] }

// narrative is five to eight sentences, each a row of choices.
func (w *writer) narrative() string {
	var out []string
	for range 5 + w.rnd.IntN(4) {
		var sentence strings.Builder
		for _, choices := range one(w, w.sentences...) {
			sentence.WriteString(one(w, choices...))
		}
		out = append(out, sentence.String())
	}
	return strings.Join(out, " ")
}

func (w *writer) codename() string {
	return fmt.Sprintf("%s %d", one(w, "Robin", "Wren", "Barcud", "Gwennol", "Heron", "Dryw", "Kestrel", "Pila"), 10+w.rnd.IntN(90))
}

// place is a line of text; every third time the phone's position stands with it.
func (w *writer) place() map[string]any {
	v := map[string]any{"text": one(w, "Flat above the shop", "Car wash by the bridge", "Farm at the end of the lane", "Room at the back of the yard")}
	if w.rnd.IntN(3) == 0 {
		v["lat"], v["lng"] = 51.5+float64(w.rnd.IntN(150_000))/1e5, -3-float64(w.rnd.IntN(150_000))/1e5
		v["accuracy_m"] = float64(5 + w.rnd.IntN(60))
	}
	return v
}

// ticks is three to six signs, each seen or said.
func (w *writer) ticks() []string {
	var out []string
	for _, i := range w.rnd.Perm(len(w.codes))[:3+w.rnd.IntN(4)] {
		out = append(out, w.codes[i]+":"+one(w, "seen", "said_by_person", "said_by_other", "found"))
	}
	return out
}

// fields fills a record as a field worker does in ten minutes: most of the answers, the person's name now and then.
func (w *writer) fields() casework.Values {
	met := time.Now().Add(-time.Duration(w.rnd.IntN(300*24*60)) * time.Minute).UTC()
	v := casework.Values{
		"codename": w.codename(),
		"met_at":   met.Format("2006-01-02T15:04Z"), "language": one(w, "en", "en", "en", "cy"),
		"force": one(w, "glasfor", "morlan", "eryrod", "bryniau"), "place_kind": one(w, "home", "street", "workplace", "hotel", "shop", "farm"),
		"place":     w.place(),
		"narrative": w.narrative(), "exploitation": []any{one(w, "labour", "sexual", "criminal", "domestic")},
		"age_status": one(w, "adult", "adult", "adult", "not_sure", "child"), "gender": one(w, "female", "male", "unknown"),
		"nationality": one(w, "vn", "ro", "al", "gb", "in", "sd"), "risk": one(w, "low", "medium", "medium", "high"),
		"risk_prompts": map[string]any{"exploiter_near": one(w, "yes", "no", "unknown"), "threats": one(w, "yes", "no", "unknown"),
			"health": one(w, "yes", "no", "unknown"), "others_there": one(w, "yes", "no", "unknown")},
		"safe_contact": map[string]any{"may": one(w, "no", "through"), "through": "The support worker at the drop-in"},
	}
	if w.rnd.IntN(3) == 0 {
		v["name"] = one(w, "Onnen", "Derw", "Helyg", "Rhedyn") + " Enghraifft"
		v["phone"] = fmt.Sprintf("07700 900%03d", w.rnd.IntN(1000))
	}
	return v
}

// batch is how many operations a full hand-in carries.
const batch = 100

// encounters makes n new records, each handed in with the operation that creates it.
func (w *writer) encounters(n int) []exchange.Op {
	ops := make([]exchange.Op, n)
	for i := range ops {
		ops[i] = exchange.Op{Kind: "create", Coll: "encounters", Rec: newID(), Set: w.fields(),
			Add: map[string][]string{"indicators": w.ticks()}, Cmd: &exchange.Cmd{Name: "submit"}}
	}
	return ops
}
