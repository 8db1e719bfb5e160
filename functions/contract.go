package functions

import (
	"encoding/json"
	"fmt"
)

// Workload names the work that an event asks for.
type Workload string

const (
	// WorkloadHello answers a greeting and does nothing else. It is what an empty event means.
	WorkloadHello Workload = "hello"
	// WorkloadSHA256 hashes 32 zero bytes, then the hash, and so on, Iterations times.
	WorkloadSHA256 Workload = "sha256"
)

// MaxIterations is the most that an event may ask for.
const MaxIterations = 10_000_000

// Event is what a benchmarked function is invoked with.
type Event struct {
	Workload   Workload `json:"workload,omitempty"`
	Iterations int      `json:"iterations,omitempty"`
}

// InitializationType says how an execution environment came to be, in the
// words of the variable AWS_LAMBDA_INITIALIZATION_TYPE.
type InitializationType string

// The values that AWS documents.
const (
	OnDemand               InitializationType = "on-demand"
	ProvisionedConcurrency InitializationType = "provisioned-concurrency"
	SnapStart              InitializationType = "snap-start"
)

// Answer is the body of a benchmarked function's response: what the function
// says of itself and of the work that it did. Durations are milliseconds.
type Answer struct {
	Message        string `json:"message"`
	Language       string `json:"language"`
	RuntimeVersion string `json:"runtimeVersion"`
	Architecture   string `json:"architecture"`
	// EnvironmentID is random and drawn in the first invocation of an execution environment.
	EnvironmentID string `json:"environmentId"`
	// Invocation counts 1, 2, ... in this environment.
	Invocation         int                `json:"invocation"`
	InitializationType InitializationType `json:"initializationType"`
	FunctionVersion    string             `json:"functionVersion"`
	// CPUMs is the process's user and system CPU time during this invocation.
	CPUMs float64 `json:"cpuMs"`
	// ProcessCPUMs is the process's user and system CPU time so far.
	ProcessCPUMs float64 `json:"processCpuMs"`
	// WallMs is how long the handler took.
	WallMs float64 `json:"wallMs"`
	// Answer is the hexadecimal SHA-256 chain's end, or empty for hello.
	Answer string `json:"answer"`
	// Metrics are the runtime's own numbers (heap, collections, ...); never empty.
	Metrics map[string]float64 `json:"metrics"`
}

// ParseAnswer reads what Lambda returned for an invocation of a function under
// [ContractHello]: a proxy response whose body holds the answer as JSON.
func ParseAnswer(payload []byte) (Answer, error) {
	var response struct {
		StatusCode int     `json:"statusCode"`
		Body       *string `json:"body"`
	}
	if err := json.Unmarshal(payload, &response); err != nil {
		return Answer{}, fmt.Errorf("parse answer: response: %w", err)
	}
	if response.StatusCode != 200 {
		return Answer{}, fmt.Errorf("parse answer: status code is %d, want 200%s", response.StatusCode, refusal(response.Body))
	}
	if response.Body == nil {
		return Answer{}, fmt.Errorf("parse answer: the response has no body")
	}
	var a Answer
	if err := json.Unmarshal([]byte(*response.Body), &a); err != nil {
		return Answer{}, fmt.Errorf("parse answer: body: %w", err)
	}
	switch {
	case a.EnvironmentID == "":
		return a, fmt.Errorf("parse answer: environmentId is missing")
	case a.Invocation < 1:
		return a, fmt.Errorf("parse answer: invocation is %d, want 1 or more", a.Invocation)
	case a.InitializationType == "":
		return a, fmt.Errorf("parse answer: initializationType is missing")
	case len(a.Metrics) == 0:
		return a, fmt.Errorf("parse answer: metrics is empty")
	}
	return a, nil
}

// refusal is what a function says of an event that breaks the contract.
func refusal(body *string) string {
	var refused struct {
		Error string `json:"error"`
	}
	if body == nil || json.Unmarshal([]byte(*body), &refused) != nil || refused.Error == "" {
		return ""
	}
	return ": " + refused.Error
}
