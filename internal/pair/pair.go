package pair

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Read reads and judges two run directories.
func Read(a, b string, o verdict.Options) (results.Pair, error) {
	left, err := report.ReadPage(a)
	if err != nil {
		return results.Pair{}, err
	}
	right, err := report.ReadPage(b)
	if err != nil {
		return results.Pair{}, err
	}
	labelA, labelB := filepath.Base(filepath.Clean(a)), filepath.Base(filepath.Clean(b))
	if labelA == labelB {
		labelA, labelB = a, b
	}
	p, err := Judge(labelA, left, labelB, right, o)
	if err != nil {
		return results.Pair{}, fmt.Errorf("compare %s and %s: %w", a, b, err)
	}
	return p, nil
}

// Judge is Read of runs that have been read already.
func Judge(labelA string, a report.Page, labelB string, b report.Page, o verdict.Options) (results.Pair, error) {
	pa, pb := platform(a), platform(b)
	if pa != pb && pa != "" && pb != "" {
		return results.Pair{}, fmt.Errorf("one is of platform %s, the other of %s: those are never compared", pa, pb)
	}
	p := results.Pair{
		A: results.PairSide{Label: labelA, Manifest: a.Manifest}, B: results.PairSide{Label: labelB, Manifest: b.Manifest},
		Differences: differences(a, b), Targets: []results.PairTarget{},
		Doubts: append(doubts(labelA, a), doubts(labelB, b)...),
	}
	for _, names := range shared(a, b) {
		logA, logB := find(a, names[0]), find(b, names[1])
		la, lb := logA.Total(), logB.Total()
		t := results.PairTarget{Name: names[0], A: la.Percentiles(), B: lb.Percentiles(), Comparison: results.Compare(labelA, labelB, la, lb, o, 99, 50, 90)}
		for _, initialization := range slices.Sorted(maps.Keys(logA.Firsts)) {
			if firsts := logB.Firsts[initialization]; firsts != nil {
				c := results.Compare(labelA, labelB, logA.Firsts[initialization], firsts, o, 50)
				c.Class = results.ClassKey{Environment: results.FirstInvocation, Initialization: initialization}
				t.Comparison.Others = append(t.Comparison.Others, c)
			}
		}
		if names[0] != names[1] {
			t.Name += " and " + names[1]
		}
		p.Targets = append(p.Targets, t)
	}
	if len(p.Targets) == 0 {
		return results.Pair{}, errors.New("they have no target in common")
	}
	return p, nil
}

func platform(p report.Page) string {
	return cmp.Or(string(p.Summary.Platform), p.Manifest.Platform)
}

// shared pairs the targets by name; where each run has a single one, it is that.
func shared(a, b report.Page) [][2]string {
	if len(a.Logs) == 1 && len(b.Logs) == 1 {
		return [][2]string{{a.Logs[0].Target, b.Logs[0].Target}}
	}
	var names [][2]string
	for _, l := range order(a) {
		if find(a, l) != nil && find(b, l) != nil {
			names = append(names, [2]string{l, l})
		}
	}
	return names
}

// order is the names of the logs as the summary orders the targets.
func order(p report.Page) []string {
	var names []string
	if p.Summary.Modules != nil {
		for _, t := range p.Summary.Modules.Targets {
			names = append(names, t.Name)
		}
	}
	for _, l := range p.Logs {
		if !slices.Contains(names, l.Target) {
			names = append(names, l.Target)
		}
	}
	return names
}

func find(p report.Page, target string) *report.Log {
	for i, l := range p.Logs {
		if l.Target == target {
			return &p.Logs[i]
		}
	}
	return nil
}

// doubts are what one should know of a run before comparing it.
func doubts(label string, p report.Page) []string {
	var all []string
	if p.Manifest.Interrupted {
		all = append(all, label+" was interrupted")
	}
	l := p.Summary.Modules
	if l == nil {
		return append(all, label+" has no summary")
	}
	if !l.Generator.Valid {
		for _, reason := range l.Generator.Reasons {
			all = append(all, label+" is not valid: "+reason)
		}
	}
	for _, t := range l.Targets {
		if failed := t.Sent - t.Answered; failed > 0 || failed == 0 && t.Dropped > 0 {
			all = append(all, fmt.Sprintf("%s: %d of %d requests to %s have no answer, and no latency", label, failed+t.Dropped, t.Planned, t.Name))
		}
	}
	return all
}
