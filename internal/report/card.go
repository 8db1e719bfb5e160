package report

import (
	"fmt"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
)

// card is the answer to one question.
type card struct {
	Question string
	chip
	Pick string
	// Lines are the ratios, or why there is no answer.
	Lines  []string
	Levels []cardLevel
	// Needs is what would decide an open question.
	Needs string
}

// Folded says that the levels are too many to be shown beside the other cards.
func (c card) Folded() bool { return len(c.Levels) > 8 }

// cardLevel is what a level costs.
type cardLevel struct {
	Name, PerMillion string
	Deprecated       bool
}

// cards are the four answers. A load test alone has the one about modules, if it asked that.
func cards(answers answer.Answers, loadOnly bool) []card {
	var all []card
	for _, a := range answers.Answers {
		if !loadOnly || a.Word != answer.NotAsked {
			all = append(all, newCard(a))
		}
	}
	return all
}

func newCard(a answer.Answer) card {
	c := card{Question: questionText[a.Question], Pick: a.Pick}
	c.chip = chip{map[answer.Word]string{answer.Clear: "good", answer.Tie: "plain", answer.Trade: "plain", answer.Open: "open", answer.NotAsked: "plain"}[a.Word], strings.ReplaceAll(string(a.Word), "-", " ")}
	if a.Word == answer.NotAsked {
		c.Lines = []string{notAskedText(a)}
		return c
	}
	if a.Pick == "" {
		c.Pick = listed(a.Front)
	}
	if len(a.Ratios) > 0 {
		against := "against " + levelName(a, a.Ratios[0].B)
		if a.Pick == "" {
			against = levelName(a, a.Ratios[0].A) + " " + against
		}
		if n := a.Ratios[0].Pairs; n > 1 {
			against += fmt.Sprintf(", over %d pairs of cells", n)
		}
		c.Lines = append(c.Lines, against)
	}
	for _, r := range a.Ratios {
		c.Lines = append(c.Lines, ratioWords(r, a.Needs))
	}
	if a.Origin != nil {
		c.Lines = append(c.Lines, "by "+runOf(a.Origin.Run, a.Origin.Started))
	}
	for _, l := range a.Levels {
		if perMillion := levelCost(l); perMillion != "" {
			c.Levels = append(c.Levels, cardLevel{l.Name, perMillion, l.Deprecated})
		}
	}
	c.Needs = needsText(a.Needs)
	return c
}

var questionText = map[answer.Question]string{
	answer.Runtime: "Which runtime?", answer.Architecture: "Which architecture?", answer.Memory: "Which memory size?", answer.Modules: "Which module system?",
}
