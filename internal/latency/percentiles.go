package latency

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

// Percentiles summarise a [Timing] in milliseconds. A percentile that the number of
// values cannot bear is nil.
type Percentiles struct {
	// N is the number of answers.
	N int64 `json:"n"`
	// Unanswered is the number of requests that are only known to take at least some
	// time. They count in every figure.
	Unanswered int64    `json:"unanswered,omitempty"`
	Mean       *float64 `json:"mean,omitempty"`
	Min        *float64 `json:"min,omitempty"`
	P50        *float64 `json:"p50,omitempty"`
	P75        *float64 `json:"p75,omitempty"`
	P90        *float64 `json:"p90,omitempty"`
	P95        *float64 `json:"p95,omitempty"`
	P99        *float64 `json:"p99,omitempty"`
	P999       *float64 `json:"p999,omitempty"`
	Max        *float64 `json:"max,omitempty"`
	// AtLeast are the names of those figures that are lower bounds.
	AtLeast []string `json:"atLeast,omitempty"`
	// P50Interval, P90Interval and P99Interval are distribution-free intervals [lo, hi]
	// at [verdict.DefaultConfidence]. One whose upper end is not known is nil.
	P50Interval []float64 `json:"p50Interval,omitempty"`
	P90Interval []float64 `json:"p90Interval,omitempty"`
	P99Interval []float64 `json:"p99Interval,omitempty"`
}

// At is a percentile in milliseconds, or false where N values cannot bear it:
// where no distribution-free two-sided 95 % interval exists. p50 needs 6 values,
// p90 36, p99 368.
func (h *Histogram) At(percentile float64) (float64, bool) {
	n := h.N()
	if n < verdict.MinSamples(percentile, verdict.DefaultConfidence) {
		return 0, false
	}
	return h.AtRank(verdict.RankOf(percentile, n)), true
}

func (t Timing) percentiles() Percentiles {
	n := t.all.N()
	p := Percentiles{N: t.Histogram.N()}
	if p.Unanswered = n - p.N; n == 0 {
		return p
	}
	t.Unanswered = p.Unanswered // which Exact asks for
	figure := func(name string, value float64, exact bool) *float64 {
		if !exact {
			p.AtLeast = append(p.AtLeast, name)
		}
		return &value
	}
	at := func(name string, percentile float64) *float64 {
		value, ok := t.all.At(percentile)
		if !ok {
			return nil
		}
		return figure(name, value, t.Exact(verdict.RankOf(percentile, n)))
	}
	interval := func(percentile float64) []float64 {
		low, high, _, ok := verdict.Ranks(n, percentile, verdict.DefaultConfidence)
		if !ok || !t.Exact(high) {
			return nil
		}
		return []float64{t.all.AtRank(low), t.all.AtRank(high)}
	}
	p.Mean = figure("mean", t.all.hdr.Mean()/nsPerMs, p.Unanswered == 0)
	p.Min = figure("min", t.all.AtRank(1), t.Exact(1))
	p.P50, p.P75, p.P90, p.P95 = at("p50", 50), at("p75", 75), at("p90", 90), at("p95", 95)
	p.P99, p.P999 = at("p99", 99), at("p999", 99.9)
	p.Max = figure("max", t.all.AtRank(n), p.Unanswered == 0)
	p.P50Interval, p.P90Interval, p.P99Interval = interval(50), interval(90), interval(99)
	return p
}
