package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// tradeoff is the chart of what a start takes against what an invocation costs.
type tradeoff struct {
	*chart
	// Front are the cells that no other one beats in both.
	Front []tradeoffPoint
	Key   []keyEntry
}

// Legend is the chart's.
func (t tradeoff) Legend() any { return legend(t.Key...) }

// tradeoffPoint is one cell: the median of its cold start, and dollars for a million warm invocations.
type tradeoffPoint struct {
	row
	cold, usd  float64
	confidence cost.Confidence
}

// Cold and Dollars are a point in words.
func (p tradeoffPoint) Cold() string    { return number(p.cold) }
func (p tradeoffPoint) Dollars() string { return cost.Marked(money(p.usd), p.confidence) }

// newTradeoff is nil where fewer than two cells have both numbers.
func newTradeoff(id string, b board) *tradeoff {
	var points []tradeoffPoint
	for _, r := range b.rows {
		cold, price := median(r.cold, results.TotalMs), b.cost(r.Variant)
		if cold != nil && price != nil && r.warm != nil {
			points = append(points, tradeoffPoint{r, *cold, price.Warm, price.Confidence})
		}
	}
	if len(points) < 2 {
		return nil
	}
	t := &tradeoff{Front: front(points)}
	title := "Cold start against cost, " + b.event.String()
	description := fmt.Sprintf("Median cold start in milliseconds over dollars for a million warm invocations, for %s of %s. The Pareto front is: ",
		counted(int64(len(points)), "cell"), counted(int64(len(b.runtimes)), "runtime"))
	for i, p := range t.Front {
		if i > 0 {
			description += "; "
		}
		description += fmt.Sprintf("%s: %s ms and %s", p.Cell(), p.Cold(), p.Dollars())
	}
	t.chart = drawn(id, title, description+".", 760, func(width float64) *canvas { return b.drawTradeoff(points, t.Front, width) })
	for _, a := range b.architectures() {
		t.Key = append(t.Key, keyEntry{map[functions.Architecture]string{functions.ARM64: "dot", functions.X8664: "square"}[a] + " any", string(a)})
	}
	if len(b.memorySizes()) > 1 {
		t.Key = append(t.Key, keyEntry{"sizes any", "larger: more memory"})
	}
	t.Key = append(t.Key, keyEntry{"line front", "Pareto front of the medians"})
	if slices.ContainsFunc(points, func(p tradeoffPoint) bool { return b.deprecated(p.row) }) {
		t.Key = append(t.Key, keyEntry{"dot any hollow", "deprecated runtime"})
	}
	return t
}

// front are the points that no other one beats in one number without losing in the
// other, the cheapest first.
func front(all []tradeoffPoint) (front []tradeoffPoint) {
	all = slices.SortedStableFunc(slices.Values(all), func(a, b tradeoffPoint) int {
		return cmp.Or(cmp.Compare(a.usd, b.usd), cmp.Compare(a.cold, b.cold))
	})
	for _, p := range all {
		if len(front) == 0 || p.cold < front[len(front)-1].cold {
			front = append(front, p)
		}
	}
	return front
}

func (b board) drawTradeoff(points, front []tradeoffPoint, width float64) *canvas {
	const height = 400
	written := func(name string) string { return name }
	if width == narrow {
		written = func(name string) string { return strings.Replace(name, snapStart, " snap", 1) }
	}
	longest := 0
	for _, name := range b.runtimes {
		longest = max(longest, len(written(name)))
	}
	gutter := max(104, 22+8.1*float64(longest)) // for the names beside the plot
	c := newCanvas(width, height)
	p := plot{left: 46, right: width - gutter, top: 28, bottom: height - 40}
	cold, usd := noExtent(), noExtent()
	for _, one := range points {
		cold.add(one.cold)
		usd.add(one.usd)
	}
	x, y := logarithmic(usd.least, usd.most, p.left+8, p.right-4), logarithmic(cold.least, cold.most, p.bottom-6, p.top)
	most := int(p.right-p.left) / 56
	c.xAxis(p, x, most, "$ for a million warm invocations", tickLabel)
	c.yAxis(p, y, 9, "cold start, median, ms", tickLabel)

	var steps []point
	for i, one := range front {
		if i > 0 {
			steps = append(steps, point{x.at(one.usd), y.at(front[i-1].cold)})
		}
		steps = append(steps, point{x.at(one.usd), y.at(one.cold)})
	}
	c.path("front", steps, "Pareto front: no other cell is faster and cheaper")

	radius := func(memoryMB int) float64 { return 3.6 + 1.5*float64(slices.Index(b.memorySizes(), memoryMB)) }
	var labels []label
	for _, name := range b.runtimes {
		colour := b.colour(name)
		c.group("run " + colour)
		var last *tradeoffPoint
		for _, a := range b.architectures() {
			var line []point
			for _, one := range points {
				if one.name() == name && one.Variant.Architecture == a {
					line = append(line, point{x.at(one.usd), y.at(one.cold)})
				}
			}
			slices.SortFunc(line, func(a, b point) int { return cmp.Compare(a.x, b.x) })
			class := "stroke"
			if a == functions.X8664 {
				class += " dashed"
			}
			if len(line) > 1 {
				c.path(class, line, "")
			}
		}
		for i, one := range points {
			if one.name() != name {
				continue
			}
			class := "fill"
			if b.deprecated(one.row) {
				class = "stroke hollow"
			}
			mark := c.dot
			if one.Variant.Architecture == functions.X8664 {
				mark = c.square
			}
			at, r := point{x.at(one.usd), y.at(one.cold)}, radius(one.Variant.MemoryMB)
			if slices.ContainsFunc(front, func(f tradeoffPoint) bool { return f.Variant == one.Variant }) {
				c.dot("ring", at.x, at.y, r+3.5, "")
			}
			mark(class, at.x, at.y, r, fmt.Sprintf("%s: cold start %s ms, %s for a million warm invocations", one.Cell(), one.Cold(), one.Dollars()))
			if last == nil || one.usd > last.usd {
				last = &points[i]
			}
		}
		c.endGroup()
		if last != nil {
			labels = append(labels, label{written(name), colour, point{x.at(last.usd), y.at(last.cold)}})
		}
	}
	c.labels(labels, p.right+14, p.top, p.bottom)
	return c
}

// label names what is drawn at a point.
type label struct {
	text, colour string
	at           point
}

// labels writes names in a column beside the plot, each as near to its point as its
// neighbours leave room for, with a line to it.
func (c *canvas) labels(all []label, x, top, bottom float64) {
	const height = 16
	slices.SortStableFunc(all, func(a, b label) int { return cmp.Compare(a.at.y, b.at.y) })
	y := make([]float64, len(all))
	for i, l := range all {
		y[i] = max(l.at.y, top+height/2)
		if i > 0 {
			y[i] = max(y[i], y[i-1]+height)
		}
	}
	for i, room := len(all)-1, bottom; i >= 0; i-- {
		y[i] = min(y[i], room)
		room = y[i] - height
	}
	for i, l := range all {
		c.path(l.colour+" leader", []point{{l.at.x + 9, l.at.y}, {x - 5, y[i]}}, "")
		c.text("name "+l.colour, "start", x, y[i]+4, l.text)
	}
}
