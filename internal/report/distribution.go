package report

import (
	"fmt"
	"html/template"
	"math"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// maxDots of a series are drawn; of more, so many that are evenly spaced by rank.
const maxDots = 200

// thinned are values in ascending order, at most [maxDots] of them. The extremes of a
// distribution are its point, so they are never thinned out.
func thinned(d verdict.Distribution) []float64 {
	n := min(d.N(), maxDots)
	values := make([]float64, n)
	for i := range values {
		rank := int64(1)
		if n > 1 {
			rank += int64(i) * (d.N() - 1) / (n - 1)
		}
		values[i] = d.AtRank(rank)
	}
	return values
}

// scattered are dots of values on a strip, apart from each other.
func scattered(x scale, values []float64, middle, height float64) []point {
	points := make([]point, len(values))
	for i, v := range values {
		points[i] = point{x.at(v), middle + jitter(i, height)}
	}
	return points
}

// jitter moves dots of the same value apart, the same way each time.
func jitter(i int, height float64) float64 {
	const golden = 0.6180339887498949
	_, fraction := math.Modf(float64(i+1) * golden)
	return (fraction - 0.5) * height
}

// distribution draws every value as a dot, with the median and its interval over them.
func distribution(x scale, most int, values []float64, m results.MetricSummary) template.HTML {
	const height, middle = 20, 10
	c := ruled(height, x, most)
	c.scatter("dots", scattered(x, values, middle, 11))
	if b := m.P50Interval; len(b) == 2 {
		c.line("interval ink-line", x.at(b[0]), middle, x.at(b[1]), middle, fmt.Sprintf("the median lies between %s and %s (95 %% interval)", number(b[0]), number(b[1])))
	}
	if m.P50 != nil {
		c.line("median", x.at(*m.P50), 2, x.at(*m.P50), height-2, fmt.Sprintf("median %s", number(*m.P50)))
	}
	return c.inTable()
}
