package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// The measures of charts of load tests.
const (
	fullWidth  = 1100
	halfWidth  = 560
	plotHeight = 290
)

// targetLegend names the targets by their colours.
func targetLegend(targets []results.Target) template.HTML {
	var entries []keyEntry
	for i, t := range targets {
		entries = append(entries, keyEntry{"band fill " + seriesClass(i), t.Name})
	}
	return legend(entries...)
}

// targetNames are the targets in a sentence.
func targetNames(targets []results.Target) string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.Name
	}
	return listed(names)
}

// percentileChart draws latency over percentile, on the axis that gives each
// further nine the same room. Where the samples cannot bear a percentile, and where
// it is a lower bound, the line is dashed.
func percentileChart(id string, targets []results.Target, title string) *chart {
	extent, n := noExtent(), int64(0)
	var said []string
	for _, t := range targets {
		h := t.Latency.Distribution()
		if h == nil || h.N() == 0 {
			continue
		}
		n = max(n, h.N())
		extent.add(h.AtRank(1), h.AtRank(h.N()))
		p := t.Latency.Percentiles
		said = append(said, fmt.Sprintf("%s: p50 %s, p90 %s, p99 %s, max %s", t.Name, bound(p, "p50", p.P50), bound(p, "p90", p.P90), needs(p), bound(p, "max", p.Max)))
	}
	if n == 0 {
		return nil
	}
	description := "Latency in milliseconds over percentile. " + strings.Join(said, "; ") + "."
	return drawn(id, title, description, halfWidth, func(width float64) *canvas {
		c := newCanvas(width, plotHeight)
		p := plot{left: 46, right: width - 16, top: 28, bottom: plotHeight - 40}
		y := logarithmic(extent.least, extent.most, p.bottom, p.top)
		c.yAxis(p, y, 8, "latency, ms", tickLabel)
		// The scale's value is 1/(1-p): 2 at p50, 100 at p99.
		x := scale{lo: 1, hi: math.Pow(10, math.Ceil(math.Log10(float64(max(n, 10))))), from: p.left, to: p.right, logarithms: true}
		for _, percentile := range []float64{0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999} {
			if v := 100 / (100 - percentile); v <= x.hi*(1+1e-9) {
				c.line("grid", x.at(v), p.top, x.at(v), p.bottom, "")
				c.text("label", "middle", x.at(v), p.bottom+16, percentileName(percentile))
			}
		}
		c.text("label", "end", p.right, p.bottom+33, "dashed: too few samples, or a lower bound")
		for i, t := range targets {
			drawPercentiles(c, t, seriesClass(i), x, y)
		}
		return c
	})
}

func drawPercentiles(c *canvas, t results.Target, class string, x, y scale) {
	h := t.Latency.Distribution()
	if h == nil || h.N() == 0 {
		return
	}
	var borne, beyond []point
	total := h.N()
	for v := 1.0; ; v *= 1.04 {
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
	name := fmt.Sprintf("%s, %s", t.Name, counted(total, "request"))
	c.group(class)
	c.path("stroke", borne, name)
	c.path("stroke dashed", beyond, name)
	c.endGroup()
}
