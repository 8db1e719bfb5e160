// Command report shows and judges runs that are already there.
//
//	go run ./report DIR
//	go run ./report compare DIR DIR
//	go run ./report -lifecycle
//
// It composes the packages below it: results reads runs, pair judges them, and report
// renders them.
package main

import (
	"context"
	"io"
	"os"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command: what was asked for goes to stdout, everything else to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name, command := "report", show
	if len(args) > 0 {
		switch args[0] {
		case "compare":
			name, command, args = "report compare", compareRuns, args[1:]
		case "-lifecycle", "--lifecycle":
			name, command, args = "report -lifecycle", lifecycles, args[1:]
		case "help":
			args = []string{"-h"}
		}
	}
	code, err := command(ctx, args, stdout, stderr)
	return commandline.Exit(stderr, name, code, err)
}
