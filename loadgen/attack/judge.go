package attack

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// judged are the percentiles at which two targets are compared; the last is the question.
var judged = []float64{50, 90, 99}

// Compare judges the first of two targets against the second: at p99, at p50
// and p90 beside it, and at the median of every class that both have, since
// the first request of an environment is a question of its own. It is nil
// unless there are two targets.
func (r *Result) Compare(o verdict.Options) *results.Comparison {
	if len(r.Targets) != 2 {
		return nil
	}
	a, b := &r.Targets[0], &r.Targets[1]
	last := len(judged) - 1
	c := results.Compare(a.Name, b.Name, a.Latency, b.Latency, o, judged[last], judged[:last]...)
	for _, class := range a.Classes {
		if len(a.Classes) == 1 && len(b.Classes) == 1 {
			break // it is all of them
		}
		i := slices.IndexFunc(b.Classes, func(other ClassResult) bool {
			return other.ClassKey == class.ClassKey
		})
		if i < 0 {
			continue
		}
		of := results.Compare(a.Name, b.Name, class.Latency, b.Classes[i].Latency, o, 50)
		of.Class = class.ClassKey
		c.Others = append(c.Others, of)
	}
	return &c
}
