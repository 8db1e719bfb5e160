// Command loadgen load-tests HTTP endpoints at a planned rate and reports
// latencies that a stall cannot hide.
//
//	go run ./loadgen -url https://abc.execute-api.eu-central-1.amazonaws.com/dev
//	go run ./loadgen https://example.com/path
//	go run ./loadgen compare DIR DIR
//	go run ./loadgen report DIR
//
// It composes the packages below it: flags.go and prepare.go turn a command line
// into a load test, attack runs it, verdict and threshold judge it, results and
// report keep and print it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
)

// The exit codes. Where several apply, the one that says most about the others
// counts: nothing answered, then not valid, then a threshold.
const (
	exitOK        = 0
	exitThreshold = 1 // a -fail-if condition was breached, or with -strict not decided
	exitUsage     = 2 // the command line, or a file that it names, cannot be used; nothing was sent
	exitInvalid   = 3 // the generator's own lateness could explain what it measured, or the records are not complete
	exitSilence   = 4 // no request was answered
	exitKilled    = 130
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command: what was found goes to stdout, everything else to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name, command := "loadgen", runLoadTest
	if len(args) > 0 {
		switch args[0] {
		case "compare":
			name, command, args = "loadgen compare", compareRuns, args[1:]
		case "report":
			name, command, args = "loadgen report", reportRun, args[1:]
		case "help":
			args = []string{"-h"}
		}
	}
	code, err := command(ctx, args, stdout, stderr)
	switch {
	case errors.Is(err, errShown):
		return exitOK
	case err != nil:
		fmt.Fprintln(stderr, console.CleanLines(fmt.Sprint("loadgen: ", err)))
		if code == exitUsage {
			fmt.Fprintln(stderr, name, "-h shows every flag")
		}
	}
	return code
}
