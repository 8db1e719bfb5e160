package results

import (
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
