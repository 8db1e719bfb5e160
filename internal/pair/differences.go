package pair

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// differences are the circumstances of two runs that are not the same. When a
// run was made and which seed it drew are different in any two.
func differences(a, b results.Run) []results.SetupDifference {
	left, right := circumstances(a), circumstances(b)
	all := []results.SetupDifference{}
	names := slices.Sorted(maps.Keys(left))
	for name := range right {
		if _, ok := left[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if left[name] != right[name] {
			all = append(all, results.SetupDifference{What: name, A: left[name], B: right[name]})
		}
	}
	return all
}

// circumstances are a manifest as names and texts.
func circumstances(r results.Run) map[string]string {
	m := r.Manifest
	all := map[string]string{}
	add := func(name, value string) {
		if value != "" {
			all[name] = value
		}
	}
	add("tool", m.Tool)
	add("version", m.Version)
	add("platform", string(r.Platform()))
	add("region", m.Region)
	add("stage", m.Stage)
	if c := m.Counts; c != nil {
		for name, n := range map[string]int{"cold": c.Cold, "warm": c.Warm, "warm-up": c.WarmUp, "rounds": c.Rounds, "iterations": c.Iterations, "concurrency": c.Concurrency} {
			add(name, strconv.Itoa(n))
		}
	}
	add("targets", strings.Join(m.Targets, ", "))
	for name, value := range m.Settings.Measured() {
		add(name, value)
	}
	for name, value := range m.Machine {
		add("machine "+name, value)
	}
	for name, value := range m.Knobs {
		add("knob "+name, value)
	}
	for name, hash := range m.Artifacts {
		add("artifact "+name, hash[:min(12, len(hash))])
	}
	if r.Load != nil {
		add("engine used", r.Load.Generator.Engine)
	}
	return all
}
