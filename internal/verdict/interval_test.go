package verdict_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func TestRankOf(t *testing.T) {
	for _, test := range []struct {
		percentile float64
		n, want    int64
	}{
		{50, 1, 1}, {50, 2, 1}, {50, 3, 2}, {50, 10, 5}, {50, 11, 6},
		{90, 10, 9}, {90, 11, 10}, {99, 100, 99}, {99, 101, 100}, {99, 600, 594}, {99.9, 1000, 999},
		{7, 100, 7}, {100, 10, 10}, {0.001, 10, 1}, {99.99, 1_000_000_000, 999_900_000},
	} {
		if got := verdict.RankOf(test.percentile, test.n); got != test.want {
			t.Errorf("rank of p%v among %d is %d, want %d", test.percentile, test.n, got, test.want)
		}
	}
}

func TestMinSamples(t *testing.T) {
	for _, test := range []struct {
		percentile, confidence float64
		want                   int64
	}{
		{50, 0.95, 6}, {90, 0.95, 36}, {10, 0.95, 36}, {95, 0.95, 72}, {99, 0.95, 368}, {99, 0.90, 299}, {99.9, 0.95, 3688},
		{0, 0.95, math.MaxInt64}, {100, 0.95, math.MaxInt64}, {50, 1, math.MaxInt64}, {math.NaN(), 0.95, math.MaxInt64},
	} {
		if got := verdict.MinSamples(test.percentile, test.confidence); got != test.want {
			t.Errorf("p%v at %v needs %d samples, want %d", test.percentile, test.confidence, got, test.want)
		}
	}
}

func TestRanks(t *testing.T) {
	for _, test := range []struct {
		name       string
		n          int64
		percentile float64
		low, high  int64
		coverage   float64
	}{
		// The tables of Conover, and of David and Nagaraja, have these.
		{"the smallest n for a median", 6, 50, 1, 6, 0.96875},
		{"a median of 10", 10, 50, 2, 9, 0.978515625},
		{"a median of 20", 20, 50, 6, 15, 0.958610534667969},
		{"p99 of 600, as the origin's load test", 600, 99, 589, 599, 0.963489498582937}, // summed with exact fractions
	} {
		t.Run(test.name, func(t *testing.T) {
			low, high, coverage, ok := verdict.Ranks(test.n, test.percentile, 0.95)
			if !ok || low != test.low || high != test.high || math.Abs(coverage-test.coverage) > 5e-5 {
				t.Errorf("ranks %d..%d, coverage %v, %t; want %d..%d, %v", low, high, coverage, ok, test.low, test.high, test.coverage)
			}
		})
	}
}

// Ranks against the definition: sums of binomial probabilities in logarithms.
func TestRanksAreTheTightestWithTheirTails(t *testing.T) {
	for _, percentile := range []float64{5, 50, 90, 99} {
		for _, n := range []int64{6, 36, 40, 368, 500, 1234} {
			low, high, coverage, ok := verdict.Ranks(n, percentile, 0.95)
			if want := n >= verdict.MinSamples(percentile, 0.95); ok != want {
				t.Errorf("p%v of %d: ok is %t, want %t", percentile, n, ok, want)
			}
			if !ok {
				continue
			}
			if low < 1 || high > n || low >= high {
				t.Fatalf("p%v of %d: ranks %d..%d", percentile, n, low, high)
			}
			p := percentile / 100
			if got := atMost(high-1, n, p) - atMost(low-1, n, p); math.Abs(got-coverage) > 1e-9 || coverage < 0.95 {
				t.Errorf("p%v of %d: coverage is %v, want %v and 0.95 at least", percentile, n, coverage, got)
			}
			const tail = 0.025
			if atMost(low-1, n, p) > tail || atMost(low, n, p) <= tail {
				t.Errorf("p%v of %d: rank %d is not the tightest lower bound", percentile, n, low)
			}
			if atMost(high-1, n, p) < 1-tail || atMost(high-2, n, p) >= 1-tail {
				t.Errorf("p%v of %d: rank %d is not the tightest upper bound", percentile, n, high)
			}
		}
	}
}

func atMost(k, n int64, p float64) float64 {
	lgamma := func(x int64) float64 { v, _ := math.Lgamma(float64(x)); return v }
	sum := 0.0
	for i := int64(0); i <= k; i++ {
		sum += math.Exp(lgamma(n+1) - lgamma(i+1) - lgamma(n-i+1) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

func TestRanksOfALargeLoadTest(t *testing.T) {
	const n = 50_000_000
	low, high, coverage, ok := verdict.Ranks(n, 99, 0.95)
	// The normal approximation is good here: 1.96 standard deviations of the binomial.
	half := 1.95996 * math.Sqrt(n*0.99*0.01)
	if !ok || math.Abs(float64(low)-(0.99*n-half)) > 3 || math.Abs(float64(high)-(0.99*n+half)) > 3 || coverage < 0.95 || coverage > 0.951 {
		t.Errorf("ranks %d..%d, coverage %v, %t; want about %.0f..%.0f", low, high, coverage, ok, 0.99*n-half, 0.99*n+half)
	}
}

// Intervals cover the truth as often as they say, whatever the distribution is.
func TestIntervalCoversAsStated(t *testing.T) {
	populations := []struct {
		name     string
		quantile func(u float64) float64
	}{
		{"exponential", func(u float64) float64 { return -math.Log1p(-u) }},
		{"two modes, as of hits and misses", func(u float64) float64 {
			if u < 0.9 {
				return 1 + u
			}
			return 100 + u
		}},
		{"a tail without a variance", func(u float64) float64 { return math.Pow(1-u, -1/1.5) }},
	}
	for _, population := range populations {
		for _, test := range []struct {
			percentile float64
			n          int
		}{{50, 6}, {50, 30}, {90, 60}, {99, 400}} {
			t.Run(fmt.Sprintf("%s/p%v of %d", population.name, test.percentile, test.n), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, uint64(test.n)))
				truth := population.quantile(test.percentile / 100)
				const trials = 1500
				covered, coverage := 0, 0.0
				for range trials {
					values := make([]float64, test.n)
					for i := range values {
						values[i] = population.quantile(rng.Float64())
					}
					lo, hi, c, ok := verdict.Interval(verdict.Sort(values), test.percentile, 0.95)
					if !ok {
						t.Fatal("no interval")
					}
					coverage = c
					if lo <= truth && truth <= hi {
						covered++
					}
				}
				got := float64(covered) / trials
				// Four standard errors: a right program fails once in 16,000 seeds, and the seed is fixed.
				if slack := 4 * math.Sqrt(coverage*(1-coverage)/trials); math.Abs(got-coverage) > slack {
					t.Errorf("covered %.4f, stated %.4f +- %.4f", got, coverage, slack)
				}
			})
		}
	}
}
