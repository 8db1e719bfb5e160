package report

import (
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// newRatios draws arm64 over x86_64 for each runtime and memory size, and over all of
// them, around 1; nil where no pair was judged.
func newRatios(b board) *stripTable {
	i := slices.IndexFunc(b.answers.Answers, func(a answer.Answer) bool { return a.Question == answer.Architecture })
	if i < 0 {
		return nil
	}
	a := b.answers.Answers[i]
	temperatures := []results.Temperature{results.Cold, results.Warm}
	factor, judged := farthest(slices.Concat(a.Pairs, a.Combined))
	if !judged {
		return nil
	}
	x := around(min(1.15*factor, 20), stripFrom, stripTo)
	const most = 5
	t := &stripTable{
		Caption: fmt.Sprintf("%s over %s, %s: medians", functions.ARM64, functions.X8664, b.event),
		Heads:   []string{"cold start", "warm invocation"},
		Key: legend(keyEntry{"dot arm64 fill", string(functions.ARM64) + " is faster"}, keyEntry{"dot x86 fill", string(functions.X8664) + " is faster"},
			keyEntry{"dot neutral", "not told apart, or the same"}, keyEntry{"line interval neutral-line", "95 % interval"}),
	}
	t.Axis = stripAxis(x, most, tickLabel)
	// The row of all pairs has no runtime.
	marks := ratioMarks{ratioMark{"arm64 fill", string(functions.ARM64) + " is faster"}, ratioMark{"x86 fill", string(functions.X8664) + " is faster"}}
	rowOf := func(name string, sum bool, ratios []answer.Ratio) {
		for i, r := range ratios { // the answer's first level may be either architecture
			if r.A != string(functions.ARM64) {
				ratios[i] = r.Reversed()
			}
		}
		row := stripRow{Name: name, Sum: sum}
		for _, temperature := range temperatures {
			row.Cells = append(row.Cells, ratioCell(x, most, temperature, ratios, marks))
		}
		t.Rows = append(t.Rows, row)
	}
	rowOf("all pairs", true, slices.Clone(a.Combined))
	var seen []answer.Within
	for _, name := range b.runtimes {
		for _, size := range b.memorySizes() {
			var of []answer.Ratio
			for _, r := range a.Pairs {
				if ratioName(r.Within) == name && r.Within.MemoryMB == size {
					of = append(of, r)
				}
			}
			if len(of) > 0 && !slices.Contains(seen, of[0].Within) {
				seen = append(seen, of[0].Within)
				rowOf(fmt.Sprintf("%s, %d MB", name, size), false, of)
			}
		}
	}
	return t
}

// ratioName is what the rows of a pair are called.
func ratioName(w answer.Within) string {
	name := w.Runtime
	if w.Function != "hello" {
		name = w.Function + " " + name
	}
	if w.SnapStart {
		name += " SnapStart"
	}
	return name
}

// ratioMark is how a ratio is drawn, and what that says.
type ratioMark struct{ class, says string }

// ratioMarks are those of the words faster and slower.
type ratioMarks struct{ faster, slower ratioMark }

func (m ratioMarks) of(word verdict.Word) ratioMark {
	switch word {
	case verdict.Faster:
		return m.faster
	case verdict.Slower:
		return m.slower
	}
	return ratioMark{"neutral", string(word)}
}

// ratioCell draws the ratio of a temperature around 1.
func ratioCell(x scale, most int, temperature results.Temperature, ratios []answer.Ratio, marks ratioMarks) stripCell {
	const height, middle = 20, 10
	c := ruled(height, x, most)
	c.line("one", x.at(1), 0, x.at(1), height, "")
	cell := stripCell{Text: absent}
	for _, r := range ratios {
		if r.Measure.Temperature != temperature || r.Ratio == nil {
			continue
		}
		mark := marks.of(r.Word)
		c.line("interval neutral-line", x.at(r.Interval[0]), middle, x.at(r.Interval[1]), middle, "")
		c.dot(mark.class, x.at(*r.Ratio), middle, 4.5, fmt.Sprintf("%s (95 %% interval %s to %s): %s", number(*r.Ratio), number(r.Interval[0]), number(r.Interval[1]), mark.says))
		cell.Text = number(*r.Ratio)
	}
	cell.Drawing = c.inTable()
	return cell
}

// farthest is how far from 1 any of the ratios is, and whether there is any.
func farthest(ratios []answer.Ratio) (factor float64, any bool) {
	factor = 1
	for _, r := range ratios {
		if r.Ratio != nil {
			factor, any = max(factor, *r.Ratio, 1 / *r.Ratio), true
		}
	}
	return factor, any
}
