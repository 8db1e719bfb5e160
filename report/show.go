package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

const showHead = `Prints a run again, in any of the formats; one from AWS is fetched into a run directory first.

  report [flags] DIR                        print a run directory
  report -stage STAGE [flags] [RUN|latest]  fetch a run from the stage's table, with your AWS credentials
  report -url URL [flags] [RUN|latest]      fetch a run through the stats API, with the key in $` + keyVariable + `
  report compare [flags] BEFORE AFTER       judge runs against each other
  report -lifecycle [flags]                 print when AWS ends the runtimes of a stage
  report -version                           print the version

report compare -h and report -lifecycle -h show their flags.
`

const showFoot = `
exit codes
  0  the run is printed
  2  the command line cannot be used, or the run cannot be read
  3  not all of the run could be printed
"go run" makes 1 of every code: build first ("go build ./report") where codes matter.
`

// settings are the command line as it was given.
type settings struct {
	url, stage, out string
	format          string
}

func (s *settings) flags() *commandline.Flags {
	f := commandline.New("report", showHead, showFoot)
	f.Section("where the run is")
	f.Text(&s.stage, "stage", "", "the table that \"pulumi stack output --json --stack `STAGE`\" names")
	f.Text(&s.url, "url", "", "the stats API at this base `URL`, the stack's output statsUrl")
	f.Text(&s.out, "out", "", "write a run that is fetched into the directory `DIR` (default: out/ and its name)")
	f.Section("how it is printed")
	f.Word(&s.format, "format", string(report.FormatText), "`F` of what is printed: "+strings.Join(report.Formats(), ", "), report.Formats()...)
	return f
}

// show prints a run.
func show(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, err error) {
	s := &settings{}
	arguments, given, err := s.flags().Parse(args, stdout)
	if err != nil {
		return commandline.Usage, err
	}
	r, err := s.read(ctx, arguments, given, stderr)
	if err != nil {
		return commandline.Usage, err
	}
	if err := report.Write(stdout, report.Format(s.format), r); err != nil {
		return commandline.NotValid, err
	}
	return commandline.OK, nil
}

// read reads the run that the command line names.
func (s *settings) read(ctx context.Context, arguments []string, given map[string]bool, stderr io.Writer) (results.Run, error) {
	remote := given["url"] || given["stage"]
	switch {
	case given["url"] && given["stage"]:
		return results.Run{}, errors.New("-url and -stage exclude each other")
	case given["out"] && !remote:
		return results.Run{}, errors.New("-out needs -url or -stage: a run directory is there already")
	case !remote && len(arguments) != 1:
		return results.Run{}, errors.New("want one run directory, or -stage, or -url")
	case !remote:
		return results.Read(arguments[0])
	case len(arguments) > 1:
		return results.Run{}, errors.New("want the ID of one run, or latest")
	}
	id := latest
	if len(arguments) == 1 {
		id = arguments[0]
	}
	r, page, err := s.fetch(ctx, id)
	if err == nil {
		fmt.Fprintln(stderr, "report: run", console.Clean(r.ID)+":", console.Clean(page))
	}
	return r, err
}
