package commandline

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// example declares a flag of each kind.
type example struct {
	flags      *Flags
	text, word string
	count      int
	seed       uint64
	length     time.Duration
	toggle     bool
	parsed     []string
	margin     Margin
	arguments  []string
	given      map[string]bool
	stdout     bytes.Buffer
	err        error
}

func parse(args ...string) *example {
	e := &example{flags: New("tool part", "The head.\n", "\nThe foot.\n")}
	e.flags.Section("first")
	e.flags.Text(&e.text, "text", "", "any `TEXT`")
	e.flags.Word(&e.word, "word", "one", "one of two `WORDS`", "one", "two")
	e.flags.Count(&e.count, "a-very-long-name-of-a-count", 3, "a `N` of things, "+strings.Repeat("explained at length ", 8))
	e.flags.Section("second")
	e.flags.Seed(&e.seed, "seed", 0, "a `N`\nin two lines")
	e.flags.Length(&e.length, "length", time.Minute, "a `D`")
	e.flags.Toggle(&e.toggle, "toggle", "on or off")
	e.flags.Parsed("parsed", "a `P`", func(text string) error { e.parsed = append(e.parsed, text); return nil })
	e.flags.Value(&e.margin, "margin", MarginUsage)
	e.arguments, e.given, e.err = e.flags.Parse(args, &e.stdout)
	return e
}

func TestParse(t *testing.T) {
	e := parse("a", "-text", "x", "b", "-parsed=1", "-word", "two", "-parsed", "2", "c", "-margin", "5%", "-length", "1s", "-toggle", "-seed", "7")
	if e.err != nil {
		t.Fatal(e.err)
	}
	if !slices.Equal(e.arguments, []string{"a", "b", "c"}) || e.text != "x" || e.word != "two" || e.count != 3 || e.seed != 7 || e.length != time.Second ||
		!e.toggle || !slices.Equal(e.parsed, []string{"1", "2"}) || e.margin.Options().MarginRel != 0.05 {
		t.Errorf("got %+v", e)
	}
	if !e.given["text"] || e.given["a-very-long-name-of-a-count"] {
		t.Errorf("given are %v", e.given)
	}
}

func TestHelp(t *testing.T) {
	help := parse("-h").stdout.String()
	want := `The head.

first
  -text TEXT           any TEXT
  -word WORDS          one of two WORDS (default one)
  -a-very-long-name-of-a-count N
                       a N of things, explained at length explained at length explained at length explained at
                       length explained at length explained at length explained at length explained at length
                       (default 3)

second
  -seed N              a N
                       in two lines
  -length D            a D (default 1m0s)
  -toggle              on or off
  -parsed P            a P
  -margin M            a difference M that does not matter, such as 5ms or 5%

The foot.
`
	if help != want {
		t.Errorf("the help is\n%s", help)
	}
}

func TestExit(t *testing.T) {
	for _, row := range []struct {
		name   string
		args   []string
		code   int // that the command says
		err    error
		want   int
		stdout string
		stderr string
	}{
		{name: "help", args: []string{"-h"}, code: Usage, stdout: "The head."},
		{name: "version", args: []string{"x", "-version"}, code: Usage, stdout: "tool "},
		{name: "an unknown flag", args: []string{"-lost"}, code: Usage, want: Usage, stderr: "tool: flag provided but not defined: -lost\ntool part -h shows every flag\n"},
		{name: "another word", args: []string{"-word", "three"}, code: Usage, want: Usage, stderr: "want one, two"},
		{name: "no mistake", code: Failed, want: Failed},
		{name: "an error that steers the terminal", code: NotValid, err: errors.New("\x1b[2J"), want: NotValid, stderr: "tool: \\x1b[2J\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := parse(row.args...)
			err := row.err
			if err == nil {
				err = e.err
			}
			var stderr strings.Builder
			if code := Exit(&stderr, "tool part", row.code, err); code != row.want {
				t.Errorf("exit code %d, want %d", code, row.want)
			}
			if !strings.HasPrefix(e.stdout.String(), row.stdout) || !strings.Contains(stderr.String(), row.stderr) || (row.stderr == "") != (stderr.Len() == 0) {
				t.Errorf("stdout %q, stderr %q", e.stdout.String(), stderr.String())
			}
		})
	}
}
