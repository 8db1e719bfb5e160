package verdict_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

var full = flag.Bool("full", false, "simulate 2,000 trials or more of every row, and print the table of METHOD.md")

// A simulation is one row of the table: how often something happens.
type simulation struct {
	name string
	// atMost and atLeast are the limits of the rate; 0 is none.
	atMost, atLeast float64
	trials          int // of the full set; 0 is 2,000
	trial           func(rng *rand.Rand) bool
}

// rate runs the trials, each with a random stream of its own, so that the result
// does not depend on how many processors there are.
func (s simulation) rate(trials int) (hits int) {
	var next, sum atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1); i <= int64(trials); i = next.Add(1) {
				if s.trial(rand.New(rand.NewPCG(uint64(i), 0x5eed))) {
					sum.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return int(sum.Load())
}

// bounds are the one-sided 99 % bounds of a rate: C. Clopper and E. Pearson, The Use
// of Confidence or Fiducial Limits, Biometrika 26 (1934).
func bounds(hits, trials int) (lower, upper float64) {
	upper = 1
	k, n := float64(hits), float64(trials)
	if hits > 0 {
		lower = mathext.InvRegIncBeta(k, n-k+1, 0.01)
	}
	if hits < trials {
		upper = mathext.InvRegIncBeta(k+1, n-k, 0.99)
	}
	return lower, upper
}

func (s simulation) test(t *testing.T, short int) {
	trials := short
	if *full {
		trials = max(s.trials, 2000)
	}
	hits := s.rate(trials)
	rate := float64(hits) / float64(trials)
	lower, upper := bounds(hits, trials)
	t.Logf("%.4f of %d", rate, trials)
	if *full {
		fmt.Printf("| %s | %.3f | %s |\n", s.name, rate, s.limit())
	}
	if s.atMost > 0 && lower > s.atMost {
		t.Errorf("%.4f of %d trials (99 %% sure of %.4f), want %v at most", rate, trials, lower, s.atMost)
	}
	if s.atLeast > 0 && upper < s.atLeast {
		t.Errorf("%.4f of %d trials (99 %% sure of %.4f), want %v at least", rate, trials, upper, s.atLeast)
	}
}

func (s simulation) limit() string {
	switch {
	case s.atMost > 0:
		return fmt.Sprintf("at most %v", s.atMost)
	case s.atLeast > 0:
		return fmt.Sprintf("at least %v", s.atLeast)
	}
	return ""
}

// timed is a side whose values are in the order of time, in blocks of a second.
func timed(values []float64) verdict.Side {
	var blocks []verdict.Part
	for second := range slices.Chunk(values, loadRate) {
		blocks = append(blocks, verdict.Sort(second))
	}
	return verdict.Timed(verdict.Sort(values), blocks)
}

func alone(values []float64) verdict.Side { return verdict.Independent(verdict.Sort(values)) }

func inClusters(clusters [][]float64) verdict.Side {
	var parts []verdict.Part
	for _, c := range clusters {
		parts = append(parts, verdict.Sort(c))
	}
	return verdict.Clustered(verdict.Sort(slices.Concat(clusters...)), parts)
}

// worded is a trial that ends with a word.
func worded(g generator, side func([]float64) verdict.Side, percentile float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		a, b := g(rng)
		w := verdict.Compare(side(a), side(b), percentile, verdict.Options{}).Word
		return w == verdict.Faster || w == verdict.Slower
	}
}

// openly is a trial that cannot be judged.
func openly(g generator, side func([]float64) verdict.Side, percentile float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		a, b := g(rng)
		j := verdict.Compare(side(a), side(b), percentile, verdict.Options{})
		return !j.Judged || j.Reason.Kind == verdict.Drifts
	}
}

// covered is a trial whose interval holds the truth, tooHigh and tooLow one that lies
// above or below it.
func covered(g generator, percentile, truth float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		lo, hi := intervalOf(g, percentile, rng)
		return lo <= truth && truth <= hi
	}
}

func tooHigh(g generator, percentile, truth float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		lo, _ := intervalOf(g, percentile, rng)
		return lo > truth
	}
}

func tooLow(g generator, percentile, truth float64) func(*rand.Rand) bool {
	return func(rng *rand.Rand) bool {
		_, hi := intervalOf(g, percentile, rng)
		return hi < truth
	}
}

// intervalOf is unbounded where there is no judgement.
func intervalOf(g generator, percentile float64, rng *rand.Rand) (lo, hi float64) {
	a, b := g(rng)
	j := verdict.Compare(alone(a), alone(b), percentile, verdict.Options{})
	if !j.Judged {
		return math.Inf(-1), math.Inf(1)
	}
	return j.Interval[0], j.Interval[1]
}

const z99 = 2.3263478740408408 // the normal distribution's 99th percentile

func overTimeRows() []simulation {
	var rows []simulation
	add := func(name string, atMost, atLeast float64, trial func(*rand.Rand) bool) {
		rows = append(rows, simulation{name: name, atMost: atMost, atLeast: atLeast, trial: trial})
	}
	for _, rho := range []float64{0, 0.5, 0.7, 0.9, 0.99} {
		limit := 0.05
		if rho > 0.7 {
			limit = 0.10
		}
		for _, percentile := range []float64{50, 90, 99} {
			add(fmt.Sprintf("own, rho %v: a false word at p%v", rho, percentile), limit, 0, worded(ownPast(rho, 1), timed, percentile))
			add(fmt.Sprintf("own, rho %v: open at p%v", rho, percentile), 0, 0, openly(ownPast(rho, 1), timed, percentile))
			add(fmt.Sprintf("half, rho %v: a false word at p%v", rho, percentile), limit, 0, worded(halfPast(rho, 1), timed, percentile))
			add(fmt.Sprintf("common, rho %v: a false word at p%v", rho, percentile), limit, 0, worded(commonPast(rho, 1), timed, percentile))
		}
		add(fmt.Sprintf("common, rho %v: a true 5 %% found at p50", rho), 0, 0, worded(commonPast(rho, 1.05), timed, 50))
		add(fmt.Sprintf("own, rho %v: a true 25 %% found at p50", rho), 0, 0, worded(ownPast(rho, 1.25), timed, 50))
		add(fmt.Sprintf("own, rho %v: a true 100 %% found at p99", rho), 0, 0, worded(ownPast(rho, 2), timed, 99))
	}
	for _, mean := range []float64{0.1, 0.5, 2} {
		for _, percentile := range []float64{50, 99} {
			add(fmt.Sprintf("own stalls of %v s: a false word at p%v", mean, percentile), 0.05, 0, worded(ownStalls(mean), timed, percentile))
			add(fmt.Sprintf("common stalls of %v s: a false word at p%v", mean, percentile), 0.05, 0, worded(commonStalls(mean, 1), timed, percentile))
		}
		add(fmt.Sprintf("own stalls of %v s: open at p99", mean), 0, 0, openly(ownStalls(mean), timed, 99))
		add(fmt.Sprintf("common stalls of %v s: a true 5 %% found at p50", mean), 0, 0, worded(commonStalls(mean, 1.05), timed, 50))
	}
	return rows
}

func independentRows() []simulation {
	var rows []simulation
	add := func(name string, atMost, atLeast float64, trial func(*rand.Rand) bool) {
		rows = append(rows, simulation{name: name, atMost: atMost, atLeast: atLeast, trial: trial})
	}
	add("a true 25 % at the median, n = 30, log-normal 0.3, found", 0, 0.6, worded(independent(30, 30, lognormalOf(1.25, 0.3), lognormalOf(1, 0.3)), alone, 50))
	for _, n := range []int{7, 8, 9, 10, 30} {
		add(fmt.Sprintf("medians, n = %d, spreads 1:3: covered", n), 0, 0.94, covered(independent(n, n, normal(30, 1), normal(30, 3)), 50, 0))
	}
	for _, n := range [][2]int{{7, 10}, {10, 7}, {6, 10}, {6, 30}} {
		add(fmt.Sprintf("medians, n = %v, spreads 1:3: covered", n), 0, 0.94, covered(independent(n[0], n[1], normal(30, 1), normal(30, 3)), 50, 0))
	}
	add("p99 of 368, spreads 1:1: covered", 0, 0.94, covered(independent(368, 368, lognormalOf(30, 0.3), lognormalOf(30, 0.3)), 99, 0))
	add("p99 of 368, spreads 1:3: covered", 0, 0.94, covered(independent(368, 368, lognormalOf(30*math.Exp(0.6*z99), 0.3), lognormalOf(30, 0.9)), 99, 0))
	for _, n := range [][2]int{{8, 40}, {10, 50}, {20, 100}, {400, 2000}} {
		for _, spread := range []float64{0.3, 0.9} {
			percentile, factor := 50.0, 1.0
			if n[0] == 400 {
				percentile, factor = 99, math.Exp((0.3-spread)*z99)
			}
			g := independent(n[0], n[1], lognormalOf(30*factor, spread), lognormalOf(30, 0.3))
			add(fmt.Sprintf("p%v, n = %v, spreads %v:0.3: too high", percentile, n, spread), 0.035, 0, tooHigh(g, percentile, 0))
			add(fmt.Sprintf("p%v, n = %v, spreads %v:0.3: too low", percentile, n, spread), 0.035, 0, tooLow(g, percentile, 0))
		}
	}
	for name, shape := range map[string]func(*rand.Rand) float64{
		"normal": normal(30, 3), "log-normal": lognormalOf(30, 0.3), "two modes 52/48": twoModes(0.52, 3, 40), "two modes 80/20": twoModes(0.8, 3, 40),
		"Pareto 1.5": pareto(1.5), "ties": tied, "billed": billed,
	} {
		for _, n := range []int{7, 30, 100, 400} {
			add(fmt.Sprintf("%s, n = %d: a false word at p50", name, n), 0.05, 0, worded(independent(n, n, shape, shape), alone, 50))
			if n >= 400 {
				add(fmt.Sprintf("%s, n = %d: a false word at p99", name, n), 0.05, 0, worded(independent(n, n, shape, shape), alone, 99))
			}
		}
	}
	for _, cluster := range []struct {
		k, m  int
		icc   float64
		limit float64
	}{{20, 29, 0, 0.05}, {20, 29, 0.1, 0.05}, {7, 29, 0.1, 0.05}, {10, 29, 0.5, 0.05}, {1, 120, 0.1, 1e-9}} {
		clustersOf := func(factor float64) func(*rand.Rand) bool {
			return func(rng *rand.Rand) bool {
				a, b := clustered(rng, cluster.k, cluster.m, cluster.icc, factor), clustered(rng, cluster.k, cluster.m, cluster.icc, 1)
				w := verdict.Compare(inClusters(a), inClusters(b), 50, verdict.Options{}).Word
				return w == verdict.Faster || w == verdict.Slower
			}
		}
		add(fmt.Sprintf("%d environments x %d, ICC %v: a false word", cluster.k, cluster.m, cluster.icc), cluster.limit, 0, clustersOf(1))
		add(fmt.Sprintf("%d environments x %d, ICC %v: a true 10 %% found", cluster.k, cluster.m, cluster.icc), 0, 0, clustersOf(1.1))
	}
	return rows
}

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
	superior := func(a, b func(*rand.Rand) float64, n int) func(*rand.Rand) bool {
		return func(rng *rand.Rand) bool {
			w := verdict.Superior(alone(repeat(rng, n, a)), alone(repeat(rng, n, b)), verdict.Options{}).Word
			return w == verdict.Faster || w == verdict.Slower
		}
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
	runs := func(n int, between, factor float64) func(*rand.Rand) bool {
		return func(rng *rand.Rand) bool {
			side := func(f float64) []float64 {
				return repeat(rng, n, lognormalOf(typicalMs*f, between))
			}
			w := verdict.CompareRuns(side(factor), side(1), 50, verdict.Options{}).Word
			return w == verdict.Faster || w == verdict.Slower
		}
	}
	for _, n := range []int{4, 5, 8} {
		add(fmt.Sprintf("%d runs a side, 5 %% between runs: a false word", n), 0.05, 0, runs(n, 0.05, 1))
		add(fmt.Sprintf("%d runs a side, 5 %% between runs: a true 10 %% found", n), 0, 0, runs(n, 0.05, 1.1))
	}
	return rows
}

func TestSimulations(t *testing.T) {
	for _, row := range slices.Concat(overTimeRows(), independentRows(), rankRows(), boundRows()) {
		if !*full && row.atMost == 0 && row.atLeast == 0 {
			continue
		}
		t.Run(row.name, func(t *testing.T) { row.test(t, 20) })
	}
}
