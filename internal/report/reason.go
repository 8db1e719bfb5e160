package report

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// reasonText is why a comparison has its verdict; empty for a difference that
// was found.
func reasonText(c results.Comparison) string { return reasonAt(c.Reason, c.Percentile, "ms") }

// reasonAt is why a judgement of a percentile has its word, in a unit.
func reasonAt(r verdict.Reason, percentile float64, unit string) string {
	switch r.Kind {
	case verdict.WithinMargin:
		return fmt.Sprintf("within %.4g %s", r.Margin, unit)
	case verdict.NeedsSamples:
		return fmt.Sprintf("p%v needs %d samples of each, there are %d", percentile, r.Needs, r.Has)
	case verdict.NeedsClusters:
		return fmt.Sprintf("it takes %d execution environments of each that say who they are, there are %d", r.Needs, r.Has)
	case verdict.NeedsRounds:
		return fmt.Sprintf("samples of one round resemble each other: it takes %d rounds, there are %d", r.Needs, r.Has)
	case verdict.NeedsBlocks:
		return fmt.Sprintf("answers depend on when they came: it takes %d seconds, there are %d", r.Needs, r.Has)
	case verdict.WorthTooFew:
		return fmt.Sprintf("answers of the same moments resemble each other: those of one side are worth %d independent ones, and p%v needs %d", r.Has, percentile, r.Needs)
	case verdict.NeedsRuns:
		if r.Has == 1 && r.Margin > 0 {
			return fmt.Sprintf("two runs of the same thing differ too: a word takes %d alternating runs of each, or an interval beyond the margin", r.Needs)
		}
		return fmt.Sprintf("two runs of the same thing differ too: a word takes %d alternating runs of each, and there are %d", r.Needs, r.Has)
	case verdict.NoValues:
		return "only the summary of a run is there, since its samples have expired"
	case verdict.Drifts:
		return "the difference drifted over the whole time, which is too short to average over that: run longer"
	case verdict.NoSuchInterval:
		return fmt.Sprintf("no number of samples bears an interval of p%v at confidence %v", percentile, r.Confidence)
	case verdict.MoreSamples:
		return fmt.Sprintf("about %s more samples of each would decide, if the difference is the one seen", countRange(r.More, r.Most))
	case verdict.MoreRuns:
		return fmt.Sprintf("about %s more runs of each would decide, if the difference is the one seen", countRange(r.More, r.Most))
	case verdict.TooClose:
		text := fmt.Sprintf("more than %d times as many would be needed", r.Times)
		if r.Margin == 0 {
			text += "; with a margin it might be called the same"
		}
		return text
	case verdict.Unanswered:
		return fmt.Sprintf("requests without an answer hide p%v", percentile)
	case verdict.PlacesDisagree:
		return "the smaller median is that of the one which is slower more often than not, as the places say: modes cross"
	case verdict.MayBeChance:
		return fmt.Sprintf("among %d comparisons, this one may be chance", r.Comparisons)
	}
	return ""
}

// countRange is a range of counts in words.
func countRange(lo, hi int64) string { return fromTo(grouped(lo), grouped(max(lo, hi))) }

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
		return d.Run + " has no end: it was killed, or it is still running"
	case results.NotValid:
		return d.Run + " is not valid: " + faultText(*d.Fault)
	case results.Disturbed:
		return d.Run + " is not valid: " + OthersCPUText(*d.OthersCPU)
	case results.Unanswered:
		return fmt.Sprintf("%s: %d of %d requests to %s have no answer, and no latency", d.Run, d.Requests, d.Planned, d.Target)
	}
	return d.Run + ": " + string(d.Kind)
}
