package threshold

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Target is what a condition may ask about one target.
type Target struct {
	Name                             string
	Planned, Sent, Dropped, Answered int64
	Latency, Service, FirstByte      *latency.Histogram
	Connect                          *latency.Histogram
}

// Judge says whether the condition is breached, and by which figures. Where its
// left side names no target, any target may breach it; where its right side
// names none, it is the left one's.
func (t Threshold) Judge(targets []Target) results.Threshold {
	judged := results.Threshold{Condition: t.text}
	var breaches, others []string
	for _, at := range targets {
		if t.left.target != "" && t.left.target != at.Name {
			continue
		}
		breached, reason := t.judgeFor(at, targets)
		if breached {
			breaches = append(breaches, reason)
		} else {
			others = append(others, reason)
		}
	}
	if len(breaches)+len(others) == 0 {
		breaches = []string{"there is no target " + t.left.target}
	}
	judged.Breached = len(breaches) > 0
	if judged.Breached {
		others = breaches
	}
	judged.Reason = strings.Join(others, "; ")
	return judged
}

// judgeFor judges the condition for one target, which sides without a name mean.
func (t Threshold) judgeFor(at Target, targets []Target) (breached bool, reason string) {
	left, why := t.left.read(at, targets, t.share())
	if why != "" {
		return true, why
	}
	limit, rightText := t.limit, show(t.limit, t.limitUnit)
	if t.againstTerm {
		right, why := t.right.read(at, targets, true)
		if why != "" {
			return true, why
		}
		limit, rightText = right.value, right.text
	}
	breached = compare(left.value, t.operator, limit)
	if t.againstTerm {
		return breached, left.text + ", " + rightText
	}
	return breached, left.text
}

// share says that requests are compared as a share and not as a number.
func (t Threshold) share() bool { return t.againstTerm || t.limitUnit == percent }

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

// reading is a figure that was found.
type reading struct {
	value float64
	text  string // p99 of esmodule is 12.3 ms
}

// read looks the figure up; why says what is missing.
func (f term) read(at Target, targets []Target, share bool) (r reading, why string) {
	if f.target != "" {
		found := false
		for _, t := range targets {
			if t.Name == f.target {
				at, found = t, true
			}
		}
		if !found {
			return reading{}, fmt.Sprintf("there is no target %s", f.target)
		}
	}
	if !f.timed() {
		return f.readRequests(at, share)
	}
	h := map[string]*latency.Histogram{"": at.Latency, "latency": at.Latency, "service": at.Service, "firstByte": at.FirstByte, "connect": at.Connect}[f.clock]
	if h == nil || h.N() == 0 {
		return reading{}, fmt.Sprintf("%s of %s cannot be told: nothing answered", f.name(), at.Name)
	}
	n, note := h.N(), ""
	switch f.metric {
	case "mean":
		r.value = *h.Percentiles().Mean
	case "min":
		r.value = h.AtRank(1)
	case "max":
		r.value = h.AtRank(n)
	default:
		r.value = h.AtRank(verdict.RankOf(f.percentile, n))
		if need := verdict.MinSamples(f.percentile, verdict.DefaultConfidence); n < need {
			note = fmt.Sprintf(" (judged by %d samples, although it needs %d)", n, need)
		}
	}
	r.text = fmt.Sprintf("%s of %s is %s%s", f.name(), at.Name, show(r.value, milliseconds), note)
	return r, ""
}

// readRequests are the requests without an answer, or those that were never sent.
func (f term) readRequests(at Target, share bool) (r reading, why string) {
	n, of, what := at.Sent-at.Answered, at.Sent, "sent"
	if f.metric == "dropped" {
		n, of, what = at.Dropped, at.Planned, "planned"
	}
	if !share {
		r.value = float64(n)
		r.text = fmt.Sprintf("%s of %s: %d", f.metric, at.Name, n)
		return r, ""
	}
	if of == 0 {
		return reading{}, fmt.Sprintf("%s of %s cannot be told: nothing was %s", f.metric, at.Name, what)
	}
	r.value = 100 * float64(n) / float64(of)
	r.text = fmt.Sprintf("%s of %s: %s (%d of %d)", f.metric, at.Name, show(r.value, percent), n, of)
	return r, ""
}

// show is a value with its unit.
func show(v float64, u unit) string {
	text := strconv.FormatFloat(v, 'g', 4, 64)
	if v >= 1000 {
		text = strconv.FormatFloat(v, 'f', 0, 64)
	}
	switch u {
	case milliseconds:
		return text + " ms"
	case percent:
		return text + " %"
	}
	return text
}
