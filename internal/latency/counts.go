package latency

import (
	"iter"
	"sort"
)

// Counts are the values of a [Histogram] that will not change, in as much memory as
// it has different values: an hour has 3600 seconds, and a histogram takes 160 kB.
type Counts struct {
	upper []float64 // the upper ends of the buckets in milliseconds, ascending
	upTo  []int64   // how many values are in that bucket or before it
}

// Counts copies the values.
func (h *Histogram) Counts() Counts {
	var c Counts
	if h.N() == 0 {
		return c
	}
	var n int64
	for upper, count := range h.Buckets() {
		n += count
		c.upper, c.upTo = append(c.upper, upper), append(c.upTo, n)
	}
	return c
}

// N is the number of values.
func (c Counts) N() int64 {
	if len(c.upTo) == 0 {
		return 0
	}
	return c.upTo[len(c.upTo)-1]
}

// AtRank is the rank-th smallest value in milliseconds, as that of the histogram.
func (c Counts) AtRank(rank int64) float64 {
	return c.upper[sort.Search(len(c.upTo)-1, func(i int) bool { return c.upTo[i] >= rank })]
}

// AtMost is how many of the values are ms or less.
func (c Counts) AtMost(ms float64) int64 {
	i := sort.Search(len(c.upper), func(i int) bool { return c.upper[i] > ms })
	if i == 0 {
		return 0
	}
	return c.upTo[i-1]
}

// Buckets yields the upper ends and the numbers of values, as those of the histogram.
func (c Counts) Buckets() iter.Seq2[float64, int64] {
	return func(yield func(float64, int64) bool) {
		before := int64(0)
		for i, upper := range c.upper {
			if !yield(upper, c.upTo[i]-before) {
				return
			}
			before = c.upTo[i]
		}
	}
}
