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
	FormatText  Format = "text"
	FormatHTML  Format = "html"
	FormatJSON  Format = "json"
	FormatCSV   Format = "csv"
	FormatJUnit Format = "junit"
	FormatHGRM  Format = "hgrm"
)

// Formats are the names of all formats of a run, as a flag takes them.
func Formats() []string {
	return []string{string(FormatText), string(FormatHTML), string(FormatJSON), string(FormatCSV), string(FormatJUnit), string(FormatHGRM)}
}

// PairFormats are those of a pair.
func PairFormats() []string { return []string{string(FormatText), string(FormatJSON)} }

// SchemaVersion is that of the JSON, which run.schema.json and pair.schema.json describe. It
// changes when a field goes or changes its meaning, and not when one is added.
const SchemaVersion = 1

// runJSON is a run as JSON.
type runJSON struct {
	SchemaVersion int `json:"schemaVersion"`
	results.Run
	// Answers are those of the workload that decides, OtherWorkloads those of the others.
	Answers        answer.Answers   `json:"answers"`
	OtherWorkloads []answer.Answers `json:"otherWorkloads,omitempty"`
}

// pairJSON is a pair as JSON.
type pairJSON struct {
	SchemaVersion int `json:"schemaVersion"`
	results.Pair
}

// Write writes a run in a format.
func Write(w io.Writer, f Format, r results.Run) error {
	switch f {
	case FormatHTML:
		return HTML(w, r)
	case FormatHGRM:
		return HGRM(w, r)
	case FormatCSV:
		return CSV(w, r)
	case FormatJUnit:
		return JUnit(w, r)
	case FormatJSON:
		all := answer.All(r)
		return results.WriteJSON(w, runJSON{SchemaVersion, r, all[0], all[1:]})
	}
	return Text(w, r, console.TerminalOf(w))
}

// WritePair writes a pair in a format.
func WritePair(w io.Writer, f Format, p results.Pair) error {
	if f == FormatJSON {
		return results.WriteJSON(w, pairJSON{SchemaVersion, p})
	}
	return PairText(w, p, console.TerminalOf(w))
}
