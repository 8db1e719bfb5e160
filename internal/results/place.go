package results

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Place is a series' place among those of the same event and temperature.
type Place struct {
	// Metric is what is ranked: totalMs of cold starts, durationMs of warm
	// invocations. A series is before another if its values are smaller more often
	// than not.
	Metric string `json:"metric"`
	// Best and Worst are the places that the series may have, of Of: those that can
	// be told apart from it are before Best or behind Worst. With a probability of at
	// least [verdict.DefaultConfidence], that is right of all series at once.
	Best  int `json:"best"`
	Worst int `json:"worst"`
	Of    int `json:"of"`
	// Needs is how many samples of each it takes to tell that many series apart.
	// Warm samples of one execution environment count as one.
	Needs int64 `json:"needs"`
	// Lead is over the series with the next larger median; nil for the last one.
	Lead *Lead `json:"lead,omitempty"`
}

// Lead is how often a series is faster than another one of its ranking.
type Lead struct {
	Over matrix.Variant `json:"over"`
	Superiority
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
	values := map[Series]*rankedValues{}
	for s := range samples {
		series, ok := s.Series()
		if !ok {
			continue
		}
		if metric, ok := ranked[series.Temperature]; ok {
			if v, ok := of[metric](s); ok {
				if values[series] == nil {
					values[series] = &rankedValues{byEnvironment: map[string][]float64{}}
				}
				values[series].add(s, v)
			}
		}
	}

	type race struct {
		event       functions.Event
		temperature Temperature
	}
	type runner struct {
		variant matrix.Variant
		series  *SeriesSummary
		side    verdict.Side
	}
	races := map[race][]runner{}
	for i := range variants {
		for k := range variants[i].Series {
			s := &variants[i].Series[k]
			series := s.series(variants[i].Variant)
			if values[series] == nil {
				continue
			}
			r := race{series.Event, series.Temperature}
			races[r] = append(races[r], runner{variants[i].Variant, s, values[series].side(series.Temperature)})
		}
	}
	for r, all := range races {
		if len(all) < 2 {
			continue
		}
		metric := ranked[r.temperature]
		var sides []verdict.Side
		for _, one := range all {
			sides = append(sides, one.side)
		}
		for i, standing := range verdict.Rank(sides, o) {
			all[i].series.Place = &Place{
				Metric: metric, Best: standing.Best, Worst: standing.Worst, Of: len(all),
				Needs: verdict.SamplesToRank(len(all), cmp.Or(o.Confidence, verdict.DefaultConfidence)),
			}
		}
		slices.SortStableFunc(all, func(a, b runner) int {
			return cmp.Compare(*a.series.Metrics[metric].P50, *b.series.Metrics[metric].P50)
		})
		for i, next := range all[1:] {
			if s := superiority(all[i].side, next.side, o); s != nil {
				all[i].series.Place.Lead = &Lead{Over: next.variant, Superiority: *s}
			}
		}
	}
}

// rankedValues are the values by which a series is ranked.
type rankedValues struct {
	all           []float64
	byEnvironment map[string][]float64
}

func (r *rankedValues) add(s Sample, v float64) {
	r.all = append(r.all, v)
	if s.Answer != nil && s.Answer.EnvironmentID != "" {
		id := s.Answer.EnvironmentID
		r.byEnvironment[id] = append(r.byEnvironment[id], v)
	}
}

// side is what the series brings to a ranking. A cold start has an execution
// environment of its own; warm samples of one have more in common with each other.
func (r *rankedValues) side(t Temperature) verdict.Side {
	values := verdict.Sort(r.all)
	if t == Cold {
		return verdict.Independent(values)
	}
	var clusters []verdict.Part
	for _, id := range slices.Sorted(maps.Keys(r.byEnvironment)) {
		clusters = append(clusters, verdict.Sort(r.byEnvironment[id]))
	}
	return verdict.Clustered(values, clusters)
}

func (s SeriesSummary) series(v matrix.Variant) Series {
	return Series{
		Variant:     v,
		Event:       functions.Event{Workload: functions.Workload(s.Workload), Iterations: s.Iterations},
		Temperature: s.Temperature,
	}
}
