package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

// Outcome is what became of a condition under which a run fails.
type Outcome string

// The outcomes.
const (
	// Breached: the condition is true, or a target or a cell cannot be judged at all.
	Breached Outcome = "breached"
	// NotDecided: the interval does not say on which side of the limit the figure is.
	NotDecided Outcome = "not-decided"
	// Passed: the condition is not true.
	Passed Outcome = "passed"
)

// Threshold is a condition under which a run fails, judged.
type Threshold struct {
	// Condition is as it was given: p99>300ms.
	Condition string `json:"condition"`
	// Outcome is that of the worst check: breached before not decided before passed.
	Outcome Outcome `json:"outcome"`
	// Checks are the condition judged for each target, class or cell that it is about.
	Checks []Check `json:"checks"`
}

// Check is a condition judged for one target, class or cell.
type Check struct {
	Outcome Outcome `json:"outcome"`
	// Left is the figure that the condition is about.
	Left Figure `json:"left"`
	// Right is the figure on the condition's right side; nil where that is a number.
	Right *Figure `json:"right,omitempty"`
	// Comparison is the judged difference of the two figures, whose word is the
	// outcome; nil where the two were not judged as one difference.
	Comparison *Comparison `json:"comparison,omitempty"`
}

// Unit is what a [Figure] is measured in.
type Unit string

// The units of figures. A number of requests has none.
const (
	Milliseconds Unit = "ms"
	Percent      Unit = "%"
	Requests     Unit = ""
)

// Missing says why a [Figure] has no value.
type Missing string

// The reasons for a missing value.
const (
	NoTarget       Missing = "no-target"
	NothingSent    Missing = "nothing-sent"
	NothingPlanned Missing = "nothing-planned"
	NoAnswer       Missing = "no-answer"
	// NoClass: no answer of the target came from such a start.
	NoClass Missing = "no-class"
	// NotKept: only a few percentiles of the clock are in the record.
	NotKept Missing = "not-kept"
	// NoCell: the run has no such cell. NotMeasured: the cell has no such samples.
	NoCell      Missing = "no-cell"
	NotMeasured Missing = "not-measured"
	// NoCounterpart: the run does not have one figure that this one stands against.
	NoCounterpart Missing = "no-counterpart"
)

// Figure is one number of one target, of a class of its requests, or of a cell.
type Figure struct {
	Target string `json:"target,omitempty"`
	// Class is the part of the target's requests; its zero value is all of them.
	Class ClassKey `json:"class,omitzero"`
	// Series is what a cell's figure is of; nil for those of a load test.
	Series *Series `json:"series,omitempty"`
	// Name is p99, firstByte.p99, init.p99, mean, errors, ...
	Name string `json:"name"`
	// Value is nil if it is missing.
	Value *float64 `json:"value,omitempty"`
	// AtLeast says that it is a lower bound, since Unanswered requests are only known
	// to take at least some time.
	AtLeast    bool    `json:"atLeast,omitempty"`
	Unanswered int64   `json:"unanswered,omitempty"`
	Unit       Unit    `json:"unit,omitempty"`
	Missing    Missing `json:"missing,omitempty"`
	// N is the number of answers behind a figure of time, and the number of
	// requests behind a share of them.
	N int64 `json:"n,omitempty"`
	// Of is what a share of requests is a share of.
	Of int64 `json:"of,omitempty"`
	// Low and High are the bounds of a percentile at [verdict.DefaultConfidence], nil
	// where it has none on that side. The other figures are what was measured, and have
	// no bounds.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
	// Reason says what a bound lacks.
	Reason verdict.Reason `json:"reason,omitzero"`
}

// Failures are the conditions that fail the run: those that are breached and, if
// strict, those that are not decided.
func (s Summary) Failures(strict bool) []Threshold {
	var all []Threshold
	for _, t := range s.Thresholds {
		if t.Outcome == Breached || strict && t.Outcome == NotDecided {
			all = append(all, t)
		}
	}
	return all
}
