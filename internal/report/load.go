package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// LoadText writes a load test for people: what was sent and came back, the
// latencies, the classes of answers, the verdict, and what the generator thinks
// of itself.
func LoadText(w io.Writer, l results.Load) error {
	var b strings.Builder
	writeLoad(&b, l)
	if l.Manifest.Tool != "" || l.Manifest.Platform != "" {
		writePlatform(&b, deployed.Platform(l.Manifest.Platform), l.Manifest)
	}
	return flush(w, &b)
}

func writeLoad(b *strings.Builder, l results.Load) {
	if len(l.Targets) == 0 {
		return
	}
	names := make([]string, len(l.Targets))
	for i, t := range l.Targets {
		names[i] = t.Name
	}
	meaning := "latency = end - intended start, in ms"
	if closedLoop(l) {
		meaning = "CLOSED LOOP, whose latencies hide stalls; in ms"
	}
	fmt.Fprintf(b, "load test of %s: %s\n\n", strings.Join(names, " and "), meaning)
	said := append(verdictLines(l), thresholdLines(l.Thresholds)...)
	for _, line := range said {
		wrap(b, indent, indent+indent, line)
	}
	if len(said) > 0 {
		b.WriteString("\n")
	}
	if !l.Generator.Valid {
		wrap(b, indent, indent+indent, notValid)
		for _, reason := range l.Generator.Reasons {
			wrap(b, indent+"- ", indent+indent, reason)
		}
		b.WriteString("\n")
	}
	writeTooFew(b, writeTargets(b, l.Targets), writeClasses(b, l.Targets), writeClocks(b, l.Targets))
	wrap(b, indent, indent+indent, generatorLine(l.Generator))
	b.WriteString("\n")
}

// notValid says what it means for the reader that the generator was not well.
const notValid = "NOT VALID: the load generator cannot vouch for these latencies, because its own delay may be part of them. " +
	"Take them as a hint and do not quote them. Why, and what helps:"

// closedLoop says that nothing was offered: each connection waited for its answer.
func closedLoop(l results.Load) bool {
	return l.Generator.OfferedRate == nil && l.Generator.AchievedRate != nil
}

func writeTargets(b *strings.Builder, targets []results.Target) table {
	t := table{columns: []column{
		{"", "target", true},
		{"requests", "sent", false}, {"requests", "answered", false}, {"requests", "failed", false}, {"requests", "dropped", false}, {"requests", "resent", false},
		{"latency", "mean", false}, {"latency", "p50", false}, {"latency", "p90", false}, {"latency", "p95", false}, {"latency", "p99", false}, {"latency", "p99.9", false}, {"latency", "max", false},
	}}
	resent := slices.ContainsFunc(targets, func(t results.Target) bool { return t.Resent > 0 })
	var failures []string
	for _, target := range targets {
		again := ""
		if resent {
			again = grouped(target.Resent)
		}
		p := values(target.LatencyMs)
		sent, failed, dropped := grouped(target.Sent), grouped(target.Sent-target.Answered), grouped(target.Dropped)
		if target.Sent < target.Answered { // a run that was killed has its answers only
			sent, failed, dropped = absent, absent, absent
		}
		t.add(target.Name,
			sent, grouped(target.Answered), failed, dropped, again,
			optional(p.Mean), optional(p.P50), optional(p.P90), optional(p.P95), needs(p), unlessAbsent(p.P999), optional(p.Max))
		failures = append(failures, failureLines(target)...)
	}
	t.write(b)
	for _, line := range failures {
		wrap(b, indent, indent+indent, line)
	}
	b.WriteString("\n")
	return t
}

// values is never nil, so that what is absent is absent one level below.
func values(p *latency.Percentiles) latency.Percentiles {
	if p == nil {
		return latency.Percentiles{}
	}
	return *p
}

// needs is the p99, or what it would take to know it.
func needs(p latency.Percentiles) string {
	switch {
	case p.P99 != nil:
		return number(*p.P99)
	case p.N == 0:
		return absent
	}
	return fmt.Sprintf("needs %d", verdict.MinSamples(99, verdict.DefaultConfidence))
}

// writeTooFew explains the cells without a number, once for all tables.
func writeTooFew(b *strings.Builder, tables ...table) {
	var notes []string
	if slices.ContainsFunc(tables, func(t table) bool { return t.has("needs ") }) {
		notes = append(notes, fmt.Sprintf("needs %d: it takes that many answers to state a p99", verdict.MinSamples(99, verdict.DefaultConfidence)))
	}
	if slices.ContainsFunc(tables, func(t table) bool { return t.has(absent) }) {
		notes = append(notes, "-: too few answers to state it")
	}
	if len(notes) > 0 {
		b.WriteString(indent + strings.Join(notes, "; ") + "\n\n")
	}
}

// unlessAbsent leaves the cell empty, so that a column without any value goes.
func unlessAbsent(v *float64) string {
	if v == nil {
		return ""
	}
	return number(*v)
}

// failureLines say what went wrong, by cause and by status, with an example of each cause.
func failureLines(t results.Target) []string {
	var lines, causes, statuses []string
	for _, cause := range slices.Sorted(maps.Keys(t.Failed)) {
		if n := t.Failed[cause]; n > 0 {
			causes = append(causes, fmt.Sprintf("%s %s", grouped(n), cause))
		}
	}
	if len(causes) > 0 {
		for _, code := range slices.Sorted(maps.Keys(t.Status)) {
			statuses = append(statuses, fmt.Sprintf("%s x %s", code, grouped(t.Status[code])))
		}
		line := fmt.Sprintf("%s failed: %s", t.Name, strings.Join(causes, ", "))
		if len(statuses) > 0 {
			line += "; status codes: " + strings.Join(statuses, ", ")
		}
		lines = append(lines, line)
	}
	for _, cause := range slices.Sorted(maps.Keys(t.Examples)) {
		lines = append(lines, fmt.Sprintf("%s, first %s failure: %s", t.Name, cause, t.Examples[cause]))
	}
	if t.Dropped > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s of %s were dropped unsent: too many were waiting for a connection", t.Name, grouped(t.Dropped), counted(t.Planned, "request")))
	}
	if t.OutOfRange > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s out of the histogram's range", t.Name, counted(t.OutOfRange, "value")))
	}
	return lines
}

// writeClocks shows the other two clocks in one table.
func writeClocks(b *strings.Builder, targets []results.Target) table {
	t := table{columns: []column{
		{"", "target", true}, {"", "clock", true}, {"", "", true},
		{"", "p50", false}, {"", "p90", false}, {"", "p99", false}, {"", "max", false},
	}}
	for _, target := range targets {
		for _, clock := range []struct {
			name, meaning string
			p             *latency.Percentiles
		}{
			{"service", "end - actual start", target.ServiceMs},
			{"first byte", "artillery's clock", target.FirstByteMs},
		} {
			if clock.p != nil {
				t.add(target.Name, clock.name, clock.meaning, optional(clock.p.P50), optional(clock.p.P90), needs(*clock.p), optional(clock.p.Max))
			}
		}
	}
	if len(t.rows) > 0 {
		t.write(b)
		b.WriteString("\n")
	}
	return t
}

// className is a class for people: first, provisioned.
func className(c results.ClassKey) string {
	if c.Initialization == "" {
		return c.Environment
	}
	return c.Environment + ", " + initializationWord(c)
}

// initializationWord is an initialization type without the word that every
// reader supplies: provisioned-concurrency is provisioned.
func initializationWord(c results.ClassKey) string {
	return strings.TrimSuffix(c.Initialization, "-concurrency")
}

func writeClasses(b *strings.Builder, targets []results.Target) table {
	t := table{columns: []column{
		{"", "target", true}, {"", "request", true}, {"", "n", false},
		{"latency", "p50", false}, {"latency", "95 % interval", false}, {"latency", "p90", false}, {"latency", "p99", false}, {"latency", "max", false},
	}}
	// Classes are compared, so the same class of each target stands together.
	var order []results.ClassKey
	for _, target := range targets {
		for _, c := range target.Classes {
			if !slices.Contains(order, c.ClassKey) {
				order = append(order, c.ClassKey)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b results.ClassKey) int { return strings.Compare(a.Environment, b.Environment) })
	for _, k := range order {
		for _, target := range targets {
			for _, c := range target.Classes {
				if c.ClassKey != k {
					continue
				}
				p := values(c.LatencyMs)
				t.add(target.Name, className(c.ClassKey), grouped(c.N), optional(p.P50), interval(p.P50Interval), optional(p.P90), needs(p), optional(p.Max))
			}
		}
	}
	if len(t.rows) == 0 {
		return t
	}
	t.write(b)
	fmt.Fprintf(b, "%sfirst: the first request that an execution environment served; later: all others\n", indent)
	var seen []string
	for _, target := range targets {
		if target.Environments > 0 {
			seen = append(seen, fmt.Sprintf("%d of %s", target.Environments, target.Name))
		}
	}
	if len(seen) > 0 {
		fmt.Fprintf(b, "%sexecution environments that answered: %s\n", indent, strings.Join(seen, ", "))
	}
	for _, line := range spilloverLines(targets) {
		wrap(b, indent, indent+indent, line)
	}
	b.WriteString("\n")
	return t
}

// spilloverLines say how much of a provisioned function's load went past its
// provisioned environments.
func spilloverLines(targets []results.Target) []string {
	var lines []string
	for _, t := range targets {
		var all, spilled int64
		provisioned := false
		for _, c := range t.Classes {
			all += c.N
			switch c.Initialization {
			case "provisioned-concurrency":
				provisioned = true
			case "on-demand":
				spilled += c.N
			}
		}
		if provisioned && spilled > 0 {
			lines = append(lines, fmt.Sprintf("spillover of %s: %s of %s (%.3g %%) were served on demand", t.Name, grouped(spilled), counted(all, "request"), 100*float64(spilled)/float64(all)))
		}
	}
	return lines
}

func interval(bounds []float64) string {
	if len(bounds) != 2 {
		return absent
	}
	return number(bounds[0]) + " to " + number(bounds[1])
}

// rate is a number of requests per second.
func rate(v float64) string {
	if v >= 1000 {
		return grouped(int64(math.Round(v)))
	}
	return number(v)
}

// generatorLine is what the generator measured of itself.
func generatorLine(g results.Generator) string {
	facts := []string{"generator: " + cmp.Or(g.Engine, "unknown") + " engine"}
	switch {
	case g.AchievedRate == nil:
	case g.OfferedRate != nil:
		facts = append(facts, fmt.Sprintf("%s of %s requests/s", rate(*g.AchievedRate), rate(*g.OfferedRate)))
	default:
		facts = append(facts, rate(*g.AchievedRate)+" requests/s")
	}
	if p := g.SlipMs; p != nil {
		slip := p.P99
		name := "p99"
		if slip == nil {
			slip, name = p.Max, "max"
		}
		if slip != nil {
			facts = append(facts, fmt.Sprintf("slip %s %s ms", name, number(*slip)))
		}
	}
	if g.Busy != nil {
		facts = append(facts, fmt.Sprintf("busy %.0f %%", 100**g.Busy))
	}
	if g.GCPauseMaxMs != nil {
		facts = append(facts, fmt.Sprintf("longest GC pause %s ms", number(*g.GCPauseMaxMs)))
	}
	word := "valid"
	if !g.Valid {
		word = "NOT VALID"
	}
	return strings.Join(append(facts, word), ", ")
}
