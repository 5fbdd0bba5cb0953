package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"time"
)

const referralTurns = 20

// measureReferrals hands in batches of full NRM referrals over HTTP, and inserts the very rows that each wrote into a
// second file, in turn.
func measureReferrals(folder string) ([]figure, error) {
	ctx := context.Background()
	o, p, w, err := officeWithAuthor(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.close() }() // The folder goes with it.
	if err := o.mayRefer(p.caller.User.Agency); err != nil {
		return nil, err
	}
	if err := o.serve(); err != nil {
		return nil, err
	}
	form, err := nrmForm()
	if err != nil {
		return nil, err
	}
	person, err := adult()
	if err != nil {
		return nil, err
	}
	got, err := referralTurnByTurn(ctx, o, p, func() ([]byte, error) { return p.body(w.referrals(form, person, batch)) })
	if err != nil {
		return nil, err
	}
	return got.figures(len(person)), o.holdsReferrals(batch * (warm + referralTurns))
}

// handIns is what some turns took: ours, and the inserts of all rows and of the referrals alone.
type handIns struct {
	ours, all, alone []time.Duration
	plain, zipped    int
}

func referralTurnByTurn(ctx context.Context, o *office, p *phone, next func() ([]byte, error)) (h handIns, err error) {
	token, err := o.token(p.caller.User.ID)
	if err != nil {
		return h, err
	}
	second, err := openTwin(ctx, o, "referrals")
	if err != nil {
		return h, err
	}
	defer second.close()
	for turn := range warm + referralTurns {
		body, err := next()
		if err != nil {
			return h, err
		}
		small, err := squeeze(body)
		if err != nil {
			return h, err
		}
		took, err := timed(func() error { return o.pushHTTP(token, p, "gzip", small) })
		if err != nil {
			return h, err
		}
		rows, err := second.written(o)
		if err != nil {
			return h, err
		}
		same, err := timed(func() error { return second.insert(ctx, rows) })
		if err != nil {
			return h, err
		}
		bare, err := timed(func() error { return second.insertAlone(ctx, rows) })
		if err != nil {
			return h, err
		}
		if turn >= warm {
			h.ours, h.all, h.alone = append(h.ours, took), append(h.all, same), append(h.alone, bare)
			h.plain, h.zipped = len(body), len(small)
		}
	}
	return h, second.check(o, (warm+referralTurns)*batch)
}

func (h handIns) figures(answers int) []figure {
	ours, all, alone := median(h.ours), median(h.all), median(h.alone)
	note := fmt.Sprintf("%d answers each; a batch is %.2f MB, %.2f MB with gzip; %.1f times below the same rows, %.1f times below the referral rows alone",
		answers, float64(h.plain)/1e6, float64(h.zipped)/1e6, float64(ours)/float64(all), float64(ours)/float64(alone))
	return []figure{relative("push_referrals_per_s", perSecond(batch, ours), "referrals/s", perSecond(batch, all), 0.1, note)}
}

// squeeze compresses a hand-in as the app does.
func squeeze(body []byte) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := zip.Write(body); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return out.Bytes(), nil
}

// mayRefer makes an agency one of those that the law lets refer.
func (o *office) mayRefer(agency string) error {
	record, err := o.app.FindRecordById("agencies", agency)
	if err != nil {
		return fmt.Errorf("find the agency: %w", err)
	}
	record.Set("may_refer", true)
	return o.app.Save(record)
}

// holdsReferrals says whether n referrals were handed in whole: as what they are, with who they are about, and with a
// version of each.
func (o *office) holdsReferrals(n int) error {
	got, err := o.number(`SELECT count(*) FROM referrals JOIN versions ON versions.referral = referrals.id WHERE referrals.state = 'submitted'
		AND kind = 'nrm' AND length(referrals.sealed_content) > 4000 AND length(referrals.sealed_identity) > 0 AND length(referrals.sealed_contact) > 0`)
	if err == nil && got != int64(n) {
		err = wrong("whole referrals", got, n)
	}
	return err
}
