package answer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// factor is a question about the cells of the matrix.
type factor struct {
	question Question
	// level is the cell's, and within is what it has besides.
	level  func(matrix.Variant) string
	within func(matrix.Variant) Within
	// order is the levels' natural one.
	order func(a, b matrix.Variant) int
}

func factors() []factor {
	all := func(v matrix.Variant) Within {
		return Within{v.Function, v.RuntimeLabel(), v.Architecture, v.MemoryMB, v.SnapStart}
	}
	return []factor{
		{Runtime, runtime, func(v matrix.Variant) Within { w := all(v); w.Runtime, w.SnapStart = "", false; return w }, matrix.Compare},
		{
			Architecture, func(v matrix.Variant) string { return string(v.Architecture) },
			func(v matrix.Variant) Within { w := all(v); w.Architecture = ""; return w }, matrix.Compare,
		},
		{
			Memory, func(v matrix.Variant) string { return fmt.Sprintf("%d MB", v.MemoryMB) },
			func(v matrix.Variant) Within { w := all(v); w.MemoryMB = 0; return w },
			func(a, b matrix.Variant) int { return a.MemoryMB - b.MemoryMB },
		},
	}
}

// measures are those by which cells are compared.
var measures = []Measure{
	{Temperature: results.Cold, Metric: results.Decisive(results.Cold), Percentile: 50},
	{Temperature: results.Warm, Metric: results.Decisive(results.Warm), Percentile: 50},
}

// levels are a factor's levels and, for each, its cells by what they have besides.
type levels struct {
	names []string
	cells map[string]map[Within]matrix.Variant
}

func (c cells) levels(f factor) levels {
	l := levels{cells: map[string]map[Within]matrix.Variant{}}
	for _, v := range slices.SortedStableFunc(slices.Values(c.variants), f.order) {
		name := f.level(v)
		if l.cells[name] == nil {
			l.names = append(l.names, name)
			l.cells[name] = map[Within]matrix.Variant{}
		}
		l.cells[name][f.within(v)] = v
	}
	return l
}

// shared is what the cells of both levels have in common, in the order of the cells.
func (l levels) shared(a, b string, within []Within) (common []Within) {
	for _, w := range within {
		_, inA := l.cells[a][w]
		_, inB := l.cells[b][w]
		if inA && inB {
			common = append(common, w)
		}
	}
	return common
}

// variants are the cells of a level.
func (l levels) variants(name string) []matrix.Variant {
	return slices.Collect(maps.Values(l.cells[name]))
}

// everywhere are those of a level's cells that all levels have.
func (l levels) everywhere(name string, within []Within) (all []matrix.Variant) {
	for _, w := range within {
		if !slices.ContainsFunc(l.names, func(other string) bool { _, has := l.cells[other][w]; return !has }) {
			all = append(all, l.cells[name][w])
		}
	}
	return all
}

// answer answers a question about cells, by what they cost.
func (c cells) answer(f factor, costs Answers) Answer {
	a := Answer{Question: f.question, Word: NotAsked}
	l := c.levels(f)
	for _, name := range l.names {
		level := Level{Name: name, Cells: len(l.cells[name])}
		level.setCosts(l.everywhere(name, c.within(f)), costs)
		if f.question == Runtime {
			level.Deprecated = slices.ContainsFunc(l.variants(name), c.deprecated)
		}
		a.Levels = append(a.Levels, level)
	}
	switch {
	case len(l.names) == 0 && slices.ContainsFunc(c.run.Variants, func(v results.VariantSummary) bool { return len(v.Series) > 0 }):
		a.Missing = NoSamples
		return a
	case len(l.names) == 0:
		a.Missing = NothingMeasured
		return a
	case len(l.names) == 1 && f.question == Architecture && c.run.Platform() == deployed.Local:
		a.Missing = HostOnly
		return a
	case len(l.names) == 1:
		a.Missing = OneLevel
		return a
	}
	if a.Pairs, a.Combined = c.compare(f, l); len(a.Pairs) == 0 {
		a.Missing = NoPair
		return a
	}
	a.decide()
	if a.Word == Open {
		var variants []matrix.Variant
		for _, name := range a.Front {
			variants = append(variants, l.variants(name)...)
		}
		a.Needs = c.needs(a.Ratios, variants)
	}
	return a
}

// runtime is the level of a cell in the question of that name. With SnapStart a runtime
// is another one to choose.
func runtime(v matrix.Variant) string { return v.RuntimeWithSnapStart() }

// deprecated says that AWS did not support the cell's runtime when the run began.
func (c cells) deprecated(v matrix.Variant) bool {
	r, ok := lifecycle.Read().Find(v.Runtime)
	return ok && r.Deprecated.Begun(c.run.Manifest.Started)
}

// within is what cells have besides a factor's level, in the order of the cells.
func (c cells) within(f factor) (all []Within) {
	for _, v := range c.variants {
		if w := f.within(v); !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	return all
}

// compare judges every pair of cells, and all pairs of two levels together.
func (c cells) compare(f factor, l levels) (pairs, combined []Ratio) {
	options := verdict.Options{MarginRel: Margin}
	within := c.within(f)
	var ofPairs, ofLevels []verdict.Judgement
	for i, a := range l.names {
		for _, b := range l.names[i+1:] {
			common := l.shared(a, b, within)
			if len(common) == 0 {
				continue
			}
			for _, m := range measures {
				var judged []verdict.Judgement
				for _, w := range common {
					j := verdict.CompareRatio(c.side(l.cells[a][w], m), c.side(l.cells[b][w], m), m.Percentile, options)
					judged = append(judged, j)
					pairs = append(pairs, Ratio{Measure: m, A: a, B: b, Within: w, Pairs: 1})
				}
				ofPairs = append(ofPairs, judged...)
				mean := judged[0]
				if len(judged) > 1 {
					mean = verdict.MeanRatio(judged, options)
				}
				ofLevels = append(ofLevels, mean)
				all := Ratio{Measure: m, A: a, B: b, Pairs: len(judged)}
				for i, j := range judged {
					if j.Judged {
						all.Judged++
					}
					one := &pairs[len(pairs)-len(judged)+i]
					one.places = c.placed(l.cells[a][one.Within], l.cells[b][one.Within], m.Temperature)
					all.places = all.places.or(one.places)
				}
				combined = append(combined, all)
			}
		}
	}
	for _, family := range []struct {
		judgements []verdict.Judgement
		ratios     []Ratio
	}{{ofPairs, pairs}, {ofLevels, combined}} {
		verdict.Control(family.judgements, 1-verdict.DefaultConfidence)
		for i, j := range family.judgements {
			family.ratios[i].set(j)
		}
	}
	return pairs, combined
}

// placed is what the run's places say of two cells. Words and places are of the same
// values, and the reader sees both.
func (c cells) placed(a, b matrix.Variant, t results.Temperature) placed {
	x, okA := c.places[results.Series{Variant: a, Event: c.event, Temperature: t}]
	y, okB := c.places[results.Series{Variant: b, Event: c.event, Temperature: t}]
	if !okA || !okB {
		return placed{}
	}
	return placed{a: x.Worst < y.Best, b: y.Worst < x.Best}
}

// placed says which of two sides the places have before the other, in any pair.
type placed struct{ a, b bool }

func (p placed) or(other placed) placed { return placed{p.a || other.a, p.b || other.b} }

// side is a cell's values of a measure; one that was not taken has none.
func (c cells) side(v matrix.Variant, m Measure) verdict.Side {
	if side, ok := c.sides[results.Series{Variant: v, Event: c.event, Temperature: m.Temperature}]; ok {
		return side
	}
	return verdict.Independent(verdict.Sorted(nil))
}

func (r *Ratio) set(j verdict.Judgement) {
	r.Word, r.Reason = j.Word, j.Reason
	if !j.Judged {
		return
	}
	ratio, interval := j.Ratio()
	r.Ratio, r.Interval = &ratio, &interval
	if r.Pairs == 1 {
		r.Judged = 1
	}
	if r.Word == verdict.Faster && r.places.b || r.Word == verdict.Slower && r.places.a {
		r.Word, r.Reason = verdict.Undecided, verdict.Reason{Kind: verdict.PlacesDisagree}
	}
}

// Reversed is the ratio of B to A.
func (r Ratio) Reversed() Ratio {
	r.A, r.B, r.places = r.B, r.A, placed{r.places.b, r.places.a}
	if r.Ratio != nil {
		ratio, interval := 1 / *r.Ratio, [2]float64{1 / r.Interval[1], 1 / r.Interval[0]}
		r.Ratio, r.Interval = &ratio, &interval
	}
	switch r.Word {
	case verdict.Faster:
		r.Word = verdict.Slower
	case verdict.Slower:
		r.Word = verdict.Faster
	}
	return r
}
