package exchange_test

import (
	"testing"

	"noddfa/internal/casework"
	"noddfa/internal/testkit"
)

// TestWhoReadsWhatSupervisorsWrite pairs an agency with another: a case is shown there only while nobody else at home can
// read it.
func TestWhoReadsWhatSupervisorsWrite(t *testing.T) {
	for name, tt := range map[string]struct {
		also []string
		want string
	}{
		"a lone supervisor's own case goes to the pair": {nil, "pair"},
		"one of two supervisors' case stays":            {[]string{"supervisor"}, "home"},
		"a field worker beside them changes nothing":    {[]string{"field"}, "pair"},
	} {
		t.Run(name, func(t *testing.T) {
			app := testkit.NewApp(t)
			pair := testkit.AddAgency(t, app.Base, "pair", "")
			home := testkit.AddAgency(t, app.Base, "home", pair)
			own := testkit.NewPhone(t, app.Exchange, testkit.AddUser(t, app.Base, "own", []string{"supervisor"}, home), "phoneown")
			for _, role := range tt.also {
				testkit.AddUser(t, app.Base, "also", []string{role}, home)
			}
			wantOK(t, own.Do(create("enc000000000009", casework.Values{"codename": "dryw 9", "narrative": "Met."}, nil)))
			v, err := app.Base.FindRecordById("encounters", "enc000000000009")
			if err != nil {
				t.Fatal(err)
			}
			if got := v.GetString("review_agency"); got != testkit.ID(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
