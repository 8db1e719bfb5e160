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
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/guard"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // something of the run did not work; what was measured until then is reported
	exitUsage  = 2
)

func main() {
	guard.Run(func() int { return run(context.Background(), os.Args[1:], os.Stdout, os.Stderr) })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, time.Now(), stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	c := console.New(stderr)
	ctx, stop := console.Interruptible(ctx, exitFailed, func(s os.Signal) { // the guard ends every process that is left
		what := "ending the run and reporting what there is"
		if o.Serve {
			what = "ending the stack"
		}
		c.Printf("%v: %s; once more ends it at once", s, what)
	})
	defer stop()

	err = launch(ctx, o, c, stdout)
	c.Done()
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, console.ErrInterrupted): // whatever else went wrong then follows from it
		c.Printf("local: interrupted; what there is is in %s", o.Out)
	default:
		c.Printf("local: %v", err)
	}
	return exitFailed
}

// launch reads the stage, starts it, and then serves or measures.
func launch(ctx context.Context, o Options, c *console.Console, stdout io.Writer) error {
	root, err := repositoryRoot()
	if err != nil {
		return err
	}
	s, err := stage.Read(root, o.Stage)
	if err != nil {
		return err
	}
	if o.Estimate {
		return estimate(s.Config, stdout)
	}
	if s.Config, err = hostConfig(s.Config, o, c); err != nil {
		return err
	}
	r, err := newRecord(o, s)
	if err != nil {
		return err
	}
	c.Printf("results go to %s", r.dir.Path())
	begin := setup{root: root, stage: s, options: o, tools: newToolbox(root, c), record: r, console: c}
	if o.Serve {
		err = serve(ctx, begin, stdout)
	} else {
		err = measure(ctx, begin, stdout)
	}
	return errors.Join(err, r.finish(ctx.Err() != nil))
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
	if o.Quick {
		c.Cold, c.Warm, c.Rounds = quick.cold, quick.warm, quick.rounds
	}
	return c, nil
}

// estimate prints what a stage costs on AWS.
func estimate(c stage.Config, stdout io.Writer) error {
	b, err := c.Estimate()
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
