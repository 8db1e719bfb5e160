package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// memoryMeasure is one of the numbers that are drawn over memory sizes.
type memoryMeasure struct {
	name, title string
	// of is a cell's value and its interval, which it may not have.
	of func(row) (value *float64, interval []float64)
}

func (b board) memoryMeasures() []memoryMeasure {
	all := []memoryMeasure{
		{"cold", "cold start, ms", func(r row) (*float64, []float64) { return medianOf(r.cold, results.TotalMs) }},
		{"warm", "warm, ms", func(r row) (*float64, []float64) { return medianOf(r.warm, results.DurationMs) }},
	}
	if b.answers.Pricing != nil {
		confidence := cost.Seen
		for _, c := range b.answers.Pricing.Cells {
			confidence = cost.Least(confidence, c.Confidence)
		}
		title := cost.Marked(fmt.Sprintf("$ per million, %s cold", inPercent(b.answers.ColdShare)), confidence)
		all = append(all, memoryMeasure{"cost", title, func(r row) (*float64, []float64) {
			cost := b.cost(r.Variant)
			if cost == nil {
				return nil, nil
			}
			usd := cost.At(b.answers.ColdShare)
			return &usd, nil
		}})
	}
	return all
}

// medianOf is a metric's median with its interval.
func medianOf(s *results.SeriesSummary, metric string) (*float64, []float64) {
	if s == nil {
		return nil, nil
	}
	return s.Metrics[metric].P50, s.Metrics[metric].P50Interval
}

// memoryCharts are one small chart for each runtime: the median cold start, the median
// warm duration, and the cost, over memory sizes, a line for each architecture. The
// scales are the same in all of them. There are none of a single memory size.
func memoryCharts(id string, b board) []template.HTML {
	sizes := b.memorySizes()
	if len(sizes) < 2 {
		return nil
	}
	measures := b.memoryMeasures()
	extents := make([]extent, len(measures))
	for i, m := range measures {
		extents[i] = noExtent()
		for _, r := range b.rows {
			if v, interval := m.of(r); v != nil {
				extents[i].add(*v)
				extents[i].add(interval...)
			}
		}
	}
	var all []template.HTML
	for i, name := range b.runtimes {
		title := fmt.Sprintf("%s over memory, %s", name, b.event)
		c, description := b.drawMemory(name, measures, extents)
		all = append(all, c.chart(fmt.Sprintf("%s-%d", id, i), title, description))
	}
	return all
}

func (b board) drawMemory(name string, measures []memoryMeasure, extents []extent) (*canvas, string) {
	const width, panel, gap, top = 178, 74, 22, 40
	sizes := b.memorySizes()
	c := newCanvas(width, top+float64(len(measures))*(panel+gap))
	c.text("name", "start", 0, 13, name)
	x := scale{lo: math.Log(float64(sizes[0])), hi: math.Log(float64(sizes[len(sizes)-1])), from: 50, to: width - 16}
	var said []string
	for i, m := range measures {
		if extents[i].empty() {
			continue
		}
		p := plot{left: 40, right: width - 4, top: top + float64(i)*(panel+gap)}
		p.bottom = p.top + panel - 10
		y := logarithmic(extents[i].least, extents[i].most, p.bottom, p.top)
		for _, v := range y.ticks(4) {
			c.line("grid", p.left, y.at(v), p.right, y.at(v), "")
			c.text("label", "end", p.left-4, y.at(v)+4, tickLabel(v))
		}
		c.text("label", "start", p.left, p.top-7, m.title)
		for _, a := range b.architectures() {
			class := architectureClass(a)
			var line []point
			var values []string
			for _, r := range b.of(name, a) {
				v, interval := m.of(r)
				if v == nil {
					continue
				}
				at := point{x.at(math.Log(float64(r.Variant.MemoryMB))), y.at(*v)}
				line = append(line, at)
				if len(interval) == 2 {
					c.line(class+" interval", at.x, y.at(interval[0]), at.x, y.at(interval[1]), "")
				}
				c.dot(class+" fill", at.x, at.y, 3, fmt.Sprintf("%s %s, %s: %s", name, r.section(), m.title, number(*v)))
				values = append(values, fmt.Sprintf("%s at %d MB", number(*v), r.Variant.MemoryMB))
			}
			c.path(class+" stroke", line, "")
			if len(values) > 0 {
				said = append(said, fmt.Sprintf("%s, %s: %s", a, m.title, strings.Join(values, ", ")))
			}
		}
	}
	for i, size := range sizes {
		if i == 0 || x.at(math.Log(float64(size)))-x.at(math.Log(float64(sizes[i-1]))) > 24 {
			c.text("label", "middle", x.at(math.Log(float64(size))), c.height-16, fmt.Sprint(size))
		}
	}
	c.text("label", "end", 36, c.height-16, "MB")
	return c, strings.Join(said, ". ") + "."
}

// architectureClass is the class of an architecture's colour.
func architectureClass(a functions.Architecture) string {
	return map[functions.Architecture]string{functions.ARM64: "arm64", functions.X8664: "x86"}[a]
}

// architectureKey names the colours of the architectures that were measured.
func architectureKey(b board) template.HTML {
	var entries []keyEntry
	for _, a := range b.architectures() {
		entries = append(entries, keyEntry{"dot fill " + architectureClass(a), string(a)})
	}
	return legend(append(entries, keyEntry{"tick interval any", "95 % interval of the median"})...)
}
