// Package demo fills an empty database with made-up agencies, people, encounters and referrals.
//
// It promises that every record is reached by real operations of the people who would have made them, at the times the
// plan says, so that a demonstration shows the program and not a picture of it; and that it never touches real data.
//
// Not here: real names, real places, real events. Surnames are Enghraifft, Welsh for example; telephone numbers are from
// the range kept for drama; addresses end in example.org.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"noddfa/internal/exchange"
	"noddfa/internal/forms"
)

// ErrRealData means that the database holds agencies or encounters that are not made up.
var ErrRealData = errors.New("the database holds real agencies or records; made-up data would mix with them")

// Options are what loading needs.
type Options struct {
	App   core.App
	Store exchange.Store
	Keys  Keys
	// Now is the moment from which the plan counts back.
	Now time.Time
}

// Keys is what loading needs of the key folder.
type Keys interface {
	exchange.Keys
	Secret
}

// Load fills the database once; later starts find it filled and change nothing. ErrRealData when it holds real data.
func Load(ctx context.Context, o Options) error {
	loaded, err := inspect(o.App)
	if err != nil || loaded {
		return err
	}
	people, err := cast()
	if err != nil {
		return err
	}
	if err := o.App.RunInTransaction(func(tx core.App) error { return loadPeople(tx, o.Keys, people) }); err != nil {
		return err
	}
	definitions, err := readForms(o.App)
	if err != nil {
		return err
	}
	steps, err := write(o.Now, people, definitions)
	if err != nil {
		return err
	}
	sort.SliceStable(steps, func(i, k int) bool { return steps[i].at.Before(steps[k].at) })
	show := &stage{app: o.App, now: o.Now, phones: make(map[string]*phone), lost: make(map[string]int), revs: make(map[string]int64)}
	show.exchange = exchange.New(o.Store, o.Keys, func() time.Time { return show.now }, rand.Reader)
	for _, st := range steps {
		if st.at.After(o.Now) {
			st.at = o.Now
		}
		if err := show.step(ctx, st); err != nil {
			return fmt.Errorf("play %s %s of %s: %w", st.kind, st.cmd, st.rec, err)
		}
	}
	return nil
}

// readForms gives the forms that the migrations have brought.
func readForms(app core.App) (map[string]*forms.Form, error) {
	records, err := app.FindAllRecords("forms", dbx.HashExp{"agency": "", "retired": false})
	if err != nil {
		return nil, fmt.Errorf("find forms: %w", err)
	}
	out := make(map[string]*forms.Form)
	for _, record := range records {
		form, err := forms.Parse([]byte(record.GetString("definition")))
		if err != nil {
			return nil, fmt.Errorf("read form %s: %w", record.GetString("code"), err)
		}
		if had := out[form.Code]; had == nil || had.Version < form.Version {
			out[form.Code] = form
		}
	}
	return out, nil
}

// Holds says whether the database holds made-up data, with or without being asked to show it.
func Holds(app core.App) (bool, error) {
	loaded, err := inspect(app)
	if errors.Is(err, ErrRealData) {
		return false, nil
	}
	return loaded, err
}

// inspect says whether the made-up agencies are there already.
func inspect(app core.App) (loaded bool, err error) {
	agencies, err := app.FindAllRecords("agencies")
	if err != nil {
		return false, fmt.Errorf("look for agencies: %w", err)
	}
	made := 0
	for _, a := range agencies {
		if a.Id == id("agency", a.GetString("code")) {
			made++
		}
	}
	records, err := app.CountRecords("encounters", dbx.NewExp("1=1"))
	if err != nil {
		return false, fmt.Errorf("look for encounters: %w", err)
	}
	if made < len(agencies) || (made == 0 && records > 0) {
		return false, ErrRealData
	}
	return made > 0, nil
}
