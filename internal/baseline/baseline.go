// Package baseline ends a command that judges a run against an earlier one: what is
// printed, and the exit code.
package baseline

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Usage explains the flag that names the directory of the earlier run.
const Usage = "judge the run against that in the run directory `DIR` as \"report compare\" does: exit with 1 if anything is slower, beyond -margin"

// Code is the exit code that a pair asks for.
func Code(p results.Pair) int {
	switch {
	case !p.Valid():
		return commandline.NotValid
	case p.Slower():
		return commandline.Failed
	}
	return commandline.OK
}

// Read reads the earlier run before anything is measured, so that a wrong directory is
// noticed in time.
func Read(dir string) (results.Run, error) {
	r, err := results.Read(dir)
	if err != nil {
		return r, fmt.Errorf("-baseline: %w", err)
	}
	return r, nil
}

// Judge judges a run that has just been made against the earlier one. It prints what it
// found, and returns the exit code.
func Judge(w io.Writer, earlier, run results.Run, o verdict.Options) (code int, err error) {
	if run.ID == "" {
		run.ID = "this run"
	}
	if filepath.Base(earlier.ID) == run.ID {
		earlier.ID = "the baseline"
	}
	p, err := pair.Judge(pair.Side{Name: "before", Runs: []results.Run{earlier}}, pair.Side{Name: "after", Runs: []results.Run{run}}, o)
	if err != nil {
		return commandline.NotValid, fmt.Errorf("-baseline: %w", err)
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return commandline.NotValid, err
	}
	err = errors.Join(
		report.PairText(w, p, console.TerminalOf(w)),
		commandline.StepSummary(func(w io.Writer) error { return report.PairMarkdown(w, p) }),
	)
	if err != nil {
		return commandline.NotValid, err
	}
	return Code(p), nil
}
