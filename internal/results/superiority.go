package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

// Superiority is how often a value of one side is smaller than one of the other, over
// all pairs of values; equal ones count half. Where modes mix, it tells sides apart
// that have the same median.
type Superiority struct {
	// Probability is from 0 to 1; a half is no difference.
	Probability float64 `json:"probability"`
	// Interval of the probability at [verdict.DefaultConfidence].
	Interval [2]float64 `json:"interval"`
}

// superiority is nil where the values of a side are too few or depend on each other.
func superiority(a, b verdict.Side, o verdict.Options) *Superiority {
	s := verdict.Superior(a, b, o)
	if s.Reason != (verdict.Reason{}) {
		return nil
	}
	return &Superiority{Probability: s.Probability, Interval: s.Interval}
}
