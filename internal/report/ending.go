package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Ending writes the last lines of a command that has measured: the verdict, and the
// path of the page. The path is empty where none was written.
func Ending(w io.Writer, r results.Run, page string, t console.Terminal) error {
	r = cleaned(r)
	s := &sheet{terminal: t}
	for _, line := range verdictOfRun(r) {
		s.wrap("", indent, emphasise(line))
	}
	if page != "" {
		s.WriteString("report: " + console.Clean(page) + "\n") // whole, so that it can be copied
	}
	return s.print(w)
}

// verdictOfRun is what a run says, with the figures of a load test whose only
// target is compared with nothing, and what became of the conditions.
func verdictOfRun(r results.Run) []string {
	var lines []string
	for _, f := range findings(r) {
		lines = append(lines, f.Subject+": "+f.Text)
	}
	l := r.Load
	if l == nil {
		return append(lines, thresholdLines(r.Thresholds)...)
	}
	if l.Comparison == nil {
		for _, t := range l.Targets {
			failed := t.Planned - t.Answered
			lines = append(lines, fmt.Sprintf("%s: p50 %s ms, p99 %s, %s of %s without an answer",
				t.Name, bound(t.Latency.Percentiles, "p50", t.Latency.P50), withUnit(needs(t.Latency.Percentiles)), grouped(failed), counted(t.Planned, "request")))
		}
	}
	lines = append(lines, thresholdLines(r.Thresholds)...)
	if l.Generator.Valid {
		lines = append(lines, "The load test is valid.")
	}
	return lines
}

// withUnit adds the unit to a number, and to nothing else.
func withUnit(cell string) string {
	if last := cell[len(cell)-1]; cell == absent || strings.HasPrefix(cell, "needs") || last < '0' || last > '9' {
		return cell
	}
	return cell + " ms"
}
