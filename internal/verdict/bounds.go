package verdict

import "sort"

// Bounds are the ranks among a side's values between which the population's
// percentile lies.
type Bounds struct {
	// Low and High are ranks from 1 to N. Low is 0 and High is N+1 where no value is
	// far enough out to be a bound: then it is open on that side.
	Low, High int64
	// Worth is how many independent values the side's are worth: their number or less.
	Worth int64
	// Reason says what is missing where a bound is.
	Reason Reason
}

// Bound is the interval of one percentile, as [Interval] gives it for independent
// values, of values that may depend on each other. Each bound is on the wrong side in
// at most half of what the confidence leaves, so one of the two may be used alone.
func Bound(s Side, percentile float64, o Options) Bounds {
	o = o.withDefaults()
	n, p := s.values.N(), percentile/100
	open := Bounds{High: n + 1}
	switch reason, lacks := s.lacks(); {
	case !(p > 0 && p < 1) || !(o.Confidence > 0 && o.Confidence < 1):
		open.Reason = Reason{Kind: NoSuchInterval, Confidence: o.Confidence}
		return open
	case n == 0:
		open.Reason = Reason{Kind: NeedsSamples, Needs: MinSamples(percentile, o.Confidence)}
		return open
	case lacks:
		open.Reason = reason
		return open
	}
	e := s.at(percentile)
	effective, tail := float64(n)/e.ratio, e.tail((1-o.Confidence)/2)
	// below is the probability that the percentile is below the value at a rank.
	below := func(rank int) float64 {
		return binomialBelow(effective, p, (float64(rank)-0.5)*effective/float64(n)-0.5)
	}
	b := Bounds{
		Low:   int64(sort.Search(int(n), func(i int) bool { return below(i+1) > tail })),
		High:  int64(sort.Search(int(n), func(i int) bool { return below(i+1) >= 1-tail })) + 1,
		Worth: e.worth(),
	}
	if b.Low == 0 || b.High > n {
		// A variance that is an estimate takes more values than one that is known.
		b.Reason = Reason{Kind: WorthTooFew, Needs: MinSamples(percentile, 1-2*tail), Has: b.Worth}
		if s.dependence == none {
			b.Reason.Kind = NeedsSamples
		}
	}
	return b
}
