package cost

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

//go:embed assumptions.json
var assumptionsJSON []byte

// assumptions are documented in assumptions.json.
type assumptions struct {
	Note, Source           string
	BilledMs               map[string]struct{ Cold, Warm float64 }
	SnapStartSource        string
	SnapStartColdMs        float64
	SnapshotSeconds        float64
	SnapshotPolls          float64
	SHA256CPUMsPerThousand float64 `json:"sha256CPUMsPerThousand"`
	VCPUMemoryMB           float64 `json:"vCPUMemoryMB"`
	UpdateSeconds          float64
	RoundTripMs            float64
	ShortRunnerMs          float64
	RunnerSeconds          float64
	CollectorPasses        float64
	CollectorSeconds       float64
	LogDelaySeconds        float64
	SampleBytes, LogBytes  float64
	StatsRequestsPerMonth  float64
	StatsBilledMs          float64
	StatsReadUnits         float64
}

func assumed() assumptions {
	var a assumptions
	if err := json.Unmarshal(assumptionsJSON, &a); err != nil {
		panic(fmt.Sprintf("assumptions.json, which is part of this program, is broken: %v", err))
	}
	return a
}

// Stage is what an estimate is made for.
type Stage struct {
	// Region is where it is; empty if that is not known.
	Region string
	// Measured are the functions that a run measures.
	Measured []matrix.Variant
	// Cold and Warm are the samples of each function and workload, Rounds the
	// visits that they are spread over, Iterations those of the sha256 workload.
	Cold, Warm, Rounds, Iterations int
	// MapConcurrency is how many functions a run visits at once.
	MapConcurrency int
	// Every is the time between two scheduled runs; 0 is none.
	Every time.Duration
	// UpdateSeconds is how long one forced cold start takes, where a run has shown it; 0
	// takes the assumption.
	UpdateSeconds float64

	// HoldIterations are those of an invocation that holds an environment of a cell with
	// SnapStart busy, by memory size. It may be nil if there is no such cell.
	HoldIterations func(memoryMB int) int

	// Harness is one of our own functions: all have its memory and architecture.
	Harness matrix.Variant
	// Modules are the functions behind the API, each with so many provisioned environments.
	Modules                []matrix.Variant
	ProvisionedConcurrency int

	// SampleTTLDays is how long samples are kept; 0 is for good.
	SampleTTLDays       int
	PointInTimeRecovery bool
	// Secrets is how many secrets the stack keeps.
	Secrets int
}

// Workloads that every function is measured with: hello and sha256.
const workloads = 2

// Month is a twelfth of a year.
const Month = 365 * 24 * time.Hour / 12

const (
	daysPerMonth  = 365.0 / 12
	hoursPerMonth = daysPerMonth * 24
)

// Estimate says what one run of the stage costs, and a month of it.
func Estimate(s Stage) (Breakdown, error) {
	if s.Rounds < 1 || s.Cold < 0 || s.Warm < 0 || s.Cold+s.Warm == 0 {
		return Breakdown{}, errors.New("estimate: a run needs a round, and samples to take in it")
	}
	if s.Harness.MemoryMB <= 0 || s.Every < 0 || s.ProvisionedConcurrency < 0 {
		return Breakdown{}, errors.New("estimate: the harness has no memory, or a number is negative")
	}
	e := estimate{stage: s, prices: pricesFor(s.Region), assumed: assumed()}
	e.breakdown.Region, e.breakdown.Checked = e.prices.Region, e.prices.Checked
	e.run()
	e.standing()
	e.scheduled()
	return e.breakdown, nil
}

type estimate struct {
	stage     Stage
	prices    PriceList
	assumed   assumptions
	breakdown Breakdown
}

// line adds a cost to a list.
func (e *estimate) line(to *[]Line, what string, quantity float64, price string) {
	if quantity == 0 {
		return
	}
	p := e.prices.price(price)
	*to = append(*to, Line{What: what, Quantity: quantity, Unit: p.Per, USD: quantity * p.USD, Confidence: p.Confidence, StandIn: p.standIn})
}

// compute adds the duration of functions of one architecture, and their requests.
func (e *estimate) compute(to *[]Line, what string, gbSeconds map[functions.Architecture]float64, requests float64) {
	for _, a := range []functions.Architecture{functions.ARM64, functions.X8664} {
		e.line(to, what+", "+string(a), gbSeconds[a], "lambda.duration."+string(a))
	}
	e.line(to, what+", requests", requests, "lambda.request")
}

// samples is how many a run takes, without warm-up calls.
func (e *estimate) samples() float64 {
	return float64(len(e.stage.Measured)*workloads) * float64(e.stage.Cold+e.stage.Warm)
}

func (e *estimate) run() {
	s, a, lines := e.stage, e.assumed, &e.breakdown.Run
	gbSeconds := map[functions.Architecture]float64{}
	visits := float64(s.Rounds * len(s.Measured))
	snap := e.snapStart()
	// One call of each workload and visit warms up and is not counted as a sample.
	warmUps := visits * workloads
	invocations := e.samples() + warmUps + snap.holds
	inFunctions := snap.holdSeconds // seconds that the runner waits for functions
	for _, v := range s.Measured {
		billed := a.billed(v, s)
		gbSeconds[v.Architecture] += billed*gigabytes(v) + snap.holdGBSeconds[v]
		inFunctions += billed
	}
	e.compute(lines, "benchmarked functions", gbSeconds, invocations)

	// Each visit is put back, and a cell with SnapStart is changed once: for its version.
	updates := float64((len(s.Measured)-snap.cells)*workloads*s.Cold+snap.cells) + visits
	runner := updates*cmp.Or(s.UpdateSeconds, a.UpdateSeconds) + inFunctions + invocations*a.RoundTripMs/1000
	perVisit := e.callsPerVisit(visits, runner)
	// To begin and to finish, once a round for its order, and for each visit and
	// what it puts back.
	calls := 2 + float64(s.Rounds) + visits*float64(perVisit+1) + snap.polls
	runner += calls * a.ShortRunnerMs / 1000
	collector := (a.CollectorPasses + 1) * a.CollectorSeconds
	// The functions of a round are visited MapConcurrency at a time, and rounds follow each other.
	waves := math.Ceil(float64(len(s.Measured)) / float64(max(1, s.MapConcurrency)))
	seconds := float64(s.Rounds)*waves*runner/max(1, visits) + collector + a.LogDelaySeconds
	// Their snapshots are taken in the first round, as many at a time.
	seconds += math.Ceil(float64(snap.cells)/float64(max(1, s.MapConcurrency))) * a.SnapshotSeconds
	e.breakdown.RunTime = time.Duration(seconds * float64(time.Second))
	e.line(lines, "SnapStart, restores", snap.restoredGB, snapStartRestore)
	e.line(lines, "SnapStart, snapshots", snap.paidGB*snapshotSeconds(e.breakdown.RunTime), snapStartCache)
	e.compute(lines, "runner and collector", map[functions.Architecture]float64{
		s.Harness.Architecture: (runner + collector) * float64(s.Harness.MemoryMB) / 1024,
	}, calls+a.CollectorPasses+1)

	e.line(lines, "workflow", Transitions(s.Rounds, len(s.Measured), perVisit, int(a.CollectorPasses), int(snap.polls)), "states.transition")
	e.line(lines, "traces", 1+visits, "xray.trace")
	stored := invocations * units(a.SampleBytes, 1024)
	// A sample is written when it is taken and again when its record is complete;
	// a run, its functions' originals, failures and aggregates are few beside it.
	e.line(lines, "table, writes", 2*stored+2*visits+float64(len(s.Measured)*workloads*2)*2, "dynamodb.write")
	// A visit reads the samples of earlier ones, the collector and the aggregate all.
	read := invocations * a.SampleBytes / 4096
	e.line(lines, "table, reads", math.Ceil(read*(float64(s.Rounds)+1)/2+read*(a.CollectorPasses+1)), "dynamodb.read")
	e.line(lines, "logs", (invocations+calls)*a.LogBytes/1e9, "logs.ingestion")
}

// snapStartRun is what the cells with SnapStart add to a run.
type snapStartRun struct {
	cells int
	// holds are the invocations that hold environments busy: before each burst of cold
	// starts, one for each cold start before it. The runner waits for holdSeconds.
	holds, holdSeconds float64
	holdGBSeconds      map[matrix.Variant]float64
	// polls are the calls of the runner that only ask for a snapshot.
	polls float64
	// paidGB is the memory of the cells whose snapshots cost something, and restoredGB
	// what is restored of them.
	paidGB, restoredGB float64
}

func (e *estimate) snapStart() snapStartRun {
	s, a := e.stage, e.assumed
	run := snapStartRun{holdGBSeconds: map[matrix.Variant]float64{}}
	cold, bursts := float64(workloads*s.Cold), float64(workloads*min(s.Rounds, max(1, s.Cold)))
	for _, v := range s.Measured {
		if !v.SnapStart {
			continue
		}
		run.cells++
		run.polls += a.SnapshotPolls
		if s.HoldIterations != nil && s.Cold > 0 {
			holds, each := cold*(bursts-1)/2, a.hash(v, s.HoldIterations(v.MemoryMB))/1000
			run.holds += holds
			run.holdSeconds += bursts * each
			run.holdGBSeconds[v] = holds * each * gigabytes(v)
		}
		if paysForSnapStart(v) {
			run.paidGB += gigabytes(v)
			run.restoredGB += cold * gigabytes(v)
		}
	}
	return run
}

// hash is how many milliseconds a number of hashes takes.
func (a assumptions) hash(v matrix.Variant, iterations int) float64 {
	return a.SHA256CPUMsPerThousand * float64(iterations) / 1000 / min(1, float64(v.MemoryMB)/a.VCPUMemoryMB)
}

// billed is how many seconds of a function one run is billed for.
func (a assumptions) billed(v matrix.Variant, s Stage) float64 {
	of, ok := a.BilledMs[v.Language]
	if !ok {
		of = a.BilledMs[""]
	}
	if v.SnapStart {
		of.Cold = a.SnapStartColdMs
	}
	hash := a.hash(v, s.Iterations)
	cold, warm := float64(s.Cold), float64(s.Warm+s.Rounds) // with warm-up calls
	ms := workloads*(cold*of.Cold+warm*of.Warm) + (cold+warm)*hash
	return ms / 1000
}

// callsPerVisit is how many calls of the runner a visit takes.
func (e *estimate) callsPerVisit(visits, runnerSeconds float64) int {
	if visits == 0 {
		return 1
	}
	return max(1, int(math.Ceil(runnerSeconds/visits/e.assumed.RunnerSeconds)))
}

// Transitions is how many states a run enters, by the definition
// internal/workflow/workflow.asl.json: callsPerVisit is how often the runner is asked in one
// visit, passes how often the collector is, and polls how often all visits together wait
// for a snapshot.
func Transitions(rounds, functions, callsPerVisit, passes, polls int) float64 {
	const (
		begin  = 3 // Begin, Busy?, Rounds
		end    = 3 // Aggregate, Finish, Finished
		round  = 2 // Order, Functions
		visit  = 2 // Visit, Visit done?
		pass   = 2 // Collect, Collected?
		wait   = 1 // between two passes
		always = 1 // Restore
		poll   = 3 // Visit, Visit done?, Wait for the snapshot
	)
	return float64(begin + end + rounds*(round+functions*(callsPerVisit*visit+always)) + passes*pass + (passes-1)*wait + polls*poll)
}

// standing is what a stage costs that measures nothing.
func (e *estimate) standing() {
	s, a, lines := e.stage, e.assumed, &e.breakdown.Standing
	for _, m := range s.Modules {
		gbSeconds := float64(s.ProvisionedConcurrency) * hoursPerMonth * 3600 * float64(m.MemoryMB) / 1024
		e.line(lines, fmt.Sprintf("provisioned concurrency of %s, %d", m.Function, s.ProvisionedConcurrency), gbSeconds, "lambda.provisioned."+string(m.Architecture))
	}
	e.line(lines, "stats API", a.StatsRequestsPerMonth, "apigateway.request")
	e.compute(lines, "stats API's function", map[functions.Architecture]float64{
		s.Harness.Architecture: a.StatsRequestsPerMonth * a.StatsBilledMs / 1000 * float64(s.Harness.MemoryMB) / 1024,
	}, a.StatsRequestsPerMonth)
	e.line(lines, "stats API, reads", a.StatsRequestsPerMonth*a.StatsReadUnits, "dynamodb.read")
	e.line(lines, "API key's secret", float64(s.Secrets), "secretsmanager.secret")
}

// scheduled is what the runs add that start by themselves.
func (e *estimate) scheduled() {
	s, a, lines := e.stage, e.assumed, &e.breakdown.Scheduled
	if s.Every == 0 {
		return
	}
	runs := hoursPerMonth / s.Every.Hours()
	e.breakdown.RunsPerMonth = runs
	perRun := e.breakdown.PerRun()
	*lines = append(*lines, Line{What: "runs", Quantity: runs, Unit: "run", USD: runs * perRun.USD, Confidence: perRun.Confidence})
	e.line(lines, "schedule", runs, "scheduler.start")
	// Samples that are kept for good grow without bounds: what one month adds is counted.
	months := 1.0
	if s.SampleTTLDays > 0 {
		months = float64(s.SampleTTLDays) / daysPerMonth
	}
	kept := runs * months * e.samples() * a.SampleBytes / 1e9
	e.line(lines, "table, storage", kept, "dynamodb.storage")
	if s.PointInTimeRecovery {
		e.line(lines, "table, point-in-time recovery", kept, "dynamodb.recovery")
	}
}
