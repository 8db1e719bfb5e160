package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// asked says that one of the questions about cells was asked.
func asked(all answer.Answers) bool {
	return slices.ContainsFunc(all.Answers, func(a answer.Answer) bool { return a.Question != answer.Modules && a.Word != answer.NotAsked })
}

// writeAnswers writes the four answers, what speaks against them, and how they were decided.
func writeAnswers(s *sheet, r results.Run, all answer.Answers) {
	s.WriteString(findingsTitle(r.Manifest) + "\n\n")
	for _, a := range all.Answers {
		s.wrap(indent, indent+indent, emphasise(questionName(a.Question)+": "+answerText(a)))
	}
	for _, f := range findings(r) {
		if f.Doubt {
			s.wrap(indent, indent+indent, emphasise(f.Subject+": "+f.Text))
		}
	}
	s.WriteString("\n")
	for _, line := range decidedBy(all) {
		s.wrap(indent, indent+indent, line)
	}
	s.WriteString("\n")
}

// decidedBy says how the answers were decided.
func decidedBy(all answer.Answers) []string {
	e := event{string(all.Event.Workload), all.Event.Iterations}
	out := "out is a level that is slower than another in one of them and faster in none"
	if all.Event.Workload == "" {
		return []string{fmt.Sprintf("by the medians of first requests and p99 of all; %s", out)}
	}
	of := "the pick is the cheapest of the others at " + inPercent(all.ColdShare) + " cold starts"
	switch {
	case all.Pricing == nil && len(all.Billed) > 0:
		of = "the pick is that of the others which is billed the fewest GB-seconds at " + inPercent(all.ColdShare) + " cold starts, of architectures the first, since " + noPrices(all)
	case all.Pricing == nil:
		of = "the pick is the first of the others, since nothing was billed"
	}
	lines := []string{
		fmt.Sprintf("by the medians of the cold total and of the warm duration of %s, all else equal, modules by first requests and p99 of all; %s; %s", e, out, of),
		fmt.Sprintf("x 0.50 is half the time; tie: within %s; 5 %% of what is called faster or slower in one question may be chance", inPercent(all.Margin)),
	}
	if slices.ContainsFunc(all.Answers, func(a answer.Answer) bool { return a.Needs != nil }) {
		lines = append(lines, furtherLooks)
	}
	if slices.ContainsFunc(all.Answers, func(a answer.Answer) bool { return a.Needs != nil && a.Needs.Confidence == cost.Unconfirmed }) {
		lines = append(lines, unconfirmedNeedsNote(all))
	}
	if p := all.Pricing; p != nil && p.AsIf {
		lines = append(lines, asIfText(*p))
	}
	return lines
}

// unconfirmedNeedsNote says what the mark of dollars for more samples means.
func unconfirmedNeedsNote(all answer.Answers) string {
	return cost.UnconfirmedMark + ": dollars with prices that are not confirmed of " + all.Region
}

// unconfirmedNeeds says that what would decide an upgrade has such dollars.
func unconfirmedNeeds(all answer.Answers) bool {
	return slices.ContainsFunc(all.Upgrades, func(u answer.Upgrade) bool {
		return slices.ContainsFunc(u.Needs, func(n answer.Needs) bool { return n.Confidence == cost.Unconfirmed })
	})
}

// furtherLooks is said where more samples are asked for. The share is that of package
// verdict's TestFurtherLooks, which simulates it.
const furtherLooks = "decide beforehand how many more to take: who doubles the samples and looks until something is found, finds it without any difference in 25 % of all cases by the tenth look"

// asIfText says what dollars of a local run are.
func asIfText(p answer.Pricing) string {
	return "dollars are what AWS would take in " + p.Region + " if it had billed the durations of this machine, which are not its own"
}

// questionName is a question as a subject.
func questionName(q answer.Question) string {
	switch q {
	case answer.Memory:
		return "Memory size"
	case answer.Modules:
		return "Module system"
	}
	return capital(string(q))
}

// answerText is an answer in words.
func answerText(a answer.Answer) string {
	if a.Word == answer.NotAsked {
		switch a.Missing {
		case answer.NotValid, answer.NoAnswers, answer.NoSamples:
			return "not answered: " + notAskedText(a)
		}
		return "not asked: " + notAskedText(a)
	}
	subject := levelName(a, a.Pick) + ", " + string(a.Word)
	if a.Word == answer.Open {
		subject = "open between " + listed(levelNames(a, a.Front))
		if len(a.Front) < 2 {
			subject = "open"
		}
	}
	var ratios []string
	for _, r := range a.Ratios {
		ratios = append(ratios, ratioWords(r, a.Needs))
	}
	text := subject
	if len(a.Ratios) > 0 {
		sides := "against "
		if a.Pick == "" {
			sides = levelName(a, a.Ratios[0].A) + " against "
		}
		text += fmt.Sprintf("; %s%s: %s", sides, levelName(a, a.Ratios[0].B), strings.Join(ratios, ", "))
		if n := a.Ratios[0].Pairs; n > 1 {
			text += fmt.Sprintf(", over %d pairs", n)
		}
	}
	if a.Origin != nil {
		text += "; by " + runOf(a.Origin.Run, a.Origin.Started)
	}
	if n := needsText(a.Needs); n != "" {
		text += "; " + n
	}
	if costs := levelsCost(a); costs != "" {
		text += "; " + costs
	}
	return text
}

// levelsCost is what the two levels of the ratios cost for a million invocations.
func levelsCost(a answer.Answer) string {
	if len(a.Ratios) == 0 {
		return ""
	}
	first, other := levelCost(levelOf(a, a.Ratios[0].A)), levelCost(levelOf(a, a.Ratios[0].B))
	if first == "" || other == "" {
		return ""
	}
	return fmt.Sprintf("%s against %s for a million", first, other)
}

// levelCost is what a level costs for a million invocations: dollars, or GB-seconds where
// no price is known, or nothing.
func levelCost(l answer.Level) string {
	switch {
	case l.PerMillion != nil:
		return cost.Marked(money(*l.PerMillion), l.Confidence)
	case l.GBSeconds != nil:
		return gigabyteSeconds(*l.GBSeconds)
	}
	return ""
}

func levelOf(a answer.Answer, name string) answer.Level {
	if i := slices.IndexFunc(a.Levels, func(l answer.Level) bool { return l.Name == name }); i >= 0 {
		return a.Levels[i]
	}
	return answer.Level{Name: name}
}

// levelName is a level with the word deprecated behind it, if it is.
func levelName(a answer.Answer, name string) string {
	if levelOf(a, name).Deprecated {
		return name + " (deprecated)"
	}
	return name
}

func levelNames(a answer.Answer, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = levelName(a, name)
	}
	return out
}

// notAskedText says why a question was not asked, and what would answer it.
func notAskedText(a answer.Answer) string {
	only := ""
	if len(a.Levels) > 0 {
		only = a.Levels[0].Name
	}
	switch a.Missing {
	case answer.OneLevel:
		return "only " + only + " was measured"
	case answer.HostOnly:
		return "a machine measures its own architecture only, here " + only + "; a stage on AWS has both"
	case answer.NoPair:
		return "no two cells differ in nothing else"
	case answer.NotValid:
		return "the load test is not valid"
	case answer.NoAnswers:
		return "nothing came back from one of the modules"
	case answer.NoSamples:
		return "the samples are no longer known"
	case answer.NoLoad:
		return "there was no load test of the two modules"
	}
	return "nothing was measured"
}

// measureName is what a ratio is of.
func measureName(m answer.Measure) string {
	switch {
	case m.Temperature == results.Cold:
		return "cold total"
	case m.Temperature == results.Warm:
		return "warm duration"
	case m.Class.Environment == results.FirstInvocation:
		return figureName(m.Percentile) + " of first requests"
	case m.Class == results.ClassKey{}:
		return figureName(m.Percentile) + " of all requests"
	}
	return figureName(m.Percentile) + " of " + classWords(m.Class)
}

// ratioWords are a ratio with its interval and its word, and why it is undecided, unless
// what the answer needs says that.
func ratioWords(r answer.Ratio, needs *answer.Needs) string {
	text := measureName(r.Measure)
	if r.Ratio != nil {
		text += fmt.Sprintf(" x %s (95 %% interval %s to %s)", number(*r.Ratio), number(r.Interval[0]), number(r.Interval[1]))
	}
	switch r.Word {
	case verdict.Same:
		return text + ", the same"
	case verdict.Undecided:
		text += ", undecided"
		if r.Ratio == nil {
			text = measureName(r.Measure) + " undecided"
		}
		if needs != nil && needs.Measure == r.Measure {
			return text
		}
		if why := reasonOf(r.Reason, r.Measure.Percentile); why != "" {
			text += " (" + why + ")"
		}
		return text
	}
	return text + ", " + string(r.Word)
}

// reasonOf is a reason of a ratio in words.
func reasonOf(why verdict.Reason, percentile float64) string {
	if why.Kind == verdict.NoRatio {
		return "a time of zero has no ratio"
	}
	return reasonText(results.Comparison{Percentile: percentile, Reason: why})
}

// needsText says what would decide an open question.
func needsText(n *answer.Needs) string {
	if n == nil {
		return ""
	}
	what := "more " + samplesName(n.Measure)
	samples := counted(n.Samples[0], what) + " of each"
	if n.Samples[1] > n.Samples[0] {
		samples = fromTo(grouped(n.Samples[0]), counted(n.Samples[1], what)) + " of each"
	}
	if n.Cells > 0 {
		samples += fmt.Sprintf(" of %d cells", n.Cells)
	}
	text := "needs about "
	switch {
	case n.Rounds > 0:
		text += counted(n.Rounds, "more round") + " with " + samples
	case n.Environments > 0:
		text += counted(n.Environments, "more execution environment") + " with " + samples
	case n.Seconds > 0:
		text += counted(n.Seconds, "more second") + " of requests"
	default:
		text += samples
	}
	if costs := needsCosts(*n); costs != "" {
		text += ": " + costs
	}
	return text
}

// samplesName is one of the samples that a measure is of.
func samplesName(m answer.Measure) string {
	switch {
	case m.Temperature == results.Cold:
		return "cold start"
	case m.Temperature == results.Warm:
		return "warm invocation"
	case m.Class.Environment == results.FirstInvocation:
		return "first request"
	}
	return "request"
}

// needsCosts is how long it takes, and what it costs, to meet a need.
func needsCosts(n answer.Needs) string {
	var costs []string
	if n.Minutes != nil && n.Seconds == 0 {
		costs = append(costs, minutes(*n.Minutes))
	}
	if n.USD != nil {
		costs = append(costs, cost.Marked(fromTo(cost.Dollars(n.USD[0]), cost.Dollars(n.USD[1])), n.Confidence))
	}
	return strings.Join(costs, ", ")
}

// moreText is how many samples a need is of, and what they cost.
func moreText(n answer.Needs) string {
	text := fromTo(grouped(n.Samples[0]), grouped(n.Samples[1]))
	if costs := needsCosts(n); costs != "" {
		text += " (" + costs + ")"
	}
	return text
}

// fromTo is a range in words.
func fromTo(lo, hi string) string {
	if lo == hi {
		return lo
	}
	return lo + " to " + hi
}

// minutes is a range of minutes, or of seconds where it is short.
func minutes(m [2]float64) string {
	if m[1] < 2 {
		return fromTo(fmt.Sprintf("%.0f", math.Ceil(60*m[0])), fmt.Sprintf("%.0f", math.Ceil(60*m[1]))) + " seconds"
	}
	return fromTo(fmt.Sprintf("%.0f", math.Ceil(m[0])), fmt.Sprintf("%.0f", math.Ceil(m[1]))) + " minutes"
}

// money is dollars with their sign.
func money(usd float64) string { return "$" + dollars(usd) }
