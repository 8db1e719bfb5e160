package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Load is what one load test found. Package loadgen/attack fills it in.
//
// Every target has the same clocks: latency counts from the intended start,
// service time from the actual start, first byte from the actual start to the
// response's first byte (artillery's clock).
type Load struct {
	// Run is the ID of the run that the load test was, where it stands beside the cells
	// of another one.
	Run string `json:"run,omitempty"`
	// Started is the wall clock at the schedule's zero, Ended when the last request
	// was settled.
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	// Interrupted says that the load test was ended before its plan was. Planned
	// then counts what had come due.
	Interrupted bool `json:"interrupted,omitempty"`
	// ClosedLoop says that each connection waited for its answer before it sent
	// again, so that the latencies hide stalls.
	ClosedLoop bool `json:"closedLoop,omitempty"`
	// LogsOnly says that the process was killed: only the answers in the histogram
	// logs are known, and what was sent besides is not.
	LogsOnly bool `json:"logsOnly,omitempty"`

	Targets    []Target    `json:"targets"`
	Comparison *Comparison `json:"comparison,omitempty"`
	Generator  Generator   `json:"generator"`
}

// Compares says that the load test judges its targets against each other and can be
// believed: it stands beside the cells of other runs then.
func (l *Load) Compares() bool {
	return l.Comparison != nil && l.Generator.Valid && !l.Interrupted && !l.ClosedLoop
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
	Status map[int]int64 `json:"status"`
	// OutOfRange counts values that no histogram could hold.
	OutOfRange int64 `json:"outOfRange,omitempty"`

	Latency   latency.Timing `json:"latencyMs,omitzero"`
	Service   latency.Timing `json:"serviceMs,omitzero"`
	FirstByte latency.Timing `json:"firstByteMs,omitzero"`
	// Connect covers DNS, TCP and TLS of the connections made.
	Connect latency.Timing `json:"connectMs,omitzero"`

	// Worth is how many independent requests the target's are worth for a percentile of
	// latency, where they are worth less than their number.
	Worth []Worth `json:"worth,omitempty"`
	// Classes split the answers by what kind of start they came from.
	Classes []Class `json:"classes,omitempty"`
	// Environments is how many execution environments answered, where they said who they are.
	Environments int `json:"environments,omitempty"`
	// Intervals are the latencies over time, about a second each. They are in the
	// histogram log and not in the summary.
	Intervals []Interval `json:"-"`
}

// side is what a target brings to a comparison. Answers depend on when they came:
// on what the server did just before, and on who else was there.
func (t *Target) side() verdict.Side { return overTime(t.Latency, t.Intervals) }

func overTime(t latency.Timing, intervals []Interval) verdict.Side {
	blocks := make([]verdict.Part, len(intervals))
	for i, v := range intervals {
		blocks[i] = v.all()
	}
	return verdict.Timed(t.Distribution(), blocks)
}

// Bounds are those of a percentile of the latencies, in ranks among all requests.
func (t *Target) Bounds(percentile float64, o verdict.Options) verdict.Bounds {
	return verdict.Bound(t.side(), percentile, o)
}

// Failures is the number of failures of every cause.
func (t *Target) Failures() int64 {
	var sum int64
	for _, n := range t.Failed {
		sum += n
	}
	return sum
}

// Class is the part of a target's answers that came from the same kind of start.
type Class struct {
	ClassKey
	Latency latency.Timing `json:"latencyMs,omitzero"`
	Service latency.Timing `json:"serviceMs,omitzero"`
	// Intervals are those of the class's latencies.
	Intervals []Interval `json:"-"`
}

// side is what a class brings to a comparison. A first request has an execution
// environment of its own.
func (c *Class) side() verdict.Side {
	if c.Environment == FirstInvocation {
		return verdict.Independent(c.Latency.Distribution())
	}
	return overTime(c.Latency, c.Intervals)
}

// Bounds are those of a percentile of the class's latencies, in ranks among them.
func (c *Class) Bounds(percentile float64, o verdict.Options) verdict.Bounds {
	return verdict.Bound(c.side(), percentile, o)
}

// ClassKey identifies a kind of start.
type ClassKey struct {
	// Environment is [FirstInvocation] for the first invocation of an execution
	// environment, else [LaterInvocations].
	Environment string `json:"environment"`
	// Initialization is provisioned-concurrency, on-demand or snap-start.
	Initialization string `json:"initialization"`
}

// The values of ClassKey.Environment.
const (
	FirstInvocation  = "first"
	LaterInvocations = "later"
)

// Interval is a target's latencies in a stretch of time.
type Interval struct {
	Start   time.Time
	Length  time.Duration
	Latency latency.Counts
	// Unanswered are the requests without an answer, as in [latency.Timing].
	Unanswered latency.Counts
}

// all are the latencies of all requests of the interval.
func (i Interval) all() latency.Counts {
	if i.Unanswered.N() == 0 {
		return i.Latency
	}
	h := latency.New()
	h.Add(i.Latency)
	h.Add(i.Unanswered)
	return h.Counts()
}

// Generator is what the load generator found out about itself.
type Generator struct {
	Engine string `json:"engine"`
	// Slip is actual minus intended start.
	Slip latency.Timing `json:"slipMs,omitzero"`
	// Busy is the largest fraction of a shard's time that was neither waiting nor
	// spinning; nil where the engine cannot tell.
	Busy *float64 `json:"busy,omitempty"`
	// GCPauseMaxMs is the longest stop-the-world pause of the Go runtime during the run.
	GCPauseMaxMs *float64 `json:"gcPauseMaxMs,omitempty"`
	// OfferedRate and AchievedRate are requests per second over all targets. A
	// closed loop offers none.
	OfferedRate  *float64 `json:"offeredRate,omitempty"`
	AchievedRate *float64 `json:"achievedRate,omitempty"`
	Valid        bool     `json:"valid"`
	// Faults say why a run is not valid.
	Faults []Fault `json:"faults,omitempty"`
}

// FaultKind says what a [Fault] is about.
type FaultKind string

// The kinds of faults. The first three make a run not valid; the others say what
// may have caused it.
const (
	// RateMissed: AchievedRate is below OfferedRate.
	RateMissed FaultKind = "rate-missed"
	// OneLateStart: one request was begun SlipMs late.
	OneLateStart FaultKind = "one-late-start"
	// LateStarts: 1 % of the requests were begun more than SlipMs late, which is
	// more than a tenth of the median latency.
	LateStarts FaultKind = "late-starts"
	// OtherLoad: something else used the machine's CPU.
	OtherLoad FaultKind = "other-load"
	// NoFreeConnection: Requests waited because all of MaxConns connections were in use.
	NoFreeConnection FaultKind = "no-free-connection"
	// SenderBusy: a sending thread was busy for Busy of the time.
	SenderBusy FaultKind = "sender-busy"
)

// Fault is one thing that was wrong with the generator in a load test. Which of
// the numbers are set depends on the kind.
type Fault struct {
	Kind         FaultKind `json:"kind"`
	SlipMs       float64   `json:"slipMs,omitempty"`
	AchievedRate float64   `json:"achievedRate,omitempty"`
	OfferedRate  float64   `json:"offeredRate,omitempty"`
	Requests     int64     `json:"requests,omitempty"`
	MaxConns     int       `json:"maxConns,omitempty"`
	Busy         float64   `json:"busy,omitempty"`
}
