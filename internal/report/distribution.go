package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// seriesSamples are the samples of each series in the order of the run.
type seriesSamples map[results.Series][]results.Sample

func bySeries(samples []results.Sample) seriesSamples {
	d := seriesSamples{}
	for _, s := range samples {
		if series, ok := s.Series(); ok {
			d[series] = append(d[series], s)
		}
	}
	return d
}

// maxDots of a series are drawn; of more, so many that are evenly spaced by rank.
const maxDots = 200

// values returns a metric of a series' samples in ascending order, thinned out evenly.
func (d seriesSamples) values(v matrix.Variant, e event, t results.Temperature, metric string) []float64 {
	i := slices.IndexFunc(results.Metrics(), func(m results.Metric) bool { return m.Name == metric })
	of := results.Metrics()[i].Of
	var all []float64
	for _, sample := range d[results.Series{Variant: v, Event: e.asked(), Temperature: t}] {
		if value, ok := of(sample); ok {
			all = append(all, value)
		}
	}
	slices.Sort(all)
	if len(all) <= maxDots {
		return all
	}
	// The extremes of a distribution are its point, so they are never thinned out.
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

// distribution draws every value as a dot, with the median and its interval over them.
func distribution(x scale, most int, values []float64, m results.MetricSummary) template.HTML {
	const height, middle = 20, 10
	c := ruled(height, x, most)
	points := make([]point, len(values))
	for i, v := range values {
		points[i] = point{x.at(v), middle + jitter(i, 11)}
	}
	if len(points) > 0 {
		c.scatter("dots", points)
	}
	if b := m.P50Interval; len(b) == 2 {
		c.line("interval ink-line", x.at(b[0]), middle, x.at(b[1]), middle, fmt.Sprintf("the median lies between %s and %s (95 %% interval)", number(b[0]), number(b[1])))
	}
	if m.P50 != nil {
		c.line("median", x.at(*m.P50), 2, x.at(*m.P50), height-2, fmt.Sprintf("median %s", number(*m.P50)))
	}
	return c.inTable()
}
