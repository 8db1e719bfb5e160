package stage

import (
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// unknownMemoryMB is what an estimate takes an existing function to have: what
// it really has is known to AWS only.
const unknownMemoryMB = 1024

// Estimate says what a run of the stage and a month of it cost in a region, which may be
// empty if it is not known.
func (c Config) Estimate(region string) (cost.Breakdown, error) {
	s := cost.Stage{
		Region:   region,
		Measured: c.Benchmarked(),
		Cold:     c.Cold, Warm: c.Warm, Rounds: c.Rounds, Iterations: c.Iterations, Every: c.every(), MapConcurrency: c.MapConcurrency,
		Harness: matrix.Variant{Architecture: c.Architecture, MemoryMB: harnessMemoryMB},
		Modules: c.Modules(), ProvisionedConcurrency: c.ProvisionedConcurrency,
		SampleTTLDays: c.SampleTTLDays, PointInTimeRecovery: c.PointInTimeRecovery,
		HoldIterations: bench.HoldIterations,
	}
	for _, f := range c.Functions {
		s.Measured = append(s.Measured, matrix.Variant{Function: f.ARN, Architecture: functions.X8664, MemoryMB: unknownMemoryMB})
	}
	if c.APIKeySecret == "" {
		s.Secrets = 1
	}
	b, err := cost.Estimate(s)
	if err != nil {
		return cost.Breakdown{}, fmt.Errorf("config: %w", err)
	}
	return b, nil
}

// every is the time between two runs, 0 if none is scheduled.
func (c Config) every() time.Duration {
	if !c.ScheduleEnabled {
		return 0
	}
	return c.Schedule.Every
}
