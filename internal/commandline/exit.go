package commandline

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
)

// The exit codes of a program that judges. Where several apply, the largest counts.
const (
	OK       = 0
	Failed   = 1 // what was judged has failed: a condition is true, or a run is slower
	Usage    = 2 // the command line, or what it names, cannot be used; nothing was done
	NotValid = 3 // the numbers cannot be believed, or the records are not complete
	Nothing  = 4 // there are no numbers
)

// Exit is the exit code of a command that ended with a code and an error. It prints the
// error. The name is the command's, such as "report compare".
func Exit(stderr io.Writer, name string, code int, err error) int {
	switch {
	case errors.Is(err, errShown):
		return OK
	case err != nil:
		program, _, _ := strings.Cut(name, " ")
		fmt.Fprintln(stderr, console.CleanLines(fmt.Sprint(program, ": ", err)))
		if code == Usage {
			fmt.Fprintln(stderr, name, "-h shows every flag")
		}
	}
	return code
}
