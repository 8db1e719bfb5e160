package pair

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Side is the runs of one side, with a name for them where they are several.
type Side struct {
	Name string
	Runs []results.Run
}

// Judge judges the later runs against the earlier ones: each target's latencies, and
// each cell's cold total, warm duration and memory. All words of a pair stand together.
//
// Two runs of the same thing differ too, and by how much is in no interval of one run:
// words take [verdict.MinRuns] runs of each side, or of one run each a stated margin
// that the whole difference lies beyond ([verdict.OneRun]).
func Judge(earlier, later Side, o verdict.Options) (results.Pair, error) {
	before, after := earlier.Runs, later.Runs
	if len(before) == 0 || len(after) == 0 {
		return results.Pair{}, errors.New("compare: each side needs a run")
	}
	p := results.Pair{Before: earlier.record(), After: later.record(), Differences: differences(before, after)}
	for _, r := range slices.Concat(before, after) {
		if first := before[0]; r.Platform() != first.Platform() && r.Platform() != "" && first.Platform() != "" {
			return results.Pair{}, fmt.Errorf("compare %s and %s: one is of platform %s, the other of %s: those are never compared", first.ID, r.ID, first.Platform(), r.Platform())
		}
		p.Doubts = append(p.Doubts, doubts(r)...)
	}
	family := results.Family{OneRun: len(before) == 1 && len(after) == 1}
	var comparisons []*results.Comparison
	for _, shared := range sharedTargets(before, after) {
		old, young := shared[:len(before)], shared[len(before):]
		t := results.PairTarget{Name: old[0].Name, Before: latencies(old), After: latencies(young)}
		if young[0].Name != t.Name {
			t.Name += " and " + young[0].Name
		}
		p.Targets = append(p.Targets, t)
		if family.OneRun {
			comparisons = append(comparisons, family.CompareTargets(p.After.Label, p.Before.Label, young[0], old[0], o))
		} else {
			comparisons = append(comparisons, family.CompareRuns(p.After.Label, p.Before.Label, young, old, o))
		}
	}
	series := compareSeries(&family, before, after, o)
	family.Settle()
	for i, c := range comparisons {
		p.Targets[i].Comparison = *c
	}
	for _, s := range series {
		one := results.PairSeries{Series: s.Series}
		for _, m := range s.metrics {
			one.Metrics = append(one.Metrics, *m)
		}
		p.Series = append(p.Series, one)
	}
	if len(p.Targets) == 0 && len(p.Series) == 0 {
		return results.Pair{}, fmt.Errorf("compare %s and %s: they have no target and no measured cell in common", p.Before.Label, p.After.Label)
	}
	return p, nil
}

// record is the side as the pair keeps it.
func (s Side) record() results.PairSide {
	r := results.PairSide{Label: s.Name}
	for _, run := range s.Runs {
		r.Runs = append(r.Runs, results.PairRun{ID: run.ID, Manifest: run.Manifest})
	}
	if len(s.Runs) == 1 {
		r.Label = s.Runs[0].ID
	}
	return r
}

func latencies(targets []*results.Target) []latency.Timing {
	var all []latency.Timing
	for _, t := range targets {
		all = append(all, t.Latency)
	}
	return all
}

// logged are the targets of a run's own load test whose latencies are at hand. A load
// test that stands beside the run is compared as the run that it was.
func logged(r results.Run) []*results.Target {
	l := r.OwnLoad()
	if l == nil {
		return nil
	}
	var all []*results.Target
	for i := range l.Targets {
		if t := &l.Targets[i]; t.Latency.Histogram != nil {
			all = append(all, t)
		}
	}
	return all
}

// sharedTargets are the targets that every run has, by name, each with one of every run:
// those of a, then those of b. Where each run has a single one, it is that.
func sharedTargets(a, b []results.Run) [][]*results.Target {
	var all [][]*results.Target
	single := true
	for _, r := range slices.Concat(a, b) {
		all = append(all, logged(r))
		single = single && len(all[len(all)-1]) == 1
	}
	var found [][]*results.Target
	for _, first := range all[0] {
		row := []*results.Target{first}
		for _, targets := range all[1:] {
			i := slices.IndexFunc(targets, func(t *results.Target) bool { return single || t.Name == first.Name })
			if i < 0 {
				break
			}
			row = append(row, targets[i])
		}
		if len(row) == len(all) {
			found = append(found, row)
		}
	}
	return found
}

// doubts are what speaks against a run before it is compared.
func doubts(r results.Run) []results.Doubt {
	var all []results.Doubt
	if r.Manifest.Interrupted {
		all = append(all, results.Doubt{Run: r.ID, Kind: results.WasInterrupted})
	}
	l := r.OwnLoad()
	if r.Manifest.Ended.IsZero() || l != nil && l.LogsOnly {
		return append(all, results.Doubt{Run: r.ID, Kind: results.WasKilled})
	}
	if !r.StartsValid() {
		all = append(all, results.Doubt{Run: r.ID, Kind: results.Disturbed, OthersCPU: r.OthersCPU})
	}
	if l == nil {
		return all
	}
	if !r.LoadValid() {
		for _, f := range l.Generator.Faults {
			all = append(all, results.Doubt{Run: r.ID, Kind: results.NotValid, Fault: &f})
		}
	}
	for _, t := range l.Targets {
		if n := t.Planned - t.Answered; n > 0 {
			all = append(all, results.Doubt{Run: r.ID, Kind: results.Unanswered, Target: t.Name, Requests: n, Planned: t.Planned})
		}
	}
	return all
}
