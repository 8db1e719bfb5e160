package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// verdictLines say in words who is faster: after a first request, over all
// requests at each percentile, and after the first.
func verdictLines(l results.Load) []string {
	var lines []string
	if c, silent := l.Comparison, silent(l); c != nil && len(silent) > 0 {
		lines = append(lines, noVerdict(silent))
	} else if c != nil {
		for _, one := range judged(*c) {
			lines = append(lines, classWords(one.Class)+": "+verdictOn(l, one))
		}
	}
	if firstRequest(l) == nil {
		if line := firstRequestLine(l.Targets); line != "" {
			lines = append(lines, "first request of a provisioned environment: "+line)
		}
	}
	return lines
}

// silent are the targets that nothing came back from.
func silent(l results.Load) []string {
	var names []string
	for _, t := range l.Targets {
		if t.Answered == 0 {
			names = append(names, t.Name)
		}
	}
	return names
}

func noVerdict(silent []string) string {
	return "no verdict: nothing came back from " + strings.Join(silent, " and ")
}

// judged are a comparison and its others: first requests before all requests
// before later ones, then by percentile.
func judged(c results.Comparison) []results.Comparison {
	place := func(c results.Comparison) int {
		switch c.Class.Environment {
		case results.FirstInvocation:
			return 0
		case "":
			return 1
		}
		return 2
	}
	all := append([]results.Comparison{c}, c.Others...)
	slices.SortStableFunc(all, func(a, b results.Comparison) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Class.Initialization, b.Class.Initialization), cmp.Compare(a.Percentile, b.Percentile))
	})
	return all
}

// provisionedFirst is the class that module systems differ in.
var provisionedFirst = results.ClassKey{Environment: results.FirstInvocation, Initialization: string(functions.ProvisionedConcurrency)}

// firstRequest is the judged comparison of the first requests of provisioned
// environments, or nil.
func firstRequest(l results.Load) *results.Comparison {
	if l.Comparison == nil {
		return nil
	}
	for i, c := range l.Comparison.Others {
		if c.Class == provisionedFirst {
			return &l.Comparison.Others[i]
		}
	}
	return nil
}

// verdictOn is a verdict with the two figures that it is about.
func verdictOn(l results.Load, c results.Comparison) string {
	name := figureName(c.Percentile)
	if a, b := figure(l, c.A, c), figure(l, c.B, c); a != "" && b != "" {
		name += fmt.Sprintf(" %s against %s ms,", a, b)
	}
	line := verdictLine(c, name)
	if first := firstDeciding(l, c); first != "" {
		line += "; " + first
	}
	if s := c.Superiority; s != nil {
		line += fmt.Sprintf("; %s is the faster one in %s", c.A, pairsWon(*s))
	}
	return line
}

// firstDeciding says how many first requests decide the p99 of all requests; it is empty
// where others do.
func firstDeciding(l results.Load, c results.Comparison) string {
	if c.Class != (results.ClassKey{}) || c.Percentile != 99 {
		return ""
	}
	var sides []string
	for i := range l.Targets {
		t := &l.Targets[i]
		if tail := t.Tail(c.Percentile); (t.Name == c.A || t.Name == c.B) && tail.FirstDecide() {
			sides = append(sides, fmt.Sprintf("%s of the %s of %s", grouped(tail.First), slowest(tail.Requests), t.Name))
		}
	}
	if len(sides) == 0 {
		return ""
	}
	return "first requests decide it: they are " + listed(sides)
}

// pairsWon is a superiority in words: 93 % of pairs (95 % interval 80 to 98).
func pairsWon(s results.Superiority) string {
	share := func(p float64) string { return strconv.FormatFloat(100*p, 'f', 0, 64) }
	return fmt.Sprintf("%s %% of pairs (95 %% interval %s to %s)", share(s.Probability), share(s.Interval[0]), share(s.Interval[1]))
}

// figure is a side's latency at the comparison's class and percentile; empty if the
// load test does not have it.
func figure(l results.Load, name string, c results.Comparison) string {
	for _, t := range l.Targets {
		if t.Name != name {
			continue
		}
		p := t.Latency
		for _, class := range t.Classes {
			if class.ClassKey == c.Class {
				p = class.Latency
			}
		}
		v := map[float64]*float64{50: p.P50, 90: p.P90, 99: p.P99}[c.Percentile]
		if v == nil {
			return ""
		}
		return atLeastWords(p.IsAtLeast(percentileName(c.Percentile))) + number(*v)
	}
	return ""
}

// verdictLine is a verdict in plain words on what is called name.
func verdictLine(c results.Comparison, name string) string {
	var sentence string
	switch word := c.Verdict; {
	case (word == verdict.Faster || word == verdict.Slower) && c.DifferenceMs != nil:
		direction := map[verdict.Word]string{verdict.Faster: "lower", verdict.Slower: "higher"}[word]
		sentence = fmt.Sprintf("%s is %s than %s: %s %s by %s%s ms%s", c.A, word, c.B, name, direction, atLeastWords(c.AtLeast), number(math.Abs(*c.DifferenceMs)), by(c.IntervalMs))
	case word == verdict.Same && c.DifferenceMs != nil:
		sentence = fmt.Sprintf("%s and %s are the same: %s differs by %s ms%s", c.A, c.B, name, signed(*c.DifferenceMs), between(c.IntervalMs))
	case c.DifferenceMs != nil:
		sentence = fmt.Sprintf("undecided between %s and %s: %s differs by %s ms%s", c.A, c.B, name, signed(*c.DifferenceMs), between(c.IntervalMs))
	default:
		sentence = fmt.Sprintf("undecided between %s and %s at %s", c.A, c.B, figureName(c.Percentile))
	}
	switch reason := reasonText(c); {
	case reason == "":
		return sentence
	case c.Verdict == verdict.Same:
		return sentence + ", " + reason
	default:
		return sentence + "; " + reason
	}
}

func atLeastWords(atLeast bool) string {
	if atLeast {
		return "at least "
	}
	return ""
}

// figureName is a percentile in a sentence.
func figureName(p float64) string {
	if p == 50 {
		return "median"
	}
	return percentileName(p)
}

// classWords are a class in a sentence: first requests (provisioned).
func classWords(class results.ClassKey) string {
	switch {
	case class == results.ClassKey{}:
		return "all requests"
	case class.Initialization == "":
		return class.Environment + " requests"
	}
	return fmt.Sprintf("%s requests (%s)", class.Environment, initializationWord(class))
}

// by is the interval of a difference that has a direction: without signs, the smaller end first.
func by(interval []float64) string {
	if len(interval) != 2 {
		return ""
	}
	lo, hi := math.Abs(interval[0]), math.Abs(interval[1])
	return fmt.Sprintf(" (95 %% interval %s to %s)", number(min(lo, hi)), number(max(lo, hi)))
}

// between is the interval of a difference that may have either sign.
func between(interval []float64) string {
	if len(interval) != 2 {
		return ""
	}
	return fmt.Sprintf(" (95 %% interval %s to %s)", signed(interval[0]), signed(interval[1]))
}

// firstRequestLine is the question of the two modules: what the first request of
// an environment costs that was initialised before it came.
func firstRequestLine(targets []results.Target) string {
	if len(targets) != 2 {
		return ""
	}
	var first [2]*results.Class
	for i, t := range targets {
		for k, c := range t.Classes {
			if c.ClassKey == provisionedFirst && c.Latency.P50 != nil {
				first[i] = &t.Classes[k]
			}
		}
	}
	if first[0] == nil || first[1] == nil {
		return ""
	}
	a, b := first[0].Latency, first[1].Latency
	line := fmt.Sprintf("median %s ms for %s (n = %d), %s ms for %s (n = %d)",
		number(*a.P50), targets[0].Name, a.N, number(*b.P50), targets[1].Name, b.N)
	if len(a.P50Interval) == 2 && len(b.P50Interval) == 2 {
		if a.P50Interval[1] < b.P50Interval[0] || b.P50Interval[1] < a.P50Interval[0] {
			line += "; their 95 % intervals do not overlap"
		} else {
			line += "; their 95 % intervals overlap"
		}
	}
	return line
}
