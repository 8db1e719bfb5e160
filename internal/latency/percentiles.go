package latency

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

// Percentiles summarise a histogram in milliseconds. A percentile that the
// number of values cannot bear is nil.
type Percentiles struct {
	N    int64    `json:"n"`
	Mean *float64 `json:"mean,omitempty"`
	Min  *float64 `json:"min,omitempty"`
	P50  *float64 `json:"p50,omitempty"`
	P75  *float64 `json:"p75,omitempty"`
	P90  *float64 `json:"p90,omitempty"`
	P95  *float64 `json:"p95,omitempty"`
	P99  *float64 `json:"p99,omitempty"`
	P999 *float64 `json:"p999,omitempty"`
	Max  *float64 `json:"max,omitempty"`
	// P50Interval, P90Interval and P99Interval are distribution-free intervals [lo, hi]
	// at [verdict.DefaultConfidence].
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

// Percentiles summarises the histogram in milliseconds. A percentile that N values
// cannot bear is left out; without values all are.
func (h *Histogram) Percentiles() Percentiles {
	n := h.N()
	if n == 0 {
		return Percentiles{}
	}
	at := func(percentile float64) *float64 {
		v, ok := h.At(percentile)
		if !ok {
			return nil
		}
		return &v
	}
	interval := func(percentile float64) []float64 {
		low, high, _, ok := verdict.Interval(h, percentile, verdict.DefaultConfidence)
		if !ok {
			return nil
		}
		return []float64{low, high}
	}
	mean := h.hdr.Mean() / nsPerMs
	least, most := h.AtRank(1), h.AtRank(n)
	return Percentiles{
		N: n, Mean: &mean, Min: &least, Max: &most,
		P50: at(50), P75: at(75), P90: at(90), P95: at(95), P99: at(99), P999: at(99.9),
		P50Interval: interval(50), P90Interval: interval(90), P99Interval: interval(99),
	}
}
