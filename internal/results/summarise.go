package results

import (
	"cmp"
	"iter"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Summarise condenses samples to one summary per series, by variant. Warm-ups
// and samples that missed their temperature are in no series.
func Summarise(samples iter.Seq[Sample]) map[matrix.Variant][]SeriesSummary {
	metrics := Metrics()
	type collected struct {
		n      int
		values [][]float64 // by index of metrics
		own    runtimeValues
	}
	bySeries := map[Series]*collected{}
	for s := range samples {
		series, ok := s.Series()
		if !ok {
			continue
		}
		c := bySeries[series]
		if c == nil {
			c = &collected{values: make([][]float64, len(metrics)), own: runtimeValues{}}
			bySeries[series] = c
		}
		c.n++
		for i, m := range metrics {
			if v, ok := m.Of(s); ok {
				c.values[i] = append(c.values[i], v)
			}
		}
		c.own.add(s)
	}
	summaries := map[matrix.Variant][]SeriesSummary{}
	for series, c := range bySeries {
		summary := SeriesSummary{
			Workload: string(series.Event.Workload), Iterations: series.Event.Iterations,
			Temperature: series.Temperature, N: c.n, Metrics: map[string]MetricSummary{},
			RuntimeMetrics: c.own.summarise(),
		}
		for i, m := range metrics {
			if len(c.values[i]) > 0 {
				summary.Metrics[m.Name] = summariseValues(c.values[i])
			}
		}
		summaries[series.Variant] = append(summaries[series.Variant], summary)
	}
	for _, s := range summaries {
		slices.SortFunc(s, compareSeries)
	}
	return summaries
}

func compareSeries(a, b SeriesSummary) int {
	order := Temperatures()
	return cmp.Or(
		cmp.Compare(a.Workload, b.Workload),
		cmp.Compare(a.Iterations, b.Iterations),
		cmp.Compare(slices.Index(order, a.Temperature), slices.Index(order, b.Temperature)),
	)
}

// summariseValues sorts the values in place. p50 and p90 are there from the first
// value on, since with few of them they say how few; a p99 that its number of
// values cannot bear is absent.
func summariseValues(values []float64) MetricSummary {
	slices.Sort(values)
	sorted := verdict.Sorted(values)
	at := func(percentile float64) *float64 {
		v := sorted.AtRank(verdict.RankOf(percentile, sorted.N()))
		return &v
	}
	m := MetricSummary{N: len(values), Min: &values[0], P50: at(50), P90: at(90), Max: &values[len(values)-1]}
	if sorted.N() >= verdict.MinSamples(99, verdict.DefaultConfidence) {
		m.P99 = at(99)
	}
	if lo, hi, _, ok := verdict.Interval(sorted, 50, verdict.DefaultConfidence); ok {
		m.P50Interval = []float64{lo, hi}
	}
	return m
}
