package pair

import (
	"maps"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// sharedSeries is a series that every run has, with its comparisons, which have their
// words once the family is settled.
type sharedSeries struct {
	results.Series
	metrics []*results.PairMetric
}

// compareSeries asks about every cold and warm series that all runs have: the metric
// that decides, and the memory.
func compareSeries(family *results.Family, before, after []results.Run, o verdict.Options) []sharedSeries {
	var runs []measuredRun
	for _, r := range slices.Concat(before, after) {
		runs = append(runs, measure(r))
	}
	var all []sharedSeries
	for _, series := range slices.SortedFunc(maps.Keys(runs[0].summaries), results.CompareSeries) {
		shared := sharedSeries{Series: series}
		for i, measure := range measures {
			metrics := metricsOf(runs, i, series)
			if len(metrics) < len(runs) {
				continue
			}
			name, limits := measure(series.Temperature), o
			if name == results.MaxMemoryUsedMB {
				limits.MarginAbs = 0 // a margin that is a time says nothing of memory
			}
			shared.metrics = append(shared.metrics, family.CompareMetric(name, metrics[:len(before)], metrics[len(before):], limits))
		}
		if len(shared.metrics) > 0 {
			all = append(all, shared)
		}
	}
	return all
}

// measures are what is compared of a series: each is the name of a metric by temperature.
var measures = []func(results.Temperature) string{
	results.Decisive,
	func(results.Temperature) string { return results.MaxMemoryUsedMB },
}

// measuredRun is a run by its cold and warm series.
type measuredRun struct {
	summaries map[results.Series]results.SeriesSummary
	sides     []map[results.Series]verdict.Side // of each of measures
}

func measure(r results.Run) measuredRun {
	m := measuredRun{summaries: map[results.Series]results.SeriesSummary{}}
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if results.Decisive(s.Temperature) != "" {
				m.summaries[s.Of(v.Variant)] = s
			}
		}
	}
	m.sides = append(m.sides, r.Sides(), r.SidesBy(results.MaxMemoryUsedMB))
	return m
}

// metricsOf is what each run brings to the comparison of one of measures. It is short if
// a run has no such series or no value of it.
func metricsOf(runs []measuredRun, measure int, series results.Series) (all []results.RunMetric) {
	name := measures[measure](series.Temperature)
	for _, r := range runs {
		summary, ok := r.summaries[series].Metrics[name]
		if !ok || summary.P50 == nil {
			return all
		}
		m := results.RunMetric{Summary: summary}
		if side, ok := r.sides[measure][series]; ok {
			m.Side = &side
		}
		all = append(all, m)
	}
	return all
}
