package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// The measures of charts with a vertical scale.
const (
	plotHeight = 260
	plotLeft   = 62
	plotRight  = 24
	plotTop    = 34
	plotBottom = 46
)

// series is the class of the colour of the i-th target.
func seriesClass(i int) string { return fmt.Sprintf("s%d", i%4) }

// frame draws a vertical scale of milliseconds and returns it.
func frame(c *canvas, least, most float64, targets []results.Target) scale {
	y := logarithmic(least, most, plotTop+plotHeight, plotTop)
	for _, v := range y.ticks() {
		c.line("grid", plotLeft, y.at(v), chartWidth-plotRight, y.at(v), "")
		c.text("label", "end", plotLeft-8, y.at(v)+4, tickLabel(v))
	}
	c.text("label", "start", 8, 13, "ms")
	var entries [][2]string
	for i, t := range targets {
		entries = append(entries, [2]string{seriesClass(i) + " fill", t.Name})
	}
	c.key(plotLeft, 13, entries...)
	return y
}

// percentileChart draws latency over percentile, on the axis that gives each
// further nine the same room. Where the samples cannot bear a percentile, and where
// it is a lower bound, the line is dashed.
func percentileChart(targets []results.Target, title string) template.HTML {
	least, most, n := math.Inf(1), 0.0, int64(0)
	for _, t := range targets {
		if h := t.Latency.Distribution(); h != nil && h.N() > 0 {
			n = max(n, h.N())
			least, most = min(least, h.AtRank(1)), max(most, h.AtRank(h.N()))
		}
	}
	if n == 0 {
		return ""
	}
	c := newCanvas(chartWidth, plotTop+plotHeight+plotBottom, title)
	y := frame(c, least, most, targets)
	// The scale's value is 1/(1-p): 2 at p50, 100 at p99.
	x := scale{lo: 1, hi: math.Pow(10, math.Ceil(math.Log10(float64(max(n, 10))))), from: plotLeft, to: chartWidth - plotRight, logarithms: true}
	for _, p := range []float64{0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999} {
		if v := 100 / (100 - p); v <= x.hi*(1+1e-9) {
			c.line("grid", x.at(v), plotTop, x.at(v), plotTop+plotHeight, "")
			c.text("label", "middle", x.at(v), plotTop+plotHeight+16, percentileName(p))
		}
	}
	c.text("label", "middle", (x.from+x.to)/2, plotTop+plotHeight+36, "percentile of latency; dashed: too few samples for a 95 % interval, or a lower bound")
	for i, t := range targets {
		h := t.Latency.Distribution()
		if h == nil || h.N() == 0 {
			continue
		}
		var borne, beyond []point
		total := h.N()
		for v := 1.0; ; v *= 1.02 {
			p := 100 - 100/v
			rank := verdict.RankOf(max(p, 1e-9), total)
			at := point{x.at(v), y.at(h.AtRank(rank))}
			switch {
			case (p < 50 || verdict.MinSamples(p, verdict.DefaultConfidence) <= total) && t.Latency.Exact(rank):
				borne = append(borne, at)
			default:
				beyond = append(beyond, at)
			}
			if v > float64(total) || v > x.hi {
				break
			}
		}
		if len(borne) > 0 && len(beyond) > 0 {
			beyond = append([]point{borne[len(borne)-1]}, beyond...)
		}
		name := fmt.Sprintf("%s, %d requests", t.Name, total)
		c.path(seriesClass(i)+" stroke", borne, name)
		c.path(seriesClass(i)+" stroke thin", beyond, name)
	}
	return c.markup()
}

// maxBuckets of time are drawn; the intervals of longer runs are put together into
// that many.
const maxBuckets = 180

// timeChart draws the median of each stretch of time as a line, and its slowest
// answer as a dot.
func timeChart(targets []results.Target, title string) template.HTML {
	var start, end time.Time
	for _, t := range targets {
		for _, i := range t.Intervals {
			if start.IsZero() || i.Start.Before(start) {
				start = i.Start
			}
			if e := i.Start.Add(i.Length); e.After(end) {
				end = e
			}
		}
	}
	length := end.Sub(start)
	if length <= 0 {
		return ""
	}
	bucket := time.Second
	for length/bucket >= maxBuckets {
		bucket *= 2
	}
	// The answers that came after the plan's end are few: a stretch of their own would look like a change.
	last := max(int((length-bucket/2)/bucket), 0)
	least, most := math.Inf(1), 0.0
	stretches := make([]map[int][]results.Interval, len(targets))
	for i, t := range targets {
		stretches[i] = map[int][]results.Interval{}
		for _, v := range t.Intervals {
			if v.Latency.N() == 0 {
				continue
			}
			k := min(int(v.Start.Sub(start)/bucket), last)
			stretches[i][k] = append(stretches[i][k], v)
		}
	}
	drawn := make([][]stretch, len(targets))
	for i := range targets {
		for k := range last + 1 {
			if len(stretches[i][k]) == 0 {
				continue
			}
			s := condense(stretches[i][k])
			s.middle = (time.Duration(k)*bucket + bucket/2).Seconds()
			drawn[i] = append(drawn[i], s)
			least, most = min(least, s.median), max(most, s.slowest)
		}
	}
	if most == 0 {
		return ""
	}
	c := newCanvas(chartWidth, plotTop+plotHeight+plotBottom, title)
	y := frame(c, least, most, targets)
	x := linear(length.Seconds(), plotLeft, chartWidth-plotRight)
	for _, v := range x.ticks() {
		c.text("label", "middle", x.at(v), plotTop+plotHeight+16, tickLabel(v))
	}
	c.text("label", "middle", (x.from+x.to)/2, plotTop+plotHeight+36, fmt.Sprintf("seconds from the start; line: median of every %v, dot: its slowest answer", bucket))
	for i, t := range targets {
		var line []point
		for _, s := range drawn[i] {
			line = append(line, point{x.at(s.middle), y.at(s.median)})
			c.dot(seriesClass(i)+" fill soft", x.at(s.middle), y.at(s.slowest), 2.4, fmt.Sprintf("%s at %.0f s: slowest of %d is %s ms", t.Name, s.middle, s.n, number(s.slowest)))
		}
		c.path(seriesClass(i)+" stroke", line, t.Name+": median")
	}
	return c.markup()
}

// stretch is a target's answers in a stretch of time.
type stretch struct {
	middle          float64 // seconds from the start
	n               int64
	median, slowest float64 // milliseconds
}

// condense puts intervals together.
func condense(all []results.Interval) stretch {
	together := latency.New()
	for _, i := range all {
		together.Add(i.Latency)
	}
	n := together.N()
	return stretch{n: n, median: together.AtRank(verdict.RankOf(50, n)), slowest: together.AtRank(n)}
}

// classChart is a strip for each class of each target: from the fastest to the
// slowest answer, the median with its interval, and p90.
func classChart(targets []results.Target, title string) template.HTML {
	type strip struct {
		target int
		class  results.Class
	}
	var strips []strip
	least, most := math.Inf(1), 0.0
	for i, t := range targets {
		for _, c := range t.Classes {
			p := c.Latency
			if p.Min == nil || p.Max == nil {
				continue
			}
			strips = append(strips, strip{i, c})
			least, most = min(least, *p.Min), max(most, *p.Max)
		}
	}
	if len(strips) == 0 {
		return ""
	}
	// The same class of each target stands together: that is the comparison.
	slices.SortStableFunc(strips, func(a, b strip) int {
		return strings.Compare(className(a.class.ClassKey), className(b.class.ClassKey))
	})
	bottom := chartTop + float64(len(strips))*rowHeight
	c := newCanvas(chartWidth, bottom+chartBottom, title)
	x := logarithmic(least, most, gutterLeft, chartWidth-gutterRight)
	axis(c, x, bottom, "latency in ms, logarithmic")
	for i, s := range strips {
		p := s.class.Latency
		middle := chartTop + (float64(i)+0.5)*rowHeight
		name := targets[s.target].Name + " " + className(s.class.ClassKey)
		class := seriesClass(s.target)
		c.text("name", "end", gutterLeft-12, middle-3, targets[s.target].Name)
		c.text("label", "end", gutterLeft-12, middle+11, className(s.class.ClassKey))
		c.line(class+" stroke soft", x.at(*p.Min), middle, x.at(*p.Max), middle, fmt.Sprintf("%s: %s to %s ms", name, number(*p.Min), number(*p.Max)))
		for _, end := range []float64{*p.Min, *p.Max} {
			c.line(class+" stroke soft", x.at(end), middle-5, x.at(end), middle+5, "")
		}
		if p.P50 != nil {
			if b := p.P50Interval; len(b) == 2 {
				c.rect(class+" fill", x.at(b[0])-1, middle-8, x.at(b[1])-x.at(b[0])+2, 16, fmt.Sprintf("%s: the median lies between %s and %s ms (95 %% interval)", name, number(b[0]), number(b[1])))
			}
			c.line("median", x.at(*p.P50), middle-11, x.at(*p.P50), middle+11, fmt.Sprintf("%s: median %s ms", name, number(*p.P50)))
			c.text("value", "start", chartWidth-gutterRight+10, middle-1, number(*p.P50)+" ms")
		}
		if p.P90 != nil {
			c.line("p90", x.at(*p.P90), middle-8, x.at(*p.P90), middle+8, fmt.Sprintf("%s: p90 %s ms", name, number(*p.P90)))
		}
		c.text("label", "start", chartWidth-gutterRight+10, middle+12, "n = "+grouped(p.N))
	}
	c.key(gutterLeft, 12, [2]string{"median-key", "median"}, [2]string{"neutral", "its 95 % interval"}, [2]string{"p90-key", "p90"}, [2]string{"whisker-key", "fastest to slowest"})
	return c.markup()
}
