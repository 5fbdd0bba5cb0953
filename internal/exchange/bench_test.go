package exchange_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

// fill hands in n records as the author of the office, a hundred at a time.
func (o *office) fill(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		op := create(testkit.ID(fmt.Sprintf("rec%d", i)+"z"), robin, submit())
		op.Add = map[string][]string{"indicators": {"GEN-01:seen", "LAB-02:found"}}
		o.phone.Op(op)
		if len(o.phone.Outbox) == 100 || i == n-1 {
			o.phone.Push()
		}
	}
}

func BenchmarkPush100(b *testing.B) {
	o := newOffice(b)
	n := 0
	for b.Loop() {
		b.StopTimer()
		for range 100 {
			n++
			o.phone.Op(create(testkit.ID(fmt.Sprintf("rec%d", n)+"z"), robin, submit()))
		}
		b.StartTimer()
		o.phone.Push()
	}
}

func BenchmarkPush100Referrals(b *testing.B) {
	o := newBureau(b)
	form := testkit.Form(b, "nrm")
	set := testkit.Referral(b, form, "nrm", testkit.Fill(b, form, adultYes), nil)
	n := 0
	for b.Loop() {
		b.StopTimer()
		for range 100 {
			n++
			o.author.Op(refer(testkit.ID(fmt.Sprintf("rec%d", n)+"z"), set, submit()))
		}
		b.StartTimer()
		for _, v := range o.author.Push() {
			if v.V != "ok" {
				b.Fatalf("got %+v, want ok", v)
			}
		}
	}
}

func BenchmarkBootstrap(b *testing.B) {
	o := newOffice(b)
	o.fill(b, 2000)
	caller := exchange.Caller{User: o.sup, Device: o.desk.Device}
	rows := 0
	for b.Loop() {
		if err := o.Exchange.Pull(context.Background(), caller, exchange.PullRequest{Proto: 1, Device: o.desk.Device}, io.Discard, func() error { return nil }); err != nil {
			b.Fatal(err)
		}
		rows += 4000
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkIdlePull(b *testing.B) {
	o := newOffice(b)
	o.fill(b, 1000)
	o.desk.Pull()
	caller := exchange.Caller{User: o.sup, Device: o.desk.Device}
	for b.Loop() {
		if err := o.Exchange.Pull(context.Background(), caller, exchange.PullRequest{Proto: 1, Device: o.desk.Device, Cursor: o.desk.Cursor}, io.Discard, func() error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
