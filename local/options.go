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

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
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
	// Only keeps the hello cells of these runtimes and languages; empty keeps all.
	Only matrix.Selection
	// Out is the run directory.
	Out string
	// Seed fixes the order of all that is drawn at random.
	Seed uint64
	// SSMLatency is how long the local SSM takes to answer.
	SSMLatency time.Duration
	// Every replaces the stage's schedule while it serves; 0 keeps it.
	Every time.Duration
	// Quick is a first look: it measures less than the stage says.
	Quick bool
	// Load is what the load test sends.
	Load load
}

// quick is what a first look measures in place of the stage's counts.
var quick = struct{ cold, warm, rounds int }{cold: 5, warm: 20, rounds: 5}

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

const usage = `Runs the whole benchmark on this machine, without AWS.

  go run ./local [flags]         deploy, measure cold and warm starts, load-test the two module functions, report
  go run ./local serve [flags]   deploy and stay up: prints the API's URL and the AWS endpoint

`

// errUsage says that the command line could not be used, and that what is wrong has been printed.
var errUsage = errors.New("usage")

// parseOptions reads the command line. What is wrong with it, and the help
// that was asked for, go to stderr.
func parseOptions(args []string, now time.Time, stderr io.Writer) (Options, error) {
	var o Options
	if len(args) > 0 && args[0] == "serve" {
		o.Serve, args = true, args[1:]
	}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&o.Estimate, "estimate", false, "print what a run and a month of the stage cost on AWS, and do nothing else")
	flags.BoolVar(&o.Quick, "quick", false, fmt.Sprintf("a first look: %d cold and %d warm starts per workload in place of the stage's counts, %.0f requests per module function in place of %.0f", quick.cold, quick.warm, quickLoad.requests(), fullLoad.requests()))
	only := flags.String("only", "", "measure only these runtimes and languages, such as `go,nodejs22.x`")
	flags.StringVar(&o.Stage, "stage", "dev", "the `stage` whose Pulumi.<stage>.yaml is deployed")
	flags.StringVar(&o.Out, "out", "", "the run's `directory` (default out/<time>)")
	flags.Uint64Var(&o.Seed, "seed", 0, "fixes every order that is drawn at random (default: a new one, written into the manifest)")
	flags.DurationVar(&o.SSMLatency, "ssm-latency", 20*time.Millisecond, "how long the local SSM takes to answer; on one machine it would be microseconds")
	flags.DurationVar(&o.Every, "every", 0, "with serve: how often the workflow starts by itself (default: the stage's schedule)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, errUsage // the flag set has printed it
	}

	fail := func(format string, args ...any) (Options, error) {
		fmt.Fprintf(stderr, "local: "+format+"\n", args...)
		return o, errUsage
	}
	if flags.NArg() > 0 {
		return fail("%q is not understood: the only word before the flags is serve; -h shows the flags", flags.Arg(0))
	}
	var err error
	if o.Only, err = matrix.ParseSelection(*only, functions.Catalogue()); err != nil {
		return fail("-only: %v", err)
	}
	if o.Stage == "" || o.Stage != filepath.Base(o.Stage) || strings.HasPrefix(o.Stage, ".") {
		return fail("-stage: %q is not the name of a stage", o.Stage)
	}
	if o.SSMLatency < 0 || o.SSMLatency > 10*time.Second {
		return fail("-ssm-latency: %v is not between 0 and 10s", o.SSMLatency)
	}
	switch {
	case o.Every < 0 || o.Every > 0 && o.Every < time.Minute:
		return fail("-every: %v is less than a minute", o.Every)
	case o.Every > 0 && !o.Serve:
		return fail("-every: only serve keeps a schedule")
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

// settings are what a run's manifest keeps of the options.
func (o Options) settings() results.Settings {
	ssm := o.SSMLatency.Seconds() * 1000
	s := results.Settings{Only: o.Only, SSMLatencyMs: &ssm}
	for _, phase := range o.Load.phases() {
		s.Phases = append(s.Phases, phase.String())
	}
	return s
}
