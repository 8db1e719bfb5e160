package report

import (
	"fmt"
	"html/template"
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
	farthest, judged := 1.0, 0
	for _, r := range slices.Concat(a.Pairs, a.Combined) {
		if r.Ratio == nil {
			continue
		}
		judged++
		farthest = max(farthest, *r.Ratio, 1 / *r.Ratio)
	}
	if judged == 0 {
		return nil
	}
	x := around(min(1.15*farthest, 20), stripFrom, stripTo)
	const most = 5
	t := &stripTable{
		Caption: fmt.Sprintf("%s over %s, %s: medians", functions.ARM64, functions.X8664, b.event),
		Heads:   []string{"cold start", "warm invocation"},
		Key: legend(keyEntry{"dot arm64 fill", string(functions.ARM64) + " is faster"}, keyEntry{"dot x86 fill", string(functions.X8664) + " is faster"},
			keyEntry{"dot neutral", "not told apart, or the same"}, keyEntry{"line interval neutral-line", "95 % interval"}),
	}
	axis := stripAxis(x, most, tickLabel)
	t.Axes = []template.HTML{axis, axis}
	// The row of all pairs has no runtime.
	rowOf := func(name string, sum bool, ratios []answer.Ratio) {
		row := stripRow{Name: name, Sum: sum}
		for _, temperature := range temperatures {
			row.Cells = append(row.Cells, ratioCell(x, most, temperature, ratios))
		}
		t.Rows = append(t.Rows, row)
	}
	rowOf("all pairs", true, a.Combined)
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
	if w.Function != "hello" {
		return w.Function + " " + w.Runtime
	}
	return w.Runtime
}

func ratioCell(x scale, most int, temperature results.Temperature, ratios []answer.Ratio) stripCell {
	const height, middle = 20, 10
	c := ruled(height, x, most)
	c.line("one", x.at(1), 0, x.at(1), height, "")
	cell := stripCell{Text: absent}
	for _, r := range ratios {
		if r.Measure.Temperature != temperature || r.Ratio == nil {
			continue
		}
		// The answer's first level may be either architecture.
		ratio, interval, word := *r.Ratio, *r.Interval, r.Word
		if r.A != string(functions.ARM64) {
			ratio, interval = 1/ratio, [2]float64{1 / interval[1], 1 / interval[0]}
			switch word {
			case verdict.Faster:
				word = verdict.Slower
			case verdict.Slower:
				word = verdict.Faster
			}
		}
		class, says := "neutral", string(word)
		switch word {
		case verdict.Faster:
			class, says = "arm64 fill", string(functions.ARM64)+" is faster"
		case verdict.Slower:
			class, says = "x86 fill", string(functions.X8664)+" is faster"
		}
		c.line("interval neutral-line", x.at(interval[0]), middle, x.at(interval[1]), middle, "")
		c.dot(class, x.at(ratio), middle, 4.5, fmt.Sprintf("%s (95 %% interval %s to %s): %s", number(ratio), number(interval[0]), number(interval[1]), says))
		cell.Text = number(ratio)
	}
	cell.Drawing = c.inTable()
	return cell
}
