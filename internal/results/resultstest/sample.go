// Package resultstest makes samples for tests.
package resultstest

import (
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

var noon = time.Date(2026, time.March, 4, 12, 0, 0, 123_456_789, time.UTC)

// Sample is a cold sample that every field is set in; different i are different samples.
func Sample(run string, i int) results.Sample {
	initDuration, duration, billed := 170130*time.Microsecond, 8400*time.Microsecond, 179*time.Millisecond
	memory, used := 512, 66
	id := fmt.Sprintf("8b0d9d4e-0000-4000-8000-%012d", i)
	return results.Sample{
		Run: run, Platform: deployed.Local, Round: i,
		Variant:   Variant("nodejs22.x"),
		Event:     functions.Event{Workload: functions.WorkloadSHA256, Iterations: 1000},
		Wanted:    results.Cold,
		RequestID: id,
		Start:     noon.Add(time.Duration(i) * time.Second),
		Elapsed:   180*time.Millisecond + time.Duration(i),
		Record: &lambdalog.Record{
			Kind: lambdalog.Report, RequestID: id,
			Duration: &duration, BilledDuration: &billed, InitDuration: &initDuration,
			MemorySizeMB: &memory, MaxMemoryUsedMB: &used,
			Extra: map[string]string{lambdalog.XRayTraceID: "1-5759e988-bd862e3fe1be46a994272793"},
		},
		Answer: &functions.Answer{
			Message: "Hello, world!", Language: "nodejs", RuntimeVersion: "22.22.0", Architecture: "arm64",
			EnvironmentID: "e1", Invocation: 1, InitializationType: functions.OnDemand, FunctionVersion: "$LATEST",
			CPUMs: 3.25, ProcessCPUMs: 61.5, WallMs: 4.125, Answer: "00ff", Metrics: map[string]float64{"heapUsedBytes": 4.5e6},
		},
	}
}

// Variant is a hello function of Node.js on the runtime.
func Variant(runtime string) matrix.Variant {
	return matrix.Variant{Function: "hello", Language: "nodejs", Runtime: runtime, Architecture: functions.ARM64, MemoryMB: 512}
}
