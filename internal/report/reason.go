package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// reasonText is why a comparison has its verdict; empty for a difference that
// was found.
func reasonText(c results.Comparison) string {
	switch r := c.Reason; r.Kind {
	case verdict.WithinMargin:
		return fmt.Sprintf("within %.4g ms", r.Margin)
	case verdict.NeedsSamples:
		return fmt.Sprintf("p%v needs %d samples of each, there are %d", c.Percentile, r.Needs, r.Has)
	case verdict.NeedsClusters:
		return fmt.Sprintf("it takes %d execution environments of each that say who they are, there are %d", r.Needs, r.Has)
	case verdict.NeedsBlocks:
		return fmt.Sprintf("answers depend on when they came: it takes %d seconds, there are %d", r.Needs, r.Has)
	case verdict.WorthTooFew:
		return fmt.Sprintf("answers of the same moments resemble each other: those of one side are worth %d independent ones, and p%v needs %d", r.Has, c.Percentile, r.Needs)
	case verdict.NeedsRuns:
		return fmt.Sprintf("two runs of the same thing differ too: a word takes %d alternating runs of each, and there are %d", r.Needs, r.Has)
	case verdict.Drifts:
		return "the difference drifted over the whole time, which is too short to average over that: run longer"
	case verdict.NoSuchInterval:
		return fmt.Sprintf("no number of samples bears an interval of p%v at confidence %v", c.Percentile, r.Confidence)
	case verdict.MoreSamples:
		return fmt.Sprintf("about %d more samples of each would decide", r.More)
	case verdict.TooClose:
		text := fmt.Sprintf("more than %d times the samples would be needed", r.Times)
		if r.Margin == 0 {
			text += "; with a margin it might be called the same"
		}
		return text
	case verdict.Unanswered:
		return fmt.Sprintf("requests without an answer hide p%v", c.Percentile)
	case verdict.MayBeChance:
		return fmt.Sprintf("among %d comparisons, this one may be chance", r.Comparisons)
	}
	return ""
}

// NotValidReasons say why a load test is not valid, and what to change.
func NotValidReasons(l results.Load) []string {
	if l.LogsOnly {
		return []string{"the run was killed before it could judge itself: only what had been answered is known"}
	}
	var all []string
	for _, f := range l.Generator.Faults {
		all = append(all, faultText(f))
	}
	return all
}

func faultText(f results.Fault) string {
	switch f.Kind {
	case results.RateMissed:
		return fmt.Sprintf("%.1f of %.1f requests/s were sent; lower the rate or give the generator more CPU", f.AchievedRate, f.OfferedRate)
	case results.OneLateStart:
		return fmt.Sprintf("one request was begun %.0f ms late", f.SlipMs)
	case results.LateStarts:
		return fmt.Sprintf("1 %% of the requests were begun more than %.1f ms late, which is more than a tenth of the median latency", f.SlipMs)
	case results.OtherLoad:
		return "something else used this machine's CPU: free it, lower the rate, or send from another machine"
	case results.NoFreeConnection:
		return fmt.Sprintf("%d requests waited because all %d connections were in use; allow more, or lower the rate", f.Requests, f.MaxConns)
	case results.SenderBusy:
		return fmt.Sprintf("a sending thread was busy %.0f %% of the time; use more shards or more machines", 100*f.Busy)
	}
	return string(f.Kind)
}

func doubtText(d results.Doubt) string {
	switch d.Kind {
	case results.WasInterrupted:
		return d.Run + " was interrupted"
	case results.WasKilled:
		return d.Run + " has no summary"
	case results.NotValid:
		return d.Run + " is not valid: " + faultText(*d.Fault)
	case results.Unanswered:
		return fmt.Sprintf("%s: %d of %d requests to %s have no answer, and no latency", d.Run, d.Requests, d.Planned, d.Target)
	}
	return d.Run + ": " + string(d.Kind)
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
		return verdictLine(*c.Comparison, c.Left.Name)
	}
	return figureText(c.Left) + ", " + figureText(*c.Right)
}

// figureText is a figure in words: p99 of esmodule is 12.3 ms.
func figureText(f results.Figure) string {
	name := f.Name + " of " + f.Target
	switch f.Missing {
	case results.NoTarget:
		return "there is no target " + f.Target
	case results.NoAnswer:
		return name + " cannot be told: nothing answered"
	case results.NothingSent:
		return name + " cannot be told: nothing was sent"
	case results.NothingPlanned:
		return name + " cannot be told: nothing was planned"
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
