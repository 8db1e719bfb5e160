package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

const lifecycleHead = `Prints on which days AWS deprecates the runtimes of a stage, and from which it takes no new functions of
them and changes none. The stage is read from Pulumi.<stage>.yaml: run it in the repository's folder.

  report -lifecycle [flags]
`

const lifecycleFoot = `
exit codes
  0  the dates are printed
  2  the command line cannot be used, or the stage cannot be read
`

// lifecycles prints the dates of the runtimes of a stage.
func lifecycles(_ context.Context, args []string, stdout, _ io.Writer) (code int, err error) {
	var name string
	var include *string
	f := commandline.New("report -lifecycle", lifecycleHead, lifecycleFoot)
	f.Section("whose runtimes")
	f.Text(&name, "stage", "dev", "the `STAGE`")
	f.Parsed("include", "what the stage includes, in place of its own: `LIST` of runtimes, languages and architectures, or current", func(text string) error {
		include = &text
		return nil
	})
	arguments, _, err := f.Parse(args, stdout)
	if err == nil && len(arguments) > 0 {
		err = fmt.Errorf("%q is not understood: want flags alone", arguments[0])
	}
	if err != nil {
		return commandline.Usage, err
	}
	s, err := stage.Read(".", name)
	if err != nil {
		return commandline.Usage, err
	}
	if include != nil {
		if s.Config.Include, err = stage.ParseSelection(*include); err != nil {
			return commandline.Usage, fmt.Errorf("-include: %w", err)
		}
	}
	var ids []string
	for _, v := range s.Config.All() {
		if !slices.Contains(ids, v.Runtime) {
			ids = append(ids, v.Runtime)
		}
	}
	var text strings.Builder
	if err := lifecycle.Read().Text(&text, ids, time.Now()); err != nil {
		return commandline.Usage, err
	}
	_, err = fmt.Fprintf(stdout, "runtimes of stage %s on %s\n\n%s", s.Name, time.Now().UTC().Format(time.DateOnly), &text)
	return commandline.OK, err
}
