package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// PairText writes the runs of two sides for people: what was not the same about them,
// what speaks against each, the latencies, and the verdicts.
func PairText(w io.Writer, p results.Pair, t console.Terminal) error {
	p = cleaned(p)
	s := &sheet{terminal: t}
	s.wrap("", indent, fmt.Sprintf("%s against %s: latency = end - intended start, in ms", p.A.Label, p.B.Label))
	for _, side := range []results.PairSide{p.A, p.B} {
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
	writePairTargets(s, p)
	for _, t := range p.Targets {
		for _, c := range judged(t.Comparison) {
			of := t.Name
			if c.Class != (results.ClassKey{}) {
				of += ", " + classWords(c.Class)
			}
			s.wrap(indent, indent+indent, emphasise(of+": "+verdictLine(c, percentileName(c.Percentile)))+power(c))
		}
	}
	return s.print(w)
}

func writeSetup(s *sheet, p results.Pair) {
	if len(p.Differences) == 0 {
		s.WriteString("The set-up of all runs was the same.\n\n")
		return
	}
	s.WriteString("What was not the same\n\n")
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
			of      results.PairSide
			timings []latency.Timing
		}{{pair.A, target.A}, {pair.B, target.B}} {
			for i, timing := range side.timings {
				p := timing.Percentiles
				t.add(target.Name, side.of.Runs[i].ID, grouped(p.N), bound(p, "mean", p.Mean), bound(p, "p50", p.P50), bound(p, "p90", p.P90), needs(p), bound(p, "max", p.Max))
			}
		}
	}
	t.write(s)
	s.WriteString("\n")
}

// power says which difference as many runs as these would find.
func power(c results.Comparison) string {
	if c.FindsMs == nil {
		return ""
	}
	return fmt.Sprintf("; so many runs find a difference of %s ms with a probability of %.0f %%", number(*c.FindsMs), 100*verdict.Power)
}
