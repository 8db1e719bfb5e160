package report

import (
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Format is a form in which a run is written.
type Format string

// The formats.
const (
	FormatText Format = "text"
	FormatJSON Format = "json"
	FormatHGRM Format = "hgrm"
	FormatHTML Format = "html"
)

// Formats are the names of all formats, as a flag takes them.
func Formats() []string {
	return []string{string(FormatText), string(FormatJSON), string(FormatHGRM), string(FormatHTML)}
}

// Write writes a run in a format.
func Write(w io.Writer, f Format, r results.Run) error {
	switch f {
	case FormatHTML:
		return HTML(w, r)
	case FormatHGRM:
		return HGRM(w, r)
	case FormatJSON:
		return results.WriteJSON(w, struct {
			results.Run
			Answers answer.Answers `json:"answers"`
		}{r, answer.Of(r)})
	}
	return Text(w, r, console.TerminalOf(w))
}
