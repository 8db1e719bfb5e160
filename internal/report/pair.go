package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// PairText writes the runs of two sides for people: what was not the same about them,
// what speaks against each, the numbers of both, and the verdicts.
func PairText(w io.Writer, p results.Pair, t console.Terminal) error {
	p = cleaned(p)
	s := &sheet{terminal: t}
	s.wrap("", indent, fmt.Sprintf("%s against %s", p.After.Label, p.Before.Label))
	for _, side := range []results.PairSide{p.Before, p.After} {
		if len(side.Runs) > 1 {
			var ids []string
			for _, r := range side.Runs {
				ids = append(ids, r.ID)
			}
			s.wrap(indent, indent+indent, side.Label+": "+listed(ids))
		}
	}
	s.WriteString("\n")
	writeSetup(s, p)
	for _, doubt := range p.Doubts {
		s.wrap(indent+"doubt: ", indent+indent, doubtText(doubt))
	}
	if len(p.Doubts) > 0 {
		s.WriteString("\n")
	}
	writePairSeries(s, p)
	writePairTargets(s, p)
	s.wrap("", indent, emphasise(PairVerdict(p)))
	return s.print(w)
}

func writeSetup(s *sheet, p results.Pair) {
	if len(p.Differences) == 0 {
		s.WriteString("The set-up of all runs was the same.\n\n")
		return
	}
	s.WriteString("What was not the same\n\n")
	for _, d := range p.Differences {
		s.wrap(indent+d.What+": ", indent+indent, cmp.Or(d.After, absent)+" against "+cmp.Or(d.Before, absent))
	}
	s.WriteString("\n")
}

// writePairSeries writes the starts: a table for each metric of an event and a
// temperature, with a line for each cell.
func writePairSeries(s *sheet, p results.Pair) {
	if len(p.Series) == 0 {
		return
	}
	t := table{columns: []column{
		{"", "cell", true}, {"median", "before", false}, {"median", "after", false}, {"median", "difference", false}, {"median", "95 % interval", false}, {"", "verdict", true},
	}}
	var open []openMetrics
	for _, group := range pairGroups(p.Series) {
		t.heading(group.title)
		for _, m := range group.rows {
			t.add(m.cell, mediansOf(m.Before), mediansOf(m.After), signedOptional(m.Difference), signedInterval(m.Interval), emphasise(metricWord(m.PairMetric)))
			if m.Verdict == verdict.Undecided {
				open = countOpen(open, m.Reason, group.unit)
			}
		}
	}
	t.dropped = []string{"median 95 % interval"}
	t.write(s)
	for _, o := range open {
		s.wrap(indent, indent+indent, fmt.Sprintf("undecided (%d): %s", o.n, reasonAt(o.most, 50, o.unit)))
	}
	s.WriteString("\n")
}

// openMetrics are the undecided metrics of one kind of reason.
type openMetrics struct {
	n    int
	most verdict.Reason // the one of those that lacks most
	unit string         // of that one
}

func countOpen(all []openMetrics, r verdict.Reason, unit string) []openMetrics {
	i := slices.IndexFunc(all, func(o openMetrics) bool { return o.most.Kind == r.Kind })
	if i < 0 {
		return append(all, openMetrics{1, r, unit})
	}
	all[i].n++
	if most := all[i].most; r.Needs-r.Has > most.Needs-most.Has || r.More > most.More {
		all[i].most, all[i].unit = r, unit
	}
	return all
}

// pairGroup is a metric of all cells with one event and temperature.
type pairGroup struct {
	title, unit string
	rows        []pairRow
}

type pairRow struct {
	cell string
	results.PairMetric
}

func pairGroups(series []results.PairSeries) (groups []pairGroup) {
	names := map[string]results.Metric{}
	for _, m := range results.Metrics() {
		names[m.Name] = m
	}
	for _, one := range series {
		for _, m := range one.Metrics {
			metric := names[m.Metric]
			title := fmt.Sprintf("%s, %s: %s in %s", eventName(one.Series), one.Temperature, metric.Title, metric.Unit)
			i := slices.IndexFunc(groups, func(g pairGroup) bool { return g.title == title })
			if i < 0 {
				i = len(groups)
				groups = append(groups, pairGroup{title: title, unit: metric.Unit})
			}
			v := one.Variant
			groups[i].rows = append(groups[i].rows, pairRow{fmt.Sprintf("%s %s %d MB", v.RuntimeWithSnapStart(), v.Architecture, v.MemoryMB), m})
		}
	}
	return groups
}

func eventName(s results.Series) string {
	if s.Event.Iterations > 0 {
		return fmt.Sprintf("%s of %s iterations", s.Event.Workload, grouped(int64(s.Event.Iterations)))
	}
	return string(s.Event.Workload)
}

// mediansOf are the medians of runs: one number, or the smallest and the largest.
func mediansOf(runs []results.MetricSummary) string {
	var all []float64
	for _, r := range runs {
		all = append(all, *r.P50)
	}
	if lo, hi := slices.Min(all), slices.Max(all); len(all) > 1 {
		return number(lo) + " to " + number(hi)
	}
	return number(all[0])
}

func signedOptional(v *float64) string {
	if v == nil {
		return absent
	}
	return signed(*v)
}

func signedInterval(interval []float64) string {
	if len(interval) != 2 {
		return absent
	}
	return signed(interval[0]) + " to " + signed(interval[1])
}

// metricWord is the verdict on a metric: of memory, slower is more.
func metricWord(m results.PairMetric) string {
	if m.Metric == results.MaxMemoryUsedMB {
		switch m.Verdict {
		case verdict.Faster:
			return "less"
		case verdict.Slower:
			return "more"
		}
	}
	if m.Verdict == verdict.Same {
		return "the same"
	}
	return string(m.Verdict)
}

func writePairTargets(s *sheet, pair results.Pair) {
	if len(pair.Targets) == 0 {
		return
	}
	s.WriteString("Load test: latency = end - intended start, in ms\n\n")
	t := table{columns: []column{
		{"", "target", true}, {"", "run", true}, {"", "answered", false},
		{"latency", "mean", false}, {"latency", "p50", false}, {"latency", "p90", false}, {"latency", "p99", false}, {"latency", "max", false},
	}}
	t.dropped = []string{"latency mean", "latency max", "latency p90", "answered"}
	for _, target := range pair.Targets {
		for _, side := range []struct {
			of      results.PairSide
			timings []latency.Timing
		}{{pair.Before, target.Before}, {pair.After, target.After}} {
			for i, timing := range side.timings {
				p := timing.Percentiles
				t.add(target.Name, side.of.Runs[i].ID, grouped(p.N), bound(p, "mean", p.Mean), bound(p, "p50", p.P50), bound(p, "p90", p.P90), needs(p), bound(p, "max", p.Max))
			}
		}
	}
	t.write(s)
	s.WriteString("\n")
	for _, t := range pair.Targets {
		for _, c := range judged(t.Comparison) {
			of := t.Name
			if c.Class != (results.ClassKey{}) {
				of += ", " + classWords(c.Class)
			}
			s.wrap(indent, indent+indent, emphasise(of+": "+verdictLine(c, percentileName(c.Percentile)))+power(c.FindsMs, "ms"))
		}
	}
	s.WriteString("\n")
}

// PairVerdict is what a pair says, in one sentence: how many of the comparisons have
// which word.
func PairVerdict(p results.Pair) string {
	n := map[verdict.Word]int{}
	all := 0
	count := func(word verdict.Word) { n[word]++; all++ }
	for _, t := range p.Targets {
		for _, c := range judged(t.Comparison) {
			count(c.Verdict)
		}
	}
	for _, s := range p.Series {
		for _, m := range s.Metrics {
			count(m.Verdict)
		}
	}
	var parts []string
	for _, word := range []struct {
		verdict.Word
		text string
	}{{verdict.Slower, "slower or more"}, {verdict.Faster, "faster or less"}, {verdict.Same, "the same"}, {verdict.Undecided, "undecided"}} {
		if n[word.Word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[word.Word], word.text))
		}
	}
	text := fmt.Sprintf("%s against %s, of %s: %s", p.After.Label, p.Before.Label, counted(int64(all), "comparison"), strings.Join(parts, ", "))
	if p.Slower() {
		text += "; slower beyond the margin"
	}
	return text
}

// power says which difference as many runs as these would find.
func power(finds *float64, unit string) string {
	if finds == nil {
		return ""
	}
	return fmt.Sprintf("; so many runs find a difference of %s %s with a probability of %.0f %%", number(*finds), unit, 100*verdict.Power)
}
