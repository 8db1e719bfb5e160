package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// writeRatios writes the ratios behind the answers about cells: the first level against
// each of the others over all pairs, and against the next one pair by pair.
func writeRatios(s *sheet, all answer.Answers) {
	t := table{columns: []column{
		{"", "", true}, {"", "pairs", false},
		{"cold total", "x", false}, {"cold total", "95 % interval", false}, {"cold total", "", true},
		{"warm duration", "x", false}, {"warm duration", "95 % interval", false}, {"warm duration", "", true},
	}, dropped: []string{"pairs"}}
	for _, a := range all.Answers {
		if a.Question == answer.Modules || len(a.Ratios) == 0 {
			continue
		}
		first, against := a.Ratios[0].A, a.Ratios[0].B
		t.heading(fmt.Sprintf("%s: %s against", strings.ToLower(questionName(a.Question)), levelName(a, first)))
		for _, l := range a.Levels {
			if l.Name != first {
				t.add(ratioCells(levelName(a, l.Name), a.Combined, first, l.Name, answer.Within{})...)
			}
		}
		if within := sharedOf(a.Pairs, first, against); len(within) > 1 {
			t.heading(fmt.Sprintf("%s: %s against %s on", strings.ToLower(questionName(a.Question)), levelName(a, first), levelName(a, against)))
			for _, w := range within {
				t.add(ratioCells(withinName(w), a.Pairs, first, against, w)...)
			}
		}
	}
	if len(t.rows) == 0 {
		return
	}
	s.WriteString("ratios of medians, all else equal\n\n")
	t.write(s)
	if t.has(absent) {
		s.wrap(indent, indent+indent, "-: too few samples for a ratio")
	}
	s.WriteString("\n")
}

// sharedOf is what the cells of two levels have in common, in the order of the pairs.
func sharedOf(pairs []answer.Ratio, first, other string) (all []answer.Within) {
	for _, r := range pairs {
		if (r.A == first && r.B == other || r.A == other && r.B == first) && !slices.Contains(all, r.Within) {
			all = append(all, r.Within)
		}
	}
	return all
}

// withinName is what a pair has in common, for people.
func withinName(w answer.Within) string {
	var parts []string
	if w.Function != "hello" {
		parts = append(parts, w.Function)
	}
	for _, part := range []string{w.Runtime, string(w.Architecture)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if w.MemoryMB != 0 {
		parts = append(parts, fmt.Sprintf("%d MB", w.MemoryMB))
	}
	if w.SnapStart {
		parts = append(parts, "SnapStart")
	}
	return strings.Join(parts, " ")
}

// ratioCells are a row of the table of ratios: those of first to other.
func ratioCells(name string, ratios []answer.Ratio, first, other string, within answer.Within) []string {
	row := []string{name, "", absent, "", "", absent, "", ""}
	for _, r := range ratios {
		if r.A == other {
			r = r.Reversed()
		}
		if r.A != first || r.B != other || r.Within != within {
			continue
		}
		row[1] = fmt.Sprint(r.Judged)
		at := 2
		if r.Measure.Temperature == results.Warm {
			at = 5
		}
		if r.Ratio != nil {
			row[at], row[at+1] = number(*r.Ratio), number(r.Interval[0])+" to "+number(r.Interval[1])
		}
		row[at+2] = string(r.Word)
	}
	return row
}
