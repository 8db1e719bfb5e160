package verdict

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// CompareRatio judges the ratio of a percentile of a to that of b. It is [Compare] of
// the logarithms of the values: a percentile is a value at a rank, ranks stay as they
// are under every increasing function, and so the interval is distribution-free as
// that of the difference is. Difference, Interval and Margin are of natural logarithms,
// and [Judgement.Ratio] returns the ratio. The margin is o.MarginRel, the same factor
// either way; o.MarginAbs does not count. A value of zero or less has no ratio.
func CompareRatio(a, b Side, percentile float64, o Options) Judgement {
	if !a.positive() || !b.positive() {
		return Judgement{Percentile: percentile, Word: Undecided, Reason: Reason{Kind: NoRatio}}
	}
	o = ratioOptions(o)
	j := Compare(a.logarithm(), b.logarithm(), percentile, o)
	j.A, j.B = math.Exp(j.A), math.Exp(j.B)
	j.smaller = min(a.values.N(), b.values.N())
	return j.ratioReason()
}

// MeanRatio judges the geometric mean of the ratios of pairs that have no side in
// common, each judged by [CompareRatio]. Pairs that could not be judged are left out.
// The interval is that of G. Zou and A. Donner, Construction of Confidence Limits about
// Effect Measures: a General Approach, Statistics in Medicine 27 (2008): the distances
// of each pair's bounds from its ratio, in logarithms, add up as squares. It speaks of
// these pairs, not of others that were not measured.
func MeanRatio(pairs []Judgement, o Options) Judgement {
	mean := Judgement{Word: Undecided}
	var k, below, above float64
	for _, j := range pairs {
		if !j.Judged {
			mean.Percentile, mean.Reason = j.Percentile, worseReason(mean.Reason, j.Reason)
			continue
		}
		if k == 0 || j.smaller < mean.smaller {
			mean.smaller = j.smaller
		}
		k++
		mean.Percentile = j.Percentile
		mean.Difference += j.Difference
		below += square(j.Difference - j.Interval[0])
		above += square(j.Interval[1] - j.Difference)
	}
	if k == 0 {
		return mean
	}
	o = ratioOptions(o)
	mean.Judged, mean.Reason, mean.Margin = true, Reason{}, o.MarginAbs
	mean.Difference /= k
	below, above = math.Sqrt(below)/k, math.Sqrt(above)/k
	mean.Interval = [2]float64{mean.Difference - below, mean.Difference + above}
	// The deviation towards zero is what the interval's bound on that side stands for.
	reach := below
	if mean.Difference < 0 {
		reach = above
	}
	mean.PValue = 1
	if deviation := reach / distuv.UnitNormal.Quantile(1-(1-o.Confidence)/2); mean.Difference != 0 {
		mean.PValue = max(negligible, 2*distuv.UnitNormal.Survival(math.Abs(mean.Difference)/deviation))
	}
	mean.decide(mean.smaller)
	return mean.ratioReason()
}

// Ratio is the ratio that a judgement of [CompareRatio] or [MeanRatio] is of, with its
// interval. It means nothing unless Judged.
func (j Judgement) Ratio() (ratio float64, interval [2]float64) {
	return math.Exp(j.Difference), [2]float64{math.Exp(j.Interval[0]), math.Exp(j.Interval[1])}
}

// ratioOptions are the options for logarithms: a relative margin is a distance there.
func ratioOptions(o Options) Options {
	o = o.withDefaults()
	return Options{Confidence: o.Confidence, MarginAbs: math.Log1p(o.MarginRel)}
}

// ratioReason states the margin as a fraction.
func (j Judgement) ratioReason() Judgement {
	if j.Reason.Margin > 0 {
		j.Reason.Margin = math.Expm1(j.Reason.Margin)
	}
	return j
}

// worseReason is the reason that needs more.
func worseReason(a, b Reason) Reason {
	if a.Kind == "" || b.Needs-b.Has > a.Needs-a.Has {
		return b
	}
	return a
}

func (s Side) positive() bool { return s.values.N() == 0 || s.values.AtRank(1) > 0 }

// logarithm is the side with the logarithms of its values.
func (s Side) logarithm() Side {
	l := Side{values: logarithms{s.values}, dependence: s.dependence, parts: make([]Part, len(s.parts))}
	for i, part := range s.parts {
		l.parts[i] = logarithms{part}
	}
	return l
}

// logarithms are those of a distribution's values.
type logarithms struct{ of Distribution }

func (l logarithms) N() int64                  { return l.of.N() }
func (l logarithms) AtRank(rank int64) float64 { return math.Log(l.of.AtRank(rank)) }

// AtMost compares logarithms with each other: the exponential of one is not always the
// value that it was taken of.
func (l logarithms) AtMost(v float64) int64 {
	return int64(sort.Search(int(l.of.N()), func(i int) bool { return l.AtRank(int64(i)+1) > v }))
}
