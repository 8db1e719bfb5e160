package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/hostinfo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// Options are the settings of a run. They are written into its manifest, so
// that a result tells how to repeat it.
type Options struct {
	// Serve stays up instead of measuring.
	Serve bool
	// Estimate prints what the stage costs on AWS, and does nothing else.
	Estimate bool
	// Stage names the Pulumi.<stage>.yaml whose configuration is deployed.
	Stage string
	// Only keeps the benchmarked cells of these runtimes, languages and
	// architectures; empty keeps all.
	Only matrix.Selection
	// Include replaces the stage's; nil keeps it.
	Include matrix.Selection
	// Out is the run directory.
	Out string
	// Seed fixes the order of all that is drawn at random.
	Seed uint64
	// SSMLatency is how long the local SSM takes to answer.
	SSMLatency time.Duration
	// Every replaces the stage's schedule while it serves; 0 keeps it.
	Every time.Duration
	// Provision is the provisioned concurrency of each module function, in place of the
	// stage's own: here it costs nothing.
	Provision int
	// Quick is a first look: it measures less than the stage says.
	Quick bool
	// FailIf are the conditions under which the run fails. Strict says that those which
	// are not decided fail it too.
	FailIf []threshold.Threshold
	Strict bool
	// Load is what the load test sends.
	Load load
	// Baseline is the directory of an earlier run that this one is judged against; empty
	// for none. Margin is the difference that does not matter then.
	Baseline string
	Margin   commandline.Margin
}

// quickWarm is how many warm invocations a first look takes in each visit.
const quickWarm = 4

// load is how many requests a second the load test sends to each module function,
// and for how long.
type load struct {
	rate     float64
	duration time.Duration
}

func (l load) phases() []pace.Phase { return pace.At(l.rate, l.duration) }

// requests is how many each module function gets.
func (l load) requests() float64 { return l.rate * l.duration.Seconds() }

var (
	// fullLoad sends the 600 requests of the benchmark that this one replaces.
	fullLoad  = load{rate: 10, duration: 60 * time.Second}
	quickLoad = load{rate: 10, duration: 10 * time.Second}
)

// The exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitInvalid = 3
	exitNothing = 4
)

const measureHelp = `Runs the stack, the benchmark and the load test on this machine, without AWS.

  go run ./local [flags]         deploy, measure cold and warm starts, load-test the two module functions, report
  go run ./local serve [flags]   deploy and stay up (serve -h shows its flags)

How much is measured is said by the stage, in Pulumi.<stage>.yaml.

flags
`

const measureFoot = `
The last lines that are printed are the verdict on the run and the path of its report.html.

exit codes
  0  everything that can run here was measured
  1  a part of the run failed, or it was interrupted, or a -fail-if condition is true, or with -strict
     not decided, or something is slower than -baseline, beyond -margin; what was measured is reported
  2  the command line cannot be used; nothing was started
  3  not valid: other programs on this machine, or the load test's own lateness, could explain what was measured;
     or -baseline is not valid, or nothing of it can be compared
  4  nothing that was asked for can run here, or nothing could be measured
Of several, 4 counts before 3 and 3 before 1.
"go run" makes 1 of every code: build first ("go build ./local") where codes matter.
`

const serveHelp = `Deploys the stack on this machine and keeps it up until Ctrl-C: the API of the two module functions,
the stats API, and AWS's own APIs for the AWS CLI and the SDKs. Their addresses are printed.

  go run ./local serve [flags]

flags
`

const serveFoot = `
exit codes
  0  it was up until it was interrupted
  1  it could not be started, or a part of it failed
  2  the command line cannot be used; nothing was started
  4  nothing that was asked for can run here
`

// The ways to end with nothing to do.
var (
	// errShown says that what was asked for, help or the version, has been printed.
	errShown = errors.New("shown")
	// errUsage says that the command line cannot be used, and that the reason has been printed.
	errUsage = errors.New("usage")
)

// parseOptions reads the command line. Help and version go to stdout, and what is
// wrong with the command line to stderr.
func parseOptions(args []string, now time.Time, stdout, stderr io.Writer) (Options, error) {
	var o Options
	command, help, foot := "local", measureHelp, measureFoot
	if len(args) > 0 && args[0] == "serve" {
		o.Serve, args = true, args[1:]
		command, help, foot = "local serve", serveHelp, serveFoot
	}
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	if o.Serve {
		flags.DurationVar(&o.Every, "every", 0, "how often the workflow starts by itself, at least 1m (default: the stage's schedule)")
	} else {
		flags.Func("fail-if", "exit with 1 if this `CONDITION` is true; may be repeated: 'nodejs22.x/arm64/512.cold.p50>300ms', 'nodejs22.x.cold.p50>nodejs18.x.cold.p50', 'esmodule.first.p50>commonjs.first.p50', 'errors>0.1%'; "+threshold.Meaning, func(text string) error {
			t, err := threshold.Parse(text)
			o.FailIf = append(o.FailIf, t)
			return err
		})
		flags.BoolVar(&o.Strict, "strict", false, "exit with 1 as well if a -fail-if condition is not decided")
		flags.StringVar(&o.Baseline, "baseline", "", baseline.Usage)
		flags.Var(&o.Margin, "margin", commandline.MarginUsage)
		flags.BoolVar(&o.Estimate, "estimate", false, "print what a run and a month of the stage cost on AWS, and do nothing else")
	}
	flags.BoolVar(&o.Quick, "quick", false, fmt.Sprintf("a first look, whatever the stage says: as many cold starts and visits as it takes to rank the cells, %d warm invocations in each, and %.0f requests to each module function in place of %.0f",
		quickWarm, quickLoad.requests(), fullLoad.requests()))
	flags.IntVar(&o.Provision, "provision", 20, "provisioned concurrency `N` of each of the two module functions, whatever the stage says: it costs nothing here; 0 is none")
	flags.Func("only", "measure only these runtimes, languages and architectures, such as `go,nodejs22.x` or java,arm64; snapstart keeps cells with SnapStart", func(text string) (err error) {
		o.Only, err = stage.ParseSelection(text)
		return err
	})
	flags.Func("include", "measure these runtimes, languages and architectures too, such as `nodejs24.x,java25`, or current for every runtime that AWS has not deprecated; snapstart adds cells with SnapStart, which are skipped here (default: the stage's include)", func(text string) (err error) {
		o.Include, err = stage.ParseSelection(text)
		if o.Include == nil {
			o.Include = matrix.Selection{} // none in place of the stage's
		}
		return err
	})
	flags.StringVar(&o.Stage, "stage", "dev", "the `stage`, whose Pulumi.<stage>.yaml is deployed")
	flags.StringVar(&o.Out, "out", "", "the run's `directory` (default: out/ and the time)")
	flags.Uint64Var(&o.Seed, "seed", 0, "`N` fixes every order that is drawn at random (default: a new one, written into the manifest)")
	flags.DurationVar(&o.SSMLatency, "ssm-latency", 20*time.Millisecond, "how long the local SSM takes to answer, at most 10s; on one machine it would be microseconds")
	version := flags.Bool("version", false, "print the version")

	fail := func(format string, args ...any) (Options, error) {
		fmt.Fprintf(stderr, "%s: %s\n-h shows the flags\n", command, fmt.Sprintf(format, args...))
		return o, errUsage
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		fmt.Fprint(stdout, foot)
		return o, errShown
	case err != nil:
		return fail("%v", err)
	case *version:
		fmt.Fprintln(stdout, "local", hostinfo.Version())
		return o, errShown
	}
	if flags.NArg() > 0 {
		return fail("%q is not understood: the only word before the flags is serve", flags.Arg(0))
	}
	if o.Stage == "" || o.Stage != filepath.Base(o.Stage) || strings.HasPrefix(o.Stage, ".") {
		return fail("-stage: %q is not the name of a stage", o.Stage)
	}
	if o.SSMLatency < 0 || o.SSMLatency > 10*time.Second {
		return fail("-ssm-latency: %v is not between 0 and 10s", o.SSMLatency)
	}
	if o.Provision < 0 || o.Provision > 200 {
		return fail("-provision: %d is not between 0 and 200", o.Provision)
	}
	if o.Every < 0 || o.Every > 0 && o.Every < time.Minute {
		return fail("-every: %v is less than a minute", o.Every)
	}
	if o.Strict && len(o.FailIf) == 0 {
		return fail("-strict is about the conditions of -fail-if, and there is none")
	}
	o.Load = fullLoad
	if o.Quick {
		o.Load = quickLoad
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64N(1 << 53) // JSON numbers are exact up to here
	}
	if o.Out == "" {
		o.Out = filepath.Join("out", now.Format("20060102-150405"))
	}
	return o, nil
}

// cells is the stage's configuration with the optional runtimes that the command
// line asks for.
func (o Options) cells(c stage.Config) stage.Config {
	if o.Include != nil {
		c.Include = o.Include
	}
	return c.Including(o.Only)
}

// settings are what a run's manifest keeps of the options and of the stage's cells.
func (o Options) settings(c stage.Config) results.Settings {
	ssm := o.SSMLatency.Seconds() * 1000
	s := results.Settings{Only: o.Only, Include: c.Include, SSMLatencyMs: &ssm, Provisioned: o.Provision}
	for _, t := range o.FailIf {
		s.FailIf = append(s.FailIf, t.String())
	}
	for _, phase := range o.Load.phases() {
		s.Phases = append(s.Phases, phase.String())
	}
	return s
}
