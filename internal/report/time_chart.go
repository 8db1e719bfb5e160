package report

import (
	"fmt"
	"math"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// maxBuckets of time are drawn; the intervals of longer runs are put together into
// that many.
const maxBuckets = 180

// timeChart draws the median of each stretch of time as a line, and its slowest
// answer as a dot.
func timeChart(id string, targets []results.Target, title string) *chart {
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
		return nil
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
	buckets := make([][]stretch, len(targets))
	for i := range targets {
		for k := range last + 1 {
			if len(stretches[i][k]) == 0 {
				continue
			}
			s := condense(stretches[i][k])
			s.middle = (time.Duration(k)*bucket + bucket/2).Seconds()
			buckets[i] = append(buckets[i], s)
			least, most = min(least, s.median), max(most, s.slowest)
		}
	}
	if most == 0 {
		return nil
	}
	description := fmt.Sprintf("The median of every %v as a line and its slowest answer as a dot, in milliseconds, over %.0f seconds, for %s.", bucket, length.Seconds(), targetNames(targets))
	return drawn(id, title, description, fullWidth, func(width float64) *canvas {
		c := newCanvas(width, plotHeight)
		p := plot{left: 46, right: width - 10, top: 28, bottom: plotHeight - 40}
		x, y := linear(length.Seconds(), p.left, p.right), logarithmic(least, most, p.bottom, p.top)
		c.xAxis(p, x, int(width)/100, "seconds from the start", tickLabel)
		c.yAxis(p, y, 8, "latency, ms", tickLabel)
		for i, t := range targets {
			c.group(seriesClass(i))
			var line []point
			for _, s := range buckets[i] {
				line = append(line, point{x.at(s.middle), y.at(s.median)})
				c.dot("fill", x.at(s.middle), y.at(s.slowest), 2, fmt.Sprintf("%s at %.0f s: slowest of %d is %s ms", t.Name, s.middle, s.n, number(s.slowest)))
			}
			c.path("stroke", line, t.Name+": median")
			c.endGroup()
		}
		return c
	})
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
