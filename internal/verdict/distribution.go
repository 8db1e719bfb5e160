package verdict

import (
	"math"
	"slices"
	"sort"
)

// Distribution is a set of measured values that can be asked for its order
// statistics. N is at least 0, and AtRank does not decrease over 1..N.
type Distribution interface {
	// N is the number of values.
	N() int64
	// AtRank returns the value at a rank from 1 (the smallest) to N (the largest).
	AtRank(rank int64) float64
}

// Sorted is a [Distribution] of values in ascending order.
type Sorted []float64

// Sort returns the values in ascending order and leaves the argument as it is.
func Sort(values []float64) Sorted { return slices.Sorted(slices.Values(values)) }

// N is the number of values.
func (s Sorted) N() int64 { return int64(len(s)) }

// AtRank returns the value at a rank from 1 to N.
func (s Sorted) AtRank(rank int64) float64 { return s[rank-1] }

// AtMost is how many of the values are v or less.
func (s Sorted) AtMost(v float64) int64 {
	return int64(sort.Search(len(s), func(i int) bool { return s[i] > v }))
}

// RankOf is the rank of a percentile among n values: the smallest rank below
// which, itself included, lie percentile percent of them. The percentile is
// above 0 and at most 100, n is at least 1.
func RankOf(percentile float64, n int64) int64 {
	// 7 percent of 100 is 7.000000000000001 in binary; the slack undoes it.
	exact := percentile / 100 * float64(n)
	rank := int64(math.Ceil(exact - 1e-12*exact))
	return min(max(rank, 1), n)
}

// Quantile is the value at a percentile, which is one of the values that were
// measured; ok is false if there are none.
func Quantile(d Distribution, percentile float64) (value float64, ok bool) {
	n := d.N()
	if n < 1 {
		return 0, false
	}
	return d.AtRank(RankOf(percentile, n)), true
}
