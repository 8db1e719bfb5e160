// Command local runs the stack, the benchmark and the load test on this machine,
// without AWS: real function processes behind the real Lambda Runtime API.
//
//	go run ./local [flags]         deploy, measure, report
//	go run ./local serve [flags]   deploy and stay up
//	go run ./local -estimate       say what the stage costs on AWS
//
// It composes the packages below it and adds nothing to what they do:
// artifact and runtimes prepare the functions, deploy turns the stack's
// definition into a plan, machine.go carries the plan out, bench and attack
// measure, results and report keep and print.
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

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
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

// launch prepares the functions and starts the stack, and then serves or measures.
func launch(ctx context.Context, o Options, c *console.Console, stdout io.Writer) error {
	root, err := repositoryRoot()
	if err != nil {
		return err
	}
	if o.Estimate {
		return estimate(root, o.Stage, stdout)
	}
	t := &toolbox{
		builder: &artifact.Builder{Root: root, Dir: buildDir(root), Progress: c.Printf},
		finder:  &runtimes.Finder{Root: root, Cache: filepath.Join(buildDir(root), "runtimes"), Progress: c.Printf},
		console: c,
	}
	b, err := newBenchmark(root, o, t, c)
	if err != nil {
		return err
	}
	if o.Serve {
		err = b.serve(ctx, stdout)
	} else {
		err = b.measure(ctx, stdout)
	}
	return errors.Join(err, b.finish(ctx.Err() != nil))
}

// estimate prints what a stage costs on AWS.
func estimate(root, name string, stdout io.Writer) error {
	s, err := stage.Read(root, name)
	if err != nil {
		return err
	}
	b, err := s.Config.Estimate()
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
