package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

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
