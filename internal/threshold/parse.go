package threshold

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Threshold is one condition. The zero value is none; [Parse] makes them.
type Threshold struct {
	text        string
	left        term
	operator    string
	right       term    // if it names a figure
	limit       float64 // otherwise, in milliseconds, percent, or a count
	limitUnit   results.Unit
	againstTerm bool
}

// String is the condition as it was written.
func (t Threshold) String() string { return t.text }

// Check refuses a condition about a target or a cell that a run with these will not
// have. A run without cells, or without targets, gives none.
func (t Threshold) Check(targets []string, cells []matrix.Variant) error {
	for _, side := range t.sides() {
		switch {
		case side.ofCells() && len(cells) == 0:
			return errors.New("cold and warm are of cells, and a load test measures none")
		case side.ofCells() && !slices.ContainsFunc(cells, side.names):
			return fmt.Errorf("no cell is %s", strings.Join(side.cell, "/"))
		case side.target != "" && !slices.Contains(targets, side.target):
			return fmt.Errorf("there is no target %q among %s", side.target, strings.Join(targets, ", "))
		}
	}
	return nil
}

// sides are the figures that the condition names.
func (t Threshold) sides() []term {
	if t.againstTerm {
		return []term{t.left, t.right}
	}
	return []term{t.left}
}

var (
	comparison = regexp.MustCompile(`^(.*?)\s*(>=|<=|>|<)\s*(.*)$`)
	quantity   = regexp.MustCompile(`^([0-9]*\.?[0-9]+)\s*(ns|us|µs|ms|s|m|%|)$`)
)

const grammar = "want [target.]figure > limit, such as p99>300ms, esmodule.p99>commonjs.p99, nodejs22.x/arm64/512.cold.p50>300ms or errors>0.1%"

// Meaning says for a command's help when a condition is true.
const Meaning = "a percentile is true of a limit if its whole 95 % interval is, and of another one if the difference is judged so; in between the condition is not decided"

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
	if isTerm(parts[3]) {
		t.againstTerm = true
		if t.right, err = parseTerm(parts[3]); err == nil {
			err = against(t.left, t.right, parts[1], parts[3])
		}
	} else {
		t.limit, t.limitUnit, err = parseLimit(parts[3], t.left.timed())
	}
	if err != nil {
		return Threshold{}, fmt.Errorf("threshold %q: %w", text, err)
	}
	return t, nil
}

// against refuses two figures that cannot be judged against each other.
func against(left, right term, leftText, rightText string) error {
	switch {
	case left.ofCells() != right.ofCells():
		return fmt.Errorf("%s and %s cannot be judged against each other: one is of cells, the other of a load test", leftText, rightText)
	case left.percentile == 0 || right.percentile == 0:
		return fmt.Errorf("%s and %s cannot be judged against each other, since only percentiles have an interval: "+
			"one of two identical targets always has the larger mean; give a limit, such as 300ms or 0.1%%", leftText, rightText)
	}
	return nil
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
