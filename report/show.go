package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

const showHead = `Prints a run again, in any of the formats.

  report [flags] DIR               print a run directory
  report compare [flags] DIR DIR   judge the runs of two directories against each other
  report -version                  print the version

report compare -h shows its flags.
`

const showFoot = `
exit codes
  0  the run is printed
  2  the command line cannot be used, or the run cannot be read
  3  not all of the run could be printed
"go run" makes 1 of every code: build first ("go build ./report") where codes matter.
`

// show prints a run.
func show(_ context.Context, args []string, stdout, _ io.Writer) (code int, err error) {
	flags := commandline.New("report", showHead, showFoot)
	flags.Section("flags")
	var format string
	flags.Word(&format, "format", string(report.FormatText), "`F` of what is printed: "+strings.Join(report.Formats(), ", "), report.Formats()...)
	dirs, _, err := flags.Parse(args, stdout)
	switch {
	case err != nil:
		return commandline.Usage, err
	case len(dirs) != 1:
		return commandline.Usage, errors.New("want one run directory")
	}
	r, err := results.Read(dirs[0])
	if err != nil {
		return commandline.Usage, err
	}
	if err := report.Write(stdout, report.Format(format), r); err != nil {
		return commandline.NotValid, err
	}
	return commandline.OK, nil
}
