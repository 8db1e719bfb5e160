package pair

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// differences are the circumstances that are not the same in all runs. When a run was
// made and which seed it drew are different in any two.
func differences(a, b []results.Run) []results.SetupDifference {
	left, right := values(a), values(b)
	names := map[string]bool{}
	for name := range left {
		names[name] = true
	}
	for name := range right {
		names[name] = true
	}
	all := []results.SetupDifference{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		l, r := left[name], right[name]
		if len(l) != 1 || len(r) != 1 || l[0] != r[0] {
			all = append(all, results.SetupDifference{What: name, Before: strings.Join(l, " or "), After: strings.Join(r, " or ")})
		}
	}
	return all
}

// values are the circumstances of a side's runs, each with its different values.
func values(runs []results.Run) map[string][]string {
	all := map[string][]string{}
	for _, r := range runs {
		for name, value := range circumstances(r) {
			if !slices.Contains(all[name], value) {
				all[name] = append(all[name], value)
			}
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
	for _, v := range r.Variants {
		add("cell "+v.Variant.String(), string(v.Status))
		if v.RanOn != nil {
			add("runtime of "+v.Variant.String(), strings.TrimSpace(v.RanOn.Version+" "+v.RanOn.Client))
		}
	}
	if l := r.OwnLoad(); l != nil {
		add("engine used", l.Generator.Engine)
	}
	return all
}
