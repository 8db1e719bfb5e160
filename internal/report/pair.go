package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PairText writes two runs side by side for people: what was not the same about
// them, what speaks against either, the latencies, and the verdicts.
func PairText(w io.Writer, p results.Pair, t console.Terminal) error {
	p = cleaned(p)
	s := &sheet{terminal: t}
	s.wrap("", indent, fmt.Sprintf("%s against %s: latency = end - intended start, in ms", p.A.Label, p.B.Label))
	s.WriteString("\n")
	writeSetup(s, p)
	for _, doubt := range p.Doubts {
		s.wrap(indent+"doubt: ", indent+indent, doubtText(doubt))
	}
	if len(p.Doubts) > 0 {
		s.WriteString("\n")
	}
	writePairTargets(s, p)
	for _, t := range p.Targets {
		for _, c := range judged(t.Comparison) {
			of := t.Name
			if c.Class != (results.ClassKey{}) {
				of += ", " + classWords(c.Class)
			}
			s.wrap(indent, indent+indent, emphasise(of+": "+verdictLine(c, percentileName(c.Percentile))))
		}
	}
	return s.print(w)
}

func writeSetup(s *sheet, p results.Pair) {
	if len(p.Differences) == 0 {
		s.WriteString("The set-up of both was the same.\n\n")
		return
	}
	s.WriteString("What was not the same about the two\n\n")
	for _, d := range p.Differences {
		s.wrap(indent+d.What+": ", indent+indent, cmp.Or(d.A, absent)+" against "+cmp.Or(d.B, absent))
	}
	s.WriteString("\n")
}

func writePairTargets(s *sheet, pair results.Pair) {
	t := table{columns: []column{
		{"", "target", true}, {"", "run", true}, {"", "answered", false},
		{"latency", "mean", false}, {"latency", "p50", false}, {"latency", "p90", false}, {"latency", "p99", false}, {"latency", "max", false},
	}}
	t.dropped = []string{"latency mean", "latency max", "latency p90", "answered"}
	for _, target := range pair.Targets {
		for _, side := range []struct {
			label string
			p     latency.Timing
		}{{pair.A.Label, target.A}, {pair.B.Label, target.B}} {
			p := side.p.Percentiles
			t.add(target.Name, side.label, grouped(p.N), bound(p, "mean", p.Mean), bound(p, "p50", p.P50), bound(p, "p90", p.P90), needs(p), bound(p, "max", p.Max))
		}
	}
	t.write(s)
	s.WriteString("\n")
}
