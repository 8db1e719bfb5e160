package attack

import (
	"errors"
	"fmt"
	"math"
	"runtime/metrics"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
)

// What makes a run invalid: its own lateness could explain the tail that it reports.
const (
	slipShare   = 0.10 // of the reported p50, at p99 ...
	slipFloorMs = 2.0  // ... unless it is below this
	slipMaxMs   = 100.0
	leastRate   = 0.995 // of the offered rate
	busyLimit   = 0.85
)

// audit fills in the rates and judges the generator. capped is how many requests
// waited because all connections were in use.
func audit(l *results.Load, o Options, report engine.Report, capped int64) {
	g := &l.Generator
	var planned, sent int64
	fastest := math.Inf(1)
	for i := range l.Targets {
		t := &l.Targets[i]
		planned += t.Planned
		sent += t.Sent
		if p50, ok := verdict.Quantile(t.Latency.Histogram, 50); ok {
			fastest = min(fastest, p50)
		}
	}
	length := o.duration()
	if l.Interrupted {
		length = min(length, report.Elapsed)
	}
	// A generator that could not follow took its last arrival up after the plan's end.
	var achieved, offered float64
	if took := max(length, report.LastTaken); took > 0 {
		achieved = float64(sent) / took.Seconds()
	}
	g.AchievedRate = &achieved
	g.Valid = true
	if l.ClosedLoop {
		return // nothing was offered, and nothing can be late
	}
	if length > 0 {
		offered = float64(planned) / length.Seconds()
	}
	g.OfferedRate = &offered

	missed := achieved < leastRate*offered
	if missed {
		g.Faults = append(g.Faults, results.Fault{Kind: results.RateMissed, AchievedRate: achieved, OfferedRate: offered})
	}
	if slip := g.Slip.Histogram; slip.N() > 0 {
		if most := slip.AtRank(slip.N()); most > slipMaxMs {
			g.Faults = append(g.Faults, results.Fault{Kind: results.OneLateStart, SlipMs: most})
		}
		if p99, _ := verdict.Quantile(slip, 99); p99 > slipFloorMs && p99 > slipShare*fastest {
			g.Faults = append(g.Faults, results.Fault{Kind: results.LateStarts, SlipMs: p99})
		}
	}
	if g.Valid = len(g.Faults) == 0; g.Valid {
		return
	}
	if capped == 0 && !missed {
		g.Faults = append(g.Faults, results.Fault{Kind: results.OtherLoad})
	}
	if capped > 0 {
		g.Faults = append(g.Faults, results.Fault{Kind: results.NoFreeConnection, Requests: capped, MaxConns: o.MaxConns})
	}
	if g.Busy != nil && *g.Busy > busyLimit {
		g.Faults = append(g.Faults, results.Fault{Kind: results.SenderBusy, Busy: *g.Busy})
	}
}

// balance checks the books of every target.
func balance(l *results.Load) error {
	var errs []error
	for i := range l.Targets {
		t := &l.Targets[i]
		if t.Planned != t.Sent+t.Dropped {
			errs = append(errs, fmt.Errorf("target %s: %d planned, but %d sent and %d dropped", t.Name, t.Planned, t.Sent, t.Dropped))
		}
		if t.Sent != t.Answered+t.Failures() {
			errs = append(errs, fmt.Errorf("target %s: %d sent, but %d answered and %d failed", t.Name, t.Sent, t.Answered, t.Failures()))
		}
		if t.Latency.N != t.Answered {
			errs = append(errs, fmt.Errorf("target %s: %d answered, but %d latencies", t.Name, t.Answered, t.Latency.N))
		}
	}
	return errors.Join(errs...)
}

// pauseMeter finds the longest stop-the-world pause of the Go runtime in a stretch of time.
type pauseMeter struct {
	before []uint64
}

const pauseMetric = "/sched/pauses/total/gc:seconds"

func readPauses() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: pauseMetric}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil
	}
	return sample[0].Value.Float64Histogram()
}

func startPauseMeter() *pauseMeter {
	m := &pauseMeter{}
	if h := readPauses(); h != nil {
		m.before = append(m.before, h.Counts...)
	}
	return m
}

// longest is the upper end of the runtime's bucket with the longest pause.
func (m *pauseMeter) longest() time.Duration {
	h := readPauses()
	if h == nil {
		return 0
	}
	for i := len(h.Counts) - 1; i >= 0; i-- {
		if i < len(m.before) && h.Counts[i] > m.before[i] {
			upper := h.Buckets[i+1]
			if math.IsInf(upper, 1) {
				upper = h.Buckets[i]
			}
			return time.Duration(upper * float64(time.Second))
		}
	}
	return 0
}
