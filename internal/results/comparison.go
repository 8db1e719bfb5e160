package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Comparison judges target A against target B at one percentile of latency.
type Comparison struct {
	A string `json:"a"`
	B string `json:"b"`
	// Class is the part of the answers that is compared; its zero value is all of them.
	Class      ClassKey `json:"class,omitzero"`
	Percentile float64  `json:"percentile"`
	// DifferenceMs is A minus B: negative means that A is faster. It is nil where
	// a side has too few answers.
	DifferenceMs *float64 `json:"differenceMs,omitempty"`
	// IntervalMs is the difference's interval at [verdict.DefaultConfidence].
	IntervalMs []float64 `json:"intervalMs,omitempty"`
	// FindsMs is the smallest true difference that as many runs as these would find
	// with the probability [verdict.Power]. It is nil unless runs are compared.
	FindsMs *float64 `json:"findsMs,omitempty"`
	// AtLeast says that requests without an answer make the difference larger than
	// DifferenceMs, by an unknown amount; then there is no interval.
	AtLeast bool `json:"atLeast,omitempty"`
	// MarginMs is the difference that does not matter; 0 without one.
	MarginMs float64 `json:"marginMs,omitempty"`
	// WorthA and WorthB are how many independent answers those of each side are
	// worth; 0 where that was not looked at.
	WorthA int64 `json:"worthA,omitempty"`
	WorthB int64 `json:"worthB,omitempty"`
	// Superiority is of A over B, for a class of answers that do not depend on each
	// other; otherwise nil.
	Superiority *Superiority `json:"superiority,omitempty"`
	// Verdict speaks of A.
	Verdict verdict.Word `json:"verdict"`
	// Reason says, for undecided, what is missing, and for same, the margin in milliseconds.
	Reason verdict.Reason `json:"reason,omitzero"`
	// Others are the same question at other percentiles, or about a class.
	Others []Comparison `json:"others,omitempty"`
}

// judged are the percentiles at which two targets are compared; the last is the question.
var judged = []float64{50, 90, 99}

// Judge says what the latencies are worth: their intervals, and of two targets the
// comparison.
func (l *Load) Judge(o verdict.Options) {
	for i := range l.Targets {
		if t := &l.Targets[i]; t.Latency.Distribution() != nil {
			t.setIntervals(o)
		}
	}
	l.Comparison = l.Compare(o)
}

// Compare judges the first of two targets against the second; it is nil unless
// there are two.
func (l *Load) Compare(o verdict.Options) *Comparison {
	if len(l.Targets) != 2 {
		return nil
	}
	a, b := &l.Targets[0], &l.Targets[1]
	c := CompareTargets(a.Name, b.Name, a, b, o)
	return &c
}

// CompareTargets judges a against b by their histograms: at p99, at p50 and p90
// beside it, and at the median of every class that both have, since the first
// request of an environment is a question of its own. The words stand together.
func CompareTargets(labelA, labelB string, a, b *Target, o verdict.Options) Comparison {
	var f Family
	c := f.CompareTargets(labelA, labelB, a, b, o)
	f.Settle()
	return *c
}

// CompareAt judges the latencies of two targets, or of one class of theirs, at one
// percentile. It gives the word of the load test's own comparison where that has the
// question, so that two places never say two things.
func (l *Load) CompareAt(a, b *Target, class ClassKey, percentile float64, o verdict.Options) Comparison {
	if l.Comparison != nil {
		for _, c := range append([]Comparison{*l.Comparison}, l.Comparison.Others...) {
			if c.Class != class || c.Percentile != percentile {
				continue
			}
			c.Others = nil
			switch {
			case c.A == a.Name && c.B == b.Name:
				return c
			case c.A == b.Name && c.B == a.Name:
				return c.mirrored()
			}
		}
	}
	c := Comparison{A: a.Name, B: b.Name, Class: class, Percentile: percentile, Verdict: verdict.Undecided}
	timings := [2]latency.Timing{a.Latency, b.Latency}
	sideA, sideB := a.side, b.side
	if class != (ClassKey{}) {
		classA, classB := a.class(class), b.class(class)
		timings = [2]latency.Timing{classA.Latency, classB.Latency}
		sideA, sideB = classA.side, classB.side
	}
	if timings[0].Distribution() == nil || timings[1].Distribution() == nil {
		c.Reason = verdict.Reason{Kind: verdict.Unanswered}
		return c
	}
	c.set(verdict.Compare(sideA(), sideB(), percentile, o), timings, o)
	return c
}

// CompareSeriesAt judges one series against another of the same event and temperature,
// at a percentile of a metric that sides are of. The medians by which series have places
// have a word only if the places tell the two apart as well, so that a word and a place
// never say two things.
func CompareSeriesAt(sides map[Series]verdict.Side, a, b Series, metric string, percentile float64, o verdict.Options) Comparison {
	c := Comparison{A: cellName(a.Variant), B: cellName(b.Variant), Percentile: percentile}
	if a.Variant.Function != b.Variant.Function {
		c.A, c.B = a.Variant.Function+"/"+c.A, b.Variant.Function+"/"+c.B
	}
	j := verdict.Compare(sides[a], sides[b], percentile, o)
	c.Verdict, c.Reason = j.Word, j.Reason
	if j.Judged {
		c.DifferenceMs, c.IntervalMs = &j.Difference, j.Interval[:]
	}
	if metric != Decisive(a.Temperature) || percentile != 50 || j.Word != verdict.Faster && j.Word != verdict.Slower {
		return c
	}
	front, back := a, b
	if j.Word == verdict.Slower {
		front, back = b, a
	}
	var raced []Series
	for s := range sides {
		if s.Event == a.Event && s.Temperature == a.Temperature {
			raced = append(raced, s)
		}
	}
	slices.SortFunc(raced, CompareSeries)
	if !toldApart(sides, raced, front, back, o) {
		c.Verdict, c.Reason = verdict.Undecided, verdict.Reason{Kind: verdict.MayBeChance, Comparisons: len(raced) * (len(raced) - 1) / 2}
	}
	return c
}

// toldApart says that a ranking of all has front before back.
func toldApart(sides map[Series]verdict.Side, all []Series, front, back Series, o verdict.Options) bool {
	var ranked []verdict.Side
	for _, s := range all {
		ranked = append(ranked, sides[s])
	}
	return slices.Contains(verdict.Apart(ranked, o), [2]int{slices.Index(all, front), slices.Index(all, back)})
}

// cellName is a cell as a condition names it.
func cellName(v matrix.Variant) string {
	name := fmt.Sprintf("%s/%s/%d", v.RuntimeLabel(), v.Architecture, v.MemoryMB)
	if v.SnapStart {
		name += "/" + matrix.SnapStart
	}
	return name
}

// mirrored is the same comparison from the other side.
func (c Comparison) mirrored() Comparison {
	c.A, c.B, c.WorthA, c.WorthB = c.B, c.A, c.WorthB, c.WorthA
	if c.DifferenceMs != nil {
		c.DifferenceMs = new(-*c.DifferenceMs)
	}
	if len(c.IntervalMs) == 2 {
		c.IntervalMs = []float64{-c.IntervalMs[1], -c.IntervalMs[0]}
	}
	switch c.Verdict {
	case verdict.Faster:
		c.Verdict = verdict.Slower
	case verdict.Slower:
		c.Verdict = verdict.Faster
	}
	return c
}

// class is the target's class of that key, or nil.
func (t *Target) class(key ClassKey) *Class {
	if i := slices.IndexFunc(t.Classes, func(c Class) bool { return c.ClassKey == key }); i >= 0 {
		return &t.Classes[i]
	}
	return nil
}

// set takes the judgement over, as far as requests without an answer leave it.
func (c *Comparison) set(j verdict.Judgement, timings [2]latency.Timing, o verdict.Options) {
	c.Verdict, c.Reason = j.Word, j.Reason
	c.WorthA, c.WorthB, c.MarginMs = j.Worth[0], j.Worth[1], j.Margin
	if !j.Judged {
		return
	}
	// A lower bound can only show that the side with it is the slower one.
	knownA, knownB := known(timings[0], j.Worth[0], c.Percentile, o), known(timings[1], j.Worth[1], c.Percentile, o)
	switch {
	case knownA && knownB:
		c.DifferenceMs, c.IntervalMs = &j.Difference, j.Interval[:]
	case j.Word == verdict.Faster && knownA, j.Word == verdict.Slower && knownB:
		c.DifferenceMs, c.AtLeast = &j.Difference, true
	default:
		c.Verdict, c.Reason = verdict.Undecided, verdict.Reason{Kind: verdict.Unanswered}
	}
}

// known says that requests without an answer do not reach the interval of the
// percentile, if the requests are worth as many independent ones.
func known(t latency.Timing, worth int64, percentile float64, o verdict.Options) bool {
	_, high, _, ok := verdict.Ranks(worth, percentile, cmp.Or(o.Confidence, verdict.DefaultConfidence))
	n := t.N + t.Unanswered
	return ok && t.Exact(min(n, int64(math.Ceil(float64(high)*float64(n)/float64(worth)))))
}

// sharedClasses are the classes that both targets have, with their histograms. A
// class that is all of the answers is not asked about again.
func sharedClasses(a, b *Target) [][2]*Class {
	if len(a.Classes) == 1 && len(b.Classes) == 1 && a.Classes[0].Latency.N == a.Latency.N && b.Classes[0].Latency.N == b.Latency.N {
		return nil
	}
	var shared [][2]*Class
	for i := range a.Classes {
		class := &a.Classes[i]
		k := slices.IndexFunc(b.Classes, func(other Class) bool { return other.ClassKey == class.ClassKey })
		if k >= 0 && class.Latency.Histogram != nil && b.Classes[k].Latency.Histogram != nil {
			shared = append(shared, [2]*Class{class, &b.Classes[k]})
		}
	}
	return shared
}
