package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// writePlatform says where the numbers come from and what they cannot say.
func writePlatform(b *strings.Builder, p deployed.Platform, m results.Manifest) {
	if p == "" {
		p = deployed.Platform(m.Platform)
	}
	switch p {
	case deployed.Local:
		b.WriteString("platform local: real function processes behind the Lambda Runtime API of this machine.\n")
		wrap(b, indent, indent, "These are not AWS latencies: no placement, no code download, no network, and your processor."+ssmText(m))
	case deployed.AWS:
		fmt.Fprintf(b, "platform aws, region %s\n", cmp.Or(m.Region, "not recorded"))
	}
	for _, knob := range slices.Sorted(maps.Keys(m.Knobs)) {
		wrap(b, indent+knob+": ", indent+indent, m.Knobs[knob])
	}
	for _, note := range m.Notes {
		wrap(b, indent+"note: ", indent+indent, note)
	}
	if m.Interrupted {
		wrap(b, indent, indent, "The run was interrupted: this is what it had until then.")
	}
	var facts []string
	for _, fact := range []struct{ name, value string }{
		{"url", OptionText(m.Options["url"])}, {"phases", OptionText(m.Options["phases"])}, {"stage", m.Stage}, {"version", m.Version}, {"cpu", m.Machine["cpu"]}, {"os", m.Machine["os"]},
	} {
		if fact.value != "" {
			facts = append(facts, fact.name+" "+fact.value)
		}
	}
	facts = append(facts, fmt.Sprintf("seed %d", m.Seed))
	if !m.Started.IsZero() {
		facts = append(facts, "started "+m.Started.UTC().Format("2006-01-02 15:04:05 MST"))
	}
	wrap(b, indent, indent, strings.Join(facts, ", "))
}

// ssmText says how long the local SSM takes, if the run's options say so.
func ssmText(m results.Manifest) string {
	ms, ok := toFloat(m.Options["ssmLatencyMs"])
	if !ok {
		return ""
	}
	return fmt.Sprintf(" SSM answers after %s ms, which is a setting: on one machine it would take microseconds.", strconv.FormatFloat(ms, 'g', 4, 64))
}

// toFloat reads an option that may have gone through JSON.
func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// OptionText is an option for people: a text as it is, a list by commas, the
// rest as JSON. It is empty for one that was not given.
func OptionText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, OptionText(item))
		}
		return strings.Join(items, ", ")
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
