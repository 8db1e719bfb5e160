package verdict_test

import (
	"math"
	"math/rand/v2"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// The published load tests of the ES module and the CommonJS function: 600 requests each,
// p99 340.5 and 603 ms. Median and p95 of later requests are near the published ones. First
// requests have one distribution here, whatever the module system; how many there were
// was not published.
const (
	publishedN   = 600
	publishedGap = 603 - 340.5 // ms
)

func publishedLoad(rng *rand.Rand, first int) (firsts, all []float64) {
	firsts = repeat(rng, first, lognormalOf(600, 0.25))
	return firsts, append(repeat(rng, publishedN-first, lognormalOf(70, 0.26)), firsts...)
}

func publishedGapOf(rng *rand.Rand, commonJS, esModule int) float64 {
	_, a := publishedLoad(rng, commonJS)
	_, b := publishedLoad(rng, esModule)
	p99a, _ := verdict.Quantile(verdict.Sort(a), 99)
	p99b, _ := verdict.Quantile(verdict.Sort(b), 99)
	return p99a - p99b
}

// tableRows are the rows of METHOD.md.
func tableRows() []simulation {
	even := func(int) float64 { return logSpread }
	mixed := func(i int) float64 { return logSpread * float64(1+2*(i%2)) }
	equal := func(int) float64 { return typicalMs }
	pairs := func(i int) float64 { return typicalMs * math.Pow(1.1, float64(i/2)) }
	few := func(rng *rand.Rand) int { return 7 + rng.IntN(4) }
	fewOf := func(a, b func(*rand.Rand) float64) generator {
		return func(rng *rand.Rand) ([]float64, []float64) { return repeat(rng, few(rng), a), repeat(rng, few(rng), b) }
	}
	fiveTimes := independent(10, 50, lognormalOf(30, 0.9), lognormalOf(30, 0.3))
	fiveTimesAtP99 := independent(400, 2000, lognormalOf(30*math.Exp(-0.6*z99), 0.9), lognormalOf(30, 0.3))
	return []simulation{
		{name: "load test against itself, rho 0.7: a false word at p50", before: "0.33", atMost: 0.05, trial: worded(ownPast(0.7, 1), timed, 50)},
		{name: "the same at p99", before: "0.15", atMost: 0.05, trial: worded(ownPast(0.7, 1), timed, 99)},
		{name: "load test against itself, rho 0.9: a false word at p50", before: "0.57", atMost: 0.10, trial: worded(ownPast(0.9, 1), timed, 50)},
		{name: "rho 0.9: a false word at p99", before: "0.42", atMost: 0.10, trial: worded(ownPast(0.9, 1), timed, 99)},
		{name: "load test against itself, rho 0.99: a false word at p50", atMost: 0.10, trial: worded(ownPast(0.99, 1), timed, 50)},
		{name: "rho 0.7, p50, p90 and p99 as one family: any false word", atMost: 0.05, trial: anyWord(ownPast(0.7, 1), 50, 90, 99)},
		{name: "stalls of 0.5 s on 1 % of the time, own: a false word at p99", before: "0.36", atMost: 0.05, trial: worded(ownStalls(0.5), timed, 99)},
		{name: "both targets disturbed alike, rho 0.9, a true 5 % at p50: found", before: "0.76", atLeast: 0.95, trial: worded(commonPast(0.9, 1.05), timed, 50)},
		{name: "two neighbouring runs of one server, one a side: a word", before: "0.72", never: true, trial: runsApart(1, 0.05, 1)},
		{name: "four runs a side, 5 % from run to run: a false word", atMost: 0.05, trial: runsApart(4, 0.05, 1)},
		{name: "20 environments x 29, ICC 0.1: a false word", before: "0.22", atMost: 0.05, trial: clustersApart(20, 29, 0.1, 1)},
		{name: "one environment x 120, ICC 0.1: a word", before: "0.52", never: true, trial: clustersApart(1, 120, 0.1, 1)},
		{name: "two medians, n = 7 to 10, normal, spreads 1:3: covered", before: "0.89", atLeast: 0.94, trial: covered(fewOf(normal(30, 1), normal(30, 3)), 50, 0)},
		{name: "two medians, n = 7 to 10, log-normal, spreads 1:3: covered", atLeast: 0.94, trial: covered(fewOf(lognormalOf(30, 0.3), lognormalOf(30, 0.9)), 50, 0)},
		{name: "two p99 of 368, log-normal, spreads 1:3: covered", before: "0.87", atLeast: 0.94, trial: covered(independent(368, 368, lognormalOf(30*math.Exp(0.6*z99), 0.3), lognormalOf(30, 0.9)), 99, 0)},
		{name: "medians of 10 and 50, the larger spread on the few: interval too high", before: "0.062", atMost: 0.035, trial: tooHigh(fiveTimes, 50, 0)},
		{name: "the same: interval too low", before: "0.062", atMost: 0.035, trial: tooLow(fiveTimes, 50, 0)},
		{name: "p99 of 400 and 2,000, likewise: interval too high", atMost: 0.035, trial: tooHigh(fiveTimesAtP99, 99, 0)},
		{name: "p99 of 400 and 2,000, likewise: interval too low", atMost: 0.035, trial: tooLow(fiveTimesAtP99, 99, 0)},
		{name: "matrix of 14 equals, n = 6 to 10, spreads 1:3: any false place", before: "0.08 to 0.23", atMost: 0.05, trial: func(rng *rand.Rand) bool {
			sides, medians := matrix(rng, 14, equal, mixed, func() int { return 6 + rng.IntN(5) })
			return falsePlace(verdict.Rank(sides, verdict.Options{}), medians)
		}},
		{name: "14 x 30, pairs of equals: a place behind one that it cannot be told from", before: "0.28", never: true, trial: placedBehindAnEqual(14, pairs, even, 30)},
		{name: "gate a.p99>b.p99 for identical targets: trips", before: "0.5", atMost: 0.05, trial: func(rng *rand.Rand) bool {
			a, b := ownPast(0, 1)(rng)
			return verdict.Compare(timed(a), timed(b), 99, verdict.Options{}).Word == verdict.Slower
		}},
		{name: "a true 25 % at the median, n = 30, log-normal 0.3: found", before: "0.60", atLeast: 0.60, trial: worded(independent(30, 30, lognormalOf(1.25, 0.3), lognormalOf(1, 0.3)), alone, 50)},
		{name: "80 % against 52 % in the fast one of two modes, n = 60: found by the median", trial: worded(independent(60, 60, twoModes(0.8, 3, 40), twoModes(0.52, 3, 40)), alone, 50)},
		{name: "the same: found by the probability of being faster", trial: superior(twoModes(0.8, 3, 40), twoModes(0.52, 3, 40), 60)},
		{name: "20 against 5 first requests of one distribution: p99 of 600 apart by 262 ms or more", atLeast: 0.99, trial: func(rng *rand.Rand) bool {
			return publishedGapOf(rng, 20, 5) >= publishedGap
		}},
		{name: "the same: a word on first requests alone", never: true, trial: func(rng *rand.Rand) bool {
			a, _ := publishedLoad(rng, 20)
			b, _ := publishedLoad(rng, 5)
			return isWord(verdict.Compare(alone(a), alone(b), 50, verdict.Options{}).Word)
		}},
		{name: "20 against 20 first requests: a false word on first requests alone", atMost: 0.05, trial: func(rng *rand.Rand) bool {
			a, _ := publishedLoad(rng, 20)
			b, _ := publishedLoad(rng, 20)
			return isWord(verdict.Compare(alone(a), alone(b), 50, verdict.Options{}).Word)
		}},
	}
}

// superior is a trial of n values a side that ends with a word about the probability of
// being faster.
func superior(a, b func(*rand.Rand) float64, n int) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		return isWord(verdict.Superior(alone(repeat(rng, n, a)), alone(repeat(rng, n, b)), verdict.Options{}).Word)
	}
}
