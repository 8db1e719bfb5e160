package results

import (
	"encoding/json"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Values are the values of a series' metrics: what intervals, places and comparisons
// are computed from. A part is what has more in common with each other than with the
// rest: warm samples of one execution environment, or cold starts of one round. Cold
// starts are one part where no round has two of them.
type Values []Part

// Part has the values of each metric, in ascending order, by [Metric.Name].
type Part map[string][]float64

// ValuesOf are the values of every series of the samples.
func ValuesOf(samples iter.Seq[Sample]) map[Series]Values {
	metrics := Metrics()
	parts := map[Series]map[string]Part{} // by execution environment, or round
	count := map[Series]int{}
	for s := range samples {
		series, ok := s.Series()
		if !ok {
			continue
		}
		count[series]++
		name := ""
		switch {
		case series.Temperature == Warm && s.Answer != nil:
			name = s.Answer.EnvironmentID
		case series.Temperature == Cold:
			name = strconv.Itoa(s.Round)
		}
		if parts[series] == nil {
			parts[series] = map[string]Part{}
		}
		part := parts[series][name]
		if part == nil {
			part = Part{}
			parts[series][name] = part
		}
		for _, m := range metrics {
			if v, ok := m.Of(s); ok {
				part[m.Name] = append(part[m.Name], v)
			}
		}
	}
	all := make(map[Series]Values, len(parts))
	for series, byName := range parts {
		if series.Temperature == Cold && len(byName) == count[series] {
			byName = map[string]Part{"": joined(byName)}
		}
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			part := byName[name]
			for _, values := range part {
				slices.Sort(values)
			}
			all[series] = append(all[series], part)
		}
	}
	return all
}

// joined are the values of several parts in one.
func joined(parts map[string]Part) Part {
	whole := Part{}
	for _, part := range parts {
		for metric, values := range part {
			whole[metric] = append(whole[metric], values...)
		}
	}
	return whole
}

// Of are all values of a metric, in ascending order.
func (v Values) Of(metric string) verdict.Sorted {
	var all []float64
	for _, part := range v {
		all = append(all, part[metric]...)
	}
	return verdict.Sort(all)
}

// side is what a series of a temperature brings to a comparison by a metric; ok is
// false without values of that.
func (v Values) side(t Temperature, metric string) (side verdict.Side, ok bool) {
	all := v.Of(metric)
	if len(all) == 0 {
		return verdict.Side{}, false
	}
	var parts []verdict.Part
	for _, part := range v {
		if values := part[metric]; len(values) > 0 {
			parts = append(parts, verdict.Sorted(values))
		}
	}
	switch {
	case t == Cold && len(parts) > 1:
		return verdict.InRounds(all, parts), true
	case t == Cold:
		return verdict.Independent(all), true
	}
	return verdict.Clustered(all, parts), true
}

// The bounds of what is kept of a series when its samples have expired. DynamoDB limits
// an item to 400 kB.
const (
	maxKeptValues = 2000 // of each metric
	maxKeptBytes  = 300_000
)

// Kept are the values that outlive the samples: all of them, or 2,000 of each metric,
// drawn at random, as if fewer samples had been taken. The same values are always drawn
// in the same way.
func (v Values) Kept() Values {
	for most := maxKeptValues; ; most /= 2 {
		kept := v.draw(most)
		if text, err := json.Marshal(kept); err != nil || len(text) <= maxKeptBytes || most == 1 {
			return kept
		}
	}
}

// draw keeps most values of each metric, and the parts that have any. Every n-th value
// would not do: n may be a multiple of the size of a part. The draw is Algorithm S of D.
// Knuth, The Art of Computer Programming, 3.4.2.
func (v Values) draw(most int) Values {
	kept := make(Values, len(v))
	for _, metric := range Metrics() {
		left := 0 // to be looked at
		for _, part := range v {
			left += len(part[metric.Name])
		}
		random, wanted := rand.New(rand.NewPCG(uint64(left), 0)), min(most, left)
		for i, part := range v {
			for _, value := range part[metric.Name] {
				if random.IntN(left) < wanted {
					if kept[i] == nil {
						kept[i] = Part{}
					}
					kept[i][metric.Name] = append(kept[i][metric.Name], value)
					wanted--
				}
				left--
			}
		}
	}
	return slices.DeleteFunc(kept, func(p Part) bool { return len(p) == 0 })
}

// SamplesWhole says that the run has as many samples of each series as it was made of.
func (r Run) SamplesWhole() bool {
	n := map[Series]int{}
	for _, s := range r.Samples {
		if series, ok := s.Series(); ok {
			n[series]++
		}
	}
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if n[s.Of(v.Variant)] < s.N {
				return false
			}
		}
	}
	return true
}

// Values are those of every series: the ones that were kept, or those of the samples.
func (r Run) Values() map[Series]Values {
	kept := map[Series]Values{}
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if len(s.Values) > 0 {
				kept[s.Of(v.Variant)] = s.Values
			}
		}
	}
	if len(kept) > 0 {
		return kept
	}
	return ValuesOf(slices.Values(r.Samples))
}

// SetValues gives each series of the variant its values.
func (v VariantSummary) SetValues(values map[Series]Values) {
	for i, s := range v.Series {
		v.Series[i].Values = values[s.Of(v.Variant)]
	}
}

// Sides are what the cold and the warm series bring to a comparison: the values of
// their decisive metric, and which of them have an execution environment in common.
func (r Run) Sides() map[Series]verdict.Side { return sides(r.Values(), Decisive) }

// SidesBy are those of a metric.
func (r Run) SidesBy(metric string) map[Series]verdict.Side {
	return sides(r.Values(), func(Temperature) string { return metric })
}

func sides(values map[Series]Values, metric func(Temperature) string) map[Series]verdict.Side {
	all := map[Series]verdict.Side{}
	for series, v := range values {
		if Decisive(series.Temperature) == "" {
			continue
		}
		if side, ok := v.side(series.Temperature, metric(series.Temperature)); ok {
			all[series] = side
		}
	}
	return all
}
