package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The formats of what is printed.
const (
	formatText = "text"
	formatJSON = "json"
	formatHGRM = "hgrm"
	formatHTML = "html"
)

var formats = []string{formatText, formatJSON, formatHGRM, formatHTML}

// printRun writes a run in one of the formats.
func printRun(w io.Writer, format string, r results.Run) error {
	switch format {
	case formatHTML:
		return report.HTML(w, r)
	case formatHGRM:
		return report.HGRM(w, r)
	case formatJSON:
		return results.WriteJSON(w, r)
	}
	return report.Text(w, r, console.TerminalOf(w))
}

// reportRun prints a run directory again.
func reportRun(_ context.Context, args []string, stdout, _ io.Writer) (code int, err error) {
	flags := newFlagSet("loadgen report", "Prints a run directory again.\n\n  loadgen report [flags] DIR\n", "")
	flags.section("flags")
	var format string
	flags.word(&format, "format", formatText, "`F` of what is printed: "+strings.Join(formats, ", "), formats...)
	dirs, _, err := flags.parse(args, stdout)
	switch {
	case err != nil:
		return exitUsage, err
	case len(dirs) != 1:
		return exitUsage, errors.New("report: want one run directory")
	}
	r, err := results.Read(dirs[0])
	if err != nil {
		return exitUsage, err
	}
	if err := printRun(stdout, format, r); err != nil {
		return exitInvalid, err
	}
	return exitOK, nil
}
