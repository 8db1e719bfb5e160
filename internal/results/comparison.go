package results

import (
	"slices"

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
	c := Compare(labelA, labelB, a.Latency.Histogram, b.Latency.Histogram, o, judged[last], judged[:last]...)
	if len(a.Classes) == 1 && len(b.Classes) == 1 && a.Classes[0].Latency.N == a.Latency.N && b.Classes[0].Latency.N == b.Latency.N {
		return c // the class is all of them
	}
	for _, class := range a.Classes {
		i := slices.IndexFunc(b.Classes, func(other Class) bool { return other.ClassKey == class.ClassKey })
		if i < 0 || class.Latency.Histogram == nil || b.Classes[i].Latency.Histogram == nil {
			continue
		}
		of := Compare(labelA, labelB, class.Latency.Histogram, b.Classes[i].Latency.Histogram, o, 50)
		of.Class = class.ClassKey
		c.Others = append(c.Others, of)
	}
	return c
}

// Compare judges a against b at a percentile, and at the others beside it. The
// values are milliseconds.
func Compare(a, b string, da, db verdict.Distribution, o verdict.Options, percentile float64, others ...float64) Comparison {
	c := comparison(a, b, verdict.Compare(da, db, percentile, o))
	for _, p := range others {
		c.Others = append(c.Others, comparison(a, b, verdict.Compare(da, db, p, o)))
	}
	return c
}

func comparison(a, b string, j verdict.Judgement) Comparison {
	c := Comparison{A: a, B: b, Percentile: j.Percentile, Verdict: j.Word, Reason: j.Reason}
	if j.Judged {
		c.DifferenceMs = &j.Difference
		c.IntervalMs = j.Interval[:]
	}
	return c
}
