package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

const (
	listRecords = 1000
	paintAimMs  = 1500
	listAimMs   = 1500
)

// measureBrowser makes a data folder with the records of one field worker, and has the real program serve it to Chromium.
// It needs the program in bin/ and the app's own packages, which make bench sees to.
func measureBrowser(folder string) ([]figure, error) {
	o, err := openOffice(filepath.Join(folder, "server"))
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	p, w, err := o.author(ctx)
	if err == nil {
		err = o.handIn(ctx, p, w, listRecords)
	}
	if err := errors.Join(err, o.close()); err != nil {
		return nil, err
	}
	out, err := node("bench/browser.mjs", o.data(), o.keysFolder(), authorEmail, password, strconv.Itoa(listRecords))
	if err != nil {
		return nil, err
	}
	var got struct {
		Paint  []float64 `json:"first_paint_ms"`
		Unlock []float64 `json:"unlock_ms"`
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return nil, fmt.Errorf("read what the browser measured: %w", err)
	}
	if len(got.Paint) == 0 || len(got.Paint) != len(got.Unlock) {
		return nil, wrong("cold starts", len(got.Paint), len(got.Unlock))
	}
	return []figure{
		atMost("cold_first_paint_ms_6x", middle(got.Paint), "ms", paintAimMs, spread(got.Paint)),
		atMost("unlock_1000_ms_6x", middle(got.Unlock), "ms", listAimMs, spread(got.Unlock)),
	}, nil
}

// node runs a script that drives the browser, and gives what it prints.
func node(args ...string) ([]byte, error) {
	run := exec.Command("node", args...)
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		return nil, fmt.Errorf("run the browser: %w", err)
	}
	return out, nil
}

func middle(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

func spread(values []float64) string {
	return fmt.Sprintf("%d starts, %.0f to %.0f", len(values), slices.Min(values), slices.Max(values))
}
