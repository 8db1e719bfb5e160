package attack

import (
	"errors"
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Result is what a run found.
type Result struct {
	Targets   []TargetResult
	Generator Generator
	// Started is the wall clock at the schedule's zero; Elapsed is until the last request was settled.
	Started time.Time
	Elapsed time.Duration
	// Interrupted says that the context ended the run before its plan did. Planned then
	// counts what had come due.
	Interrupted bool
	// ClosedLoop says that the latencies hide stalls.
	ClosedLoop bool
}

// TargetResult is what a run found about one target. Planned = Sent + Dropped;
// Sent = Answered + the sum of Failed.
type TargetResult struct {
	Name, URL                        string
	Planned, Sent, Dropped, Answered int64
	// Resent counts requests sent a second time because their idle connection had been closed.
	Resent int64
	// Failed counts by cause.
	Failed map[string]int64
	// Examples are what the first failure of a cause said, where it said anything.
	Examples map[string]string
	// Status counts every answer with a status line by its code, failed ones included.
	Status map[int]int64

	// The clocks of the answers. Latency counts from the intended start, Service from
	// the actual start, FirstByte from the actual start to the first byte.
	Latency, Service, FirstByte *latency.Histogram
	// Connect is the time that new connections to the target's host took: DNS, TCP and TLS.
	Connect *latency.Histogram

	// Classes split the answers by what kind of start they came from.
	Classes []ClassResult
	// Environments is how many execution environments answered.
	Environments int
}

// ClassResult is the part of a target's answers that came from one kind of start.
type ClassResult struct {
	results.ClassKey
	Latency, Service, FirstByte *latency.Histogram
}

// Generator is what the load generator found out about itself.
type Generator struct {
	Engine string
	// Slip is how late the generator took each request up.
	Slip *latency.Histogram
	// Capped is how many requests had to wait because all connections that may be were in use.
	Capped int64
	// Busy is the largest fraction of a shard's time that was neither waiting nor spinning; nil where
	// the engine cannot tell.
	Busy *float64
	// GCPauseMax is the longest stop-the-world pause of the Go runtime during the run.
	GCPauseMax time.Duration
	// OfferedRate and AchievedRate are requests per second over all targets. A closed loop offers nothing.
	OfferedRate, AchievedRate float64
	Valid                     bool
	// Reasons say why the run is not valid and what to change.
	Reasons []string
}

// Sum is the number of failures of every cause.
func (t *TargetResult) Sum() int64 {
	var sum int64
	for _, n := range t.Failed {
		sum += n
	}
	return sum
}

// Conserved checks the books of every target.
func (r *Result) Conserved() error {
	var errs []error
	for i := range r.Targets {
		t := &r.Targets[i]
		if t.Planned != t.Sent+t.Dropped {
			errs = append(errs, fmt.Errorf("target %s: %d planned, but %d sent and %d dropped", t.Name, t.Planned, t.Sent, t.Dropped))
		}
		if t.Sent != t.Answered+t.Sum() {
			errs = append(errs, fmt.Errorf("target %s: %d sent, but %d answered and %d failed", t.Name, t.Sent, t.Answered, t.Sum()))
		}
		if t.Latency.N() != t.Answered {
			errs = append(errs, fmt.Errorf("target %s: %d answered, but %d latencies", t.Name, t.Answered, t.Latency.N()))
		}
	}
	return errors.Join(errs...)
}
