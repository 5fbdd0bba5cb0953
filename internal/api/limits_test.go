package api

import (
	"fmt"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r := newRate(func() time.Time { return now })
	for i := range 3 {
		if _, ok := r.take("a", 3); !ok {
			t.Fatalf("act %d was refused", i+1)
		}
	}
	now = now.Add(20 * time.Second)
	if wait, ok := r.take("a", 3); ok || wait != 40*time.Second {
		t.Errorf("fourth act: got %v %v, want refused for 40s", wait, ok)
	}
	if _, ok := r.take("b", 3); !ok {
		t.Error("another key was refused")
	}
	now = now.Add(40 * time.Second)
	if _, ok := r.take("a", 3); !ok {
		t.Error("the next minute was refused")
	}
	now = now.Add(-time.Hour)
	if _, ok := r.take("a", 3); !ok {
		t.Error("a clock that was set back locked the key out")
	}
}

func TestRateForgetsOldKeys(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r := newRate(func() time.Time { return now })
	for i := range windowsMax {
		r.take(fmt.Sprint(i), 1)
	}
	now = now.Add(time.Minute)
	r.take("new", 1)
	if got := len(r.windows); got != 1 {
		t.Errorf("got %d windows, want 1", got)
	}
}
