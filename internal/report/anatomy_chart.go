package report

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// anatomy is what cold starts are made of, at one memory size.
type anatomy struct {
	MemoryMB int
	*stripTable
}

// newAnatomies draws the medians of init and of the first duration of every cell, one
// table for each memory size, all on one scale. There are none without a cold start.
func newAnatomies(b board) []anatomy {
	all := noExtent()
	for _, r := range b.rows {
		for _, metric := range startMetrics {
			if v, interval := medianOf(r.cold, metric); v != nil && *v > 0 {
				all.add(*v)
				all.add(interval...)
			}
		}
	}
	if all.empty() {
		return nil
	}
	x := logarithmic(all.least, all.most, stripFrom, stripTo)
	const most = 6
	var tables []anatomy
	for _, size := range b.memorySizes() {
		t := &stripTable{
			Caption: fmt.Sprintf("Init and first duration, %s, %d MB: medians", b.event, size), Heads: []string{"init and first duration, ms"},
			Axis: stripAxis(x, most, tickLabel),
			Key:  legend(keyEntry{"dot init", "init"}, keyEntry{"dot first", "first duration"}, keyEntry{"line interval neutral-line", "95 % interval of the median"}),
		}
		for _, name := range b.runtimes {
			for _, a := range b.architectures() {
				r, ok := b.cell(name, section{a, size})
				if !ok || median(r.cold, results.FirstDurationMs) == nil {
					continue
				}
				t.Rows = append(t.Rows, stripRow{Name: name, Note: string(a), Cells: []stripCell{anatomyCell(r, x, most)}})
			}
		}
		if len(t.Rows) > 0 {
			tables = append(tables, anatomy{size, t})
		}
	}
	return tables
}

// startMetrics are the parts of a cold start; SnapStart restores in place of init.
var startMetrics = []string{results.InitMs, results.RestoreMs, results.FirstDurationMs}

func anatomyCell(r row, x scale, most int) stripCell {
	const height, middle = 22, 11
	c := ruled(height, x, most)
	text := ""
	for _, metric := range startMetrics {
		v, interval := medianOf(r.cold, metric)
		if v == nil {
			continue
		}
		if len(interval) == 2 {
			c.line("interval neutral-line", x.at(interval[0]), middle, x.at(interval[1]), middle, "")
		}
		class, what := "init", "init"
		switch metric {
		case results.RestoreMs:
			what = "restore"
		case results.FirstDurationMs:
			class, what = "first", "first duration"
		}
		c.dot(class, x.at(*v), middle, 5, fmt.Sprintf("%s, %s: %s %s ms, median of %d", r.name(), r.section(), what, number(*v), r.cold.N))
		if text != "" {
			text += " + "
		}
		text += number(*v)
	}
	return stripCell{c.inTable(), text}
}
