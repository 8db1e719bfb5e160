package threshold

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Judge says what becomes of the condition, and by which figures. Where its left side
// names no target, any target may breach it; where its right side names none, it is
// the left one's.
func (t Threshold) Judge(l *results.Load, o verdict.Options) results.Threshold {
	judged := results.Threshold{Condition: t.text}
	for i := range l.Targets {
		if at := &l.Targets[i]; t.left.target == "" || t.left.target == at.Name {
			judged.Checks = append(judged.Checks, t.check(at, l, o))
		}
	}
	if len(judged.Checks) == 0 {
		judged.Checks = []results.Check{{Outcome: results.Breached, Left: t.left.missing(t.left.target, results.NoTarget)}}
	}
	judged.Outcome = results.Passed
	for _, worst := range []results.Outcome{results.NotDecided, results.Breached} {
		if slices.ContainsFunc(judged.Checks, func(c results.Check) bool { return c.Outcome == worst }) {
			judged.Outcome = worst
		}
	}
	return judged
}

// check judges the condition for one target, which is the one of a side without a name.
func (t Threshold) check(at *results.Target, l *results.Load, o verdict.Options) results.Check {
	c := results.Check{Left: t.left.read(at, l, t.limitUnit == results.Percent, o)}
	right := results.Figure{Value: &t.limit, Low: &t.limit, High: &t.limit}
	if t.againstTerm {
		c.Right = new(t.right.read(at, l, false, o))
		right = *c.Right
	}
	above := t.operator[0] == '>'
	switch {
	case c.Left.Value == nil || right.Value == nil:
		c.Outcome = results.Breached
	// A request without an answer took longer by an unknown amount, which may breach the
	// condition. It does not ask about mean and max, of which one such request among
	// millions leaves a lower bound only.
	case above && c.Left.AtLeast && t.left.percentile > 0, !above && right.AtLeast && t.right.percentile > 0:
		c.Outcome = results.Breached
	case c.Right != nil && c.Left.Target == c.Right.Target && c.Left.Name == c.Right.Name:
		c.Outcome = results.Passed // a figure is not beyond itself
	case t.left.percentile == 0:
		c.Outcome = results.Passed
		if compare(*c.Left.Value, t.operator, t.limit) {
			c.Outcome = results.Breached
		}
	case c.Right != nil && t.left.comparable(t.right) && c.Left.Target != c.Right.Target:
		c.Comparison = new(l.CompareAt(find(l, c.Left.Target), find(l, c.Right.Target), t.left.percentile, o))
		c.Outcome = ofWord(c.Comparison.Verdict, above)
	default:
		c.Outcome = t.ofBounds(c.Left, right)
	}
	return c
}

// comparable says that the difference of two figures is one that a load test judges:
// that of the latencies of two targets at one percentile.
func (f term) comparable(other term) bool {
	return f.percentile == other.percentile && f.name() == f.metric && other.name() == other.metric
}

// ofWord is the outcome that follows from the word on the left figure against the right one.
func ofWord(word verdict.Word, above bool) results.Outcome {
	switch {
	case word == verdict.Slower && above, word == verdict.Faster && !above:
		return results.Breached
	case word == verdict.Undecided:
		return results.NotDecided
	}
	return results.Passed
}

// ofBounds is the outcome where the interval of each figure is known: that of the left
// one lies beyond that of the right one, or on this side of it, or neither.
func (t Threshold) ofBounds(left, right results.Figure) results.Outcome {
	opposite := map[string]string{">": "<=", ">=": "<", "<": ">=", "<=": ">"}[t.operator]
	near, far := left.Low, right.High // of > and >=: what speaks least for a breach
	clear, limit := left.High, right.Low
	if t.operator[0] == '<' {
		near, far, clear, limit = left.High, right.Low, left.Low, right.High
	}
	switch {
	case near != nil && far != nil && compare(*near, t.operator, *far):
		return results.Breached
	case clear != nil && limit != nil && compare(*clear, opposite, *limit):
		return results.Passed
	}
	return results.NotDecided
}

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
func (f term) read(at *results.Target, l *results.Load, share bool, o verdict.Options) results.Figure {
	if f.target != "" {
		if at = find(l, f.target); at == nil {
			return f.missing(f.target, results.NoTarget)
		}
	}
	if !f.timed() {
		return f.readRequests(*at, share)
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
		f.bound(&r, clock, at, o)
	}
	if r.AtLeast {
		r.Unanswered = clock.Unanswered
	}
	return r
}

// bound sets the bounds of a percentile. How far answers depend on when they came is
// known of the latencies. The service time and the first byte are those of the same
// requests; connections are made one by one, and taken to be independent.
func (f term) bound(r *results.Figure, clock latency.Timing, at *results.Target, o verdict.Options) {
	values := clock.Distribution()
	b, of := verdict.Bound(verdict.Independent(values), f.percentile, o), values.N()
	if f.clock != "connect" {
		b, of = at.Bounds(f.percentile, o), at.Latency.N+at.Latency.Unanswered
	}
	if r.Reason = b.Reason; of == 0 {
		return
	}
	if low := b.Low * values.N() / of; low >= 1 {
		r.Low = new(values.AtRank(low))
	}
	high := (b.High*values.N() + of - 1) / of
	switch {
	case high > values.N(): // the reason says what it lacks
	case clock.Exact(high):
		r.High = new(values.AtRank(high))
	default:
		r.Reason = verdict.Reason{Kind: verdict.Unanswered}
	}
}

// find is the target of that name, or nil.
func find(l *results.Load, name string) *results.Target {
	if i := slices.IndexFunc(l.Targets, func(t results.Target) bool { return t.Name == name }); i >= 0 {
		return &l.Targets[i]
	}
	return nil
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
