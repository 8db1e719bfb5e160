package commandline

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/hostinfo"
)

// Flags are a command's flags. The command's help is made of them: it shows the flags in
// the order of their declaration, under the sections that they were declared in.
type Flags struct {
	set        *flag.FlagSet
	head, foot string // of the help
	sections   []section
}

// section is a part of the help: flags that belong together.
type section struct {
	title string
	names []string
}

// New begins the flags of a command, such as "report compare". Head and foot are the
// first and the last lines of its help.
func New(command, head, foot string) *Flags {
	f := &Flags{set: flag.NewFlagSet(command, flag.ContinueOnError), head: head, foot: foot}
	f.set.SetOutput(io.Discard) // Exit prints the errors
	f.set.Usage = func() {}     // Parse prints the help
	return f
}

// Section begins a section of the help. The flags declared next are in it.
func (f *Flags) Section(title string) { f.sections = append(f.sections, section{title: title}) }

// list puts a flag into the section that was begun last.
func (f *Flags) list(name string) {
	s := &f.sections[len(f.sections)-1]
	s.names = append(s.names, name)
}

// Text declares a flag whose value is any text.
func (f *Flags) Text(p *string, name, value, usage string) {
	f.set.StringVar(p, name, value, usage)
	f.list(name)
}

// Toggle declares a flag that is given or not.
func (f *Flags) Toggle(p *bool, name, usage string) {
	f.set.BoolVar(p, name, false, usage)
	f.list(name)
}

// Count declares a flag whose value is a number of things.
func (f *Flags) Count(p *int, name string, value int, usage string) {
	f.set.IntVar(p, name, value, usage)
	f.list(name)
}

// Seed declares a flag whose value is the seed of a random generator.
func (f *Flags) Seed(p *uint64, name string, value uint64, usage string) {
	f.set.Uint64Var(p, name, value, usage)
	f.list(name)
}

// Length declares a flag whose value is a length of time.
func (f *Flags) Length(p *time.Duration, name string, value time.Duration, usage string) {
	f.set.DurationVar(p, name, value, usage)
	f.list(name)
}

// Parsed declares a flag whose value a function reads, once for each time that it is given.
func (f *Flags) Parsed(name, usage string, parse func(string) error) {
	f.set.Func(name, usage, parse)
	f.list(name)
}

// Value declares a flag of a type of its own.
func (f *Flags) Value(v flag.Value, name, usage string) {
	f.set.Var(v, name, usage)
	f.list(name)
}

// Word declares a flag whose value is one of some words.
func (f *Flags) Word(p *string, name, value, usage string, words ...string) {
	*p = value
	f.Value(&choice{p, words}, name, usage)
}

// choice is the value of such a flag.
type choice struct {
	value *string
	words []string
}

// String is the word that was chosen.
func (c *choice) String() string {
	if c.value == nil { // package flag makes a zero choice to find out what the zero value looks like
		return ""
	}
	return *c.value
}

// Set chooses a word.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.words, text) {
		return fmt.Errorf("want %s", strings.Join(c.words, ", "))
	}
	*c.value = text
	return nil
}

// errShown says that what was asked for has been printed, and that there is nothing to run.
var errShown = errors.New("shown")

// Parse reads flags and arguments in any order, as artillery's users write them. It answers
// -h and -version itself, with an error that [Exit] takes for success.
func (f *Flags) Parse(args []string, stdout io.Writer) (arguments []string, given map[string]bool, err error) {
	version := f.set.Bool("version", false, "print the version")
	for {
		err := f.set.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			f.help(stdout)
			return nil, nil, errShown
		case err != nil:
			return nil, nil, err
		case *version:
			program, _, _ := strings.Cut(f.set.Name(), " ")
			fmt.Fprintln(stdout, program, hostinfo.Version())
			return nil, nil, errShown
		}
		if args = f.set.Args(); len(args) == 0 {
			break
		}
		arguments, args = append(arguments, args[0]), args[1:]
	}
	given = map[string]bool{}
	f.set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return arguments, given, nil
}

const (
	helpColumn = 23  // where the explanation of a flag begins
	helpWidth  = 110 // columns of the help
)

// help prints the head, every flag with its default, and the foot.
func (f *Flags) help(w io.Writer) {
	fmt.Fprint(w, f.head)
	for _, s := range f.sections {
		fmt.Fprintf(w, "\n%s\n", s.title)
		for _, name := range s.names {
			of := f.set.Lookup(name)
			argument, usage := flag.UnquoteUsage(of)
			if d := of.DefValue; d != "" && d != "0" && d != "false" {
				usage += " (default " + d + ")"
			}
			line := strings.TrimRight("  -"+name+" "+argument, " ")
			if len(line) > helpColumn-2 {
				fmt.Fprintln(w, line)
				line = ""
			}
			for _, text := range wrap(usage, helpWidth-helpColumn) {
				fmt.Fprintf(w, "%-*s%s\n", helpColumn, line, text)
				line = ""
			}
		}
	}
	fmt.Fprint(w, f.foot)
}

// wrap breaks a text into lines of a width, and where the text itself does.
func wrap(text string, width int) (lines []string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			switch {
			case line == "":
				line = word
			case len(line)+1+len(word) > width:
				lines = append(lines, line)
				line = word
			default:
				line += " " + word
			}
		}
		lines = append(lines, line)
	}
	return lines
}
