package threshold

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Judge says whether the condition is breached, and by which figures. Where its
// left side names no target, any target may breach it; where its right side
// names none, it is the left one's.
func (t Threshold) Judge(targets []results.Target) results.Threshold {
	judged := results.Threshold{Condition: t.text}
	for _, at := range targets {
		if t.left.target == "" || t.left.target == at.Name {
			judged.Checks = append(judged.Checks, t.check(at, targets))
		}
	}
	if len(judged.Checks) == 0 {
		judged.Checks = []results.Check{{Breached: true, Left: t.left.missing(t.left.target, results.NoTarget)}}
	}
	judged.Breached = slices.ContainsFunc(judged.Checks, func(c results.Check) bool { return c.Breached })
	return judged
}

// check judges the condition for one target, which is the one of a side without a name.
func (t Threshold) check(at results.Target, targets []results.Target) results.Check {
	c := results.Check{Left: t.left.read(at, targets, t.share())}
	right := results.Figure{Value: &t.limit}
	if t.againstTerm {
		c.Right = new(t.right.read(at, targets, true))
		right = *c.Right
	}
	switch {
	case c.Left.Value == nil || right.Value == nil:
		c.Breached = true
	default:
		c.Breached = compare(*c.Left.Value, t.operator, *right.Value) || t.unseen(c.Left, right)
	}
	return c
}

// unseen says that the comparison is not true of the lower bounds, and may be true
// of the percentiles. It does not ask about mean and max, of which one request
// without an answer among millions leaves a lower bound only.
func (t Threshold) unseen(left, right results.Figure) bool {
	if t.operator == ">" || t.operator == ">=" {
		return left.AtLeast && t.left.percentile > 0
	}
	return right.AtLeast && t.right.percentile > 0
}

// share says that requests are compared as a share and not as a number.
func (t Threshold) share() bool { return t.againstTerm || t.limitUnit == results.Percent }

func compare(left float64, operator string, right float64) bool {
	switch operator {
	case ">":
		return left > right
	case ">=":
		return left >= right
	case "<":
		return left < right
	default:
		return left <= right
	}
}

// missing is the figure without a value.
func (f term) missing(target string, why results.Missing) results.Figure {
	return results.Figure{Target: target, Name: f.name(), Missing: why}
}

// read looks the figure up at the target that the term names, or at the given one.
func (f term) read(at results.Target, targets []results.Target, share bool) results.Figure {
	if f.target != "" {
		i := slices.IndexFunc(targets, func(t results.Target) bool { return t.Name == f.target })
		if i < 0 {
			return f.missing(f.target, results.NoTarget)
		}
		at = targets[i]
	}
	if !f.timed() {
		return f.readRequests(at, share)
	}
	clock := map[string]latency.Timing{"": at.Latency, "latency": at.Latency, "service": at.Service, "firstByte": at.FirstByte, "connect": at.Connect}[f.clock]
	if clock.IsZero() {
		return f.missing(at.Name, results.NoAnswer)
	}
	r := results.Figure{Target: at.Name, Name: f.name(), Unit: results.Milliseconds, N: clock.N + clock.Unanswered, AtLeast: clock.IsAtLeast(f.metric)}
	switch f.metric {
	case "mean":
		r.Value = clock.Mean
	case "min":
		r.Value = clock.Min
	case "max":
		r.Value = clock.Max
	default:
		var value float64
		value, r.AtLeast = clock.At(f.percentile)
		r.Value = &value
		if need := verdict.MinSamples(f.percentile, verdict.DefaultConfidence); r.N < need {
			r.Needs = need
		}
	}
	if r.AtLeast {
		r.Unanswered = clock.Unanswered
	}
	return r
}

// readRequests are the requests without an answer, or those that were never sent.
func (f term) readRequests(at results.Target, share bool) results.Figure {
	n, of, why := at.Sent-at.Answered, at.Sent, results.NothingSent
	if f.metric == "dropped" {
		n, of, why = at.Dropped, at.Planned, results.NothingPlanned
	}
	r := results.Figure{Target: at.Name, Name: f.name(), N: n}
	switch {
	case !share:
		r.Value = new(float64(n))
	case of == 0:
		r.Missing = why
	default:
		r.Value, r.Unit, r.Of = new(100*float64(n)/float64(of)), results.Percent, of
	}
	return r
}
