package threshold

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Judge says of each condition what becomes of it in a run, and by which figures.
// Where its left side names nothing, any target or any cell may breach it; where its
// right side names nothing, it is the left one's. Conditions about cells need the
// run's samples.
func Judge(r *results.Run, conditions []Threshold, o verdict.Options) []results.Threshold {
	j := judge{run: r, options: o, sides: map[string]map[results.Series]verdict.Side{}}
	var all []results.Threshold
	for _, t := range conditions {
		all = append(all, j.judge(t))
	}
	return all
}

type judge struct {
	run     *results.Run
	options verdict.Options
	// sides are the series of every metric that was asked for, by its name.
	sides map[string]map[results.Series]verdict.Side
}

func (j *judge) judge(t Threshold) results.Threshold {
	judged := results.Threshold{Condition: t.text}
	var alone []subject // subjects whose counterpart the run does not have
	for _, s := range t.left.subjects(j.run) {
		right := s
		if t.againstTerm && s.missing == "" {
			var ok bool
			if right, ok = t.right.counterpart(s, j.run); !ok || right.missing == results.NoClass {
				alone = append(alone, s)
				continue
			}
		}
		judged.Checks = append(judged.Checks, j.check(t, s, right))
	}
	if len(judged.Checks) == 0 {
		for _, s := range alone {
			left := s.figure(t.left.name())
			left.Missing = results.NoCounterpart
			judged.Checks = append(judged.Checks, results.Check{Outcome: results.Breached, Left: left})
		}
	}
	judged.Outcome = results.Passed
	for _, worst := range []results.Outcome{results.NotDecided, results.Breached} {
		if slices.ContainsFunc(judged.Checks, func(c results.Check) bool { return c.Outcome == worst }) {
			judged.Outcome = worst
		}
	}
	return judged
}

// check judges the condition for one subject, and the one that it stands against.
func (j *judge) check(t Threshold, left, right subject) results.Check {
	c := results.Check{Left: j.read(t.left, left, t.limitUnit == results.Percent)}
	against := results.Figure{Value: &t.limit, Low: &t.limit, High: &t.limit}
	if t.againstTerm {
		against = j.read(t.right, right, false)
		c.Right = &against
	}
	above := t.operator[0] == '>'
	switch {
	case c.Left.Value == nil || against.Value == nil:
		c.Outcome = results.Breached
	// A request without an answer took longer by an unknown amount, which may breach the
	// condition. It does not ask about mean and max, of which one such request among
	// millions leaves a lower bound only.
	case above && c.Left.AtLeast && t.left.percentile > 0, !above && against.AtLeast && t.right.percentile > 0:
		c.Outcome = results.Breached
	case t.againstTerm && left == right && c.Left.Name == c.Right.Name:
		c.Outcome = results.Passed // a figure is not beyond itself
	case t.left.percentile == 0:
		c.Outcome = results.Passed
		if compare(*c.Left.Value, t.operator, t.limit) {
			c.Outcome = results.Breached
		}
	default:
		if c.Comparison = j.difference(t, c, left, right); c.Comparison != nil {
			c.Outcome = ofWord(c.Comparison.Verdict, above)
		} else {
			c.Outcome = t.ofBounds(c.Left, against)
		}
	}
	return c
}

// difference is the judged difference of two figures; nil where they are not the same
// figure of two subjects.
func (j *judge) difference(t Threshold, c results.Check, left, right subject) *results.Comparison {
	if !t.againstTerm || t.left.percentile != t.right.percentile || c.Left.Name != c.Right.Name {
		return nil
	}
	switch {
	case left.cell != nil:
		a, b := *c.Left.Series, *c.Right.Series
		if a.Event != b.Event || a.Temperature != b.Temperature {
			return nil
		}
		return new(results.CompareSeriesAt(j.seriesOf(t.left), a, b, t.left.metricName(), t.left.percentile, j.options))
	case left.target != right.target && c.Left.Class == c.Right.Class && c.Left.Name == t.left.statistic:
		return new(j.run.Load.CompareAt(left.target, right.target, c.Left.Class, t.left.percentile, j.options))
	}
	return nil
}

// seriesOf are the series of the run by the metric of a term.
func (j *judge) seriesOf(t term) map[results.Series]verdict.Side {
	name := t.metricName()
	if j.sides[name] == nil {
		j.sides[name] = j.run.SidesBy(name)
	}
	return j.sides[name]
}

func (j *judge) side(t term, s results.Series) (verdict.Side, bool) {
	side, ok := j.seriesOf(t)[s]
	return side, ok
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
