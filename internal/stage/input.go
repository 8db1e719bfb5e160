package stage

import "github.com/lambda-benchmark/lambda-benchmark/internal/workflow"

// WorkflowInput is what an execution of the workflow starts from.
type WorkflowInput struct {
	Plan workflow.Plan `json:"plan"`
}

// WorkflowInput is the input of the stage's runs.
func (c Config) WorkflowInput() WorkflowInput {
	return WorkflowInput{workflow.Plan{
		Rounds: c.Rounds, Cold: c.Cold, Warm: c.Warm, Iterations: c.Iterations,
		Concurrency: c.MapConcurrency, ScaleOut: c.ScaleOut,
	}}
}
