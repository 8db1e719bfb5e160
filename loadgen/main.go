// Command loadgen load-tests HTTP endpoints at a planned rate and reports
// latencies that a stall cannot hide.
//
//	go run ./loadgen -url https://abc.execute-api.eu-central-1.amazonaws.com/dev
//	go run ./loadgen https://example.com/path
//
// It composes the packages below it: flags.go and prepare.go turn a command line
// into a load test, attack runs it, verdict and threshold judge it, results and
// report keep and print it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
)

const (
	// exitRestore says that provisioned concurrency could not be taken away.
	exitRestore = 5
	// exitKilled says that the load test was interrupted twice.
	exitKilled = 130
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// moved are the commands that loadgen once had, and where they are now.
var moved = map[string]string{
	"compare": "go run ./report compare DIR DIR",
	"report":  "go run ./report DIR",
}

// run is the command: what was found goes to stdout, everything else to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	code, err := commandline.Usage, error(nil)
	if len(args) > 0 && args[0] == "help" {
		args = []string{"-h"}
	}
	if len(args) > 0 && moved[args[0]] != "" {
		err = fmt.Errorf("%s is a command of its own now: %s", args[0], moved[args[0]])
	} else {
		code, err = runLoadTest(ctx, args, stdout, stderr)
	}
	return commandline.Exit(stderr, "loadgen", code, err)
}
