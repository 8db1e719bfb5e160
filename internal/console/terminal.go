package console

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal is what a writer can show. The zero value is what a file or a pipe can:
// no colour, and lines of any length.
type Terminal struct {
	// Width is the number of columns; 0 where there is no terminal.
	Width int
	// Color says that escape sequences for colours are understood and wanted.
	Color bool
}

// defaultWidth is that of a terminal which does not say how wide it is.
const defaultWidth = 80

// TerminalOf finds out what w can show. Colour is off where NO_COLOR is set
// (https://no-color.org) and where TERM is dumb.
func TerminalOf(w io.Writer) Terminal {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Terminal{}
	}
	t := Terminal{Width: defaultWidth, Color: os.Getenv("TERM") != "dumb" && os.Getenv("NO_COLOR") == ""}
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns >= 20 {
		t.Width = columns
	}
	return t
}

// Style is how a word is shown where there is colour.
type Style int

// The styles: what is well, what is not, what is open, and the end of each.
const (
	Good Style = iota
	Bad
	Open
	Plain
)

// Sequence is the escape sequence that begins a style.
func (s Style) Sequence() string {
	switch s {
	case Good:
		return "\x1b[32m"
	case Bad:
		return "\x1b[1;31m"
	case Open:
		return "\x1b[33m"
	}
	return "\x1b[0m"
}
