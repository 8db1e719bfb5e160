package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
)

// compareRuns judges two run directories against each other, offline.
func compareRuns(_ context.Context, args []string, stdout, _ io.Writer) (code int, err error) {
	flags := flag.NewFlagSet("loadgen compare", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var m margin
	flags.Var(&m, "margin", "")
	format := flags.String("format", formatText, "")
	seed := flags.Uint64("seed", 1, "")
	dirs, _, err := parse(flags, args)
	switch {
	case err != nil:
		return exitUsage, err
	case len(dirs) != 2:
		return exitUsage, errors.New("compare: want two run directories")
	case *format != formatText && *format != formatJSON:
		return exitUsage, fmt.Errorf("-format %q: want %s or %s", *format, formatText, formatJSON)
	}
	p, err := pair.Read(dirs[0], dirs[1], m.options(*seed))
	if err != nil {
		return exitUsage, err
	}
	if *format == formatJSON {
		err = report.JSON(stdout, p)
	} else {
		err = report.PairText(stdout, p)
	}
	if err != nil {
		return exitInvalid, err
	}
	return exitOK, nil
}
