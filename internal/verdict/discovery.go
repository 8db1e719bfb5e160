package verdict

import (
	"cmp"
	"slices"
)

// Discoveries says which of the p-values stand when the expected share of false
// ones among them is to be at most rate: the step-up procedure of Y. Benjamini
// and Y. Hochberg, Controlling the False Discovery Rate, Journal of the Royal
// Statistical Society B 57 (1995). It is proven for independent and for positively
// dependent tests (Benjamini and Yekutieli, Annals of Statistics 29, 2001);
// comparisons that share a side are the everyday case of the latter.
func Discoveries(pValues []float64, rate float64) []bool {
	order := make([]int, len(pValues))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(pValues[a], pValues[b]) })
	last := -1
	for i, index := range order {
		if pValues[index] <= rate*float64(i+1)/float64(len(order)) {
			last = i
		}
	}
	stands := make([]bool, len(pValues))
	for _, index := range order[:last+1] {
		stands[index] = true
	}
	return stands
}

// Control makes those words faster and slower undecided that do not stand at the
// false-discovery rate, such as 0.05. It wants all judgements of a matrix at once:
// one in twenty of them alone would be a false alarm at 0.95.
func Control(all []Judgement, rate float64) {
	var family []*Judgement
	var pValues []float64
	for i := range all {
		if all[i].Judged { // what could not have had a word takes none from the others
			family, pValues = append(family, &all[i]), append(pValues, all[i].PValue)
		}
	}
	for i, stands := range Discoveries(pValues, rate) {
		j := family[i]
		if (j.Word == Faster || j.Word == Slower) && !stands {
			j.Word = Undecided
			j.Reason = Reason{Kind: MayBeChance, Comparisons: len(family)}
		}
	}
}
