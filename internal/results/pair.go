package results

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Pair is the runs of two sides, the later judged against the earlier, from what they
// left behind.
type Pair struct {
	Before PairSide `json:"before"`
	After  PairSide `json:"after"`
	// Differences are what was not the same about all runs, before any number is believed.
	Differences []SetupDifference `json:"differences"`
	// Doubts are reasons not to trust one of the runs.
	Doubts []Doubt `json:"doubts,omitempty"`
	// Targets are those that every run has; or the only one of each, whatever it is called.
	Targets []PairTarget `json:"targets,omitempty"`
	// Series are the cold and warm series that every run has.
	Series []PairSeries `json:"series,omitempty"`
}

// Valid says that every run can be believed: its generator had no fault, no other program
// disturbed its starts, and it was not killed.
func (p Pair) Valid() bool {
	return !slices.ContainsFunc(p.Doubts, func(d Doubt) bool { return d.Kind == NotValid || d.Kind == Disturbed || d.Kind == WasKilled })
}

// Slower says that anything is slower after than before, by more than the margin.
func (p Pair) Slower() bool {
	return slices.ContainsFunc(p.Targets, func(t PairTarget) bool {
		return slices.ContainsFunc(append([]Comparison{t.Comparison}, t.Comparison.Others...), Comparison.slower)
	}) || slices.ContainsFunc(p.Series, func(s PairSeries) bool { return slices.ContainsFunc(s.Metrics, PairMetric.Worse) })
}

// slower says that A is slower, and that the difference lies beyond the margin as a whole.
func (c Comparison) slower() bool {
	if c.Verdict != verdict.Slower || c.DifferenceMs == nil {
		return false
	}
	least := *c.DifferenceMs
	if len(c.IntervalMs) == 2 {
		least = c.IntervalMs[0]
	}
	return least > c.MarginMs
}

// PairSide is the runs of one side.
type PairSide struct {
	// Label is what the comparisons call it: the ID of its only run, or the side's name.
	Label string    `json:"label"`
	Runs  []PairRun `json:"runs"`
}

// PairRun is a run of a side.
type PairRun struct {
	ID       string   `json:"id"`
	Manifest Manifest `json:"manifest"`
}

// SetupDifference is one circumstance; a value that a side does not have is empty.
// Values of runs that differ within a side have " or " between them.
type SetupDifference struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// DoubtKind says what a [Doubt] is about.
type DoubtKind string

// The kinds of doubts.
const (
	// WasInterrupted: the run was ended before its plan was.
	WasInterrupted DoubtKind = "interrupted"
	// WasKilled: the run has no end.
	WasKilled DoubtKind = "killed"
	// NotValid: the generator has this Fault.
	NotValid DoubtKind = "not-valid"
	// Disturbed: other programs took so much of the machine's processors, OthersCPU, that
	// they could explain the starts.
	Disturbed DoubtKind = "disturbed"
	// Unanswered: Requests of Planned to Target have no answer, and no latency.
	Unanswered DoubtKind = "unanswered"
)

// Doubt is a reason not to trust a run of a pair.
type Doubt struct {
	Run       string     `json:"run"`
	Kind      DoubtKind  `json:"kind"`
	Fault     *Fault     `json:"fault,omitempty"`
	OthersCPU *OthersCPU `json:"othersCPU,omitempty"`
	Target    string     `json:"target,omitempty"`
	Requests  int64      `json:"requests,omitempty"`
	Planned   int64      `json:"planned,omitempty"`
}

// PairTarget is one target in every run.
type PairTarget struct {
	Name string `json:"name"`
	// Before and After are the latencies of each run of the side, in the order of its runs.
	Before []latency.Timing `json:"before"`
	After  []latency.Timing `json:"after"`
	// Comparison is of the later side against the earlier one.
	Comparison Comparison `json:"comparison"`
}

// PairSeries is one series in every run.
type PairSeries struct {
	Series
	// Metrics are those that were compared: the cold total or the warm duration, then
	// the memory.
	Metrics []PairMetric `json:"metrics"`
}

// PairMetric is one metric of a series in every run. Numbers are in the unit that the
// metric's name ends with.
type PairMetric struct {
	Metric string `json:"metric"`
	// Before and After are the metric in each run of the side, in the order of its runs.
	Before []MetricSummary `json:"before"`
	After  []MetricSummary `json:"after"`
	// Difference is the median after minus that before; of several runs, that of the
	// means of their medians.
	Difference *float64 `json:"difference,omitempty"`
	// Interval is the difference's at [verdict.DefaultConfidence].
	Interval []float64 `json:"interval,omitempty"`
	// Margin is the difference that does not matter; 0 without one.
	Margin float64 `json:"margin,omitempty"`
	// Finds is the difference that so many runs of each side find with the probability
	// [verdict.Power]; nil of one run each.
	Finds *float64 `json:"finds,omitempty"`
	// Superiority is of after over before, of one run each.
	Superiority *Superiority `json:"superiority,omitempty"`
	// Verdict speaks of after. Of memory, slower is more.
	Verdict verdict.Word   `json:"verdict"`
	Reason  verdict.Reason `json:"reason,omitzero"`
}

// Worse says that the metric is larger after than before, and that the difference lies
// beyond the margin as a whole.
func (m PairMetric) Worse() bool {
	return m.Verdict == verdict.Slower && len(m.Interval) == 2 && m.Interval[0] > m.Margin
}
