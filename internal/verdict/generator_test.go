package verdict_test

import (
	"math"
	"math/rand/v2"
)

// A generator draws the latencies that one trial of a simulation judges, in
// milliseconds and in the order of time.
type generator func(rng *rand.Rand) (a, b []float64)

// The load test of the simulations: as long and as fast as the origin's.
const (
	loadRate    = 10 // requests a second, to each target
	loadSeconds = 60
	loadN       = loadRate * loadSeconds
)

const (
	typicalMs = 30
	logSpread = 0.3 // of log-latency
)

// autoregressive draws n values of an AR(1) of unit variance.
func autoregressive(rng *rand.Rand, n int, rho float64) []float64 {
	z := make([]float64, n)
	z[0] = rng.NormFloat64()
	for i := 1; i < n; i++ {
		z[i] = rho*z[i-1] + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
	return z
}

func latencies(z []float64, factor float64) []float64 {
	values := make([]float64, len(z))
	for i := range z {
		values[i] = factor * typicalMs * math.Exp(logSpread*z[i])
	}
	return values
}

// ownPast is two targets of which each depends on its own past.
func ownPast(rho, factor float64) generator {
	return func(rng *rand.Rand) (a, b []float64) {
		return latencies(autoregressive(rng, loadN, rho), factor), latencies(autoregressive(rng, loadN, rho), 1)
	}
}

// commonPast is two targets that are disturbed alike, their requests interleaved.
func commonPast(rho, factor float64) generator {
	return func(rng *rand.Rand) (a, b []float64) {
		za, zb := interleaved(rng, rho)
		return latencies(za, factor), latencies(zb, 1)
	}
}

func interleaved(rng *rand.Rand, rho float64) (a, b []float64) {
	both := autoregressive(rng, 2*loadN, math.Sqrt(rho))
	for i := range loadN {
		a, b = append(a, both[2*i]), append(b, both[2*i+1])
	}
	return a, b
}

// halfPast is half of each of the two.
func halfPast(rho, factor float64) generator {
	return func(rng *rand.Rand) (a, b []float64) {
		za, zb := interleaved(rng, rho)
		for _, z := range [][]float64{za, zb} {
			own := autoregressive(rng, loadN, rho)
			for i := range z {
				z[i] = math.Sqrt(0.5)*z[i] + math.Sqrt(0.5)*own[i]
			}
		}
		return latencies(za, factor), latencies(zb, 1)
	}
}

// stalls draws stretches [start, end) in seconds that cover a share of the time.
func stalls(rng *rand.Rand, mean, share float64) [][2]float64 {
	var all [][2]float64
	for t := -10 * mean; ; {
		t += rng.ExpFloat64() * mean * (1 - share) / share
		if t > loadSeconds {
			return all
		}
		end := t + rng.ExpFloat64()*mean
		all = append(all, [2]float64{t, end})
		t = end
	}
}

// stalled is latencies of requests that arrive offset seconds behind the grid,
// and wait until the end of a stall.
func stalled(rng *rand.Rand, all [][2]float64, offset, factor float64) []float64 {
	values := make([]float64, loadN)
	for i := range values {
		at := float64(i)/loadRate + offset
		values[i] = factor * typicalMs * math.Exp(logSpread*rng.NormFloat64())
		for _, s := range all {
			if s[0] <= at && at < s[1] {
				values[i] += 1000 * (s[1] - at)
			}
		}
	}
	return values
}

const stallShare = 0.01

func ownStalls(mean float64) generator {
	return func(rng *rand.Rand) (a, b []float64) {
		return stalled(rng, stalls(rng, mean, stallShare), 0, 1), stalled(rng, stalls(rng, mean, stallShare), 0.5/loadRate, 1)
	}
}

func commonStalls(mean, factor float64) generator {
	return func(rng *rand.Rand) (a, b []float64) {
		all := stalls(rng, mean, stallShare)
		return stalled(rng, all, 0, factor), stalled(rng, all, 0.5/loadRate, 1)
	}
}

// independent draws sizes of a and b from one shape each.
func independent(na, nb int, a, b func(*rand.Rand) float64) generator {
	return func(rng *rand.Rand) ([]float64, []float64) { return repeat(rng, na, a), repeat(rng, nb, b) }
}

func repeat(rng *rand.Rand, n int, draw func(*rand.Rand) float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = draw(rng)
	}
	return values
}

// The shapes of independent values.

func normal(mean, sigma float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return mean + sigma*rng.NormFloat64() }
}

func lognormalOf(median, sigma float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return median * math.Exp(sigma*rng.NormFloat64()) }
}

// twoModes is share around low and the rest around high, 10 % spread each.
func twoModes(share, low, high float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		mode := high
		if rng.Float64() < share {
			mode = low
		}
		return mode * (1 + 0.1*rng.NormFloat64())
	}
}

func pareto(alpha float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return math.Pow(1-rng.Float64(), -1/alpha) }
}

// tied is normal values as a clock of whole milliseconds shows them.
func tied(rng *rand.Rand) float64 { return math.Round(typicalMs * (1 + 0.03*rng.NormFloat64())) }

// billed is a duration as it is billed: up to the next millisecond.
func billed(rng *rand.Rand) float64 { return math.Ceil(2 * math.Exp(logSpread*rng.NormFloat64())) }

// clustered draws k environments of m values each with an intraclass correlation
// of log-values.
func clustered(rng *rand.Rand, k, m int, icc, factor float64) [][]float64 {
	all := make([][]float64, k)
	for i := range all {
		environment := rng.NormFloat64()
		all[i] = make([]float64, m)
		for j := range all[i] {
			z := math.Sqrt(icc)*environment + math.Sqrt(1-icc)*rng.NormFloat64()
			all[i][j] = factor * typicalMs * math.Exp(logSpread*z)
		}
	}
	return all
}
