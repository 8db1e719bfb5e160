package latency

import (
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// confidence is that of every interval. It also decides which percentiles are shown.
const confidence = 0.95

// At is a percentile in milliseconds, or false where N values cannot bear it:
// where no distribution-free two-sided 95 % interval exists. p50 needs 6 values,
// p90 36, p99 368.
func (h *Histogram) At(percentile float64) (float64, bool) {
	n := h.N()
	if n < verdict.MinSamples(percentile, confidence) {
		return 0, false
	}
	return h.AtRank(verdict.RankOf(percentile, n)), true
}

// Percentiles summarises the histogram in milliseconds, or is nil where there
// is nothing to summarise. A percentile that N values cannot bear is left out.
func (h *Histogram) Percentiles() *results.Percentiles {
	n := h.N()
	if n == 0 {
		return nil
	}
	at := func(percentile float64) *float64 {
		v, ok := h.At(percentile)
		if !ok {
			return nil
		}
		return &v
	}
	interval := func(percentile float64) []float64 {
		low, high, _, ok := verdict.Interval(h, percentile, confidence)
		if !ok {
			return nil
		}
		return []float64{low, high}
	}
	mean := h.hdr.Mean() / nsPerMs
	least, most := h.AtRank(1), h.AtRank(n)
	return &results.Percentiles{
		N: n, Mean: &mean, Min: &least, Max: &most,
		P50: at(50), P75: at(75), P90: at(90), P95: at(95), P99: at(99), P999: at(99.9),
		P50Interval: interval(50), P90Interval: interval(90), P99Interval: interval(99),
	}
}
