package results_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

func ExampleSummarise() {
	v := resultstest.Variant("nodejs22.x")
	sample := func(init, duration, elapsed time.Duration) results.Sample {
		return results.Sample{
			Variant: v, Event: functions.Event{Workload: functions.WorkloadHello}, Elapsed: elapsed,
			Record: &lambdalog.Record{InitDuration: &init, Duration: &duration},
			Answer: &functions.Answer{Invocation: 1, InitializationType: functions.OnDemand},
		}
	}
	all := results.Summarise(slices.Values([]results.Sample{
		sample(150*time.Millisecond, 8*time.Millisecond, 170*time.Millisecond),
		sample(170*time.Millisecond, 9*time.Millisecond, 190*time.Millisecond),
		sample(160*time.Millisecond, 7*time.Millisecond, 20*time.Millisecond), // its init was over before the request
	}))
	for _, s := range all[v] {
		fmt.Println(s.Temperature, s.N, "init p90:", *s.Metrics[results.InitMs].P90, "ms")
	}
	// Output:
	// cold 2 init p90: 170 ms
	// proactive 1 init p90: 160 ms
}
