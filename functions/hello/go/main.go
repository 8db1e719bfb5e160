// Command bootstrap is the benchmarked function in Go, under the contract of
// functions/CONTRACT.md. It is a module of its own, so that its dependencies
// stay as few as a real function's.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	var e environment
	lambda.Start(e.handle)
}

// environment is what lasts as long as the execution environment.
type environment struct {
	// id is drawn in the first invocation: what loading leaves may be restored many times.
	id         string
	invocation int
}

func randomID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails: it ends the program instead
	return hex.EncodeToString(id[:])
}

type response struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

type answer struct {
	Message            string             `json:"message"`
	Language           string             `json:"language"`
	RuntimeVersion     string             `json:"runtimeVersion"`
	Architecture       string             `json:"architecture"`
	EnvironmentID      string             `json:"environmentId"`
	Invocation         int                `json:"invocation"`
	InitializationType string             `json:"initializationType"`
	FunctionVersion    string             `json:"functionVersion"`
	CPUMs              float64            `json:"cpuMs"`
	ProcessCPUMs       float64            `json:"processCpuMs"`
	WallMs             float64            `json:"wallMs"`
	Answer             string             `json:"answer"`
	Metrics            map[string]float64 `json:"metrics"`
}

func (e *environment) handle(_ context.Context, event json.RawMessage) (response, error) {
	cpuAtStart, start := processCPU(), time.Now()
	e.invocation++
	if e.id == "" {
		e.id = randomID()
	}

	request, err := parse(event)
	if err != nil {
		return respond(400, map[string]string{"error": err.Error()})
	}
	var result string
	if request.workload == sha256Workload {
		result = sha256Chain(request.iterations)
	}
	metrics := runtimeMetrics()

	wall, cpu := time.Since(start), processCPU()
	return respond(200, answer{
		Message:            "Hello, world!",
		Language:           "go",
		RuntimeVersion:     strings.TrimPrefix(runtime.Version(), "go"),
		Architecture:       architecture(),
		EnvironmentID:      e.id,
		Invocation:         e.invocation,
		InitializationType: os.Getenv("AWS_LAMBDA_INITIALIZATION_TYPE"),
		FunctionVersion:    os.Getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		CPUMs:              milliseconds(cpu - cpuAtStart),
		ProcessCPUMs:       milliseconds(cpu),
		WallMs:             milliseconds(wall),
		Answer:             result,
		Metrics:            metrics,
	})
}

func respond(status int, body any) (response, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return response{}, err
	}
	return response{
		StatusCode: status,
		Headers:    map[string]string{"content-type": "application/json"},
		Body:       string(text),
	}, nil
}

// architecture is the processor in Lambda's words.
func architecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}

// processCPU is the user and system time of the whole process.
func processCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func runtimeMetrics() map[string]float64 {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return map[string]float64{
		"heapAllocBytes":     float64(memory.HeapAlloc),
		"heapSysBytes":       float64(memory.HeapSys),
		"heapObjects":        float64(memory.HeapObjects),
		"stackInUseBytes":    float64(memory.StackInuse),
		"obtainedBytes":      float64(memory.Sys),
		"mallocs":            float64(memory.Mallocs),
		"collections":        float64(memory.NumGC),
		"collectionPauseMs":  milliseconds(time.Duration(memory.PauseTotalNs)),
		"collectionCpuShare": memory.GCCPUFraction,
		"goroutines":         float64(runtime.NumGoroutine()),
	}
}
