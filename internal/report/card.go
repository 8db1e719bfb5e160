package report

import (
	"fmt"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// card is the answer to one question.
type card struct {
	Question string
	chip
	Pick, Against string
	// Lines are the ratios, or why there is no answer.
	Lines  []string
	Levels []cardLevel
	// Needs is what would decide an open question.
	Needs string
}

// cardLevel is what a level costs.
type cardLevel struct {
	Name, PerMillion string
	Deprecated       bool
}

// cards are the four answers.
func (b board) cards() []card {
	var all []card
	for _, a := range b.answers.Answers {
		all = append(all, newCard(a))
	}
	return all
}

func newCard(a answer.Answer) card {
	c := card{Question: questionText[a.Question], Pick: a.Pick, Against: a.Against}
	c.chip = chip{map[answer.Word]string{answer.Clear: "good", answer.Tie: "plain", answer.Trade: "plain", answer.Open: "open", answer.NotAsked: "plain"}[a.Word], strings.ReplaceAll(string(a.Word), "-", " ")}
	if a.Word == answer.NotAsked {
		c.Lines = []string{notAskedText(a)}
		return c
	}
	if a.Pick == "" {
		c.Pick = listed(a.Front)
	}
	for _, r := range a.Ratios {
		c.Lines = append(c.Lines, ratioText(r))
	}
	for _, l := range a.Levels {
		if l.PerMillion != nil {
			c.Levels = append(c.Levels, cardLevel{l.Name, dollars(*l.PerMillion), l.Deprecated})
		}
	}
	c.Needs = needsText(a.Needs)
	return c
}

var questionText = map[answer.Question]string{
	answer.Runtime: "Which runtime?", answer.Architecture: "Which architecture?", answer.Memory: "Which memory size?", answer.Modules: "Which module system?",
}

// ratioText is a ratio in words: cold start: 0.86 times that of x86_64 (0.81 to 0.92).
func ratioText(r answer.Ratio) string {
	what := map[results.Temperature]string{results.Cold: "cold start", results.Warm: "warm invocation"}[r.Measure.Temperature]
	if what == "" {
		what = classWords(r.Measure.Class) + ", " + figureName(r.Measure.Percentile)
	}
	if r.Ratio == nil {
		return what + ": " + reasonText(results.Comparison{Percentile: r.Measure.Percentile, Reason: r.Reason})
	}
	return fmt.Sprintf("%s: %s times that of %s (%s to %s)", what, number(*r.Ratio), r.B, number(r.Interval[0]), number(r.Interval[1]))
}
