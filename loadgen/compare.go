package main

import (
	"context"
	"errors"
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// compareRuns judges two run directories against each other, offline.
func compareRuns(_ context.Context, args []string, stdout, _ io.Writer) (code int, err error) {
	flags := newFlagSet("loadgen compare", "Judges two run directories against each other, offline.\n\n  loadgen compare [flags] DIR DIR\n", "")
	flags.section("flags")
	var m margin
	var format string
	flags.value(&m, "margin", marginUsage)
	flags.word(&format, "format", formatText, "`F` of what is printed: text, json", formatText, formatJSON)
	dirs, _, err := flags.parse(args, stdout)
	switch {
	case err != nil:
		return exitUsage, err
	case len(dirs) != 2:
		return exitUsage, errors.New("compare: want two run directories")
	}
	a, err := results.Read(dirs[0])
	if err != nil {
		return exitUsage, err
	}
	b, err := results.Read(dirs[1])
	if err != nil {
		return exitUsage, err
	}
	labelA, labelB := a.ID, b.ID
	if labelA == labelB {
		labelA, labelB = dirs[0], dirs[1]
	}
	p, err := pair.Judge(labelA, a, labelB, b, m.options())
	if err != nil {
		return exitUsage, err
	}
	if format == formatJSON {
		err = results.WriteJSON(stdout, p)
	} else {
		err = report.PairText(stdout, p, console.TerminalOf(stdout))
	}
	if err != nil {
		return exitInvalid, err
	}
	return exitOK, nil
}
