package threshold

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Threshold is one condition. The zero value is none; [Parse] makes them.
type Threshold struct {
	text        string
	left        term
	operator    string
	right       term    // if it names a metric
	limit       float64 // otherwise, in milliseconds, percent, or a count
	limitUnit   results.Unit
	againstTerm bool
}

// String is the condition as it was written.
func (t Threshold) String() string { return t.text }

// Targets are the names of targets that the condition mentions.
func (t Threshold) Targets() []string {
	var names []string
	for _, side := range []term{t.left, t.right} {
		if side.target != "" {
			names = append(names, side.target)
		}
	}
	return names
}

// term is one figure of one target, or of every target if it names none.
type term struct {
	target string
	clock  string
	metric string
	// percentile is that of the metric p99, and 0 for the others.
	percentile float64
}

var (
	comparison = regexp.MustCompile(`^(.*?)\s*(>=|<=|>|<)\s*(.*)$`)
	// The target comes first and may hold dots; so do percentiles (p99.9).
	figure   = regexp.MustCompile(`^(?:(.+?)\.)??(?:(latency|service|firstByte|connect)\.)?(p[0-9]+(?:\.[0-9]+)?|mean|min|max|errors|dropped)$`)
	quantity = regexp.MustCompile(`^([0-9]*\.?[0-9]+)\s*(ns|us|µs|ms|s|m|%|)$`)
)

const grammar = "want [target.]figure > limit, such as p99>300ms, esmodule.p99>commonjs.p99 or errors>0.1%"

// Parse reads a condition.
func Parse(text string) (Threshold, error) {
	t := Threshold{text: strings.TrimSpace(text)}
	parts := comparison.FindStringSubmatch(t.text)
	if parts == nil {
		return Threshold{}, fmt.Errorf("threshold %q: %s", text, grammar)
	}
	var err error
	t.operator = parts[2]
	if t.left, err = parseTerm(parts[1]); err != nil {
		return Threshold{}, fmt.Errorf("threshold %q: %w", text, err)
	}
	if figure.MatchString(parts[3]) {
		t.againstTerm = true
		if t.right, err = parseTerm(parts[3]); err == nil && (t.left.percentile == 0 || t.right.percentile == 0) {
			err = fmt.Errorf("%s and %s cannot be judged against each other, since only percentiles have an interval: "+
				"one of two identical targets always has the larger mean; give a limit, such as 300ms or 0.1%%", parts[1], parts[3])
		}
	} else {
		t.limit, t.limitUnit, err = parseLimit(parts[3], t.left.timed())
	}
	if err != nil {
		return Threshold{}, fmt.Errorf("threshold %q: %w", text, err)
	}
	return t, nil
}

func parseTerm(text string) (term, error) {
	parts := figure.FindStringSubmatch(text)
	if parts == nil {
		return term{}, fmt.Errorf("%q is no figure of a load test (p50, p99, p99.9, mean, min, max, errors or dropped): %s", text, grammar)
	}
	f := term{target: parts[1], clock: parts[2], metric: parts[3]}
	if f.metric[0] == 'p' {
		p, err := strconv.ParseFloat(f.metric[1:], 64)
		if err != nil || !(p > 0 && p < 100) {
			return term{}, fmt.Errorf("%s is not a percentile between 0 and 100", f.metric)
		}
		f.percentile = p
	}
	if !f.timed() && f.clock != "" {
		return term{}, fmt.Errorf("%s has no clock %s", f.metric, f.clock)
	}
	return f, nil
}

// timed tells latencies from shares of requests.
func (f term) timed() bool { return f.metric != "errors" && f.metric != "dropped" }

// name is the figure for people: p99, or firstByte.p99.
func (f term) name() string {
	if f.clock == "" || f.clock == "latency" {
		return f.metric
	}
	return f.clock + "." + f.metric
}

func parseLimit(text string, timed bool) (float64, results.Unit, error) {
	parts := quantity.FindStringSubmatch(text)
	if parts == nil {
		return 0, "", fmt.Errorf("%q is neither a limit (300ms, 0.1%%) nor a figure: %s", text, grammar)
	}
	value, err := strconv.ParseFloat(parts[1], 64)
	if err != nil || math.IsInf(value, 0) {
		return 0, "", fmt.Errorf("%q is not a number", parts[1])
	}
	switch u := parts[2]; {
	case timed && (u == "" || u == "%"):
		return 0, "", fmt.Errorf("%q has no unit of time, such as 300ms or 1.5s", text)
	case timed:
		d, err := time.ParseDuration(parts[1] + u)
		if err != nil {
			return 0, "", err
		}
		return float64(d) / float64(time.Millisecond), results.Milliseconds, nil
	case u == "%":
		return value, results.Percent, nil
	case u == "":
		return value, results.Requests, nil
	}
	return 0, "", fmt.Errorf("%q is a time; requests are counted (5) or are a share (0.1%%)", text)
}
