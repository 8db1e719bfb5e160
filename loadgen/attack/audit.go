package attack

import (
	"fmt"
	"math"
	"runtime/metrics"
	"time"

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

// audit fills in the rates and judges the generator.
func (r *Result) audit(o Options, report engine.Report) {
	g := &r.Generator
	g.Valid = true
	invalid := func(format string, args ...any) {
		g.Valid = false
		g.Reasons = append(g.Reasons, fmt.Sprintf(format, args...))
	}
	var planned, sent int64
	fastest := math.Inf(1)
	for i := range r.Targets {
		t := &r.Targets[i]
		planned += t.Planned
		sent += t.Sent
		if n := t.Latency.N(); n > 0 {
			fastest = min(fastest, t.Latency.AtRank(verdict.RankOf(50, n)))
		}
	}
	length := o.duration()
	if r.Interrupted {
		length = min(length, report.Elapsed)
	}
	// A generator that could not follow took its last arrival up after the plan's end.
	if took := max(length, report.LastTaken); took > 0 {
		g.AchievedRate = float64(sent) / took.Seconds()
	}
	if r.ClosedLoop {
		return // nothing was offered, and nothing can be late
	}
	if length > 0 {
		g.OfferedRate = float64(planned) / length.Seconds()
	}
	if g.OfferedRate > 0 && g.AchievedRate < leastRate*g.OfferedRate {
		invalid("%.1f of %.1f requests/s were sent; lower the rate or give the generator more CPU", g.AchievedRate, g.OfferedRate)
	}
	if n := g.Slip.N(); n > 0 {
		p99 := g.Slip.AtRank(verdict.RankOf(99, n))
		if most := g.Slip.AtRank(n); most > slipMaxMs {
			invalid("one request was begun %.0f ms late", most)
		}
		if p99 > slipFloorMs && p99 > slipShare*fastest {
			invalid("1 %% of the requests were begun more than %.1f ms late, which is more than a tenth of the median latency", p99)
		}
	}
	if g.Valid {
		return
	}
	if g.Capped == 0 && g.AchievedRate >= leastRate*g.OfferedRate {
		g.Reasons = append(g.Reasons, "something else used this machine's CPU: free it, lower the rate, or send from another machine")
	}
	if g.Capped > 0 {
		g.Reasons = append(g.Reasons, fmt.Sprintf("%d requests waited because all %d connections were in use; allow more, or lower the rate", g.Capped, o.MaxConns))
	}
	if g.Busy != nil && *g.Busy > busyLimit {
		g.Reasons = append(g.Reasons, fmt.Sprintf("a sending thread was busy %.0f %% of the time; use more shards or more machines", 100**g.Busy))
	}
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
