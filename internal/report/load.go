package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func writeLoad(s *sheet, l results.Load) {
	if len(l.Targets) == 0 {
		return
	}
	names := make([]string, len(l.Targets))
	for i, t := range l.Targets {
		names[i] = t.Name
	}
	meaning := "latency = end - intended start, in ms"
	if l.ClosedLoop {
		meaning = "CLOSED LOOP, whose latencies hide stalls; in ms"
	}
	s.wrap("", indent, fmt.Sprintf("load test of %s%s: %s", strings.Join(names, " and "), ofRun(l), meaning))
	s.WriteString("\n")
	said := verdictLines(l)
	for _, line := range said {
		s.wrap(indent, indent+indent, emphasise(line))
	}
	if len(said) > 0 {
		s.WriteString("\n")
	}
	if !l.Generator.Valid {
		s.wrap(indent, indent+indent, emphasise(notValid))
		for _, reason := range NotValidReasons(l) {
			s.wrap(indent+"- ", indent+indent, reason)
		}
		s.WriteString("\n")
	}
	writeTooFew(s, writeTargets(s, l), writeClasses(s, l.Targets), writeClocks(s, l.Targets))
	s.wrap(indent, indent+indent, emphasise(generatorLine(l.Generator)))
	s.WriteString("\n")
}

// ofRun says which run a load test was, where it is not the one that is shown.
func ofRun(l results.Load) string {
	if l.Run == "" {
		return ""
	}
	return ", " + runOf(l.Run, l.Started)
}

// runOf is a run by its name and when it was.
func runOf(id string, started time.Time) string {
	return "run " + id + " of " + started.UTC().Format("2006-01-02 15:04 MST")
}

// notValid says what it means for the reader that the generator was late.
const notValid = "NOT VALID: the load generator's own delay may be part of these latencies. " +
	"Take them as a hint and do not quote them. Why, and what helps:"

func writeTargets(s *sheet, l results.Load) table {
	t := table{columns: []column{
		{"", "target", true},
		{"requests", "sent", false}, {"requests", "answered", false}, {"requests", "failed", false}, {"requests", "dropped", false}, {"requests", "resent", false},
		{"latency", "mean", false}, {"latency", "p50", false}, {"latency", "p90", false}, {"latency", "p95", false}, {"latency", "p99", false}, {"latency", "p99.9", false}, {"latency", "max", false},
	}}
	t.dropped = []string{"latency mean", "latency p95", "requests resent", "latency p99.9", "latency max", "latency p90", "requests dropped"}
	resent := slices.ContainsFunc(l.Targets, func(t results.Target) bool { return t.Resent > 0 })
	var failures []string
	for _, target := range l.Targets {
		again := ""
		if resent {
			again = grouped(target.Resent)
		}
		p := target.Latency.Percentiles
		sent, failed, dropped := grouped(target.Sent), grouped(target.Sent-target.Answered), grouped(target.Dropped)
		if l.LogsOnly {
			sent, failed, dropped = absent, absent, absent
		}
		t.add(target.Name,
			sent, grouped(target.Answered), failed, dropped, again,
			bound(p, "mean", p.Mean), bound(p, "p50", p.P50), bound(p, "p90", p.P90), bound(p, "p95", p.P95), needs(p), unlessAbsent(p), bound(p, "max", p.Max))
		failures = append(failures, failureLines(target)...)
	}
	t.write(s)
	for _, line := range slices.Concat(failures, worthLines(l)) {
		s.wrap(indent, indent+indent, line)
	}
	s.WriteString("\n")
	return t
}

// bound is a figure in a cell, with a mark if it is a lower bound.
func bound(p latency.Percentiles, name string, v *float64) string {
	if v != nil && p.IsAtLeast(name) {
		return atLeast + number(*v)
	}
	return optional(v)
}

// atLeast marks a lower bound in a cell.
const atLeast = ">="

// needs is the p99, or what it would take to know it.
func needs(p latency.Percentiles) string {
	switch {
	case p.P99 != nil:
		return bound(p, "p99", p.P99)
	case p.IsZero():
		return absent
	}
	return fmt.Sprintf("needs %d", verdict.MinSamples(99, verdict.DefaultConfidence))
}

// writeTooFew explains the cells without a number, once for all tables.
func writeTooFew(s *sheet, tables ...table) {
	var notes []string
	if slices.ContainsFunc(tables, func(t table) bool { return t.has("needs ") }) {
		notes = append(notes, fmt.Sprintf("needs %d: it takes that many answers to state a p99", verdict.MinSamples(99, verdict.DefaultConfidence)))
	}
	if slices.ContainsFunc(tables, func(t table) bool { return t.has(atLeast) }) {
		notes = append(notes, atLeast+": at least, since requests without an answer count with the time that they had taken when they failed")
	}
	if slices.ContainsFunc(tables, func(t table) bool { return t.has(absent) }) {
		notes = append(notes, "-: too few answers to state it")
	}
	if len(notes) > 0 {
		s.wrap(indent, indent+indent, strings.Join(notes, "; "))
		s.WriteString("\n")
	}
}

// unlessAbsent is p99.9, or leaves the cell empty, so that a column without any value goes.
func unlessAbsent(p latency.Percentiles) string {
	if p.P999 == nil {
		return ""
	}
	return bound(p, "p999", p.P999)
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
			statuses = append(statuses, fmt.Sprintf("%d x %s", code, grouped(t.Status[code])))
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
	var redirects []string
	for _, code := range []int{301, 302, 303, 307, 308} {
		if n := t.Status[code]; n > 0 {
			redirects = append(redirects, fmt.Sprintf("%d x %s", code, grouped(n)))
		}
	}
	if len(redirects) > 0 {
		lines = append(lines, fmt.Sprintf("%s: redirects are not followed; status codes: %s", t.Name, strings.Join(redirects, ", ")))
	}
	if t.Dropped > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s of %s were dropped unsent: too many were waiting for a connection", t.Name, grouped(t.Dropped), counted(t.Planned, "request")))
	}
	if t.OutOfRange > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s out of the histogram's range", t.Name, counted(t.OutOfRange, "value")))
	}
	return lines
}

// worthLines say what stands behind the percentiles of each target: how many independent
// requests, and whether first requests decide the p99, which a comparison says too.
func worthLines(l results.Load) []string {
	var lines []string
	for i := range l.Targets {
		t := &l.Targets[i]
		var worth []string
		for _, w := range t.Worth {
			worth = append(worth, fmt.Sprintf("%s at %s", grouped(w.Requests), theFigure(w.Percentile)))
		}
		if len(worth) > 0 {
			lines = append(lines, fmt.Sprintf("%s: answers of the same moments resemble each other: %s are worth fewer independent ones, %s", t.Name, counted(t.Latency.N+t.Latency.Unanswered, "request"), listed(worth)))
		}
		if tail := t.Tail(99); l.Comparison == nil && tail.FirstDecide() && t.Latency.P99 != nil {
			lines = append(lines, fmt.Sprintf("%s: p99 is decided by the %s, of which %s are first requests of an execution environment", t.Name, slowest(tail.Requests), grouped(tail.First)))
		}
	}
	return lines
}

// slowest are requests at or above a percentile.
func slowest(n int64) string {
	if n == 1 {
		return "slowest request"
	}
	return grouped(n) + " slowest requests"
}

// theFigure is a percentile in a sentence after a preposition.
func theFigure(p float64) string {
	if p == 50 {
		return "the median"
	}
	return percentileName(p)
}

// writeClocks shows the other two clocks in one table.
func writeClocks(s *sheet, targets []results.Target) table {
	t := table{columns: []column{
		{"", "target", true}, {"", "clock", true}, {"", "", true},
		{"", "p50", false}, {"", "p90", false}, {"", "p99", false}, {"", "max", false},
	}}
	t.dropped = []string{"max", "p90"}
	for _, target := range targets {
		for _, clock := range []struct {
			name, meaning string
			p             latency.Timing
		}{
			{"service", "end - actual start", target.Service},
			{"first byte", "artillery's clock", target.FirstByte},
		} {
			if p := clock.p.Percentiles; !p.IsZero() {
				t.add(target.Name, clock.name, clock.meaning, bound(p, "p50", p.P50), bound(p, "p90", p.P90), needs(p), bound(p, "max", p.Max))
			}
		}
	}
	if len(t.rows) > 0 {
		t.write(s)
		s.WriteString("\n")
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

func writeClasses(s *sheet, targets []results.Target) table {
	t := table{columns: []column{
		{"", "target", true}, {"", "request", true}, {"", "n", false},
		{"latency", "p50", false}, {"latency", "95 % interval", false}, {"latency", "p90", false}, {"latency", "p99", false}, {"latency", "max", false},
	}}
	t.dropped = []string{"latency max", "latency p90", "latency 95 % interval"}
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
				p := c.Latency
				t.add(target.Name, className(c.ClassKey), grouped(p.N), optional(p.P50), interval(p.P50Interval), optional(p.P90), needs(p.Percentiles), optional(p.Max))
			}
		}
	}
	if len(t.rows) == 0 {
		return t
	}
	t.write(s)
	s.wrap(indent, indent+indent, "first: the first request that an execution environment served; later: all others")
	var seen []string
	for _, target := range targets {
		if target.Environments > 0 {
			seen = append(seen, fmt.Sprintf("%d of %s", target.Environments, target.Name))
		}
	}
	if len(seen) > 0 {
		s.wrap(indent, indent+indent, "execution environments that answered: "+strings.Join(seen, ", "))
	}
	for _, line := range spilloverLines(targets) {
		s.wrap(indent, indent+indent, line)
	}
	s.WriteString("\n")
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
			all += c.Latency.N
			switch c.Initialization {
			case "provisioned-concurrency":
				provisioned = true
			case "on-demand":
				spilled += c.Latency.N
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
	if p := g.Slip; p.N > 0 {
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
