package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

const compareHead = `Judges the later of two runs against the earlier one: what was not the same about them, then the cold
total, warm duration and memory of every cell, and the latencies of every load target.

  report compare [flags] BEFORE AFTER
  report compare [flags] BEFORE BEFORE BEFORE BEFORE -- AFTER AFTER AFTER AFTER

Two runs of the same thing differ too. So of one run each a word takes a margin that the whole difference
lies beyond; without a margin the differences are shown and nothing is called slower. Four runs or more of
each, made in turns (one of the first side, one of the second, and so on), say themselves how far runs differ.
`

const compareFoot = `
exit codes
  0  nothing is slower, beyond the margin if there is one
  1  something is
  2  the command line cannot be used, a run cannot be read, or the runs cannot be compared
  3  one of the runs is not valid, or was killed
Of both, 3 counts before 1; what was found is printed in each case.
"go run" makes 1 of every code: build first ("go build ./report") where codes matter.
`

// compareRuns judges the runs of one side against those of the other.
func compareRuns(_ context.Context, args []string, stdout, _ io.Writer) (code int, err error) {
	flags := commandline.New("report compare", compareHead, compareFoot)
	flags.Section("flags")
	var margin commandline.Margin
	var format, file string
	flags.Value(&margin, "margin", commandline.MarginUsage)
	flags.Word(&format, "format", string(report.FormatText), "`F` of what is printed: "+strings.Join(report.PairFormats(), ", "), report.PairFormats()...)
	flags.Text(&file, "o", "", "write it to `FILE` instead")
	var right []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, right = args[:i], args[i+1:]
	}
	left, _, err := flags.Parse(args, stdout)
	switch {
	case err != nil:
		return commandline.Usage, err
	case right == nil && len(left) == 2:
		left, right = left[:1], left[1:]
	case len(left) == 0 || len(right) == 0:
		return commandline.Usage, errors.New("compare: want two run directories, or several on each side of --")
	}
	before, after, err := readSides(left, right)
	if err != nil {
		return commandline.Usage, err
	}
	p, err := pair.Judge(pair.Side{Name: "before", Runs: before}, pair.Side{Name: "after", Runs: after}, margin.Options())
	if err != nil {
		return commandline.Usage, err
	}
	err = errors.Join(
		commandline.Output(stdout, file, func(w io.Writer) error { return report.WritePair(w, report.Format(format), p) }),
		commandline.StepSummary(func(w io.Writer) error { return report.PairMarkdown(w, p) }),
	)
	if err != nil {
		return commandline.NotValid, err
	}
	return baseline.Code(p), nil
}

// readSides reads the runs of both sides. Runs whose directories have the same name are
// called by their paths. A run is on one side only, and there once.
func readSides(left, right []string) (before, after []results.Run, err error) {
	var runs []results.Run
	dirs, ids := map[string]bool{}, map[string]int{}
	all := slices.Concat(left, right)
	for _, dir := range all {
		if dirs[filepath.Clean(dir)] {
			return nil, nil, fmt.Errorf("compare: %s is given twice", dir)
		}
		dirs[filepath.Clean(dir)] = true
		r, err := results.Read(dir)
		if err != nil {
			return nil, nil, err
		}
		ids[r.ID]++
		runs = append(runs, r)
	}
	for i, r := range runs {
		if ids[r.ID] > 1 {
			runs[i].ID = all[i]
		}
	}
	return runs[:len(left)], runs[len(left):], nil
}
