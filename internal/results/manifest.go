package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// Manifest says what was run, where and with what. It opens every run directory
// and is enough to repeat the run.
type Manifest struct {
	Tool     string            `json:"tool"` // local, loadgen, ...
	Version  string            `json:"version"`
	Platform deployed.Platform `json:"platform,omitempty"`
	Region   string            `json:"region,omitempty"`
	Stage    string            `json:"stage,omitempty"`
	Started  time.Time         `json:"started"`
	Ended    time.Time         `json:"ended,omitzero"`
	Seed     uint64            `json:"seed"`
	// Status is how far a run of the workflow came; empty for a run of one process,
	// whose end writes the manifest.
	Status RunStatus `json:"status,omitempty"`
	// Interrupted says that the run was ended before its plan was.
	Interrupted bool `json:"interrupted,omitempty"`
	// Counts are how much is measured of each cell; nil for a load test alone.
	Counts *Counts `json:"counts,omitempty"`
	// Tally is what became of the samples that were asked for, once the collector
	// has counted them.
	Tally *Tally `json:"tally,omitempty"`
	// Settings are how the run was set up besides.
	Settings Settings `json:"settings,omitzero"`
	// Targets are the names of the load test's targets in their order.
	Targets []string `json:"targets,omitempty"`
	// Machine describes where the client ran: operating system, CPU, Go version.
	Machine map[string]string `json:"machine,omitempty"`
	// Artifacts are SHA-256 hashes by function and architecture.
	Artifacts map[string]string `json:"artifacts,omitempty"`
	// Knobs say how the local platform enforces freezing, CPU share and memory.
	Knobs map[string]string `json:"knobs,omitempty"`
	// Notes are doubts that belong beside the numbers.
	Notes []string `json:"notes,omitempty"`
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

// Counts are how much a run measures of each cell and workload.
type Counts struct {
	Cold   int `json:"cold"`
	Warm   int `json:"warm"`
	WarmUp int `json:"warmUp,omitempty"`
	Rounds int `json:"rounds"`
	// Iterations are those of the sha256 workload.
	Iterations int `json:"iterations,omitempty"`
	// Concurrency is how many functions are visited at once.
	Concurrency int `json:"concurrency,omitempty"`
	// ScaleOut names the runtimes and languages whose cold starts are taken by scale-out.
	ScaleOut []string `json:"scaleOut,omitempty"`
}

// Tally counts what became of samples, twice over.
//
// Of those that the plan asked for: Asked = Stored + the sum of Losses. Of the
// invocations that were sent: Invocations = Records + the sum of Unrecorded.
type Tally struct {
	// Function is empty for the sum of all functions.
	Function string         `json:"function"`
	Asked    int            `json:"asked"`
	Stored   int            `json:"stored"`
	Losses   map[string]int `json:"losses,omitempty"`

	Invocations int `json:"invocations"`
	Records     int `json:"records"`
	// Late are the records that came from the logs.
	Late       int            `json:"late,omitempty"`
	Unrecorded map[string]int `json:"unrecorded,omitempty"`

	// Events are those of the last query of the log group.
	Events EventCounts `json:"events"`
	Series int         `json:"series"`
}

// EventCounts says what became of a log's events: Read is the sum of the others.
type EventCounts struct {
	Read int `json:"read"`
	// Reports is one for each request, Phases are the platform's other lines.
	Reports int `json:"reports"`
	Phases  int `json:"phases"`
	// Own are the function's lines.
	Own        int `json:"own"`
	Malformed  int `json:"malformed"`
	Duplicates int `json:"duplicates"`
}
