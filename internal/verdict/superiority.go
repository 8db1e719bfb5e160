package verdict

import (
	"iter"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Superiority is how often a value of one side is smaller than one of the other.
type Superiority struct {
	// Probability that a value of A is smaller than one of B; equal ones count half.
	Probability float64
	// Interval of the probability.
	Interval [2]float64
	// PValue is the two-sided probability of one as far from a half if it were a half.
	PValue float64
	// Word is faster or slower if the interval lies on one side of a half, else undecided.
	Word Word
	// Reason says what is missing if there are too few values; the numbers above
	// are zero then.
	Reason Reason
}

// Superior judges how often a value of a is smaller than one of b, by the
// probability itself, which is taken from the two step functions without error, and
// the test of E. Brunner and U. Munzel, The Nonparametric Behrens-Fisher Problem,
// Biometrical Journal 42 (2000). It allows for unequal spreads and for ties. Where
// values depend on each other within clusters, the medians of clusters stand for them.
func Superior(a, b Side, o Options) Superiority {
	o = o.withDefaults()
	x, reason := a.units()
	y, reasonB := b.units()
	if reason == (Reason{}) {
		reason = reasonB
	}
	if need := SamplesToRank(2, o.Confidence); reason == (Reason{}) && min(x.n, y.n) < need {
		reason = Reason{Kind: NeedsSamples, Needs: need, Has: min(x.n, y.n)}
	}
	if reason != (Reason{}) {
		return Superiority{Word: Undecided, Reason: reason}
	}
	p := place(x, y)
	s := Superiority{Probability: p.probability, PValue: p.pValue(), Interval: p.interval(o.Confidence), Word: Undecided}
	if s.PValue <= 1-o.Confidence {
		s.Word = Faster
		if p.probability < 0.5 {
			s.Word = Slower
		}
	}
	return s
}

// steps are the steps of an empirical distribution function.
type steps struct {
	values []float64 // ascending, each once
	counts []float64
	n      int64
}

func stepsOf(d Distribution) steps {
	s := steps{n: d.N()}
	each := func(v float64, count int64) {
		if last := len(s.values) - 1; last >= 0 && s.values[last] == v {
			s.counts[last] += float64(count)
			return
		}
		s.values, s.counts = append(s.values, v), append(s.counts, float64(count))
	}
	if counted, ok := d.(interface {
		Buckets() iter.Seq2[float64, int64]
	}); ok {
		for v, count := range counted.Buckets() {
			each(v, count)
		}
		return s
	}
	for rank := int64(1); rank <= s.n; rank++ {
		each(d.AtRank(rank), 1)
	}
	return s
}

// units are the values that are independent of each other.
func (s Side) units() (steps, Reason) {
	if reason, lacks := s.lacks(); lacks {
		return steps{}, reason
	}
	switch s.dependence {
	case withinClusters, withinRounds:
		medians := make([]float64, 0, len(s.parts))
		for _, part := range s.parts {
			if median, ok := Quantile(part, 50); ok {
				medians = append(medians, median)
			}
		}
		return stepsOf(Sort(medians)), Reason{}
	case overTime:
		return steps{}, Reason{Kind: NeedsClusters, Needs: MinClusters}
	}
	return stepsOf(s.values), Reason{}
}

// placement is how the values of two sides lie among each other.
type placement struct {
	na, nb      float64
	probability float64
	// va and vb are the variances of the share of the other side's values that a
	// value of a is below, and that a value of b is above.
	va, vb float64
}

func place(a, b steps) placement {
	p := placement{na: float64(a.n), nb: float64(b.n)}
	var sumA, squaresA, sumB, squaresB float64
	var belowA, belowB float64 // values of each side below the place
	for i, k := 0, 0; i < len(a.values) || k < len(b.values); {
		var tieA, tieB float64
		switch {
		case k == len(b.values) || i < len(a.values) && a.values[i] < b.values[k]:
			tieA = a.counts[i]
			i++
		case i == len(a.values) || b.values[k] < a.values[i]:
			tieB = b.counts[k]
			k++
		default:
			tieA, tieB = a.counts[i], b.counts[k]
			i, k = i+1, k+1
		}
		// Shares are kept as their distances from a half, which loses fewer digits.
		shareA, shareB := 0.5-(belowB+tieB/2)/p.nb, (belowA+tieA/2)/p.na-0.5
		sumA, squaresA = sumA+tieA*shareA, squaresA+tieA*shareA*shareA
		sumB, squaresB = sumB+tieB*shareB, squaresB+tieB*shareB*shareB
		belowA, belowB = belowA+tieA, belowB+tieB
	}
	p.probability = 0.5 + sumA/p.na
	p.va = max(0, squaresA-sumA*sumA/p.na) / max(1, p.na-1)
	p.vb = max(0, squaresB-sumB*sumB/p.nb) / max(1, p.nb-1)
	return p
}

// deviation is the standard deviation of the probability.
func (p placement) deviation() float64 { return math.Sqrt(p.va/p.na + p.vb/p.nb) }

// apart says that all values of one side are below all of the other.
func (p placement) apart() bool { return p.deviation() < 1e-9 && math.Abs(p.probability-0.5) > 0.25 }

// freedom is the degrees of freedom of Brunner and Munzel.
func (p placement) freedom() float64 {
	a, b := p.va/p.na, p.vb/p.nb
	return (a + b) * (a + b) / (a*a/(p.na-1) + b*b/(p.nb-1))
}

// statistic is Brunner and Munzel's, infinite where the sides are apart.
func (p placement) statistic() float64 {
	distance := math.Abs(p.probability - 0.5)
	if d := p.deviation(); d >= 1e-9 {
		return distance / d
	}
	if distance < 1e-9 {
		return 0
	}
	return math.Inf(1)
}

// pValue is two-sided.
//
// With at most 10 values of each side it is exact over all ways to deal the values
// out to the sides, with the statistic that allows for unequal spreads: K. Neubert and
// E. Brunner, A Studentized Permutation Test for the Non-Parametric Behrens-Fisher
// Problem, Computational Statistics and Data Analysis 51 (2007).
//
// With more it is Student's, of the probability's arcsine, whose variance does not
// depend on where it lies: without that, the far tails which a matrix of many cells
// asks for are far too light. No p-value is below [leastPValue].
func (p placement) pValue() float64 {
	na, nb := int(p.na), int(p.nb)
	least := leastPValue(int64(na), int64(nb))
	if max(na, nb) <= maxExact {
		return max(least, nullOf(na, nb).atLeast(p.statistic()))
	}
	if p.apart() {
		return least
	}
	d := p.deviation()
	if d < 1e-9 {
		return 1
	}
	t := math.Abs(arcsine(p.probability)-arcsine(0.5)) / (d * arcsineSlope(p.probability))
	return max(least, min(1, 2*distuv.StudentsT{Sigma: 1, Nu: p.freedom()}.Survival(t)))
}

// arcsine is the transformation that makes the variance of a proportion constant (M.
// S. Bartlett, The Square Root Transformation in Analysis of Variance, Supplement to
// the Journal of the Royal Statistical Society 3, 1936).
func arcsine(p float64) float64      { return math.Asin(math.Sqrt(min(max(p, 0), 1))) }
func arcsineSlope(p float64) float64 { return 0.5 / math.Sqrt(p*(1-p)) }

// interval is the probability's, by the reference of the p-value.
func (p placement) interval(confidence float64) [2]float64 {
	tail := (1 - confidence) / 2
	lo, hi := 0.0, 1.0
	d := p.deviation()
	switch na, nb := int(p.na), int(p.nb); {
	case p.apart():
		// min(na, nb) pairs of different values all had the same outcome, which a
		// probability below tail^(1/min) would hardly do.
		bound := math.Pow(tail, 1/min(p.na, p.nb))
		if p.pValue() <= 2*tail {
			bound = max(bound, 0.5)
		}
		if p.probability > 0.5 {
			lo = bound
		} else {
			hi = 1 - bound
		}
	case max(na, nb) <= maxExact:
		reach := nullOf(na, nb).critical(2*tail) * d
		if !math.IsInf(reach, 0) && !math.IsNaN(reach) {
			lo, hi = p.probability-reach, p.probability+reach
		}
	case d < 1e-9: // nearly all values are the same one, and the variance is not known
	case p.probability > 0 && p.probability < 1:
		middle := arcsine(p.probability)
		reach := distuv.StudentsT{Sigma: 1, Nu: p.freedom()}.Quantile(1-tail) * d * arcsineSlope(p.probability)
		lo = square(math.Sin(max(0, middle-reach)))
		hi = square(math.Sin(min(math.Pi/2, middle+reach)))
	}
	return [2]float64{min(max(lo, 0), 1), max(min(hi, 1), 0)}
}
