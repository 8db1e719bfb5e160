package pair

import (
	"maps"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// differences are the circumstances of two runs that are not the same. When a
// run was made and which seed it drew are different in any two.
func differences(a, b report.Page) []results.SetupDifference {
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
func circumstances(p report.Page) map[string]string {
	m := p.Manifest
	all := map[string]string{}
	add := func(name, value string) {
		if value != "" {
			all[name] = value
		}
	}
	add("tool", m.Tool)
	add("version", m.Version)
	add("platform", platform(p))
	add("region", m.Region)
	add("stage", m.Stage)
	for name, value := range m.Options {
		if name == "seed" || name == "failIf" || name == "margin" {
			continue // these change nothing that is measured
		}
		add(name, report.OptionText(value))
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
	if l := p.Summary.Modules; l != nil {
		add("engine used", l.Generator.Engine)
	}
	return all
}
