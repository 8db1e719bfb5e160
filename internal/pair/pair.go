package pair

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Judge judges run a against run b, which are called by the labels.
func Judge(labelA string, a results.Run, labelB string, b results.Run, o verdict.Options) (results.Pair, error) {
	if pa, pb := a.Platform(), b.Platform(); pa != pb && pa != "" && pb != "" {
		return results.Pair{}, fmt.Errorf("compare %s and %s: one is of platform %s, the other of %s: those are never compared", labelA, labelB, pa, pb)
	}
	p := results.Pair{
		A: results.PairSide{Label: labelA, Manifest: a.Manifest}, B: results.PairSide{Label: labelB, Manifest: b.Manifest},
		Differences: differences(a, b), Targets: []results.PairTarget{},
		Doubts: append(doubts(labelA, a), doubts(labelB, b)...),
	}
	for _, both := range shared(logged(a), logged(b)) {
		t := results.PairTarget{
			Name: both[0].Name, A: both[0].Latency, B: both[1].Latency,
			Comparison: results.CompareTargets(labelA, labelB, both[0], both[1], o),
		}
		// What differs from run to run of the same thing is in no interval of one run.
		t.Comparison.Withhold(verdict.Reason{Kind: verdict.NeedsRuns, Needs: verdict.MinRuns, Has: 1})
		if both[1].Name != t.Name {
			t.Name += " and " + both[1].Name
		}
		p.Targets = append(p.Targets, t)
	}
	if len(p.Targets) == 0 {
		return results.Pair{}, fmt.Errorf("compare %s and %s: they have no target in common", labelA, labelB)
	}
	return p, nil
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

// shared pairs the targets by name; where each run has a single one, it is that.
func shared(a, b []*results.Target) [][2]*results.Target {
	if len(a) == 1 && len(b) == 1 {
		return [][2]*results.Target{{a[0], b[0]}}
	}
	var pairs [][2]*results.Target
	for _, left := range a {
		for _, right := range b {
			if left.Name == right.Name {
				pairs = append(pairs, [2]*results.Target{left, right})
			}
		}
	}
	return pairs
}

// doubts are what one should know of a run before comparing it.
func doubts(label string, r results.Run) []results.Doubt {
	var all []results.Doubt
	if r.Manifest.Interrupted {
		all = append(all, results.Doubt{Side: label, Kind: results.WasInterrupted})
	}
	l := r.Load
	if l == nil || l.LogsOnly {
		return append(all, results.Doubt{Side: label, Kind: results.WasKilled})
	}
	for _, f := range l.Generator.Faults {
		all = append(all, results.Doubt{Side: label, Kind: results.NotValid, Fault: &f})
	}
	for _, t := range l.Targets {
		if n := t.Planned - t.Answered; n > 0 {
			all = append(all, results.Doubt{Side: label, Kind: results.Unanswered, Target: t.Name, Requests: n, Planned: t.Planned})
		}
	}
	return all
}
