package report_test

import (
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// prodCells are a matrix like that of the stage prod: seven runtimes, two architectures
// and three memory sizes. Their numbers look like AWS's and are none.
func prodCells() []cell {
	rust, dotnet := cells()[1], cells()[0]
	dotnet.variant.Language, dotnet.variant.Runtime, dotnet.version = "dotnet", "dotnet8", "8.0.11"
	dotnet.init, dotnet.first, dotnet.warm, dotnet.memory = 240, 95, 1.6, 70
	var all []cell
	for _, c := range append(slices.DeleteFunc(cells(), func(c cell) bool { return c.variant == rust.variant }), rust, dotnet) {
		for _, a := range []functions.Architecture{functions.ARM64, functions.X8664} {
			for _, memoryMB := range []int{128, 512, 1769} {
				one := c
				one.variant.Architecture, one.variant.MemoryMB = a, memoryMB
				// The processor's share grows with memory, and init has a whole one.
				slower := 1769 / float64(memoryMB)
				if a == functions.ARM64 {
					slower *= 0.86
					one.init *= 0.95
				}
				one.first *= slower / 3
				one.warm *= slower / 3
				one.network = 12
				all = append(all, one)
			}
		}
	}
	return all
}

// prodRun is a run of the stage prod with its load test.
func prodRun(cold, warm, requests int) results.Run {
	cells := prodCells()
	all := samplesOf(cells, deployed.AWS, cold, warm)
	series := results.Summarise(slices.Values(all))
	r := results.Run{ID: "20260304-120000", Manifest: manifest(), Samples: all}
	for _, c := range cells {
		r.Variants = append(r.Variants, results.VariantSummary{
			Variant: c.variant, Status: results.Measured, RanOn: &results.RanOn{Version: c.version}, AnswerOK: new(true), Series: series[c.variant],
		})
	}
	results.SetPlaces(r.Variants, results.ValuesOf(slices.Values(all)), verdict.Options{})
	r.Load = new(load(requests))
	r.Thresholds = []results.Threshold{
		{Condition: "esmodule.p99>300ms", Outcome: results.Passed, Checks: []results.Check{{Outcome: results.Passed, Left: figure("esmodule", 7.05)}}},
		{Condition: "commonjs.p99>30ms", Outcome: results.Breached, Checks: []results.Check{{Outcome: results.Breached, Left: figure("commonjs", 32.9)}}},
	}
	m := &r.Manifest
	m.Tool, m.Platform, m.Region, m.Stage = "workflow", deployed.AWS, "us-east-1", "prod"
	m.Ended = m.Started.Add(17 * time.Minute)
	m.Settings, m.Machine, m.Knobs = results.Settings{}, nil, nil
	m.Counts = &results.Counts{Cold: cold, Warm: warm, Rounds: 10, Iterations: 2000, Concurrency: 10}
	m.Artifacts = map[string]string{}
	for _, c := range cells {
		m.Artifacts[c.variant.Name()] = "9d8b993ad66842d7245e06048d6cb12f9eba643e67b406346749e92fdc89ecff"
	}
	return r
}

func figure(target string, ms float64) results.Figure {
	return results.Figure{Target: target, Name: "p99", Value: &ms, Unit: results.Milliseconds, N: 600}
}
