package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The measures of charts with one row for each variant.
const (
	chartWidth  = 920
	gutterLeft  = 172 // names
	gutterRight = 86  // numbers
	rowHeight   = 38
	chartTop    = 34 // the key
	chartBottom = 42 // the axis
)

// dots are the values of one series' samples in the order of the run.
type dots map[results.Series][]results.Sample

func collect(samples []results.Sample) dots {
	d := dots{}
	for _, s := range samples {
		if series, ok := s.Series(); ok {
			d[series] = append(d[series], s)
		}
	}
	return d
}

// maxDots of a series are drawn; of more, every so-manyth.
const maxDots = 300

// values returns a metric of a series' samples, thinned out evenly.
func (d dots) values(v matrix.Variant, s *results.SeriesSummary, metric string) []float64 {
	if s == nil {
		return nil
	}
	var of func(results.Sample) (float64, bool)
	for _, m := range results.Metrics() {
		if m.Name == metric {
			of = m.Of
		}
	}
	var all []float64
	for series, samples := range d {
		if series.Variant != v || string(series.Event.Workload) != s.Workload || series.Event.Iterations != s.Iterations || series.Temperature != s.Temperature {
			continue
		}
		for _, sample := range samples {
			if value, ok := of(sample); ok {
				all = append(all, value)
			}
		}
	}
	if len(all) <= maxDots {
		return all
	}
	// The extremes of a distribution are its point, so they are never thinned out.
	slices.Sort(all)
	thinned := make([]float64, maxDots)
	for i := range thinned {
		thinned[i] = all[i*(len(all)-1)/(maxDots-1)]
	}
	return thinned
}

// jitter moves dots of the same value apart, the same way each time.
func jitter(i int, height float64) float64 {
	const golden = 0.6180339887498949
	_, fraction := math.Modf(float64(i+1) * golden)
	return (fraction - 0.5) * height
}

// rowNames writes each row's name, and lines between the rows.
func rowNames(c *canvas, all []row) {
	for i, r := range all {
		y := chartTop + float64(i)*rowHeight
		c.text("name", "end", gutterLeft-12, y+16, r.name())
		c.text("label", "end", gutterLeft-12, y+29, r.version())
	}
}

// axis writes a horizontal scale's ticks over the whole height, and its unit.
func axis(c *canvas, s scale, bottom float64, unit string) {
	for _, v := range s.ticks() {
		x := s.at(v)
		c.line("grid", x, chartTop-4, x, bottom, "")
		c.text("label", "middle", x, bottom+15, tickLabel(v))
	}
	c.text("label", "middle", (s.from+s.to)/2, bottom+33, unit)
}

// coldChart stacks the medians of init and first duration, with every sample's
// total as a dot and the interval of the total's median as a line.
func coldChart(all []row, d dots, title string) template.HTML {
	all = slices.DeleteFunc(slices.Clone(all), func(r row) bool { return median(r.cold, results.TotalMs) == nil })
	if len(all) == 0 {
		return ""
	}
	most := 0.0
	for _, r := range all {
		most = max(most, *r.cold.Metrics[results.TotalMs].Max)
	}
	bottom := chartTop + float64(len(all))*rowHeight
	c := newCanvas(chartWidth, bottom+chartBottom, title)
	x := linear(most, gutterLeft, chartWidth-gutterRight)
	axis(c, x, bottom, "ms from the start of the environment to the first response")
	rowNames(c, all)
	for i, r := range all {
		y := chartTop + float64(i)*rowHeight + 4
		total := r.cold.Metrics[results.TotalMs]
		init, first := median(r.cold, results.InitMs), median(r.cold, results.FirstDurationMs)
		if init == nil {
			init = median(r.cold, results.RestoreMs)
		}
		if init != nil && first != nil {
			c.rect("init", x.at(0), y, x.at(*init)-x.at(0), 14, fmt.Sprintf("%s: init %s ms (median of %d)", r.name(), number(*init), r.cold.N))
			c.rect("first", x.at(*init), y, x.at(*init+*first)-x.at(*init), 14, fmt.Sprintf("%s: first duration %s ms (median of %d)", r.name(), number(*first), r.cold.N))
		}
		if b := total.P50Interval; len(b) == 2 {
			c.line("whisker", x.at(b[0]), y+7, x.at(b[1]), y+7, fmt.Sprintf("%s: the median total lies between %s and %s ms (95 %% interval)", r.name(), number(b[0]), number(b[1])))
		}
		for k, v := range d.values(r.Variant, r.cold, results.TotalMs) {
			c.dot("dot", x.at(v), y+22+jitter(k, 8), 2, fmt.Sprintf("%s: total %s ms", r.name(), number(v)))
		}
		c.text("value", "start", chartWidth-gutterRight+10, y+12, number(*total.P50)+" ms")
		c.text("label", "start", chartWidth-gutterRight+10, y+25, "p90 "+number(*total.P90))
	}
	c.key(gutterLeft, 12, [2]string{"init", "init"}, [2]string{"first", "first duration"}, [2]string{"dot", "one cold start"}, [2]string{"whisker-key", "95 % interval of the median"})
	return c.markup()
}

// warmChart is a strip of all durations of each variant, with the median, its
// interval, and p90, on a logarithmic scale.
func warmChart(all []row, d dots, title string) template.HTML {
	all = slices.DeleteFunc(slices.Clone(all), func(r row) bool { return median(r.warm, results.DurationMs) == nil })
	if len(all) == 0 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b row) int {
		if *median(a.warm, results.DurationMs) < *median(b.warm, results.DurationMs) {
			return -1
		}
		return 1
	})
	least, most := math.Inf(1), 0.0
	for _, r := range all {
		least, most = min(least, *r.warm.Metrics[results.DurationMs].Min), max(most, *r.warm.Metrics[results.DurationMs].Max)
	}
	bottom := chartTop + float64(len(all))*rowHeight
	c := newCanvas(chartWidth, bottom+chartBottom, title)
	x := logarithmic(least, most, gutterLeft, chartWidth-gutterRight)
	axis(c, x, bottom, "duration in ms, logarithmic")
	rowNames(c, all)
	for i, r := range all {
		y := chartTop + float64(i)*rowHeight
		m := r.warm.Metrics[results.DurationMs]
		middle := y + rowHeight/2
		c.line("span", x.at(*m.Min), middle, x.at(*m.Max), middle, "")
		for k, v := range d.values(r.Variant, r.warm, results.DurationMs) {
			c.dot("dot", x.at(v), middle+jitter(k, 16), 2, fmt.Sprintf("%s: %s ms", r.name(), number(v)))
		}
		if b := m.P50Interval; len(b) == 2 {
			c.rect("interval", x.at(b[0])-1, middle-11, x.at(b[1])-x.at(b[0])+2, 22, fmt.Sprintf("%s: the median lies between %s and %s ms (95 %% interval)", r.name(), number(b[0]), number(b[1])))
		}
		c.line("median", x.at(*m.P50), middle-12, x.at(*m.P50), middle+12, fmt.Sprintf("%s: median %s ms of %d", r.name(), number(*m.P50), m.N))
		c.line("p90", x.at(*m.P90), middle-8, x.at(*m.P90), middle+8, fmt.Sprintf("%s: p90 %s ms", r.name(), number(*m.P90)))
		c.text("value", "start", chartWidth-gutterRight+10, middle-1, number(*m.P50)+" ms")
		c.text("label", "start", chartWidth-gutterRight+10, middle+12, "p90 "+number(*m.P90))
	}
	c.key(gutterLeft, 12, [2]string{"dot", "one warm invocation"}, [2]string{"median-key", "median"}, [2]string{"interval", "its 95 % interval"}, [2]string{"p90-key", "p90"})
	return c.markup()
}
