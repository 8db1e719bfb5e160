package results

import (
	"cmp"
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

// SetPlaces ranks the cold and the warm series of the variants, by the values that they
// were made of. An event that only one variant was measured with has no ranking.
func SetPlaces(variants []VariantSummary, values map[Series]Values, o verdict.Options) {
	sides := sides(values, Decisive)

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
			series := s.Of(variants[i].Variant)
			side, ok := sides[series]
			if !ok {
				continue
			}
			r := race{series.Event, series.Temperature}
			races[r] = append(races[r], runner{variants[i].Variant, s, side})
		}
	}
	for r, all := range races {
		if len(all) < 2 {
			continue
		}
		metric := Decisive(r.temperature)
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
		slices.SortFunc(all, func(a, b runner) int {
			return cmp.Or(cmp.Compare(*a.series.Metrics[metric].P50, *b.series.Metrics[metric].P50), matrix.Compare(a.variant, b.variant))
		})
		for i, next := range all[1:] {
			if s := superiority(all[i].side, next.side, o); s != nil {
				all[i].series.Place.Lead = &Lead{Over: next.variant, Superiority: *s}
			}
		}
	}
}

// Of is the series that is summarised, of a variant.
func (s SeriesSummary) Of(v matrix.Variant) Series {
	return Series{
		Variant:     v,
		Event:       functions.Event{Workload: functions.Workload(s.Workload), Iterations: s.Iterations},
		Temperature: s.Temperature,
	}
}
