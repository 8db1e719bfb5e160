package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// writePlatform says where the numbers come from and what they cannot say.
func writePlatform(s *sheet, r results.Run) {
	m := r.Manifest
	switch m.Platform {
	case deployed.Local:
		s.wrap("", indent, "platform local: real function processes behind the Lambda Runtime API of this machine.")
		s.wrap(indent, indent, "These are not AWS latencies: no placement, no code download, no network, and your processor."+ssmText(m.Settings))
	case deployed.AWS:
		fmt.Fprintf(s, "platform aws, region %s\n", cmp.Or(m.Region, "not recorded"))
	}
	for _, knob := range slices.Sorted(maps.Keys(m.Knobs)) {
		s.wrap(indent+knob+": ", indent+indent, m.Knobs[knob])
	}
	if o := r.OthersCPU; o != nil {
		s.wrap(indent+"processors: ", indent+indent, OthersCPUText(*o))
	}
	for _, note := range notes(r) {
		s.wrap(indent+"note: ", indent+indent, note)
	}
	if m.Interrupted {
		s.wrap(indent, indent, interruptedNote)
	}
	var facts []string
	for _, fact := range []struct{ name, value string }{
		{"url", m.Settings.URL}, {"phases", strings.Join(m.Settings.Phases, ", ")}, {"stage", m.Stage}, {"version", m.Version}, {"cpu", m.Machine["cpu"]}, {"os", m.Machine["os"]},
	} {
		if fact.value != "" {
			facts = append(facts, fact.name+" "+fact.value)
		}
	}
	facts = append(facts, fmt.Sprintf("seed %d", m.Seed))
	if !m.Started.IsZero() {
		facts = append(facts, "started "+m.Started.UTC().Format("2006-01-02 15:04:05 MST"))
	}
	s.wrap(indent, indent, strings.Join(facts, ", "))
}

const interruptedNote = "The run was interrupted: this is what it had until then."

// notes are doubts that belong beside the numbers.
func notes(r results.Run) []string {
	all := slices.Clone(r.Manifest.Notes)
	if r.Load != nil && r.Load.ClosedLoop {
		all = append(all, "closed loop: a connection that waits does not send, so these latencies hide stalls; use a rate to measure latency")
	}
	return all
}

// ssmText says how long the local SSM takes, if it was set.
func ssmText(s results.Settings) string {
	if s.SSMLatencyMs == nil {
		return ""
	}
	return fmt.Sprintf(" SSM answers after %s ms, which is a setting: on one machine it would take microseconds.", strconv.FormatFloat(*s.SSMLatencyMs, 'g', 4, 64))
}
