package answer

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Upgrade is the step from a runtime to the one that follows it among those of its
// language that the run measured, or to itself with SnapStart.
type Upgrade struct {
	// From and To are levels of the question [Runtime].
	From string `json:"from"`
	To   string `json:"to"`
	// SnapStart says that both sides have it.
	SnapStart bool `json:"snapStart,omitempty"`
	// Lifecycle has the dates of From, if AWS had deprecated it when the run began and To
	// is another one.
	Lifecycle *lifecycle.Runtime `json:"lifecycle,omitempty"`
	// Ratios are of To over From, over all pairs of cells, one for each measure: below 1,
	// To is faster. They are those of the question, and so have its words. There are none
	// if no two cells differ in nothing else.
	Ratios []Ratio `json:"ratios,omitempty"`
	// Pairs are those of each pair of cells.
	Pairs []Ratio `json:"pairs,omitempty"`
	// Needs is what would decide the measures that are open, as far as that is known.
	Needs []Needs `json:"needs,omitempty"`
}

// upgrades takes the steps out of the answer about runtimes.
func (c cells) upgrades(runtimes Answer) (all []Upgrade) {
	for _, step := range steps(c.variants) {
		u := Upgrade{From: runtime(step[0]), To: runtime(step[1]), SnapStart: step[0].SnapStart && step[1].SnapStart}
		if r, is := lifecycle.Read().Deprecated(step[0].Runtime, c.run.Manifest.Started); is && step[1].Runtime != r.ID {
			u.Lifecycle = &r
		}
		u.Ratios = ofLevels(runtimes.Combined, u.To, u.From)
		u.Pairs = ofLevels(runtimes.Pairs, u.To, u.From)
		var variants []matrix.Variant
		for _, v := range c.variants {
			if name := runtime(v); name == u.From || name == u.To {
				variants = append(variants, v)
			}
		}
		for _, r := range u.Ratios {
			if r.Word != verdict.Undecided {
				continue
			}
			if n := c.needs([]Ratio{r}, variants); n != nil {
				u.Needs = append(u.Needs, *n)
			}
		}
		all = append(all, u)
	}
	return all
}

// steps are the upgrades that cells offer, as variants of no function, architecture and
// memory size: from each
// generation of a language to the next one, with SnapStart as without, and from each
// without SnapStart to the same with it.
func steps(variants []matrix.Variant) (all [][2]matrix.Variant) {
	var generations []matrix.Variant // each once, in their order
	for _, v := range variants {
		v.Function, v.Architecture, v.MemoryMB = "", "", 0
		if v.Language != "" && !slices.Contains(generations, v) {
			generations = append(generations, v)
		}
	}
	slices.SortFunc(generations, matrix.Compare)
	for i, from := range generations {
		for _, follows := range []func(matrix.Variant) bool{
			func(to matrix.Variant) bool { return !from.SnapStart && to.SnapStart && to.WithoutSnapStart() == from },
			func(to matrix.Variant) bool { return to.Language == from.Language && to.SnapStart == from.SnapStart },
		} {
			if next := slices.IndexFunc(generations[i+1:], follows); next >= 0 {
				all = append(all, [2]matrix.Variant{from, generations[i+1+next]})
			}
		}
	}
	return all
}
