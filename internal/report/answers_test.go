package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
)

// TestJSONHasTheAnswers reads what a program would read of a run.
func TestJSONHasTheAnswers(t *testing.T) {
	r := run(summary(30, 120), manifest())
	r.Samples = samples(30, 120)
	var b bytes.Buffer
	if err := report.Write(&b, report.FormatJSON, r); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Manifest json.RawMessage   `json:"manifest"`
		Variants []json.RawMessage `json:"variants"`
		Answers  answer.Answers    `json:"answers"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Manifest) == 0 || len(got.Variants) != len(r.Variants) {
		t.Error("the run itself is not there")
	}
	var questions []answer.Question
	for _, a := range got.Answers.Answers {
		questions = append(questions, a.Question)
	}
	if len(questions) != 4 || questions[0] != answer.Runtime || questions[3] != answer.Modules || got.Answers.Answers[0].Pick != "rust" || !got.Answers.Pricing.AsIf {
		t.Errorf("the answers are to %v: %+v", questions, got.Answers)
	}
}

// TestAnswersFitANarrowTerminal wants no line of the answers beyond 80 columns.
func TestAnswersFitANarrowTerminal(t *testing.T) {
	both := onBothArchitectures(samples(40, 160))
	r := run(summarised(both), manifest())
	r.Samples = both
	for line := range strings.SplitSeq(text(t, r, console.Terminal{Width: 80}), "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}
