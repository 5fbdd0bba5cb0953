package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"noddfa/internal/casework"
)

const (
	interactionAimMs = 50
	// fullBox is a little less than a box of the form takes.
	fullBox = 14_900
)

// interaction is what one interaction cost the page in milliseconds: script up to what it shows, drawing that, and script
// that saves it and hands it in afterwards.
type interaction struct{ Script, Drawing, After float64 }

// measureForm hands in the draft of a full NRM referral from one phone of a person, and has the real program serve it to
// that person's next phone and to their desk, where it is opened, written in and validated.
func measureForm(folder string) ([]figure, error) {
	o, err := openOffice(filepath.Join(folder, "server"))
	if err != nil {
		return nil, err
	}
	rec, err := o.draftReferral(context.Background())
	if err := errors.Join(err, o.close()); err != nil {
		return nil, err
	}
	out, err := node("bench/form.mjs", o.data(), o.keysFolder(), authorEmail, password, rec)
	if err != nil {
		return nil, err
	}
	var got map[string][]interaction
	if err := json.Unmarshal(out, &got); err != nil {
		return nil, fmt.Errorf("read what the browser measured: %w", err)
	}
	if len(got) < 12 {
		return nil, wrong("kinds of interaction", slices.Sorted(maps.Keys(got)), "12 at least")
	}
	return []figure{slowest(got)}, nil
}

// slowest is the figure of the kind of interaction with the highest median. The others stand in the remark.
func slowest(got map[string][]interaction) figure {
	most, notes, drawn, saved := 0.0, []string{}, []float64{}, []float64{}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		var script, drawing, after []float64
		for _, one := range got[name] {
			script, drawing, after = append(script, one.Script), append(drawing, one.Drawing), append(after, one.After)
		}
		most = max(most, middle(script))
		drawn, saved = append(drawn, middle(drawing)), append(saved, middle(after))
		notes = append(notes, fmt.Sprintf("%s %.0f (worst %.0f)", name, middle(script), slices.Max(script)))
	}
	note := fmt.Sprintf("%s; drawing not counted, at most %.0f, nor saving later, at most %.0f", strings.Join(notes, ", "), slices.Max(drawn), slices.Max(saved))
	return atMost("nrm_interaction_ms_4x", most, "ms", interactionAimMs, note)
}

// draftReferral makes an author who has written a referral and not handed it in: whole but for the question of danger,
// with a text in every long box, one of them full.
func (o *office) draftReferral(ctx context.Context) (string, error) {
	p, w, err := o.author(ctx)
	if err != nil {
		return "", err
	}
	form, err := nrmForm()
	if err != nil {
		return "", err
	}
	person, err := adult()
	if err != nil {
		return "", err
	}
	long, _ := fillLong(form, person, w.narrative)
	long["how_started"] = strings.Repeat(w.narrative()+" ", 100)[:fullBox]
	value := referral(form, long)
	delete(value, "danger")
	value["codename"] = w.codename()
	rec := newID()
	body, err := p.draftBody(rec, casework.Values{"coll": "referrals", "base_rev": 0, "value": value, "at_ms": time.Now().UnixMilli()})
	if err != nil {
		return "", err
	}
	return rec, errors.Join(o.mayRefer(p.caller.User.Agency), o.push(ctx, p, body, 0), o.holdsDraft())
}

func (o *office) holdsDraft() error {
	n, err := o.number("SELECT count(*) FROM drafts WHERE length(sealed_content) > 20000")
	if err == nil && n != 1 {
		err = wrong("drafts of a full form", n, 1)
	}
	return err
}
