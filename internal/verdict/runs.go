package verdict

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// MinRuns is the number of runs of each side from which on runs are compared: the
// variance of three is hardly known (the 95 % interval of a mean of 3 is 4.3 standard
// errors wide on each side, and of 4 it is 3.2).
const MinRuns = 4

// Power is the probability with which a difference of [Judgement.Finds] gets a word: the
// convention of J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd
// edition (1988), 2.4.
const Power = 0.8

// CompareRuns judges the difference of two sides of which each value is one run's,
// such as its p99. What differs from run to run of the same thing, and is the same
// within each, is in the variance of these values and in nothing that one run knows.
// The test is B. L. Welch's, The Generalization of Student's Problem when Several
// Different Population Variances are Involved, Biometrika 34 (1947).
func CompareRuns(a, b []float64, percentile float64, o Options) Judgement {
	o = o.withDefaults()
	j := Judgement{Percentile: percentile, Word: Undecided}
	if has := min(len(a), len(b)); has < MinRuns {
		j.Reason = Reason{Kind: NeedsRuns, Needs: MinRuns, Has: int64(has)}
		return j
	}
	j.Judged = true
	var va, vb float64
	j.A, va = stat.MeanVariance(a, nil)
	j.B, vb = stat.MeanVariance(b, nil)
	j.Difference = j.A - j.B
	j.Margin = max(o.MarginAbs, o.MarginRel*math.Abs(j.B))
	na, nb := float64(len(a)), float64(len(b))
	_, _, freedom := together(variance{va / na, na - 1}, variance{vb / nb, nb - 1}, 1, 1)
	deviation := math.Sqrt(va/na + vb/nb)
	switch {
	case deviation > 0:
		t := distuv.StudentsT{Sigma: deviation, Nu: freedom}
		reach := -t.Quantile((1 - o.Confidence) / 2)
		j.Interval = [2]float64{j.Difference - reach, j.Difference + reach}
		j.Finds = reach + t.Quantile(Power)
		j.PValue = min(1, 2*t.CDF(-math.Abs(j.Difference)))
	default: // every run of a side has the same value
		j.Interval = [2]float64{j.Difference, j.Difference}
		if j.Difference == 0 {
			j.PValue = 1
		}
	}
	j.decide(int64(min(len(a), len(b))))
	if j.Reason.Kind == MoreSamples {
		j.Reason.Kind = MoreRuns
	}
	return j
}

// OneRun takes those words back which a difference between two runs of the same thing
// could explain, where each side is one run: how far such runs differ is in neither of
// them. A stated margin says it for them, so the words faster and slower hold of a
// difference whose whole interval lies beyond it.
func OneRun(all []Judgement) {
	for i := range all {
		j := &all[i]
		beyond := j.Margin > 0 && (j.Word == Slower && j.Interval[0] > j.Margin || j.Word == Faster && j.Interval[1] < -j.Margin)
		if j.Judged && !beyond {
			j.Word, j.Reason = Undecided, Reason{Kind: NeedsRuns, Needs: MinRuns, Has: 1, Margin: j.Margin}
		}
	}
}
