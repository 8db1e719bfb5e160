package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// errNothing says that nothing that was asked for can run on this machine.
var errNothing = errors.New("nothing that was asked for can run on this machine")

// ending is the last word on a run.
type ending struct {
	// summary is what was measured.
	summary results.Summary
	// report is the path of report.html; empty if none was written.
	report string
	// err is what went wrong.
	err error
}

// measured says whether the run has any number or any checked answer to show.
func (e ending) measured() bool {
	if e.summary.Load != nil {
		for _, t := range e.summary.Load.Targets {
			if t.Answered > 0 {
				return true
			}
		}
	}
	for _, v := range e.summary.Variants {
		if v.Status == results.Checked || len(v.Series) > 0 {
			return true
		}
	}
	return false
}

// valid says whether the load test, if there was one, can be believed.
func (e ending) valid() bool { return e.summary.Load == nil || e.summary.Load.Generator.Valid }

// code is the exit code of the run.
func (e ending) code() int {
	switch {
	case !e.measured():
		return exitNothing
	case !e.valid():
		return exitInvalid
	case e.err != nil:
		return exitFailed
	}
	return exitOK
}

// verdict is one sentence about what the run is worth.
func (e ending) verdict() string {
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
	for _, v := range e.summary.Variants {
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
	if e.summary.Load != nil {
		load = "the load test is valid"
		if !e.valid() {
			load = "the load test is not valid"
		}
	}
	return fmt.Sprintf("%s (%s; %s)", word, cells, load)
}

// print writes the last lines of a run.
func (e ending) print(w io.Writer) error {
	lines := "\nverdict  " + e.verdict() + "\n"
	if e.report != "" {
		lines += "report   " + e.report + "\n"
	}
	_, err := io.WriteString(w, lines)
	return err
}
