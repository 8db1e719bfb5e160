package threshold

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// subject is what a figure is of: a target, a class of its requests, or a series of a
// cell. One that missing says something about has no figure.
type subject struct {
	target  *results.Target
	class   *results.Class
	cell    *results.VariantSummary
	series  *results.SeriesSummary
	missing results.Missing
	// name is the target's, where that is missing.
	name string
}

// subjects are all those in the run that the term is about; one at least, which may be missing.
func (t term) subjects(r *results.Run) []subject {
	var found []subject
	if t.ofCells() {
		for i := range r.Variants {
			if v := &r.Variants[i]; t.names(v.Variant) {
				found = append(found, t.seriesOf(v)...)
			}
		}
		if len(found) == 0 {
			return []subject{{missing: results.NoCell}}
		}
		// What this platform cannot measure is not asked for, as long as there is another.
		if slices.ContainsFunc(found, func(s subject) bool { return s.missing == "" }) {
			found = slices.DeleteFunc(found, func(s subject) bool {
				return s.cell.Status == results.Skipped || s.cell.Status == results.Checked
			})
		}
		return found
	}
	if r.Load != nil {
		for i := range r.Load.Targets {
			if at := &r.Load.Targets[i]; t.target == "" || t.target == at.Name {
				found = append(found, t.classesOf(at)...)
			}
		}
	}
	if len(found) == 0 {
		return []subject{{missing: results.NoTarget, name: t.target}}
	}
	return found
}

// classesOf are the target, or those of its classes that the term is about.
func (t term) classesOf(at *results.Target) []subject {
	if t.class.Environment == "" {
		return []subject{{target: at}}
	}
	var found []subject
	for i := range at.Classes {
		c := &at.Classes[i]
		if c.Environment == t.class.Environment && (t.class.Initialization == "" || t.class.Initialization == c.Initialization) {
			found = append(found, subject{target: at, class: c})
		}
	}
	if len(found) == 0 {
		return []subject{{target: at, class: &results.Class{ClassKey: t.class}, missing: results.NoClass}}
	}
	return found
}

// seriesOf are the series of the cell that the term is about.
func (t term) seriesOf(v *results.VariantSummary) []subject {
	var found []subject
	for i := range v.Series {
		if s := &v.Series[i]; s.Workload == string(t.workload) && s.Temperature == t.temperature {
			found = append(found, subject{cell: v, series: s})
		}
	}
	if len(found) == 0 {
		return []subject{{cell: v, series: &results.SeriesSummary{Workload: string(t.workload), Temperature: t.temperature}, missing: results.NotMeasured}}
	}
	return found
}

// counterpart is what the term, on the right, is about where the left is about s: the
// same target or class unless it names another; of several cells, the one that has most
// in common with the left one. ok is false where there is not exactly one such.
func (t term) counterpart(s subject, r *results.Run) (c subject, ok bool) {
	if s.target != nil && t.target == "" {
		t.target = s.target.Name
	}
	if s.class != nil && t.class.Environment != "" && t.class.Initialization == "" {
		t.class.Initialization = s.class.Initialization
	}
	all := t.subjects(r)
	if s.cell != nil && all[0].cell != nil {
		distance := func(c subject) int { return unlike(s.cell.Variant, c.cell.Variant) }
		nearest := slices.MinFunc(all, func(a, b subject) int { return distance(a) - distance(b) })
		all = slices.DeleteFunc(all, func(c subject) bool { return distance(c) > distance(nearest) })
	}
	return all[0], len(all) == 1
}

// unlike is in how many respects two cells differ.
func unlike(a, b matrix.Variant) int {
	n := 0
	for _, differ := range []bool{a.Function != b.Function, a.Language != b.Language || a.Runtime != b.Runtime, a.Architecture != b.Architecture, a.MemoryMB != b.MemoryMB, a.SnapStart != b.SnapStart} {
		if differ {
			n++
		}
	}
	return n
}

// figure is the one of the name, without its value.
func (s subject) figure(name string) results.Figure {
	f := results.Figure{Target: s.name, Name: name, Missing: s.missing}
	if s.target != nil {
		f.Target = s.target.Name
	}
	if s.class != nil {
		f.Class = s.class.ClassKey
	}
	if s.cell != nil {
		f.Series = new(s.series.Of(s.cell.Variant))
	}
	return f
}

// bounds are those of a percentile of the target's or the class's latencies.
func (s subject) bounds(percentile float64, o verdict.Options) verdict.Bounds {
	if s.class != nil {
		return s.class.Bounds(percentile, o)
	}
	return s.target.Bounds(percentile, o)
}
