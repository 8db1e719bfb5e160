// Package console prints what a long piece of work is doing, for people: lines
// that stay, and on a terminal one status line below them that is redrawn in
// place. Where the output is a pipe or a file the status becomes plain lines, at
// most one every few seconds, so that a log of it reads well.
//
// It writes to whatever it is given, usually standard error: standard output
// belongs to results.
package console
