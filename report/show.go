package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
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
  0  the run is printed, and no -fail-if condition is true
  1  a -fail-if condition is true, or with -strict not decided; or the run that it is to judge was interrupted
  2  the command line cannot be used, or the run cannot be read
  3  with -fail-if: the run is not valid, or was killed; or not all of the run could be printed
  4  with -fail-if: nothing was measured
Of several, 4 counts before 3 and 3 before 1; the run is printed in each case.
"go run" makes 1 of every code: build first ("go build ./report") where codes matter.
`

// settings are the command line as it was given.
type settings struct {
	url, stage, out string
	format, file    string
	margin          commandline.Margin
	failIf          []threshold.Threshold
	strict          bool
}

func (s *settings) flags() *commandline.Flags {
	f := commandline.New("report", showHead, showFoot)
	f.Section("where the run is")
	f.Text(&s.stage, "stage", "", "the table that \"pulumi stack output --json --stack `STAGE`\" names")
	f.Text(&s.url, "url", "", "the stats API at this base `URL`, the stack's output statsUrl")
	f.Text(&s.out, "out", "", "write a run that is fetched into the directory `DIR` (default: out/ and its name)")
	f.Section("how it is printed")
	f.Word(&s.format, "format", string(report.FormatText), "`F` of what is printed: "+strings.Join(report.Formats(), ", "), report.Formats()...)
	f.Text(&s.file, "o", "", "write it to `FILE` instead")
	f.Section("whether it is good enough")
	f.Parsed("fail-if", "exit with 1 if this `CONDITION` is true; may be repeated: 'nodejs22.x/arm64/512.cold.p50>300ms', 'java.cold.p50>3s',\n"+
		"'esmodule.first.p50>commonjs.first.p50', 'p99>300ms', 'errors>0.1%'; loadgen -h explains the figures of a load test", func(text string) error {
		t, err := threshold.Parse(text)
		s.failIf = append(s.failIf, t)
		return err
	})
	f.Toggle(&s.strict, "strict", "exit with 1 as well if a -fail-if condition is not decided")
	f.Value(&s.margin, "margin", commandline.MarginUsage)
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
	if err := s.judge(&r); err != nil {
		return commandline.Usage, err
	}
	if err := commandline.Output(stdout, s.file, func(w io.Writer) error { return report.Write(w, report.Format(s.format), r) }); err != nil {
		return commandline.NotValid, err
	}
	if err := commandline.StepSummary(func(w io.Writer) error { return report.Markdown(w, r) }); err != nil {
		return commandline.NotValid, err
	}
	if len(s.failIf) == 0 {
		return commandline.OK, nil
	}
	return s.exit(r, stderr), nil
}

// judge judges the conditions of the command line. Without any, the run keeps those that it
// was judged by when it was made.
func (s *settings) judge(r *results.Run) error {
	if len(s.failIf) == 0 {
		return nil
	}
	var targets []string
	if r.Load != nil {
		for _, t := range r.Load.Targets {
			targets = append(targets, t.Name)
		}
	}
	var cells []matrix.Variant
	for _, v := range r.Variants {
		cells = append(cells, v.Variant)
	}
	for _, t := range s.failIf {
		if err := t.Check(targets, cells); err != nil {
			return fmt.Errorf("-fail-if %s: %w", t, err)
		}
	}
	r.Thresholds = threshold.Judge(r, s.failIf, s.margin.Options())
	return nil
}

// exit is the code of a run that was judged, and says on stderr why it is not 0.
func (s *settings) exit(r results.Run, stderr io.Writer) int {
	code := commandline.OK
	say := func(c int, text string) {
		fmt.Fprintln(stderr, "report:", console.Clean(text))
		code = max(code, c)
	}
	for _, t := range r.Failures(s.strict) {
		say(commandline.Failed, report.Failure(t))
	}
	if r.Manifest.Interrupted {
		say(commandline.Failed, "the run was interrupted: a part of it cannot pass -fail-if")
	}
	switch {
	case r.Manifest.Ended.IsZero():
		say(commandline.NotValid, "the run has no end: it was killed, or it is still running")
	case !r.LoadValid():
		say(commandline.NotValid, "not valid: "+strings.Join(report.NotValidReasons(*r.Load), "; "))
	case !r.StartsValid():
		say(commandline.NotValid, "not valid: "+report.OthersCPUText(*r.OthersCPU))
	}
	if !measured(r) {
		say(commandline.Nothing, "nothing was measured")
	}
	return code
}

// measured says whether the run has any number.
func measured(r results.Run) bool {
	return slices.ContainsFunc(r.Variants, func(v results.VariantSummary) bool { return len(v.Series) > 0 }) ||
		r.OwnLoad() != nil && slices.ContainsFunc(r.Load.Targets, func(t results.Target) bool { return t.Answered > 0 })
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
