package results

import (
	"cmp"
	"maps"
	"slices"
)

// The bounds on the runtime's own numbers in a summary. A function says them of
// itself, under names that are its own choice: without bounds one that makes them
// up anew for each invocation would fill the table that aggregates are stored in.
const (
	MaxRuntimeMetrics    = 32
	maxRuntimeMetricName = 64
)

// runtimeValues are the values of the runtime's own numbers, by name.
type runtimeValues map[string][]float64

func (r runtimeValues) add(s Sample) {
	if s.Answer == nil {
		return
	}
	for name, v := range s.Answer.Metrics {
		if name != "" && len(name) <= maxRuntimeMetricName {
			r[name] = append(r[name], v)
		}
	}
}

// summarise keeps the names that most samples have. It is nil if there are none.
func (r runtimeValues) summarise() map[string]MetricSummary {
	if len(r) == 0 {
		return nil
	}
	names := slices.SortedFunc(maps.Keys(r), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(r[b]), len(r[a])), cmp.Compare(a, b))
	})
	summaries := map[string]MetricSummary{}
	for _, name := range names[:min(len(names), MaxRuntimeMetrics)] {
		summaries[name] = summariseValues(r[name])
	}
	return summaries
}
