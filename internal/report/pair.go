package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PairText writes two runs side by side for people: what was not the same about
// them, what speaks against either, the latencies, and the verdicts.
func PairText(w io.Writer, p results.Pair) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s against %s: latency = end - intended start, in ms\n\n", p.A.Label, p.B.Label)
	writeSetup(&b, p)
	for _, doubt := range p.Doubts {
		wrap(&b, indent+"doubt: ", indent+indent, doubtText(doubt))
	}
	if len(p.Doubts) > 0 {
		b.WriteString("\n")
	}
	writePairTargets(&b, p)
	for _, t := range p.Targets {
		for _, c := range judged(t.Comparison) {
			of := t.Name
			if c.Class != (results.ClassKey{}) {
				of += ", " + classWords(c.Class)
			}
			wrap(&b, indent, indent+indent, of+": "+verdictLine(c, percentileName(c.Percentile)))
		}
	}
	return flush(w, &b)
}

func writeSetup(b *strings.Builder, p results.Pair) {
	if len(p.Differences) == 0 {
		b.WriteString("The set-up of both was the same.\n\n")
		return
	}
	b.WriteString("What was not the same about the two\n\n")
	for _, d := range p.Differences {
		wrap(b, indent+d.What+": ", indent+indent, cmp.Or(d.A, absent)+" against "+cmp.Or(d.B, absent))
	}
	b.WriteString("\n")
}

func writePairTargets(b *strings.Builder, p results.Pair) {
	t := table{columns: []column{
		{"", "target", true}, {"", "run", true}, {"", "answered", false},
		{"latency", "mean", false}, {"latency", "p50", false}, {"latency", "p90", false}, {"latency", "p99", false}, {"latency", "max", false},
	}}
	for _, target := range p.Targets {
		for _, side := range []struct {
			label string
			p     latency.Timing
		}{{p.A.Label, target.A}, {p.B.Label, target.B}} {
			t.add(target.Name, side.label, grouped(side.p.N), optional(side.p.Mean), optional(side.p.P50), optional(side.p.P90), needs(side.p.Percentiles), optional(side.p.Max))
		}
	}
	t.write(b)
	b.WriteString("\n")
}
