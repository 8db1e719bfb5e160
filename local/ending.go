package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// errNothing says that nothing that was asked for can run on this machine.
var errNothing = errors.New("nothing that was asked for can run on this machine")

// ending is the last word on a run.
type ending struct {
	// run is what was measured.
	run results.Run
	// strict says that a condition which is not decided fails the run too.
	strict bool
	// page is the path of report.html; empty if none was written.
	page string
	// err is what went wrong.
	err error
}

// measured says whether the run has any number or any checked answer to show.
func (e ending) measured() bool {
	if e.run.Summary.Load != nil {
		for _, t := range e.run.Summary.Load.Targets {
			if t.Answered > 0 {
				return true
			}
		}
	}
	for _, v := range e.run.Summary.Variants {
		if v.Status == results.Checked || len(v.Series) > 0 {
			return true
		}
	}
	return false
}

// valid says whether what was measured can be believed.
func (e ending) valid() bool { return e.run.LoadValid() && e.run.StartsValid() }

// code is the exit code of the run.
func (e ending) code() int {
	switch {
	case !e.measured():
		return exitNothing
	case !e.valid():
		return exitInvalid
	case e.err != nil || len(e.run.Failures(e.strict)) > 0:
		return exitFailed
	}
	return exitOK
}

// state is one line about how much of the run there is, and whether it can be believed.
func (e ending) state() string {
	word := "valid"
	switch {
	case !e.measured():
		word = "nothing was measured"
	case !e.valid():
		word = "not valid"
	case errors.Is(e.err, console.ErrInterrupted):
		word = "interrupted"
	case e.err != nil:
		word = "incomplete"
	}
	of := map[results.Status]int{}
	for _, v := range e.run.Summary.Variants {
		of[v.Status]++
	}
	var parts []string
	for _, row := range []struct {
		status results.Status
		words  string
	}{
		{results.Measured, "measured"}, {results.Checked, "checked under an emulator"}, {results.Skipped, "skipped"}, {results.Failed, "failed"},
	} {
		if n := of[row.status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, row.words))
		}
	}
	cells := "no cells"
	if len(parts) > 0 {
		cells = "cells: " + strings.Join(parts, ", ")
	}
	load := "no load test"
	if e.run.Summary.Load != nil {
		load = "the load test is " + validity(e.run.LoadValid())
	}
	if e.run.Summary.OthersCPU != nil {
		cells += "; the starts are " + validity(e.run.StartsValid())
	}
	return fmt.Sprintf("%s (%s; %s)", word, cells, load)
}

func validity(valid bool) string {
	if valid {
		return "valid"
	}
	return "not valid"
}

// print writes the last lines of a run: its state, the verdict and the path of the page.
func (e ending) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "\nrun %s\n", e.state()); err != nil {
		return err
	}
	return errors.Join(
		report.Ending(w, e.run, e.page, console.TerminalOf(w)),
		commandline.StepSummary(func(w io.Writer) error { return report.Markdown(w, e.run) }),
	)
}

// against judges the run, as its directory has it, against an earlier one, if there is one,
// and returns the exit code.
func (e ending) against(earlier *results.Run, o Options, c *console.Console, stdout io.Writer) int {
	if earlier == nil || !e.measured() {
		return exitOK
	}
	run, err := results.Read(o.Out)
	if err != nil {
		c.Printf("local: %v", err)
		return exitInvalid
	}
	code, err := baseline.Judge(stdout, *earlier, run, o.Margin.Options())
	if err != nil {
		c.Printf("local: %v", err)
	}
	return code
}
