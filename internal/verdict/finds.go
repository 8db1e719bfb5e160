package verdict

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Finds is the smallest true difference at a percentile that [Compare] gives a word with
// the probability [Power], between two unrelated sides that vary as this one does. ok is
// false where such sides cannot be judged.
func Finds(s Side, percentile float64, o Options) (smallest float64, ok bool) {
	o = o.withDefaults()
	n := s.values.N()
	if n < minPairSamples(percentile, o.Confidence) {
		return 0, false
	}
	if _, lacks := s.lacks(); lacks {
		return 0, false
	}
	e := s.at(percentile)
	_, _, freedom := together(e.variance, e.variance, 1, 1)
	v := variance{ratio: e.ratio, freedom: freedom}
	tail := (1 - o.Confidence) / 2
	own := locate(s.values, percentile, trials(n)/e.ratio)
	_, reach := (difference{own, own}).interval(v.tail(tail))
	if math.IsInf(reach, 0) {
		return 0, false
	}
	beyond, found := distuv.UnitNormal.Quantile(1-tail), distuv.UnitNormal.Quantile(Power)
	if !math.IsInf(freedom, 1) {
		t := distuv.StudentsT{Sigma: 1, Nu: freedom}
		beyond, found = t.Quantile(1-tail), t.Quantile(Power)
	}
	return reach * (beyond + found) / beyond, true
}

// ByChance is how many of n statements may be false if each is with the probability rate:
// more than that has a probability of at most 1-confidence.
func ByChance(n int, rate, confidence float64) int {
	return sort.Search(n, func(k int) bool { return binomialCDF(int64(k), int64(n), rate) >= confidence })
}
