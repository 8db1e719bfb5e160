// Command local runs the stack, the benchmark and the load test on this machine,
// without AWS: real function processes behind the real Lambda Runtime API.
//
//	go run ./local [flags]         deploy, measure, report
//	go run ./local serve [flags]   deploy and stay up
//	go run ./local -estimate       say what the stage costs on AWS
//
// It composes the packages below it and adds nothing to what they do. In the order
// in which a run goes through them: options.go reads the command line, prepare.go
// builds functions and finds runtimes, setup.go has package deploy turn the stack's
// definition into a plan, machine.go carries the plan out, measure.go measures
// (workflow.go, check.go and loadtest.go) and record.go writes and prints. serve.go
// stays up instead of measuring.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/guard"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

func main() {
	guard.Run(func() int { return run(context.Background(), os.Args[1:], os.Stdout, os.Stderr) })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, time.Now(), stdout, stderr)
	switch {
	case errors.Is(err, errShown):
		return exitOK
	case err != nil:
		return exitUsage
	}
	c := console.New(stderr)
	var earlier *results.Run
	if o.Baseline != "" {
		r, err := baseline.Read(o.Baseline)
		if err != nil {
			c.Printf("local: %v", err)
			return exitUsage
		}
		earlier = &r
	}
	if !o.Estimate {
		c.Printf("local: stage %s on this machine, without AWS; the first run fetches runtimes and builds functions, which takes some minutes", o.Stage)
	}
	ctx, stop := console.Interruptible(ctx, exitFailed, func(s os.Signal) { // the guard ends every process that is left
		what := "ending the run and reporting what there is"
		if o.Serve {
			what = "ending the stack"
		}
		c.Printf("%v: %s; once more ends it at once", s, what)
	})
	defer stop()

	e, err := launch(ctx, o, c, stdout)
	c.Done()
	switch {
	case errors.Is(err, console.ErrInterrupted): // everything else that went wrong then follows from it
		c.Printf("local: interrupted; what was measured is in %s", o.Out)
	case err != nil:
		c.Printf("local: %v", err)
	}
	switch {
	case e != nil:
		for _, t := range e.run.Failures(e.strict) {
			c.Printf("local: %s", report.Failure(t))
		}
		e.err = errors.Join(err, e.print(stdout))
		return max(e.code(), e.against(earlier, o, c, stdout))
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errNothing):
		return exitNothing
	case err != nil:
		return exitFailed
	}
	return exitOK
}

// launch reads the stage, starts it, and then serves or measures. The ending is nil
// if nothing was started to be measured.
func launch(ctx context.Context, o Options, c *console.Console, stdout io.Writer) (*ending, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	s, err := stage.Read(root, o.Stage)
	if err != nil {
		return nil, err
	}
	s.Config = o.cells(s.Config)
	if o.Estimate {
		return nil, estimate(s, stdout)
	}
	if s.Config, err = hostConfig(s.Config, o, c); err != nil {
		return nil, err
	}
	if err := checkConditions(o, s.Config); err != nil {
		return nil, err
	}
	var doubts []string
	if !o.Serve {
		lock, err := awaitMachine(ctx, machineLock, c)
		if _, cannot := errors.AsType[*lockError](err); cannot {
			doubts = append(doubts, err.Error()+"; another run may have measured at the same time")
		} else if err != nil {
			return nil, err
		} else {
			defer lock.Close()
		}
	}
	r, err := newRecord(o, s)
	if err != nil {
		return nil, err
	}
	r.note(doubts...)
	c.Printf("results go to %s", r.dir.Path())
	begin := setup{root: root, stage: s, options: o, tools: newToolbox(root, c), record: r, console: c}
	var e *ending
	if o.Serve {
		begin.admit = newTurn(machineLock, c).admit
		err = serve(ctx, begin, stdout)
	} else {
		e, err = measure(ctx, begin, stdout)
	}
	return e, errors.Join(err, r.finish(ctx.Err() != nil))
}

// hostConfig is the stage's configuration as this machine runs it.
func hostConfig(c stage.Config, o Options, say *console.Console) (stage.Config, error) {
	host, err := runtimes.HostArchitecture()
	if err != nil {
		return c, err
	}
	for _, f := range c.Functions {
		say.Printf("left out  function %s: it exists on AWS only", f.ARN)
	}
	c = c.Local(host)
	if reserved := c.ModuleReservedConcurrency; reserved > 0 && reserved < o.Provision {
		return c, fmt.Errorf("-provision %d: the stage reserves %d environments for each module function: -provision %[2]d", o.Provision, reserved)
	}
	c.ProvisionedConcurrency = o.Provision
	if o.Quick {
		measured := 0
		for _, v := range c.Benchmarked() {
			if v.Architecture == host && !v.SnapStart {
				measured++
			}
		}
		n := stage.SamplesToRank(measured)
		c.Cold, c.Rounds, c.Warm = n, n, n*quickWarm
	}
	return c, nil
}

// checkConditions refuses conditions about cells and targets that the run will not have.
func checkConditions(o Options, c stage.Config) error {
	var targets []string
	for _, v := range c.Modules() {
		targets = append(targets, v.Function)
	}
	cells := slices.DeleteFunc(c.Benchmarked(), func(v matrix.Variant) bool { return !o.Only.Keeps(v) })
	for _, t := range o.FailIf {
		if err := t.Check(targets, cells); err != nil {
			return fmt.Errorf("%w: -fail-if %s: %w", errUsage, t, err)
		}
	}
	return nil
}

// estimate prints what a stage costs on AWS.
func estimate(s stage.Stage, stdout io.Writer) error {
	b, err := s.Config.Estimate(s.Region)
	if err != nil {
		return err
	}
	return b.Text(stdout)
}

// repositoryRoot is the folder with this project's go.mod, at or above the working directory.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for start := dir; ; dir = filepath.Dir(dir) {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(data), "module github.com/lambda-benchmark/lambda-benchmark\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("neither %s nor a folder above it is a clone of this project: the functions are built from its sources, so run it there", start)
		}
	}
}
