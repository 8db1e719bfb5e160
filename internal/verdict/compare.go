package verdict

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Word is a verdict on a difference. It speaks of the first of the two.
type Word string

// The verdicts.
const (
	Faster Word = "faster"
	Slower Word = "slower"
	// Same means that the whole interval lies within the stated margin.
	Same      Word = "same"
	Undecided Word = "undecided"
)

// Options are how a difference is judged. The zero value is usable.
type Options struct {
	// Confidence of the interval; 0 is 0.95.
	Confidence float64 `json:"confidence,omitempty"`
	// MarginAbs is the difference that does not matter, in the unit of the values,
	// and MarginRel as a fraction of the second's percentile. The larger one counts.
	// Without a margin nothing is ever the same.
	MarginAbs float64 `json:"marginAbs,omitempty"`
	MarginRel float64 `json:"marginRel,omitempty"`
}

// DefaultConfidence is that of [Options]. It is also that of every interval that is
// recorded or shown, and so decides from how many values on a percentile is.
const DefaultConfidence = 0.95

func (o Options) withDefaults() Options {
	o.Confidence = cmp.Or(o.Confidence, DefaultConfidence)
	return o
}

// Judgement is what a difference is worth.
type Judgement struct {
	Percentile float64
	// Judged says that both sides have the samples that the percentile needs. If
	// not, the numbers below are zero and mean nothing.
	Judged bool
	// A and B are the percentile of each side, and Difference is A minus B.
	A, B       float64
	Difference float64
	// Interval of the difference: lower and upper bound.
	Interval [2]float64
	// PValue is the two-sided probability of a difference as far from zero as this
	// one if there were none; [Control] needs it.
	PValue float64
	// Worth is how many independent values those of A and of B are worth: their
	// number or less.
	Worth [2]int64
	// Finds is the smallest true difference, either way, that gets a word with the
	// probability [Power] if values vary as these do. [CompareRuns] states it.
	Finds float64
	// Margin is the difference that does not matter, from the options.
	Margin float64
	Word   Word
	// Reason says what is missing if the word is undecided, and the margin if it is same.
	Reason Reason
	// smaller is how many values the smaller side has.
	smaller int64
}

// Compare judges the difference of a and b at a percentile. The interval is taken off
// the exact distribution of the difference of two positions, so the same values have
// the same word whatever the machine or the seed.
//
// Where values depend on each other, the variance between their parts says how many
// independent values they are worth, and Student's t stands for the normal
// distribution, since that variance is an estimate. Two sides over the same time are
// judged by the variance of their difference: what disturbs both alike cancels out.
//
// The word same uses the same interval, which is stricter than the two one-sided
// tests that equivalence asks for.
func Compare(a, b Side, percentile float64, o Options) Judgement {
	o = o.withDefaults()
	j := Judgement{Percentile: percentile, Word: Undecided}
	tail := (1 - o.Confidence) / 2
	need := minPairSamples(percentile, o.Confidence)
	switch {
	case need == math.MaxInt64:
		j.Reason = Reason{Kind: NoSuchInterval, Confidence: o.Confidence}
		return j
	case min(a.values.N(), b.values.N()) < need:
		j.Reason = Reason{Kind: NeedsSamples, Needs: need, Has: min(a.values.N(), b.values.N())}
		return j
	}
	for _, side := range []Side{a, b} {
		if reason, lacks := side.lacks(); lacks {
			j.Reason = reason
			return j
		}
	}

	va, vb := a.at(percentile), b.at(percentile)
	j.Worth = [2]int64{va.worth(), vb.worth()}
	if min(j.Worth[0], j.Worth[1]) < need {
		j.Reason = Reason{Kind: WorthTooFew, Needs: need, Has: min(j.Worth[0], j.Worth[1])}
		return j
	}
	v, drift := contrast(va, vb)
	d := difference{
		locate(a.values, percentile, trials(a.values.N())/v.ratioA),
		locate(b.values, percentile, trials(b.values.N())/v.ratioB),
	}
	lo, hi := d.interval(v.tail(tail))
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		j.Reason = Reason{Kind: WorthTooFew, Needs: need, Has: min(j.Worth[0], j.Worth[1])}
		return j
	}
	j.Judged = true
	j.A, j.B = va.value, vb.value
	j.Difference = j.A - j.B
	j.Margin = max(o.MarginAbs, o.MarginRel*math.Abs(j.B))
	j.Interval = [2]float64{min(lo, j.Difference), max(hi, j.Difference)}
	j.PValue = v.pValue(d.pValue())
	if drift {
		j.Reason = Reason{Kind: Drifts}
		return j
	}
	j.decide(min(a.values.N(), b.values.N()))
	return j
}

// decide sets the word by the interval; n is the size of the smaller side.
func (j *Judgement) decide(n int64) {
	switch {
	case j.Margin > 0 && j.Interval[0] >= -j.Margin && j.Interval[1] <= j.Margin:
		j.Word, j.Reason = Same, Reason{Kind: WithinMargin, Margin: j.Margin}
	case j.Interval[1] < 0:
		j.Word = Faster
	case j.Interval[0] > 0:
		j.Word = Slower
	default:
		j.leaveOpen(n)
	}
}

// minPairSamples is the smallest number of values of each side that bears a
// two-sided interval of the difference of a percentile: 7 for medians and 368 for p99
// at 0.95. Each bound is open where one side lies above all its values or the other
// below all of its own.
func minPairSamples(percentile, confidence float64) int64 {
	n := MinSamples(percentile, confidence)
	if n == math.MaxInt64 {
		return n
	}
	for p := percentile / 100; 1-(1-math.Pow(p, float64(n)))*(1-math.Pow(1-p, float64(n))) > (1-confidence)/2; {
		n++
	}
	return n
}

// trials are those of the binomial of n values. The share of a population below one
// of n order statistics has the variance p(1-p)/(n+2) (H. A. David and H. N. Nagaraja,
// Order Statistics, 3rd edition, 3.1), and with n alone the difference is too
// cautious: A/A of two medians of 10 is called different in 1.2 % of all cases instead
// of 5 %, with n+2 in 2.4 %.
func trials(n int64) float64 { return float64(n + 2) }

// estimate is one side's percentile.
type estimate struct {
	n     int64
	value float64
	// deviation is the standard deviation of the value if the side's values were
	// independent: the binomial's of its rank times the slope of the values over
	// ranks. The slope is that over two true standard deviations either way, which is
	// where the percentile may lie.
	deviation float64
	variance
	// spectrum is there for a side over time, at twice the frequencies that count.
	spectrum []float64
	blocks   int
}

func (s Side) at(percentile float64) estimate {
	n, p := s.values.N(), percentile/100
	e := estimate{n: n, variance: exactly}
	e.value, _ = Quantile(s.values, percentile)
	switch s.dependence {
	case withinClusters, withinRounds:
		e.variance = clusterVariance(s.deviations(e.value, percentile)).atLeastBinomial()
	case overTime:
		e.blocks = len(s.parts)
		used := frequenciesOf(e.blocks)
		e.spectrum = spectrum(s.deviations(e.value, percentile), 2*used)
		e.variance = longRunVariance(e.spectrum[:used]).atLeastBinomial()
	}
	middle, ranks := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	reach := max(1, 2*ranks*math.Sqrt(e.ratio))
	above := min(max(int64(math.Round(middle+reach)), 2), n)
	below := max(min(int64(math.Round(middle-reach)), n-1), 1)
	e.deviation = (s.values.AtRank(above) - s.values.AtRank(below)) / float64(above-below) * ranks
	return e
}

// worth is how many independent values the side's are worth.
func (e estimate) worth() int64 { return int64(math.Floor(float64(e.n) / e.ratio)) }

// contrastVariance is the variance of a difference.
type contrastVariance struct {
	ratioA, ratioB float64
	variance       // its degrees of freedom count
}

// contrast is the variance of the difference of two estimates, and whether it drifts
// over the time of the measurement.
func contrast(a, b estimate) (v contrastVariance, drift bool) {
	paired := a.spectrum != nil && b.spectrum != nil && a.blocks == b.blocks
	if !paired {
		v.ratioA, v.ratioB, v.freedom = together(a.variance, b.variance, a.deviation, b.deviation)
		for _, e := range []estimate{a, b} {
			drift = drift || e.spectrum != nil && drifts(e.spectrum)
		}
		return v, drift
	}
	scale := math.Hypot(a.deviation, b.deviation)
	if scale == 0 {
		scale, a.deviation, b.deviation = math.Sqrt2, 1, 1
	}
	weights := make([]float64, len(a.spectrum))
	for i := range weights {
		weights[i] = (a.deviation*a.spectrum[i] - b.deviation*b.spectrum[i]) / scale
	}
	used := len(weights) / 2
	v.variance = longRunVariance(weights[:used])
	// Less than the binomial's is luck, unless both sides rise and fall together.
	if !correlated(a.spectrum[:used], b.spectrum[:used]) {
		v.variance = v.atLeastBinomial()
	}
	v.ratioA, v.ratioB = v.ratio, v.ratio
	return v, drifts(weights)
}

// maxGrowth is how far the guess at missing samples is believed: an interval
// shrinks by the square root of its samples, and so only near what was seen.
const maxGrowth = 100

func square(v float64) float64 { return v * v }

// powerGrowth is how many times the samples that bring the end of an interval to zero,
// and so decide in half of all cases, decide in those of [Power] (J. Cohen, Statistical
// Power Analysis, 1988, 2.4: the two quantiles add up).
var powerGrowth = func() float64 {
	edge := distuv.UnitNormal.Quantile((1 + DefaultConfidence) / 2)
	return square((edge + distuv.UnitNormal.Quantile(Power)) / edge)
}()

// leaveOpen makes the judgement undecided and guesses how many more samples,
// beyond the n of the smaller side, would decide it.
func (j *Judgement) leaveOpen(n int64) {
	j.Word = Undecided
	lo, hi := j.Interval[0], j.Interval[1]
	distance := math.Abs(j.Difference)
	// The interval is not even around the difference; what has to shrink is the side that zero lies on.
	reach := hi - j.Difference
	if j.Difference > 0 {
		reach = j.Difference - lo
	}
	growth := square(reach / distance)
	// Whatever is nearer ends the question: that zero is outside, or that the margin is not reached.
	if room := j.Margin - distance; room > 0 {
		growth = min(growth, square((hi-lo)/2/room))
	}
	if growth < maxGrowth {
		more := func(growth float64) int64 { return max(1, int64(math.Ceil(float64(n)*(growth-1)))) }
		j.Reason = Reason{Kind: MoreSamples, More: more(growth), Most: more(growth * powerGrowth), Margin: j.Margin}
		return
	}
	j.Reason = Reason{Kind: TooClose, Times: maxGrowth, Margin: j.Margin}
}
