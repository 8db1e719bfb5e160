package pair

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Judge judges the runs of side a against those of side b. Two runs of the same thing
// differ too, and by how much is in no interval of one run: words take
// [verdict.MinRuns] runs of each side, and with fewer the differences stand without one.
func Judge(a, b []results.Run, o verdict.Options) (results.Pair, error) {
	if len(a) == 0 || len(b) == 0 {
		return results.Pair{}, errors.New("compare: each side needs a run")
	}
	p := results.Pair{A: side("A", a), B: side("B", b), Differences: differences(a, b), Targets: []results.PairTarget{}}
	for _, r := range slices.Concat(a, b) {
		if first := a[0]; r.Platform() != first.Platform() && r.Platform() != "" && first.Platform() != "" {
			return results.Pair{}, fmt.Errorf("compare %s and %s: one is of platform %s, the other of %s: those are never compared", first.ID, r.ID, first.Platform(), r.Platform())
		}
		p.Doubts = append(p.Doubts, doubts(r)...)
	}
	for _, shared := range shared(a, b) {
		left, right := shared[:len(a)], shared[len(a):]
		t := results.PairTarget{Name: left[0].Name, A: latencies(left), B: latencies(right)}
		if len(shared) == 2 {
			t.Comparison = results.CompareTargets(p.A.Label, p.B.Label, left[0], right[0], o)
			t.Comparison.Withhold(verdict.Reason{Kind: verdict.NeedsRuns, Needs: verdict.MinRuns, Has: 1})
		} else {
			t.Comparison = results.CompareRuns(p.A.Label, p.B.Label, left, right, o)
		}
		if right[0].Name != t.Name {
			t.Name += " and " + right[0].Name
		}
		p.Targets = append(p.Targets, t)
	}
	if len(p.Targets) == 0 {
		return results.Pair{}, fmt.Errorf("compare %s and %s: they have no target in common", p.A.Label, p.B.Label)
	}
	return p, nil
}

// side is a side with its runs, called by its letter where they are several.
func side(letter string, runs []results.Run) results.PairSide {
	s := results.PairSide{Label: letter}
	for _, r := range runs {
		s.Runs = append(s.Runs, results.PairRun{ID: r.ID, Manifest: r.Manifest})
	}
	if len(runs) == 1 {
		s.Label = runs[0].ID
	}
	return s
}

func latencies(targets []*results.Target) []latency.Timing {
	var all []latency.Timing
	for _, t := range targets {
		all = append(all, t.Latency)
	}
	return all
}

// logged are the targets of a run whose latencies are at hand.
func logged(r results.Run) []*results.Target {
	if r.Load == nil {
		return nil
	}
	var all []*results.Target
	for i := range r.Load.Targets {
		if t := &r.Load.Targets[i]; t.Latency.Histogram != nil {
			all = append(all, t)
		}
	}
	return all
}

// shared are the targets that every run has, by name, each with one of every run: those
// of a, then those of b. Where each run has a single one, it is that.
func shared(a, b []results.Run) [][]*results.Target {
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
	l := r.Load
	if l == nil || l.LogsOnly {
		return append(all, results.Doubt{Run: r.ID, Kind: results.WasKilled})
	}
	for _, f := range l.Generator.Faults {
		all = append(all, results.Doubt{Run: r.ID, Kind: results.NotValid, Fault: &f})
	}
	for _, t := range l.Targets {
		if n := t.Planned - t.Answered; n > 0 {
			all = append(all, results.Doubt{Run: r.ID, Kind: results.Unanswered, Target: t.Name, Requests: n, Planned: t.Planned})
		}
	}
	return all
}
