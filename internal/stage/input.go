package stage

import (
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

// warmUp is the number of invocations between an environment's first and the warm
// ones that are measured.
const warmUp = 1

// WorkflowInput is the input of the stage's runs. An execution may override it.
func (c Config) WorkflowInput() workflow.Input {
	return workflow.Input{Counts: results.Counts{
		Rounds: c.Rounds, Cold: c.Cold, Warm: c.Warm, WarmUp: warmUp, Iterations: c.Iterations,
		Concurrency: c.MapConcurrency, ScaleOut: c.ScaleOut,
	}}
}
