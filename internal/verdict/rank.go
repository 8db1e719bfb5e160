package verdict

import (
	"cmp"
	"slices"
)

// Standing is one side's place in a ranking.
type Standing struct {
	// Index is the side's index in the argument of [Rank].
	Index int
	// Value is its percentile; Known is false if it has no values at all.
	Value float64
	Known bool
	// Tier counts from 1. Nobody in a tier can be told apart from the tier's first,
	// and the first of each tier is slower than the first of the one before.
	Tier int
	// Best and Worst are the places that it may have, from 1: one behind those that
	// are faster, and before those that are slower. See M. Mogstad, J. Romano, A.
	// Shaikh and D. Wilhelm, Inference for Ranks, Review of Economic Studies 91 (2024).
	Best, Worst int
}

// Rank ranks the sides by a percentile, the fastest first, at a false-discovery
// rate of 1 - Confidence over all pairs. Sides with too few samples cannot be told
// apart from anybody, so they open no tier; sides without values come last.
func Rank(sides []Distribution, percentile float64, o Options) []Standing {
	o = o.withDefaults()
	standings := make([]Standing, len(sides))
	draws := make([][]float64, len(sides))
	for i, d := range sides {
		value, known := Quantile(d, percentile)
		standings[i] = Standing{Index: i, Value: value, Known: known, Best: 1, Worst: len(sides)}
		if d.N() >= MinSamples(percentile, o.Confidence) {
			draws[i] = draw(d, percentile, o, uint64(i)+1)
		}
	}
	slices.SortStableFunc(standings, func(a, b Standing) int {
		if a.Known != b.Known {
			return map[bool]int{true: -1, false: 1}[a.Known]
		}
		return cmp.Compare(a.Value, b.Value)
	})

	// Pairs in the order of the ranking: the first of a pair is never slower.
	type pair struct{ front, back int }
	var pairs []pair
	var all []Judgement
	for front := range standings {
		for back := front + 1; back < len(standings); back++ {
			a, b := standings[front].Index, standings[back].Index
			j, ok := tooFew(sides[a], sides[b], percentile, o)
			if ok {
				j = judge(sides[a], sides[b], draws[a], draws[b], percentile, o)
			}
			pairs, all = append(pairs, pair{front, back}), append(all, j)
		}
	}
	Control(all, 1-o.Confidence)
	apart := map[pair]bool{}
	for i, p := range pairs {
		if all[i].Word == Faster {
			apart[p] = true
			standings[p.front].Worst--
			standings[p.back].Best++
		}
	}
	first := 0
	for i := range standings {
		switch {
		case i == 0:
			standings[i].Tier = 1
		case apart[pair{first, i}]:
			first = i
			standings[i].Tier = standings[i-1].Tier + 1
		default:
			standings[i].Tier = standings[i-1].Tier
		}
	}
	return standings
}
