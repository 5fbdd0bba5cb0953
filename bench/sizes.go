package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
)

const (
	agencies    = 12
	perAgency   = 3  // field workers beside one supervisor
	byHand      = 12 // records that each of them handed in for real, before the store is filled
	changes     = 20 // rows of a pull that brings some
	pullTurns   = 41
	pullAimMs   = 1.0
	idlePerTurn = 3
)

// measurePulls fills one store step by step and measures the same supervisor's pulls at each size.
func measurePulls(folder string) ([]figure, error) {
	o, err := openOffice(filepath.Join(folder, "server"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.close() }() // The folder goes with it.
	ctx := context.Background()
	desk, decider, err := o.staff(ctx)
	if err != nil {
		return nil, err
	}
	sizes := []struct {
		records int
		name    string
	}{{10_000, "10k"}, {100_000, "100k"}, {1_000_000, "1m"}}
	if quick() {
		sizes = sizes[:2]
	}
	var idle, some []figure
	for _, size := range sizes {
		if err := o.fill(ctx, size.records); err != nil {
			return nil, err
		}
		if got, err := o.number("SELECT count(*) FROM encounters"); err != nil || got != int64(size.records) {
			return nil, wrong("records", got, size.records)
		}
		quiet, busy, err := o.pulls(ctx, desk, decider)
		if err != nil {
			return nil, fmt.Errorf("with %s records: %w", size.name, err)
		}
		idle = append(idle, atMost("pull_idle_ms_"+size.name, ms(quiet), "ms", pullAimMs, ""))
		some = append(some, atMost("pull_20_ms_"+size.name, ms(busy), "ms", pullAimMs, ""))
	}
	return append(idle, some...), nil
}

// staff makes agencies whose field workers have each handed in some records, and gives two phones of one supervisor.
func (o *office) staff(ctx context.Context) (desk, decider *phone, err error) {
	w, err := newWriter(o, 11)
	if err != nil {
		return nil, nil, err
	}
	var supervisor casework.User
	for i := range agencies {
		agency, err := o.addAgency(fmt.Sprintf("agency%d", i))
		if err != nil {
			return nil, nil, err
		}
		if supervisor, err = o.addUser(fmt.Sprintf("supervisor%d@example.org", i), casework.RoleSupervisor, agency); err != nil {
			return nil, nil, err
		}
		for k := range perAgency {
			user, err := o.addUser(fmt.Sprintf("field%d.%d@example.org", i, k), casework.RoleField, agency)
			if err != nil {
				return nil, nil, err
			}
			p, err := o.enrol(ctx, user)
			if err != nil {
				return nil, nil, err
			}
			if err := o.handIn(ctx, p, w, byHand); err != nil {
				return nil, nil, err
			}
		}
	}
	if desk, err = o.enrol(ctx, supervisor); err != nil {
		return nil, nil, err
	}
	decider, err = o.enrol(ctx, supervisor)
	return desk, decider, err
}

// pulls gives the median of a pull with nothing new and of one with 20 changed rows.
func (o *office) pulls(ctx context.Context, desk, decider *phone) (idle, some time.Duration, err error) {
	ids, err := o.inReview(decider)
	if err != nil {
		return 0, 0, err
	}
	var answer bytes.Buffer
	if err := o.pull(ctx, desk, &answer); err != nil {
		return 0, 0, err
	}
	f, err := readFeed(answer.Bytes())
	if err != nil {
		return 0, 0, err
	}
	desk.cursor = f.cursor
	var quiet, busy []time.Duration
	for turn := range warm + pullTurns {
		if err := o.correct(ctx, decider, ids, turn); err != nil {
			return 0, 0, err
		}
		took, err := o.onePull(ctx, desk, changes)
		if err != nil {
			return 0, 0, err
		}
		for range idlePerTurn {
			none, err := o.onePull(ctx, desk, 0)
			if err != nil {
				return 0, 0, err
			}
			quiet = append(quiet, none)
		}
		if turn >= warm {
			busy = append(busy, took)
		}
	}
	return median(quiet), median(busy), nil
}

// inReview gives a few thousand records of the supervisor's agency, spread over the whole store.
func (o *office) inReview(p *phone) ([]string, error) {
	var ids []string
	err := o.db().NewQuery("SELECT id FROM encounters WHERE review_agency = {:agency} ORDER BY id LIMIT 5000").
		Bind(map[string]any{"agency": p.caller.User.Agency}).Column(&ids)
	if err == nil && len(ids) < changes {
		err = wrong("records in review", len(ids), changes)
	}
	return ids, err
}

// correct hands in 20 changes of records here and there, by the supervisor's other phone.
func (o *office) correct(ctx context.Context, p *phone, ids []string, turn int) error {
	rnd := rand.New(rand.NewPCG(uint64(turn), 3))
	var ops []exchange.Op
	for _, i := range rnd.Perm(len(ids))[:changes] {
		var was string
		if err := o.db().NewQuery("SELECT council FROM encounters WHERE id = {:id}").Bind(map[string]any{"id": ids[i]}).Row(&was); err != nil {
			return fmt.Errorf("read a record: %w", err)
		}
		op := exchange.Op{Kind: "patch", Coll: "encounters", Rec: ids[i], Set: casework.Values{"council": newID()}, Prev: casework.Values{}}
		if was != "" {
			op.Prev["council"] = was
		}
		ops = append(ops, op)
	}
	body, err := p.body(ops)
	if err != nil {
		return err
	}
	return o.push(ctx, p, body, changes)
}

// onePull times a pull that must bring so many encounters, and moves the cursor on.
func (o *office) onePull(ctx context.Context, p *phone, want int) (time.Duration, error) {
	var answer bytes.Buffer
	took, err := timed(func() error { return o.pull(ctx, p, &answer) })
	if err != nil {
		return 0, err
	}
	f, err := readFeed(answer.Bytes())
	if err != nil {
		return 0, err
	}
	if f.rows["encounters"] != want || len(f.rows) > 1 {
		return 0, wrong("rows of a pull", f.rows, want)
	}
	p.cursor = f.cursor
	return took, nil
}
