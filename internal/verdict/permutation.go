package verdict

import (
	"math"
	"math/bits"
	"slices"
	"sort"
	"sync"
)

// maxExact is the number of values of a side up to which the test of
// [Superior] is exact: 10 and 10 are dealt out in 184,756 ways.
const maxExact = 10

// null is the distribution of Brunner and Munzel's statistic over all ways to deal
// different values out to two sides. It depends on their numbers only, so each pair of
// numbers is worked out once. Ties are judged by the same distribution: they lessen
// the statistic's numerator and its denominator alike.
type null []float64 // ascending

var nulls sync.Map // of [2]int to func() null

func nullOf(na, nb int) null {
	key := [2]int{na, nb}
	of, _ := nulls.LoadOrStore(key, sync.OnceValue(func() null { return deal(na, nb) }))
	return of.(func() null)()
}

// deal works the distribution out. A way to deal is a word of na+nb bits.
func deal(na, nb int) null {
	n := na + nb
	var all null
	for word := uint32(1)<<na - 1; word < 1<<n; {
		// The two ways of which one is the other in reverse have the same statistic,
		// so where the sides are alike in number a half would do; all is simpler.
		all = append(all, statisticOf(word, na, nb))
		// The next word with as many bits (R. W. Gosper, HAKMEM 175).
		low := word & -word
		ripple := word + low
		word = ripple | (word^ripple)>>(2+bits.TrailingZeros32(low))
	}
	slices.Sort(all)
	return all
}

// statisticOf is the statistic of the values 0, 1, 2, ... of which the bits of word
// say the ones of a.
func statisticOf(word uint32, na, nb int) float64 {
	p := placement{na: float64(na), nb: float64(nb)}
	var sumA, squaresA, sumB, squaresB float64
	var belowA, belowB int
	for i := range na + nb {
		if word>>i&1 == 1 {
			share := 0.5 - float64(belowB)/p.nb
			sumA, squaresA = sumA+share, squaresA+share*share
			belowA++
		} else {
			share := float64(belowA)/p.na - 0.5
			sumB, squaresB = sumB+share, squaresB+share*share
			belowB++
		}
	}
	p.probability = 0.5 + sumA/p.na
	p.va = max(0, squaresA-sumA*sumA/p.na) / max(1, p.na-1)
	p.vb = max(0, squaresB-sumB*sumB/p.nb) / max(1, p.nb-1)
	return p.statistic()
}

// atLeast is the probability of a statistic of t or more.
func (d null) atLeast(t float64) float64 {
	const slack = 1e-9 // of the same number in another order of additions
	if !math.IsInf(t, 1) {
		t -= slack * (1 + t)
	}
	return float64(len(d)-sort.SearchFloat64s(d, t)) / float64(len(d))
}

// critical is the smallest statistic that has a probability of level or less, or
// infinity where only sides that lie apart have.
func (d null) critical(level float64) float64 {
	i := len(d) - int(level*float64(len(d)))
	for i < len(d) && i > 0 && d[i] <= d[i-1] {
		i++
	}
	if i >= len(d) {
		return math.Inf(1)
	}
	return d[i]
}

// leastPValue is the smallest p-value that sides of na and nb values can have: that of
// lying apart, one way or the other, if both had as few values as the smaller one. Many
// values of one side do not make up for few of the other, whose spread may be larger.
func leastPValue(na, nb int64) float64 {
	lgamma := func(n int64) float64 { v, _ := math.Lgamma(float64(n) + 1); return v }
	n := min(na, nb)
	return min(1, 2*math.Exp(2*lgamma(n)-lgamma(2*n)))
}
