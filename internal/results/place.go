package results

import (
	"iter"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Place is a series' place among those of the same event and temperature.
type Place struct {
	// Metric and Percentile are what is ranked: totalMs of cold starts, durationMs
	// of warm invocations, at p50.
	Metric     string  `json:"metric"`
	Percentile float64 `json:"percentile"`
	// Tier counts from 1. What cannot be told apart from a tier's first shares it.
	Tier int `json:"tier"`
	// Best and Worst are the places that the series may have, of Of.
	Best  int `json:"best"`
	Worst int `json:"worst"`
	Of    int `json:"of"`
}

// ranked is the metric by which series of a temperature are ranked.
var ranked = map[Temperature]string{Cold: TotalMs, Warm: DurationMs}

// SetPlaces ranks the cold and the warm series of the variants, by the samples
// that they were made of. An event that only one variant was measured with has no
// ranking.
func SetPlaces(variants []VariantSummary, samples iter.Seq[Sample], o verdict.Options) {
	of := map[string]func(Sample) (float64, bool){}
	for _, m := range Metrics() {
		of[m.Name] = m.Of
	}
	values := map[Series][]float64{}
	for s := range samples {
		series, ok := s.Series()
		if !ok {
			continue
		}
		if metric, ok := ranked[series.Temperature]; ok {
			if v, ok := of[metric](s); ok {
				values[series] = append(values[series], v)
			}
		}
	}

	type race struct {
		event       functions.Event
		temperature Temperature
	}
	runners := map[race][]*SeriesSummary{}
	sides := map[race][]verdict.Distribution{}
	for i := range variants {
		for k := range variants[i].Series {
			s := &variants[i].Series[k]
			series := s.series(variants[i].Variant)
			if len(values[series]) == 0 {
				continue
			}
			r := race{series.Event, series.Temperature}
			runners[r] = append(runners[r], s)
			sides[r] = append(sides[r], verdict.Sort(values[series]))
		}
	}
	const percentile = 50
	for r, all := range sides {
		if len(all) < 2 {
			continue
		}
		for _, standing := range verdict.Rank(all, percentile, o) {
			runners[r][standing.Index].Place = &Place{
				Metric: ranked[r.temperature], Percentile: percentile,
				Tier: standing.Tier, Best: standing.Best, Worst: standing.Worst, Of: len(all),
			}
		}
	}
}

func (s SeriesSummary) series(v matrix.Variant) Series {
	return Series{
		Variant:     v,
		Event:       functions.Event{Workload: functions.Workload(s.Workload), Iterations: s.Iterations},
		Temperature: s.Temperature,
	}
}
