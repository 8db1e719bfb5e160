package verdict

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// position is where the percentile of a population lies, as its sample tells it:
// a distribution function that is linear between its points and open at both ends.
//
// The number K of values at or below the percentile is binomial, whatever the
// population is, so the percentile lies between the K-th and the next value. Within
// that gap nothing is known, and it is taken to be anywhere with the same
// probability: the smoothed bootstrap of D. L. Banks, Histospline Smoothing the
// Bayesian Bootstrap, Biometrika 75 (1988), with the binomial probabilities of A. D.
// Hutson, Calculating Nonparametric Confidence Intervals for Quantiles Using
// Fractional Order Statistics, Journal of Applied Statistics 26 (1999). With K = 0
// or K = n the percentile lies beyond every value: below and above are the
// probabilities of that, and no distance is invented for it.
type position struct {
	values       []float64 // ascending
	cumulative   []float64 // the probability of a percentile below values[i]
	below, above float64   // the probabilities beyond the smallest and the largest value
}

const (
	// negligible is a probability that no statement of this package is finer than.
	negligible = 1e-12
	// maxPoints bounds the points of a position. Between points of equal distance
	// in rank the values are interpolated.
	maxPoints = 1024
)

// locate returns the position of a percentile. effective is how many independent
// values those of d are worth, at most or (for paired differences) at least d.N().
func locate(d Distribution, percentile, effective float64) position {
	n, p := d.N(), percentile/100
	// at is the probability that the percentile is below the value at a rank.
	at := func(rank int64) float64 {
		return binomialBelow(effective, p, (float64(rank)-0.5)*effective/float64(n)-0.5)
	}
	first := int64(sort.Search(int(n), func(i int) bool { return at(int64(i)+1) > negligible })) + 1
	last := int64(sort.Search(int(n), func(i int) bool { return at(int64(i)+1) >= 1-negligible })) + 1
	first, last = max(1, first-1), min(n, last)
	if last < first {
		first = last
	}
	step := (last-first)/maxPoints + 1
	var l position
	for rank := first; ; rank = min(rank+step, last) {
		l.values = append(l.values, d.AtRank(rank))
		l.cumulative = append(l.cumulative, at(rank))
		if rank == last {
			break
		}
	}
	l.below, l.above = l.cumulative[0], 1-l.cumulative[len(l.cumulative)-1]
	return l
}

// binomialBelow is the probability of at most k among n trials, continued to
// fractions of both through the incomplete beta function.
func binomialBelow(n, p, k float64) float64 {
	switch {
	case k <= -1:
		return 0
	case k >= n:
		return 1
	}
	return mathext.RegIncBeta(n-k, k+1, 1-p)
}

// difference is the distribution of the percentile of a minus that of b.
type difference struct{ a, b position }

// atMost is the probability of a difference of t or less. What lies beyond the
// values counts as long as it might be that: never in favour of a word.
func (d difference) atMost(t float64) float64 {
	open := 1 - (1-d.a.below)*(1-d.b.above)
	return min(1, open+d.between(t, false))
}

// atLeast is the probability of a difference of t or more.
func (d difference) atLeast(t float64) float64 {
	open := 1 - (1-d.a.above)*(1-d.b.below)
	inside := (1 - d.a.below - d.a.above) * (1 - d.b.below - d.b.above)
	return min(1, open+inside-d.between(t, true))
}

// between is the probability that both percentiles lie among the values and differ
// by at most t, or by less than t if strict: the integral of one distribution
// function over the other. Both are linear between their points, so the integral is
// exact once it is taken from each point of either to the next.
func (d difference) between(t float64, strict bool) float64 {
	a, b := d.a, d.b
	sum := 0.0
	i := 0 // the first point of a that is above the place
	// reach is a's distribution function at v, less what lies below all its values.
	reach := func(v float64, strict bool) float64 {
		for i < len(a.values) && (a.values[i] < v || !strict && a.values[i] == v) {
			i++
		}
		switch {
		case i == 0:
			return 0
		case i == len(a.values):
			return a.cumulative[i-1] - a.below
		}
		lo, hi := a.values[i-1], a.values[i]
		return a.cumulative[i-1] + (a.cumulative[i]-a.cumulative[i-1])*(v-lo)/(hi-lo) - a.below
	}
	for k := 1; k < len(b.values); k++ {
		lo, hi, mass := b.values[k-1], b.values[k], b.cumulative[k]-b.cumulative[k-1]
		if mass == 0 {
			continue
		}
		if lo == hi { // a tie: all of it in one place
			sum += mass * reach(lo+t, strict)
			continue
		}
		place, height := lo, reach(lo+t, false)
		for i < len(a.values) && a.values[i]-t < hi {
			next := a.values[i] - t
			before := reach(a.values[i], true) // up to the point, and not a jump in it
			sum += mass * (next - place) / (hi - lo) * (height + before) / 2
			place, height = next, reach(a.values[i], false)
		}
		sum += mass * (hi - place) / (hi - lo) * (height + reach(hi+t, true)) / 2
	}
	return sum
}

// interval returns the bounds that leave tail on each side. A bound is infinite
// where the values do not reach it.
func (d difference) interval(tail float64) (lo, hi float64) {
	least := d.a.values[0] - d.b.values[len(d.b.values)-1]
	most := d.a.values[len(d.a.values)-1] - d.b.values[0]
	lo, hi = math.Inf(-1), math.Inf(1)
	if 1-(1-d.a.below)*(1-d.b.above) <= tail {
		lo = bisect(least, most, func(t float64) bool { return d.atMost(t) <= tail })
		// A tie has its place exactly at 0, which halving only comes close to.
		if d.atMost(0) > tail {
			lo = min(lo, 0)
		} else {
			lo = max(lo, 0)
		}
	}
	if 1-(1-d.a.above)*(1-d.b.below) <= tail {
		hi = -bisect(-most, -least, func(t float64) bool { return d.atLeast(-t) <= tail })
		if d.atLeast(0) > tail {
			hi = max(hi, 0)
		} else {
			hi = min(hi, 0)
		}
	}
	return lo, hi
}

// bisect returns the largest number between lo and hi up to which holds is true.
func bisect(lo, hi float64, holds func(float64) bool) float64 {
	const halvings = 44
	for range halvings {
		middle := lo + (hi-lo)/2
		if holds(middle) {
			lo = middle
		} else {
			hi = middle
		}
	}
	return lo
}

// pValue is the two-sided probability of a difference that is at least as far on
// the other side of zero.
func (d difference) pValue() float64 { return min(1, 2*min(d.atMost(0), d.atLeast(0))) }
