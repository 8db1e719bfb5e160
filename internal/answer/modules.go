package answer

import (
	"math"
	"path"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// The two module functions, as the catalogue and the API's paths name them.
const (
	esModule = "esmodule"
	commonJS = "commonjs"
)

// modules answers which module system by the load test of the two functions. The
// first request of an environment is where they differ, and p99 of all requests is
// what a caller sees of it: these two decide, and the other percentiles stand beside
// them. Words are those of the load test's own comparison.
func modules(l *results.Load) Answer {
	a := Answer{Question: Modules, Word: NotAsked, Missing: NoLoad}
	if l == nil || l.Comparison == nil {
		return a
	}
	if l.Run != "" {
		a.Origin = &Origin{l.Run, l.Started}
	}
	for _, t := range l.Targets {
		a.Levels = append(a.Levels, Level{Name: path.Base(t.Name)})
	}
	if !slices.ContainsFunc(a.Levels, func(l Level) bool { return l.Name == esModule }) || !slices.ContainsFunc(a.Levels, func(l Level) bool { return l.Name == commonJS }) {
		a.Levels = nil
		return a
	}
	switch {
	case !l.Generator.Valid:
		a.Missing = NotValid
		return a
	case slices.ContainsFunc(l.Targets, func(t results.Target) bool { return t.Answered == 0 }):
		a.Missing = NoAnswers
		return a
	}
	a.Missing = ""
	for _, c := range append([]results.Comparison{*l.Comparison}, l.Comparison.Others...) {
		r := Ratio{
			Measure: Measure{Metric: "latencyMs", Class: c.Class, Percentile: c.Percentile},
			A:       path.Base(c.A), B: path.Base(c.B), Pairs: 1, Word: c.Verdict, Reason: c.Reason,
		}
		if x, y, ok := l.Sides(c); ok && len(c.IntervalMs) == 2 {
			if j := verdict.CompareRatio(x, y, c.Percentile, verdict.Options{}); j.Judged {
				ratio, interval := j.Ratio()
				r.Judged, r.Ratio, r.Interval = 1, &ratio, &interval
			}
		}
		a.Pairs = append(a.Pairs, r)
		if r.decides() {
			a.Combined = append(a.Combined, r)
		}
	}
	a.decide()
	if a.Word == Open {
		if n, ok := fewest(a.Ratios, func(r Ratio) int64 { return leastSeen(l, r.Measure.Class) }); ok {
			n.Minutes = loadMinutes(l, n)
			a.Needs = &n
		}
	}
	return a
}

func (r Ratio) decides() bool {
	first := results.ClassKey{Environment: results.FirstInvocation, Initialization: string(functions.ProvisionedConcurrency)}
	return r.Measure.Class == first && r.Measure.Percentile == 50 ||
		r.Measure.Class == results.ClassKey{} && r.Measure.Percentile == 99
}

// leastSeen is how many requests of a class the target had that had fewest.
func leastSeen(l *results.Load, class results.ClassKey) int64 {
	least := int64(math.MaxInt64)
	for _, t := range l.Targets {
		seen := t.Answered
		if class != (results.ClassKey{}) {
			seen = 0
			for _, c := range t.Classes {
				if c.ClassKey == class {
					seen = c.Latency.N
				}
			}
		}
		least = min(least, seen)
	}
	return least
}

// loadMinutes is how long a load test like this one takes to see so many more requests
// of the kind that is needed; nil where it saw none or has no end.
func loadMinutes(l *results.Load, n Needs) *[2]float64 {
	if n.Seconds > 0 {
		minutes := float64(n.Seconds) / 60
		return &[2]float64{minutes, minutes}
	}
	seen, took := leastSeen(l, n.Measure.Class), l.Ended.Sub(l.Started).Minutes()
	if seen <= 0 || l.Started.IsZero() || took <= 0 {
		return nil
	}
	each := took / float64(seen)
	return &[2]float64{each * float64(n.Samples[0]), each * float64(n.Samples[1])}
}
