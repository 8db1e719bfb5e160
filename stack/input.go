package stack

import "github.com/lambda-benchmark/lambda-benchmark/internal/matrix"

// WorkflowInput is what an execution of the workflow starts from.
type WorkflowInput struct {
	Plan WorkflowPlan `json:"plan"`
}

// WorkflowPlan says what a run measures.
type WorkflowPlan struct {
	Rounds      int              `json:"rounds"`
	Cold        int              `json:"cold"`
	Warm        int              `json:"warm"`
	Iterations  int              `json:"iterations"`
	Concurrency int              `json:"concurrency"`
	ScaleOut    matrix.Selection `json:"scaleOut,omitempty"`
}

// WorkflowInput is the input of the stage's runs, whoever starts them.
func (c Config) WorkflowInput() WorkflowInput {
	return WorkflowInput{WorkflowPlan{
		Rounds: c.Rounds, Cold: c.Cold, Warm: c.Warm, Iterations: c.Iterations,
		Concurrency: c.MapConcurrency, ScaleOut: c.ScaleOut,
	}}
}
