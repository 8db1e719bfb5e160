package results

import (
	"cmp"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Comparison judges target A against target B at one percentile of latency.
type Comparison struct {
	A string `json:"a"`
	B string `json:"b"`
	// Class is the part of the answers that is compared; its zero value is all of them.
	Class      ClassKey `json:"class,omitzero"`
	Percentile float64  `json:"percentile"`
	// DifferenceMs is A minus B: negative means that A is faster. It is nil where
	// a side has too few answers.
	DifferenceMs *float64 `json:"differenceMs,omitempty"`
	// IntervalMs is the difference's bootstrap 95 % interval.
	IntervalMs []float64 `json:"intervalMs,omitempty"`
	// AtLeast says that requests without an answer make the difference larger than
	// DifferenceMs, by an unknown amount; then there is no interval.
	AtLeast bool `json:"atLeast,omitempty"`
	// Verdict speaks of A.
	Verdict verdict.Word `json:"verdict"`
	// Reason says, for undecided, what is missing, and for same, the margin in milliseconds.
	Reason verdict.Reason `json:"reason,omitzero"`
	// Others are the same question at other percentiles, or about a class.
	Others []Comparison `json:"others,omitempty"`
}

// judged are the percentiles at which two targets are compared; the last is the question.
var judged = []float64{50, 90, 99}

// Compare judges the first of two targets against the second; it is nil unless
// there are two.
func (l *Load) Compare(o verdict.Options) *Comparison {
	if len(l.Targets) != 2 {
		return nil
	}
	a, b := &l.Targets[0], &l.Targets[1]
	c := CompareTargets(a.Name, b.Name, a, b, o)
	return &c
}

// CompareTargets judges a against b by their histograms: at p99, at p50 and p90
// beside it, and at the median of every class that both have, since the first
// request of an environment is a question of its own.
func CompareTargets(labelA, labelB string, a, b *Target, o verdict.Options) Comparison {
	last := len(judged) - 1
	c := compare(labelA, labelB, a.Latency, b.Latency, judged[last], o)
	for _, percentile := range judged[:last] {
		c.Others = append(c.Others, compare(labelA, labelB, a.Latency, b.Latency, percentile, o))
	}
	if len(a.Classes) == 1 && len(b.Classes) == 1 && a.Classes[0].Latency.N == a.Latency.N && b.Classes[0].Latency.N == b.Latency.N {
		return c // the class is all of them
	}
	for _, class := range a.Classes {
		i := slices.IndexFunc(b.Classes, func(other Class) bool { return other.ClassKey == class.ClassKey })
		if i < 0 || class.Latency.Histogram == nil || b.Classes[i].Latency.Histogram == nil {
			continue
		}
		of := compare(labelA, labelB, class.Latency, b.Classes[i].Latency, 50, o)
		of.Class = class.ClassKey
		c.Others = append(c.Others, of)
	}
	return c
}

// compare judges a against b at one percentile.
func compare(labelA, labelB string, a, b latency.Timing, percentile float64, o verdict.Options) Comparison {
	j := verdict.Compare(a.Distribution(), b.Distribution(), percentile, o)
	c := Comparison{A: labelA, B: labelB, Percentile: percentile, Verdict: j.Word, Reason: j.Reason}
	if !j.Judged {
		return c
	}
	// A lower bound can only show that the side with it is the slower one.
	knownA, knownB := known(a, percentile, o), known(b, percentile, o)
	switch {
	case knownA && knownB:
		c.DifferenceMs, c.IntervalMs = &j.Difference, j.Interval[:]
	case j.Word == verdict.Faster && knownA, j.Word == verdict.Slower && knownB:
		c.DifferenceMs, c.AtLeast = &j.Difference, true
	default:
		c.Verdict, c.Reason = verdict.Undecided, verdict.Reason{Kind: verdict.Unanswered}
	}
	return c
}

// known says that requests without an answer do not reach the percentile's interval.
func known(t latency.Timing, percentile float64, o verdict.Options) bool {
	_, high, _, ok := verdict.Ranks(t.N+t.Unanswered, percentile, cmp.Or(o.Confidence, verdict.DefaultConfidence))
	return ok && t.Exact(high)
}
