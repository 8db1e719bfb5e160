package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// writeThresholds lists what became of the conditions, before anything else.
func writeThresholds(s *sheet, all []results.Threshold) {
	for _, line := range thresholdLines(all) {
		s.wrap("", indent, emphasise(line))
	}
	if len(all) > 0 {
		s.WriteString("\n")
	}
}

// thresholdLines say what became of the conditions.
func thresholdLines(all []results.Threshold) []string {
	var lines []string
	for _, t := range all {
		word := map[results.Outcome]string{results.Breached: "BREACHED", results.Passed: "not so"}[t.Outcome]
		lines = append(lines, fmt.Sprintf("fail if %s: %s, %s", t.Condition, cmp.Or(word, "not decided"), ThresholdReason(t)))
	}
	return lines
}

// Failure is a condition that fails a run, with its figures, for an error message.
func Failure(t results.Threshold) string {
	if t.Outcome == results.NotDecided {
		return t.Condition + ": not decided, " + ThresholdReason(t)
	}
	return t.Condition + ": " + ThresholdReason(t)
}

// ThresholdReason is the figures that a condition was judged by: those of the
// targets whose outcome is that of the condition.
func ThresholdReason(t results.Threshold) string {
	var texts []string
	for _, c := range t.Checks {
		if c.Outcome == t.Outcome {
			texts = append(texts, checkText(c))
		}
	}
	return strings.Join(texts, "; ")
}

func checkText(c results.Check) string {
	switch {
	case c.Left.Value == nil || c.Right == nil:
		return figureText(c.Left)
	case c.Right.Value == nil:
		return figureText(*c.Right)
	case c.Comparison != nil:
		return verdictLine(*c.Comparison, sharedName(c.Left))
	}
	return figureText(c.Left) + ", " + figureText(*c.Right)
}

// figureText is a figure in words: p99 of esmodule is 12.3 ms.
func figureText(f results.Figure) string {
	name := f.Name + " of " + subjectText(f)
	switch f.Missing {
	case results.NoTarget:
		if f.Target == "" {
			return f.Name + " cannot be told: there was no load test"
		}
		return "there is no target " + f.Target
	case results.NoCell:
		return f.Name + " cannot be told: the run has no such cell"
	}
	if why := missingTexts[f.Missing]; why != "" {
		return name + " cannot be told: " + why
	}
	switch f.Unit {
	case results.Milliseconds:
		text := fmt.Sprintf("%s is %s ms", name, fourDigits(*f.Value))
		if f.AtLeast {
			text = fmt.Sprintf("%s is at least %s ms (%d of %d requests have no answer)", name, fourDigits(*f.Value), f.Unanswered, f.N)
		}
		return text + boundsText(f)
	case results.Percent:
		return fmt.Sprintf("%s: %s %% (%d of %d)", name, fourDigits(*f.Value), f.N, f.Of)
	}
	return fmt.Sprintf("%s: %d", name, f.N)
}

var missingTexts = map[results.Missing]string{
	results.NoAnswer:       "nothing answered",
	results.NothingSent:    "nothing was sent",
	results.NothingPlanned: "nothing was planned",
	results.NoClass:        "no answer came from such a start",
	results.NotKept:        "only a few percentiles of that clock were recorded",
	results.NotMeasured:    "there are no such samples",
	results.NoCounterpart:  "the run does not have one figure that it stands against",
}

// starts are the samples of a temperature in a sentence.
var starts = map[results.Temperature]string{results.Cold: "cold starts", results.Warm: "warm invocations"}

// sharedName is what a figure and the one that it is compared with have in common.
func sharedName(f results.Figure) string {
	switch {
	case f.Series != nil:
		return f.Name + " of " + starts[f.Series.Temperature]
	case f.Class != results.ClassKey{}:
		return f.Name + " of " + classWords(f.Class)
	}
	return f.Name
}

// subjectText is what a figure is of.
func subjectText(f results.Figure) string {
	switch {
	case f.Series != nil:
		text := fmt.Sprintf("%s of %v", starts[f.Series.Temperature], f.Series.Variant)
		if f.Series.Event.Workload != functions.WorkloadHello {
			text += ", " + string(f.Series.Event.Workload)
		}
		return text
	case f.Class != results.ClassKey{}:
		return fmt.Sprintf("%s of %s", classWords(f.Class), f.Target)
	}
	return f.Target
}

// boundsText is the interval of a figure, and what it lacks for one. It is empty for a
// figure that has none.
func boundsText(f results.Figure) string {
	var parts []string
	lacking := "an interval"
	switch {
	case f.Low != nil && f.High != nil:
		parts = append(parts, fmt.Sprintf("95 %% interval %s to %s", fourDigits(*f.Low), fourDigits(*f.High)))
	case f.Low != nil:
		parts = append(parts, fmt.Sprintf("97.5 %% sure of %s or more", fourDigits(*f.Low)))
		lacking = "an upper bound"
	case f.High != nil:
		parts = append(parts, fmt.Sprintf("97.5 %% sure of %s or less", fourDigits(*f.High)))
		lacking = "a lower bound"
	}
	switch r := f.Reason; r.Kind {
	case verdict.NeedsSamples:
		parts = append(parts, fmt.Sprintf("%s needs %d samples, there are %d", lacking, r.Needs, r.Has))
	case verdict.WorthTooFew:
		parts = append(parts, fmt.Sprintf("%s needs %d independent samples, and these are worth %d", lacking, r.Needs, r.Has))
	case verdict.NeedsBlocks:
		parts = append(parts, fmt.Sprintf("answers depend on when they came: an interval takes %d seconds, there are %d", r.Needs, r.Has))
	case verdict.Unanswered:
		parts = append(parts, "requests without an answer hide its upper bound")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// fourDigits has four significant digits, and all of those before the point.
func fourDigits(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
