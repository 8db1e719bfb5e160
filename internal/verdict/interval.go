package verdict

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// Interval is the distribution-free interval of a percentile: two of the
// measured values, between which the percentile of the whole population lies in
// at least confidence (such as 0.95) of all cases, with equal tails. Coverage is
// the exact probability, for a continuous population; ties make it larger. ok is
// false if there are fewer values than [MinSamples].
//
// The number of values below the population's percentile is binomial, whatever
// the population is; so the coverage of two order statistics is a difference of
// two binomial probabilities. See H. A. David and H. N. Nagaraja, Order
// Statistics, 3rd edition, 7.1; and W. J. Conover, Practical Nonparametric
// Statistics, 3rd edition, 3.2.
func Interval(d Distribution, percentile, confidence float64) (lo, hi, coverage float64, ok bool) {
	n := d.N()
	low, high, coverage, ok := Ranks(n, percentile, confidence)
	if !ok {
		return 0, 0, 0, false
	}
	return d.AtRank(low), d.AtRank(high), coverage, true
}

// Ranks are the ranks of [Interval] among n values.
func Ranks(n int64, percentile, confidence float64) (low, high int64, coverage float64, ok bool) {
	if !(percentile > 0 && percentile < 100) || !(confidence > 0 && confidence < 1) || n < MinSamples(percentile, confidence) {
		return 0, 0, 0, false
	}
	p, tail := percentile/100, (1-confidence)/2
	// low is the largest rank whose value is above the percentile with a
	// probability of at most tail: P(X <= low-1) <= tail.
	low = int64(sort.Search(int(n), func(k int) bool { return binomialCDF(int64(k), n, p) > tail }))
	// high is the smallest rank whose value is not above it with a probability of
	// at most tail: P(X <= high-1) >= 1-tail.
	high = 1 + int64(sort.Search(int(n), func(k int) bool { return binomialCDF(int64(k), n, p) >= 1-tail }))
	return low, high, binomialCDF(high-1, n, p) - binomialCDF(low-1, n, p), true
}

// MinSamples is the smallest number of values that bears a two-sided interval of
// the percentile: 6 for the median and 368 for p99 at 0.95. Below it, even the
// smallest or the largest value is too likely to lie on the wrong side. For a
// percentile or a confidence out of range it is [math.MaxInt64]: no number will do.
func MinSamples(percentile, confidence float64) int64 {
	if !(percentile > 0 && percentile < 100) || !(confidence > 0 && confidence < 1) {
		return math.MaxInt64
	}
	p := percentile / 100
	p = max(p, 1-p)
	return max(2, int64(math.Ceil(math.Log((1-confidence)/2)/math.Log(p)-1e-9)))
}

// binomialCDF is the probability of at most k successes in n trials.
func binomialCDF(k, n int64, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k)+1, 1-p)
}
