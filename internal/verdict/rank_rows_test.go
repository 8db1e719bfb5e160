package verdict_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// matrix draws sides of which each has n() values, and their true medians.
func matrix(rng *rand.Rand, sides int, median, sigma func(side int) float64, n func() int) (all []verdict.Side, medians []float64) {
	for i := range sides {
		medians = append(medians, median(i))
		all = append(all, alone(repeat(rng, n(), lognormalOf(medians[i], sigma(i)))))
	}
	return all, medians
}

// falsePlace says that some range of places is wrong: the side has another place by
// the medians. Sides of the same median share all of their places.
func falsePlace(standings []verdict.Standing, medians []float64) bool {
	for i, s := range standings {
		faster, slower := 0, 0
		for k := range medians {
			if medians[k] < medians[i] {
				faster++
			}
			if medians[k] > medians[i] {
				slower++
			}
		}
		// Any place from the first to the last of those that it shares is right only if
		// the range holds all of them.
		if s.Best > faster+1 || s.Worst < len(medians)-slower {
			return true
		}
	}
	return false
}

func rankRows() []simulation {
	var rows []simulation
	add := func(name string, atMost, atLeast float64, trial func(*rand.Rand) bool) {
		rows = append(rows, simulation{name: name, atMost: atMost, atLeast: atLeast, trial: trial})
	}
	equal := func(int) float64 { return typicalMs }
	pairs := func(i int) float64 { return typicalMs * math.Pow(1.1, float64(i/2)) }
	ladder := func(i int) float64 { return typicalMs * math.Pow(1.05, float64(i)) }
	even := func(int) float64 { return logSpread }
	mixed := func(i int) float64 { return logSpread * float64(1+2*(i%2)) }
	fixed := func(n int) func(*rand.Rand) func() int {
		return func(*rand.Rand) func() int { return func() int { return n } }
	}
	sixToTen := func(rng *rand.Rand) func() int { return func() int { return 6 + rng.IntN(5) } }
	sixToHundredTwenty := func(rng *rand.Rand) func() int { return func() int { return 6 + rng.IntN(115) } }
	for _, m := range []struct {
		name          string
		sides         int
		median, sigma func(int) float64
		n             func(*rand.Rand) func() int
	}{
		{"14 equals, n = 6 to 10, spreads 1:3", 14, equal, mixed, sixToTen},
		{"14 equals, n = 6 to 10, spreads alike", 14, equal, even, sixToTen},
		{"14 equals, n = 8, spreads 1:3", 14, equal, mixed, fixed(8)},
		{"14 equals, n = 10, spreads 1:3", 14, equal, mixed, fixed(10)},
		{"14 equals, n = 12, spreads 1:3", 14, equal, mixed, fixed(12)},
		{"14 equals, n = 30, spreads 1:3", 14, equal, mixed, fixed(30)},
		{"14 equals, n = 30, spreads alike", 14, equal, even, fixed(30)},
		{"14 in pairs of equals, n = 30", 14, pairs, even, fixed(30)},
		{"14 in pairs of equals, n = 30, spreads 1:3", 14, pairs, mixed, fixed(30)},
		{"14 on a ladder, n = 30, spreads 1:3", 14, ladder, mixed, fixed(30)},
		{"42 equals, n = 6 to 120, spreads 1:3", 42, equal, mixed, sixToHundredTwenty},
		{"42 on a ladder, n = 6 to 120, spreads 1:3", 42, ladder, mixed, sixToHundredTwenty},
		{"100 equals, n = 6 to 120, spreads 1:3", 100, equal, mixed, sixToHundredTwenty},
		{"100 equals, n = 30, spreads alike", 100, equal, even, fixed(30)},
	} {
		add(m.name+": a false place", 0.05, 0, func(rng *rand.Rand) bool {
			sides, medians := matrix(rng, m.sides, m.median, m.sigma, m.n(rng))
			return falsePlace(verdict.Rank(sides, verdict.Options{}), medians)
		})
	}
	for _, n := range []int{8, 10, 12, 20, 30} {
		add(fmt.Sprintf("14 of two kinds, one twice the other, n = %d: both told apart", n), 0, 0, func(rng *rand.Rand) bool {
			sides, _ := matrix(rng, 14, func(i int) float64 { return typicalMs * float64(1+i%2) }, even, func() int { return n })
			s := verdict.Rank(sides, verdict.Options{})
			return s[0].Worst < 14 && s[1].Best > 1
		})
	}
	for _, n := range []int{7, 10, 15, 30, 100} {
		add(fmt.Sprintf("superiority, n = %d, spreads 1:3: a false word", n), 0.05, 0, superior(lognormalOf(30, 0.3), lognormalOf(30, 0.9), n))
		add(fmt.Sprintf("superiority, n = %d, ties: a false word", n), 0.05, 0, superior(tied, tied, n))
		add(fmt.Sprintf("superiority, n = %d, billed: a false word", n), 0.05, 0, superior(billed, billed, n))
		add(fmt.Sprintf("superiority, n = %d, two modes: a false word", n), 0.05, 0, superior(twoModes(0.52, 3, 40), twoModes(0.52, 3, 40), n))
	}
	modes := func(n int) generator { return independent(n, n, twoModes(0.8, 3, 40), twoModes(0.52, 3, 40)) }
	add("two modes, 80 % against 52 % in the fast one, n = 30: found by the median", 0, 0, worded(modes(30), alone, 50))
	add("the same: found by superiority", 0, 0, superior(twoModes(0.8, 3, 40), twoModes(0.52, 3, 40), 30))
	add("the same, n = 60: found by the median", 0, 0, worded(modes(60), alone, 50))
	add("the same, n = 60: found by superiority", 0, 0, superior(twoModes(0.8, 3, 40), twoModes(0.52, 3, 40), 60))
	return rows
}

// runsApart is a trial of so many runs a side whose percentiles vary from run to run, and
// differ by a factor.
func runsApart(n int, between, factor float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		a, b := repeat(rng, n, lognormalOf(typicalMs*factor, between)), repeat(rng, n, lognormalOf(typicalMs, between))
		return isWord(verdict.CompareRuns(a, b, 50, verdict.Options{}).Word)
	}
}

// runsFindWhatTheyState is a trial with the difference that the true spread makes
// [verdict.Judgement.Finds] on average.
func runsFindWhatTheyState(n int) func(*rand.Rand) bool {
	const sigma = 1.0
	deviation := sigma * math.Sqrt(2/float64(n))
	freedom := distuv.StudentsT{Sigma: deviation, Nu: float64(2*n - 2)}
	finds := freedom.Quantile(0.975) + freedom.Quantile(verdict.Power)
	return func(rng *rand.Rand) bool {
		a, b := repeat(rng, n, normal(typicalMs+finds, sigma)), repeat(rng, n, normal(typicalMs, sigma))
		return isWord(verdict.CompareRuns(a, b, 50, verdict.Options{}).Word)
	}
}

func runRows() []simulation {
	var rows []simulation
	for _, n := range []int{4, 5, 8} {
		rows = append(rows,
			simulation{name: fmt.Sprintf("%d runs a side, 5 %% between runs: a false word", n), atMost: 0.05, trial: runsApart(n, 0.05, 1)},
			simulation{name: fmt.Sprintf("%d runs a side, 5 %% between runs: a true 10 %% found", n), trial: runsApart(n, 0.05, 1.1)},
			simulation{name: fmt.Sprintf("%d runs a side: the stated difference found", n), atLeast: 0.75, trial: runsFindWhatTheyState(n)})
	}
	return rows
}

func isWord(w verdict.Word) bool { return w == verdict.Faster || w == verdict.Slower }

// clustersApart is a trial of k environments of m values a side, whose medians differ by
// a factor.
func clustersApart(k, m int, icc, factor float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		a, b := clustered(rng, k, m, icc, factor), clustered(rng, k, m, icc, 1)
		return isWord(verdict.Compare(inClusters(a), inClusters(b), 50, verdict.Options{}).Word)
	}
}

// roundsApart is a trial of rounds of m values a side, whose medians differ by a factor.
func roundsApart(rounds, m int, icc, factor float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		side := func(factor float64) verdict.Side {
			all := clustered(rng, rounds, m, icc, factor)
			var parts []verdict.Part
			for _, values := range all {
				parts = append(parts, verdict.Sort(values))
			}
			return verdict.InRounds(verdict.Sort(slices.Concat(all...)), parts)
		}
		a, b := side(factor), side(1)
		return isWord(verdict.Compare(a, b, 50, verdict.Options{}).Word)
	}
}

func roundRows() []simulation {
	var rows []simulation
	for _, r := range []struct {
		rounds, m int
		icc       float64
		atMost    float64
	}{{30, 4, 0, 0.05}, {30, 4, 0.3, 0.05}, {10, 3, 0.3, 0.05}, {7, 10, 0.3, 0.05}, {5, 6, 0, 0.05}, {5, 20, 0.3, 0.05}, {5, 6, 0.1, 0.05}, {3, 10, 0.1, 0.05}} {
		name := fmt.Sprintf("%d rounds x %d, ICC %v: ", r.rounds, r.m, r.icc)
		rows = append(rows,
			simulation{name: name + "a false word", atMost: r.atMost, trial: roundsApart(r.rounds, r.m, r.icc, 1)},
			simulation{name: name + "a true 25 % found", trial: roundsApart(r.rounds, r.m, r.icc, 1.25)})
	}
	return rows
}

// anyWord is a trial of all percentiles of a load test as one family.
func anyWord(g generator, percentiles ...float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		a, b := g(rng)
		var all []verdict.Judgement
		for _, p := range percentiles {
			all = append(all, verdict.Compare(timed(a), timed(b), p, verdict.Options{}))
		}
		verdict.Control(all, 0.05)
		return slices.ContainsFunc(all, func(j verdict.Judgement) bool { return isWord(j.Word) })
	}
}

// placedBehindAnEqual is a trial in which some side has only places behind another's
// although the pair of them has no word.
func placedBehindAnEqual(sides int, median, sigma func(int) float64, n int) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		all, _ := matrix(rng, sides, median, sigma, func() int { return n })
		standings := verdict.Rank(all, verdict.Options{})
		for i, front := range standings {
			for k, back := range standings {
				if front.Worst < back.Best && verdict.Superior(all[i], all[k], verdict.Options{}).Word != verdict.Faster {
					return true
				}
			}
		}
		return false
	}
}
