package results

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Family is questions whose words stand together: of all differences that are found,
// 5 % may be chance, and not 5 % of each. The comparisons that its methods return have
// their words from [Family.Settle] on.
type Family struct {
	// OneRun says that each side of every comparison is one run of two, and that no word
	// holds which a difference between runs of the same thing could explain.
	OneRun     bool
	judgements []verdict.Judgement
	settle     []func(verdict.Judgement)
	settled    []func()
}

// ask adds a question. The function takes the judgement that stands in the end.
func (f *Family) ask(j verdict.Judgement, settle func(verdict.Judgement)) {
	f.judgements, f.settle = append(f.judgements, j), append(f.settle, settle)
}

// Settle gives every comparison its word.
func (f *Family) Settle() {
	verdict.Control(f.judgements, 1-verdict.DefaultConfidence)
	if f.OneRun {
		verdict.OneRun(f.judgements)
	}
	for i, j := range f.judgements {
		f.settle[i](j)
	}
	for _, then := range f.settled {
		then()
	}
}

// CompareTargets is as the function of that name.
func (f *Family) CompareTargets(labelA, labelB string, a, b *Target, o verdict.Options) *Comparison {
	ask := func(class ClassKey, timingA, timingB latency.Timing, a, b verdict.Side, percentile float64) *Comparison {
		c := &Comparison{A: labelA, B: labelB, Class: class, Percentile: percentile}
		f.ask(verdict.Compare(a, b, percentile, o), func(j verdict.Judgement) { c.set(j, [2]latency.Timing{timingA, timingB}, o) })
		return c
	}
	var all []*Comparison
	for _, percentile := range percentiles() {
		all = append(all, ask(ClassKey{}, a.Latency, b.Latency, a.side(), b.side(), percentile))
	}
	for _, class := range sharedClasses(a, b) {
		sideA, sideB := class[0].side(), class[1].side()
		c := ask(class[0].ClassKey, class[0].Latency, class[1].Latency, sideA, sideB, 50)
		c.Superiority = superiority(sideA, sideB, o)
		all = append(all, c)
	}
	return f.together(all)
}

// percentiles are those at which targets are compared: the question, then what is beside it.
func percentiles() []float64 {
	last := len(judged) - 1
	return append([]float64{judged[last]}, judged[:last]...)
}

// together puts comparisons beside the first one, once they have their words.
func (f *Family) together(all []*Comparison) *Comparison {
	first := all[0]
	f.settled = append(f.settled, func() {
		for _, c := range all[1:] {
			first.Others = append(first.Others, *c)
		}
	})
	return first
}

// CompareRuns judges one target over several runs a side: at p99, at p50 and p90 beside
// it, and at the median of every class that all runs have. A value is one run's
// percentile, and the difference is that of the means over runs.
func (f *Family) CompareRuns(labelA, labelB string, a, b []*Target, o verdict.Options) *Comparison {
	ask := func(class ClassKey, percentile float64) *Comparison {
		c := &Comparison{A: labelA, B: labelB, Class: class, Percentile: percentile}
		valuesA, leastA := runFigures(a, class, percentile)
		valuesB, leastB := runFigures(b, class, percentile)
		j := verdict.Judgement{Word: verdict.Undecided}
		if len(valuesA) == len(a) && len(valuesB) == len(b) {
			j = verdict.CompareRuns(valuesA, valuesB, percentile, o)
			c.DifferenceMs = new(stat.Mean(valuesA, nil) - stat.Mean(valuesB, nil))
		} else if need := verdict.MinSamples(percentile, verdict.DefaultConfidence); min(leastA, leastB) < need {
			j.Reason = verdict.Reason{Kind: verdict.NeedsSamples, Needs: need, Has: min(leastA, leastB)}
		} else {
			j.Reason = verdict.Reason{Kind: verdict.Unanswered}
		}
		f.ask(j, func(j verdict.Judgement) {
			c.Verdict, c.Reason, c.MarginMs = j.Word, j.Reason, j.Margin
			if j.Judged {
				c.IntervalMs = j.Interval[:]
				c.FindsMs = finds(j)
			}
		})
		return c
	}
	var all []*Comparison
	for _, percentile := range percentiles() {
		all = append(all, ask(ClassKey{}, percentile))
	}
	for _, class := range a[0].Classes {
		if !slices.ContainsFunc(slices.Concat(a, b), func(t *Target) bool { return t.class(class.ClassKey) == nil }) {
			all = append(all, ask(class.ClassKey, 50))
		}
	}
	return f.together(all)
}

// runFigures are the percentile of each run that can state it, and the smallest number
// of requests of a run.
func runFigures(targets []*Target, class ClassKey, percentile float64) (values []float64, least int64) {
	least = math.MaxInt64
	for _, t := range targets {
		timing := t.Latency
		if class != (ClassKey{}) {
			timing = t.class(class).Latency
		}
		n := timing.N + timing.Unanswered
		least = min(least, n)
		if n < verdict.MinSamples(percentile, verdict.DefaultConfidence) || timing.Distribution() == nil {
			continue
		}
		if v, atLeast := timing.At(percentile); !atLeast {
			values = append(values, v)
		}
	}
	return values, least
}

// RunMetric is what one run brings to the comparison of a metric of a series.
type RunMetric struct {
	Summary MetricSummary
	// Side is the values themselves; nil where only the summary is there.
	Side *verdict.Side
}

// CompareMetric judges the median of a metric in the runs of one side against that in
// the runs of another. Of one run each, the values are compared; of several, each run's
// median is a value.
func (f *Family) CompareMetric(name string, before, after []RunMetric, o verdict.Options) *PairMetric {
	m := &PairMetric{Metric: name, Before: summaries(before), After: summaries(after)}
	var j verdict.Judgement
	if a, b := after[0].Side, before[0].Side; len(before) == 1 && len(after) == 1 {
		if a == nil || b == nil {
			j = verdict.Judgement{Word: verdict.Undecided, Reason: verdict.Reason{Kind: verdict.NoValues}}
		} else {
			j = verdict.Compare(*a, *b, 50, o)
			m.Superiority = superiority(*a, *b, o)
		}
		m.Difference = new(*after[0].Summary.P50 - *before[0].Summary.P50)
	} else {
		a, b := medians(after), medians(before)
		j = verdict.CompareRuns(a, b, 50, o)
		m.Difference = new(stat.Mean(a, nil) - stat.Mean(b, nil))
	}
	f.ask(j, func(j verdict.Judgement) {
		m.Verdict, m.Reason, m.Margin = j.Word, j.Reason, j.Margin
		if j.Judged {
			m.Interval, m.Finds = j.Interval[:], finds(j)
		}
	})
	return m
}

// finds is the difference that so many runs find; nil where all runs of a side have the
// same figure.
func finds(j verdict.Judgement) *float64 {
	if j.Finds == 0 {
		return nil
	}
	return &j.Finds
}

func summaries(runs []RunMetric) (all []MetricSummary) {
	for _, r := range runs {
		all = append(all, r.Summary)
	}
	return all
}

func medians(runs []RunMetric) (all []float64) {
	for _, r := range runs {
		all = append(all, *r.Summary.P50)
	}
	return all
}
