package results

import (
	"iter"
	"maps"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Decisive is the name of the metric by which series of a temperature are ranked and
// compared; empty for a temperature that is not.
func Decisive(t Temperature) string {
	switch t {
	case Cold:
		return TotalMs
	case Warm:
		return DurationMs
	}
	return ""
}

// Sides are what the cold and the warm series bring to a comparison: the values of
// their decisive metric, and which of them have an execution environment in common.
func Sides(samples iter.Seq[Sample]) map[Series]verdict.Side { return SidesOf(samples, Decisive) }

// SidesOf are those of the metric whose name is given for each temperature, which is
// cold or warm.
func SidesOf(samples iter.Seq[Sample], metric func(Temperature) string) map[Series]verdict.Side {
	of := map[string]func(Sample) (float64, bool){}
	for _, m := range Metrics() {
		of[m.Name] = m.Of
	}
	values := map[Series]*rankedValues{}
	for s := range samples {
		series, ok := s.Series()
		if !ok || Decisive(series.Temperature) == "" {
			continue
		}
		if v, ok := of[metric(series.Temperature)](s); ok {
			if values[series] == nil {
				values[series] = &rankedValues{byEnvironment: map[string][]float64{}}
			}
			values[series].add(s, v)
		}
	}
	sides := make(map[Series]verdict.Side, len(values))
	for series, v := range values {
		sides[series] = v.side(series.Temperature)
	}
	return sides
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

// Sides are what the two targets of a comparison brought to it; ok is false where
// their answers are no longer known one by one.
func (l *Load) Sides(c Comparison) (a, b verdict.Side, ok bool) {
	a, okA := l.sideOf(c.A, c.Class)
	b, okB := l.sideOf(c.B, c.Class)
	return a, b, okA && okB
}

func (l *Load) sideOf(target string, class ClassKey) (verdict.Side, bool) {
	i := slices.IndexFunc(l.Targets, func(t Target) bool { return t.Name == target })
	if i < 0 {
		return verdict.Side{}, false
	}
	t := &l.Targets[i]
	if class == (ClassKey{}) {
		return t.side(), t.Latency.Histogram != nil
	}
	if c := t.class(class); c != nil {
		return c.side(), c.Latency.Histogram != nil
	}
	return verdict.Side{}, false
}
