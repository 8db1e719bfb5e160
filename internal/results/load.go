package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
)

// Load is what one load test found, as JSON. Every target has the same clocks:
// latency counts from the intended start, service time from the actual start,
// first byte from the actual start to the response's first byte (artillery's clock).
type Load struct {
	Targets    []Target    `json:"targets"`
	Comparison *Comparison `json:"comparison,omitempty"`
	Generator  Generator   `json:"generator"`
	// Thresholds are the conditions under which the load test was to fail.
	Thresholds []Threshold `json:"thresholds,omitempty"`
	Manifest   Manifest    `json:"manifest"`
}

// Target is one URL under load. Planned = Sent + Dropped, and Sent = Answered +
// the sum of Failed.
type Target struct {
	// Name is the path without its leading slash.
	Name     string `json:"name"`
	URL      string `json:"url"`
	Planned  int64  `json:"planned"`
	Sent     int64  `json:"sent"`
	Dropped  int64  `json:"dropped"`
	Answered int64  `json:"answered"`
	// Resent counts requests sent again once, because their idle connection had been closed by the server.
	Resent int64 `json:"resent,omitempty"`
	// Failed counts by cause: dns, connect, tls, timeout, reset, closed, protocol, status, body.
	Failed map[string]int64 `json:"failed"`
	// Examples are what the first failure of a cause said, where it said anything.
	Examples map[string]string `json:"examples,omitempty"`
	// Status counts every answer with a status line, failed or not, by its code.
	Status map[string]int64 `json:"status"`
	// OutOfRange counts values that no histogram could hold.
	OutOfRange int64 `json:"outOfRange,omitempty"`

	LatencyMs   *latency.Percentiles `json:"latencyMs,omitempty"`
	ServiceMs   *latency.Percentiles `json:"serviceMs,omitempty"`
	FirstByteMs *latency.Percentiles `json:"firstByteMs,omitempty"`
	// ConnectMs covers DNS, TCP and TLS of the connections made.
	ConnectMs *latency.Percentiles `json:"connectMs,omitempty"`

	Classes []Class `json:"classes,omitempty"`
	// Environments is how many execution environments answered, where they said who they are.
	Environments int `json:"environments,omitempty"`
}

// The values of ClassKey.Environment.
const (
	FirstInvocation  = "first"
	LaterInvocations = "later"
)

// ClassKey identifies a kind of start.
type ClassKey struct {
	// Environment is [FirstInvocation] for the first invocation of an execution
	// environment, else [LaterInvocations].
	Environment string `json:"environment"`
	// Initialization is provisioned-concurrency, on-demand or snap-start.
	Initialization string `json:"initialization"`
}

// Class is the part of a target's answers that came from the same kind of start.
type Class struct {
	ClassKey
	N         int64                `json:"n"`
	LatencyMs *latency.Percentiles `json:"latencyMs,omitempty"`
	ServiceMs *latency.Percentiles `json:"serviceMs,omitempty"`
}

// Generator is what the load generator found out about itself.
type Generator struct {
	Engine string `json:"engine"`
	// SlipMs is actual minus intended start.
	SlipMs *latency.Percentiles `json:"slipMs,omitempty"`
	// Busy is the largest fraction of time that a shard did not wait.
	Busy *float64 `json:"busy,omitempty"`
	// GCPauseMaxMs is the longest stop-the-world pause of the Go runtime during the run.
	GCPauseMaxMs *float64 `json:"gcPauseMaxMs,omitempty"`
	// OfferedRate and AchievedRate are requests per second over all targets.
	OfferedRate  *float64 `json:"offeredRate,omitempty"`
	AchievedRate *float64 `json:"achievedRate,omitempty"`
	Valid        bool     `json:"valid"`
	// Reasons say why a run is not valid, and what to change.
	Reasons []string `json:"reasons,omitempty"`
}

// RunStatus says how far a run of the workflow came.
type RunStatus string

// The statuses of a run.
const (
	RunRunning  RunStatus = "running"
	RunFinished RunStatus = "finished"
	RunFailed   RunStatus = "failed"
	// RunSkipped is a run that found another one under way.
	RunSkipped RunStatus = "skipped"
)

// Manifest says what was run, where and with what. It opens every run
// directory and is enough to repeat the run.
type Manifest struct {
	Tool     string    `json:"tool"` // local, loadgen, ...
	Version  string    `json:"version"`
	Platform string    `json:"platform,omitempty"`
	Region   string    `json:"region,omitempty"`
	Stage    string    `json:"stage,omitempty"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Seed     uint64    `json:"seed"`
	// Status is how far a run of the workflow came; empty for a run of one process,
	// whose end writes the manifest.
	Status RunStatus `json:"status,omitempty"`
	// Interrupted says that the run was ended before its plan was.
	Interrupted bool `json:"interrupted,omitempty"`
	// Options are the run's settings as given.
	Options map[string]any `json:"options,omitempty"`
	// Machine describes where the client ran: operating system, CPU, Go version.
	Machine map[string]string `json:"machine,omitempty"`
	// Artifacts are SHA-256 hashes by function and architecture.
	Artifacts map[string]string `json:"artifacts,omitempty"`
	// Knobs say how the local platform enforces freezing, CPU share and memory.
	Knobs map[string]string `json:"knobs,omitempty"`
	// Notes are doubts that belong beside the numbers.
	Notes []string `json:"notes,omitempty"`
}
