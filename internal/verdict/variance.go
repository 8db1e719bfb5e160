package verdict

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// variance says how much less a percentile is known than independent values of the
// same number would have it.
type variance struct {
	// ratio is the variance of the number of values at or below the percentile over
	// the binomial's.
	ratio float64
	// freedom is the degrees of freedom of the ratio, infinite where it is no estimate.
	freedom float64
}

var exactly = variance{ratio: 1, freedom: math.Inf(1)}

// atLeastBinomial keeps luck in the estimate from making values worth more than they are.
func (v variance) atLeastBinomial() variance {
	v.ratio = max(1, v.ratio)
	return v
}

// tail is the probability of the normal distribution that lies beyond where Student's
// leaves p: judging by it is judging by Student's t.
func (v variance) tail(p float64) float64 {
	if math.IsInf(v.freedom, 1) {
		return p
	}
	return distuv.UnitNormal.CDF(distuv.StudentsT{Sigma: 1, Nu: v.freedom}.Quantile(p))
}

// pValue is the reverse of tail, for a two-sided probability.
func (v variance) pValue(p float64) float64 {
	if math.IsInf(v.freedom, 1) || p >= 1 {
		return p
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: v.freedom}.CDF(distuv.UnitNormal.Quantile(max(p/2, negligible)))
}

// together is the variance of the difference of two unrelated percentiles that have
// the standard deviations as and bs if their values are independent. The degrees of
// freedom are B. L. Welch's, The Generalization of Student's Problem, Biometrika 34 (1947).
func together(a, b variance, as, bs float64) (ratioA, ratioB, freedom float64) {
	va, vb := a.ratio*as*as, b.ratio*bs*bs
	freedom = math.Inf(1)
	if sum := va*va/a.freedom + vb*vb/b.freedom; sum > 0 {
		freedom = (va + vb) * (va + vb) / sum
	}
	return a.ratio, b.ratio, freedom
}

// deviations are, for each part, the number of its values at or below the value of
// the percentile beyond what its size leads to expect, in standard deviations of the
// binomial of all.
func (s Side) deviations(value, percentile float64) []float64 {
	var atMost, n int64
	counts := make([]int64, len(s.parts))
	for i, part := range s.parts {
		counts[i] = part.AtMost(value)
		atMost += counts[i]
		n += part.N()
	}
	share, p := float64(atMost)/float64(n), percentile/100
	unit := math.Sqrt(float64(n) * p * (1 - p))
	all := make([]float64, len(s.parts))
	for i, part := range s.parts {
		all[i] = (float64(counts[i]) - share*float64(part.N())) / unit
	}
	return all
}

// clusterVariance is the variance between clusters: that of a ratio of sums over
// primary units, W. G. Cochran, Sampling Techniques, 3rd edition (1977), 9A.1, whose
// ratio to the binomial's is the design effect of L. Kish, Survey Sampling (1965), 8.2.
func clusterVariance(deviations []float64) variance {
	sum := 0.0
	for _, d := range deviations {
		sum += d * d
	}
	k := float64(len(deviations))
	return variance{ratio: sum * k / (k - 1), freedom: k - 1}
}

// spectrum is the weights of the cosine transform of deviations over time at the
// frequencies 1, 2, ... half turns over the whole of it. If the values were
// independent, each would have the variance 1; slow ups and downs add to the first
// of them. None of them sees the mean.
func spectrum(deviations []float64, frequencies int) []float64 {
	n := float64(len(deviations))
	weights := make([]float64, frequencies)
	for j := range weights {
		for t, d := range deviations {
			weights[j] += math.Sqrt2 * math.Cos(math.Pi*float64(j+1)*(float64(t)+0.5)/n) * d
		}
	}
	return weights
}

// frequenciesOf is how many frequencies estimate the long-run variance of blocks of
// time. The more, the more degrees of freedom, and the faster the ups and downs that
// are taken for slow ones. The power of two thirds is the rate of E. Lazarus, D. Lewis,
// J. Stock and M. Watson, HAR Inference: Recommendations for Practice, Journal of
// Business and Economic Statistics 36 (2018), equation 4; their factor 0.4 is for
// series without a test of [drifts], and 0.78 (12 of 60 blocks) is the largest with
// which the simulations of this package keep 5 % at rho 0.9: with 6 of 60 a p99 of 600
// independent values is left open in 33 % of all cases, with 12 in 15 %.
func frequenciesOf(blocks int) int {
	return max(2, int(math.Round(0.78*math.Pow(float64(blocks), 2.0/3))))
}

// longRunVariance is the variance over time: the mean square of the weights of the
// slowest ups and downs, which has Student's t as its exact reference (the same paper,
// section 3; and U. Müller, HAC Corrections for Strongly Autocorrelated Time Series,
// Journal of Business and Economic Statistics 32, 2014). Bartlett weights over 5 lags
// are the same thing with a reference that is only simulated.
func longRunVariance(weights []float64) variance {
	return variance{ratio: meanSquare(weights), freedom: float64(len(weights))}
}

func meanSquare(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return sum / float64(len(v))
}

// driftLevel is how often a series without a drift is said to have one.
const driftLevel = 0.01

// drifts says that the slowest ups and downs are so much larger than the next faster
// ones that the whole of the time is too short to average over them. weights hold
// twice the frequencies that estimate the variance.
func drifts(weights []float64) bool {
	used := len(weights) / 2
	slow, fast := weights[:(used+1)/2], weights[used:]
	noise := meanSquare(fast)
	if noise == 0 {
		return meanSquare(slow) > 0
	}
	f := distuv.F{D1: float64(len(slow)), D2: float64(len(fast))}
	return f.Survival(meanSquare(slow)/noise) < driftLevel
}

// correlated says that two spectra rise and fall together: their correlation is
// positive and would have a probability of 5 % or less if there were none (E. S. Pearson's
// t of a correlation through zero, which has as many degrees of freedom as frequencies less one).
func correlated(a, b []float64) bool {
	var ab, aa, bb float64
	for j := range a {
		ab, aa, bb = ab+a[j]*b[j], aa+a[j]*a[j], bb+b[j]*b[j]
	}
	if aa == 0 || bb == 0 {
		return false
	}
	r, freedom := ab/math.Sqrt(aa*bb), float64(len(a)-1)
	if r >= 1 {
		return true
	}
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.Survival(r*math.Sqrt(freedom/(1-r*r))) <= 0.05
}
