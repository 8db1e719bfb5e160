package verdict_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

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
		return isWord(verdict.Compare(side(a), side(b), percentile, verdict.Options{}).Word)
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
	for _, shape := range []struct {
		name string
		draw func(*rand.Rand) float64
	}{
		{"normal", normal(30, 3)}, {"log-normal", lognormalOf(30, 0.3)}, {"two modes 52/48", twoModes(0.52, 3, 40)}, {"two modes 80/20", twoModes(0.8, 3, 40)},
		{"Pareto 1.5", pareto(1.5)}, {"ties", tied}, {"billed", billed},
	} {
		for _, n := range []int{6, 7, 30, 100, 400, 10_000} {
			add(fmt.Sprintf("%s, n = %d: a false word at p50", shape.name, n), 0.05, 0, worded(independent(n, n, shape.draw, shape.draw), alone, 50))
			if n >= 400 {
				add(fmt.Sprintf("%s, n = %d: a false word at p99", shape.name, n), 0.05, 0, worded(independent(n, n, shape.draw, shape.draw), alone, 99))
			}
		}
	}
	for _, cluster := range []struct {
		k, m int
		icc  float64
	}{{20, 29, 0}, {7, 29, 0.1}, {10, 29, 0.5}} {
		name := fmt.Sprintf("%d environments x %d, ICC %v: ", cluster.k, cluster.m, cluster.icc)
		add(name+"a false word", 0.05, 0, clustersApart(cluster.k, cluster.m, cluster.icc, 1))
		add(name+"a true 10 % found", 0, 0, clustersApart(cluster.k, cluster.m, cluster.icc, 1.1))
	}
	return rows
}
