package verdict

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

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
	// Resamples of the bootstrap; 0 is 10,000.
	Resamples int `json:"resamples,omitempty"`
	// Seed of the bootstrap.
	Seed uint64 `json:"seed,omitempty"`
}

// The defaults of [Options]. DefaultConfidence is also that of every interval that
// is recorded or shown, and so decides from how many values on a percentile is.
const (
	DefaultConfidence = 0.95
	DefaultResamples  = 10_000
)

func (o Options) withDefaults() Options {
	o.Confidence = cmp.Or(o.Confidence, DefaultConfidence)
	o.Resamples = cmp.Or(o.Resamples, DefaultResamples)
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
	// PValue is the two-sided bootstrap probability of a difference as far from
	// zero as this one if there were none; [Control] needs it.
	PValue float64
	// Margin is the difference that does not matter, from the options.
	Margin float64
	Word   Word
	// Reason says what is missing if the word is undecided, and the margin if it is same.
	Reason Reason
}

// Compare judges the difference of a and b at a percentile. The interval is the
// percentile bootstrap's: each side is resampled from its own values, and the
// bounds are taken off the differences.
//
// A resample need not be drawn value by value. The r-th smallest of n uniform
// numbers has the distribution Beta(r, n-r+1), so the r-th smallest of a
// resample of n values is the value at rank ceil(n * Beta(r, n-r+1)), exactly:
// one draw for each resample, whatever n is. See B. Efron, Bootstrap Methods:
// Another Look at the Jackknife, Annals of Statistics 7 (1979), section 3, and
// B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
//
// The word same uses the same interval, which is stricter than the two
// one-sided tests that equivalence asks for.
func Compare(a, b Distribution, percentile float64, o Options) Judgement {
	o = o.withDefaults()
	if j, ok := tooFew(a, b, percentile, o); !ok {
		return j
	}
	return judge(a, b, draw(a, percentile, o, 1), draw(b, percentile, o, 2), percentile, o)
}

// tooFew returns the judgement on two sides of which one cannot bear the percentile.
func tooFew(a, b Distribution, percentile float64, o Options) (Judgement, bool) {
	need, have := MinSamples(percentile, o.Confidence), min(a.N(), b.N())
	if have >= need {
		return Judgement{}, true
	}
	j := Judgement{Percentile: percentile, Word: Undecided, Reason: Reason{Kind: NeedsSamples, Needs: need, Has: have}}
	if need == math.MaxInt64 {
		j.Reason = Reason{Kind: NoSuchInterval, Confidence: o.Confidence}
	}
	return j, false
}

// draw returns the percentile of each resample of d. Streams of one seed are
// independent of each other.
func draw(d Distribution, percentile float64, o Options, stream uint64) []float64 {
	n := d.N()
	rank := RankOf(percentile, n)
	beta := distuv.Beta{Alpha: float64(rank), Beta: float64(n - rank + 1), Src: rand.NewPCG(o.Seed, stream)}
	// A histogram looks for a rank through its buckets, and few ranks are drawn often.
	atRank := map[int64]float64{}
	values := make([]float64, o.Resamples)
	for i := range values {
		drawn := min(max(int64(math.Ceil(beta.Rand()*float64(n))), 1), n)
		value, seen := atRank[drawn]
		if !seen {
			value = d.AtRank(drawn)
			atRank[drawn] = value
		}
		values[i] = value
	}
	return values
}

// judge judges two sides by their resampled percentiles, which are left as they are.
func judge(a, b Distribution, as, bs []float64, percentile float64, o Options) Judgement {
	j := Judgement{Percentile: percentile, Judged: true}
	j.A, _ = Quantile(a, percentile)
	j.B, _ = Quantile(b, percentile)
	j.Difference = j.A - j.B
	j.Margin = max(o.MarginAbs, o.MarginRel*math.Abs(j.B))

	differences := make([]float64, len(as))
	atMostZero, atLeastZero := 0, 0
	for i := range as {
		d := as[i] - bs[i]
		differences[i] = d
		if d <= 0 {
			atMostZero++
		}
		if d >= 0 {
			atLeastZero++
		}
	}
	slices.Sort(differences)
	sorted, tail := Sorted(differences), 50*(1-o.Confidence)
	j.Interval[0], _ = Quantile(sorted, tail)
	j.Interval[1], _ = Quantile(sorted, 100-tail)
	// The added one keeps a finite number of resamples from claiming certainty.
	j.PValue = min(1, 2*float64(min(atMostZero, atLeastZero)+1)/float64(len(differences)+1))

	lo, hi := j.Interval[0], j.Interval[1]
	switch {
	case j.Margin > 0 && lo >= -j.Margin && hi <= j.Margin:
		j.Word, j.Reason = Same, Reason{Kind: WithinMargin, Margin: j.Margin}
	case hi < 0:
		j.Word = Faster
	case lo > 0:
		j.Word = Slower
	default:
		j.leaveOpen(min(a.N(), b.N()))
	}
	return j
}

func square(v float64) float64 { return v * v }

// maxGrowth is how far the guess at missing samples is believed: an interval
// shrinks by the square root of its samples, and so only near what was seen.
const maxGrowth = 100

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
		j.Reason = Reason{Kind: MoreSamples, More: max(1, int64(math.Ceil(float64(n)*(growth-1)))), Margin: j.Margin}
		return
	}
	j.Reason = Reason{Kind: TooClose, Times: maxGrowth, Margin: j.Margin}
}
