package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
)

// The formats of what is printed.
const (
	formatText = "text"
	formatJSON = "json"
	formatHGRM = "hgrm"
	formatHTML = "html"
)

var formats = []string{formatText, formatJSON, formatHGRM, formatHTML}

// printPage writes a run in one of the formats.
func printPage(w io.Writer, format string, page report.Page) error {
	loadOnly := page.Summary.Modules != nil && len(page.Summary.Variants) == 0
	switch format {
	case formatHTML:
		return page.WriteHTML(w)
	case formatHGRM:
		return page.WriteHGRM(w)
	case formatJSON:
		if loadOnly {
			return report.JSON(w, page.Summary.Modules)
		}
		return report.JSON(w, page.Summary)
	}
	if loadOnly {
		return report.LoadText(w, *page.Summary.Modules)
	}
	return report.Text(w, page.Summary, page.Manifest)
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
	page, err := report.ReadPage(dirs[0])
	if err != nil {
		return exitUsage, err
	}
	if err := printPage(stdout, format, page); err != nil {
		return exitInvalid, err
	}
	return exitOK, nil
}
