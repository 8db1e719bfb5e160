package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// unmeasuredCells share a status, a reason and their architectures.
type unmeasuredCells struct {
	names         []string // of the runtimes
	architectures string
	status        results.Status
	text          string
}

// unmeasured is what has no time, and why, once for each reason.
func unmeasured(variants []results.VariantSummary) []unmeasuredCells {
	type reason struct {
		name   string
		status results.Status
		text   string
	}
	var order []reason
	cells := map[reason][]matrix.Variant{}
	for _, v := range variants {
		if v.Status == results.Measured {
			continue
		}
		r := reason{row{VariantSummary: v}.name(), v.Status, v.Reason}
		if r.text == "" && v.Status == results.Checked {
			r.text = "the answers are right; its times would say nothing"
		}
		if cells[r] == nil {
			order = append(order, r)
		}
		cells[r] = append(cells[r], v.Variant)
	}
	var all []unmeasuredCells
	for _, r := range order {
		in := architectures(cells[r])
		i := slices.IndexFunc(all, func(u unmeasuredCells) bool {
			return u.architectures == in && u.status == r.status && u.text == r.text
		})
		if i < 0 {
			i = len(all)
			all = append(all, unmeasuredCells{architectures: in, status: r.status, text: r.text})
		}
		all[i].names = append(all[i].names, r.name)
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
		s.wrap(indent, indent+indent, fmt.Sprintf("%s (%s) %s: %s", listed(u.names), u.architectures, u.status, u.text))
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
