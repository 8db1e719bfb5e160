package main

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

// flagSet is a command's flags. Its help is made of them: it shows the flags in the order
// of their declaration, under the sections that they were declared in.
type flagSet struct {
	*flag.FlagSet
	head, foot string // of the help
	sections   []section
}

// section is a part of the help: flags that belong together.
type section struct {
	title string
	names []string
}

// newFlagSet begins a command's flags.
func newFlagSet(command, head, foot string) *flagSet {
	f := &flagSet{FlagSet: flag.NewFlagSet(command, flag.ContinueOnError), head: head, foot: foot}
	f.SetOutput(io.Discard) // run prints the errors
	f.Usage = func() {}     // parse prints the help
	return f
}

// section begins a section of the help.
func (f *flagSet) section(title string) { f.sections = append(f.sections, section{title: title}) }

// list puts a flag into the section that was begun last.
func (f *flagSet) list(name string) {
	s := &f.sections[len(f.sections)-1]
	s.names = append(s.names, name)
}

func (f *flagSet) text(p *string, name, value, usage string) {
	f.StringVar(p, name, value, usage)
	f.list(name)
}

func (f *flagSet) toggle(p *bool, name, usage string) {
	f.BoolVar(p, name, false, usage)
	f.list(name)
}

func (f *flagSet) count(p *int, name string, value int, usage string) {
	f.IntVar(p, name, value, usage)
	f.list(name)
}

func (f *flagSet) seed(p *uint64, name string, value uint64, usage string) {
	f.Uint64Var(p, name, value, usage)
	f.list(name)
}

func (f *flagSet) length(p *time.Duration, name string, value time.Duration, usage string) {
	f.DurationVar(p, name, value, usage)
	f.list(name)
}

func (f *flagSet) parsed(name, usage string, parse func(string) error) {
	f.Func(name, usage, parse)
	f.list(name)
}

func (f *flagSet) value(v flag.Value, name, usage string) {
	f.Var(v, name, usage)
	f.list(name)
}

// word declares a flag whose value is one of some words.
func (f *flagSet) word(p *string, name, value, usage string, words ...string) {
	*p = value
	f.value(&word{p, words}, name, usage)
}

// word is the value of such a flag.
type word struct {
	value *string
	words []string
}

// String is the word that was chosen.
func (w *word) String() string {
	if w.value == nil { // package flag makes a zero word to find out what the zero value looks like
		return ""
	}
	return *w.value
}

// Set chooses a word.
func (w *word) Set(text string) error {
	if !slices.Contains(w.words, text) {
		return fmt.Errorf("want %s", strings.Join(w.words, ", "))
	}
	*w.value = text
	return nil
}

// errShown says that what was asked for has been printed, and that there is nothing to run.
var errShown = errors.New("shown")

// parse reads flags and arguments in any order, as artillery's users write them. It answers
// -h and -version itself, with [errShown].
func (f *flagSet) parse(args []string, stdout io.Writer) (arguments []string, given map[string]bool, err error) {
	version := f.Bool("version", false, "print the version")
	for {
		err := f.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			f.help(stdout)
			return nil, nil, errShown
		case err != nil:
			return nil, nil, err
		case *version:
			fmt.Fprintln(stdout, "loadgen", hostinfo.Version())
			return nil, nil, errShown
		}
		if args = f.Args(); len(args) == 0 {
			break
		}
		arguments, args = append(arguments, args[0]), args[1:]
	}
	given = map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return arguments, given, nil
}

const (
	helpColumn = 23  // where the explanation of a flag begins
	helpWidth  = 110 // columns of the help
)

// help prints the head, every flag with its default, and the foot.
func (f *flagSet) help(w io.Writer) {
	fmt.Fprint(w, f.head)
	for _, s := range f.sections {
		fmt.Fprintf(w, "\n%s\n", s.title)
		for _, name := range s.names {
			of := f.Lookup(name)
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
