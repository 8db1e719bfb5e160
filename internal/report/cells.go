package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// unmeasuredCells share a runtime, a status and a reason.
type unmeasuredCells struct {
	label  string
	status results.Status
	text   string
	cells  []matrix.Variant
}

// unmeasured is what has no time, and why, once for each reason.
func unmeasured(variants []results.VariantSummary) []unmeasuredCells {
	var all []unmeasuredCells
	for _, v := range variants {
		if v.Status == results.Measured {
			continue
		}
		text := v.Reason
		if text == "" && v.Status == results.Checked {
			text = "the answers are right; its times would say nothing"
		}
		label := row{VariantSummary: v}.name()
		i := slices.IndexFunc(all, func(u unmeasuredCells) bool {
			return u.label == label && u.status == v.Status && u.text == text
		})
		if i < 0 {
			i = len(all)
			all = append(all, unmeasuredCells{label: label, status: v.Status, text: text})
		}
		all[i].cells = append(all[i].cells, v.Variant)
	}
	return all
}

func writeUnmeasured(s *sheet, variants []results.VariantSummary) {
	all := unmeasured(variants)
	if len(all) == 0 {
		return
	}
	s.WriteString("not measured\n\n")
	for _, u := range all {
		s.wrap(indent, indent+indent, fmt.Sprintf("%s (%s) %s: %s", u.label, architectures(u.cells), u.status, u.text))
	}
	s.WriteString("\n")
}

// architectures of cells, each once.
func architectures(cells []matrix.Variant) string {
	var names []string
	for _, a := range []functions.Architecture{functions.ARM64, functions.X8664} {
		if slices.ContainsFunc(cells, func(v matrix.Variant) bool { return v.Architecture == a }) {
			names = append(names, string(a))
		}
	}
	return strings.Join(names, ", ")
}

// doubts name samples that were not what they were taken for, failed
// invocations, and measured cells that came short. Cells with the same doubt
// share a line.
func doubts(variants []results.VariantSummary) []string {
	var order []string
	cells := map[string][]matrix.Variant{}
	for _, v := range variants {
		text := doubt(v)
		if text == "" {
			continue
		}
		if cells[text] == nil {
			order = append(order, text)
		}
		cells[text] = append(cells[text], v.Variant)
	}
	var lines []string
	for _, text := range order {
		names := make([]string, len(cells[text]))
		for i, v := range cells[text] {
			names[i] = v.String()
		}
		lines = append(lines, strings.Join(names, ", ")+": "+text)
	}
	return lines
}

func doubt(v results.VariantSummary) string {
	var parts []string
	for _, t := range results.Temperatures() {
		if n := v.Missed[t]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, t))
		}
	}
	text := ""
	if len(parts) > 0 {
		text = "not what was wanted, kept and tried again: " + strings.Join(parts, ", ")
	}
	if v.Errors > 0 {
		text = join(text, counted(int64(v.Errors), "failed invocation"))
	}
	if v.Status == results.Measured {
		text = join(text, v.Reason)
	}
	return text
}

func writeDoubts(s *sheet, variants []results.VariantSummary) {
	lines := doubts(variants)
	if len(lines) == 0 {
		return
	}
	s.WriteString("worth knowing\n\n")
	for _, line := range lines {
		s.wrap(indent, indent+indent, line)
	}
	s.WriteString("\n")
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
