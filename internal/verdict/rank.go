package verdict

import (
	"cmp"
	"math"
	"slices"
)

// Standing is one side's place in a ranking.
type Standing struct {
	// Best and Worst are the places that it may have, from 1: behind those that are
	// faster, and before those that are slower.
	Best, Worst int
}

// Rank ranks the sides. A side is before another if its values are smaller than the
// other's more often than not, by the test of [Superior].
//
// With a probability of at least Confidence all ranges of places hold at once: pairs
// are told apart by the step-down of S. Holm, A Simple Sequentially Rejective Multiple
// Test Procedure, Scandinavian Journal of Statistics 6 (1979), and places are counted
// as M. Mogstad, J. Romano, A. Shaikh and D. Wilhelm do, Inference for Ranks, Review of
// Economic Studies 91 (2024). Sides that cannot be told apart share places.
//
// Pairs that could not be told apart whatever their values were do not count: R. E.
// Tarone, A Modified Bonferroni Method for Discrete Data, Biometrics 46 (1990).
func Rank(sides []Side, o Options) []Standing {
	standings := make([]Standing, len(sides))
	for i := range sides {
		standings[i] = Standing{Best: 1, Worst: len(sides)}
	}
	for _, pair := range Apart(sides, o) {
		standings[pair[0]].Worst--
		standings[pair[1]].Best++
	}
	return standings
}

// Apart are the pairs of sides that [Rank] tells apart, by their indices: the first of
// each is before the second.
func Apart(sides []Side, o Options) [][2]int {
	units := make([]steps, len(sides))
	for i, s := range sides {
		units[i], _ = s.units()
	}
	var pairs [][2]int
	for _, p := range apart(units, 1-o.withDefaults().Confidence) {
		pairs = append(pairs, [2]int{p.front, p.back})
	}
	return pairs
}

// pair is two sides of which front is the one with the smaller values.
type pair struct {
	front, back int
	pValue      float64
}

// apart returns the pairs that are told apart.
func apart(units []steps, level float64) []pair {
	family := judgeable(units, level)
	for i := range family {
		p := &family[i]
		placed := place(units[p.front], units[p.back])
		p.pValue = placed.pValue()
		if placed.probability < 0.5 {
			p.front, p.back = p.back, p.front
		}
	}
	slices.SortFunc(family, func(a, b pair) int { return cmp.Compare(a.pValue, b.pValue) })
	for i, p := range family {
		if p.pValue > level/float64(len(family)-i) {
			return family[:i]
		}
	}
	return family
}

// judgeable returns the pairs whose smallest possible p-value could stand among as
// many. It looks at numbers of values only, and so may choose.
func judgeable(units []steps, level float64) []pair {
	var all []pair
	least := map[[2]int64]float64{}
	for front := range units {
		for back := front + 1; back < len(units); back++ {
			n := [2]int64{units[front].n, units[back].n}
			if min(n[0], n[1]) < 2 {
				continue
			}
			if _, ok := least[n]; !ok {
				least[n] = leastPValue(n[0], n[1])
			}
			all = append(all, pair{front, back, least[n]})
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return cmp.Compare(a.pValue, b.pValue) })
	// The smallest number that is at least the number of pairs which could stand among
	// that many.
	for among := 1; ; among++ {
		count, _ := slices.BinarySearchFunc(all, level/float64(among), func(p pair, bound float64) int {
			if p.pValue <= bound {
				return -1
			}
			return 1
		})
		if count <= among {
			return all[:count]
		}
	}
}

// SamplesToRank is the number of values of each side from which on that many sides
// can be told apart in a ranking: 4 for 2 sides, 8 for 14, and 9 for 42 at 0.95.
func SamplesToRank(sides int, confidence float64) int64 {
	pairs := float64(sides) * float64(sides-1) / 2
	for n := int64(2); ; n++ {
		if leastPValue(n, n)*pairs <= 1-confidence || n == math.MaxInt16 {
			return n
		}
	}
}
