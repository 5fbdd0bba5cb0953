// Command bench measures the server and the app, and prints a table for people and one JSON line a figure for programs.
//
// It promises that every figure with a counterpart is measured against it in the same run, turn by turn, so that a busy
// machine slows both, and that a path that answers wrongly gives no figure instead of a fast one.
//
// Not here: tests. It takes minutes, writes gigabytes to the folder for temporary files, and removes them.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"
)

// part measures one or more figures in a folder of its own, which is removed afterwards.
type part struct {
	name string
	run  func(folder string) ([]figure, error)
}

var parts = []part{{"push", measurePush}, {"bootstrap", measureBootstrap}, {"pull", measurePulls}, {"browser", measureBrowser},
	{"validate", measureValidate}, {"referrals", measureReferrals}, {"form", measureForm}}

func main() {
	if err := profiled(func() error { return run(os.Args[1:]) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures the parts that are named, all when none is. A part that stops costs its own figures only.
func run(names []string) error {
	var all []figure
	var stopped []error
	for _, p := range parts {
		if len(names) > 0 && !contains(names, p.name) {
			continue
		}
		start := time.Now()
		figures, err := inFolder(p)
		if err != nil {
			stopped = append(stopped, fmt.Errorf("measure %s: %w", p.name, err))
			continue
		}
		fmt.Fprintf(os.Stderr, "%s took %s\n", p.name, time.Since(start).Round(time.Second))
		all = append(all, figures...)
	}
	printTable(os.Stdout, all)
	return errors.Join(append(stopped, printLines(os.Stdout, all))...)
}

func inFolder(p part) (figures []figure, err error) {
	folder, err := os.MkdirTemp("", "noddfa-bench-"+p.name+"-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // What stays is in the folder for temporary files.
	return p.run(folder)
}

// quick leaves out what takes minutes. It is for work on the benchmark itself: such a run is not a measurement.
func quick() bool { return os.Getenv("BENCH_QUICK") == "1" }

// profiled writes a CPU profile of f to the file that BENCH_PROFILE names.
func profiled(f func() error) error {
	name := os.Getenv("BENCH_PROFILE")
	if name == "" {
		return f()
	}
	out, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write the profile: %w", err)
	}
	defer func() { _ = out.Close() }() // A lost profile is made again.
	if err := pprof.StartCPUProfile(out); err != nil {
		return fmt.Errorf("write the profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return f()
}
