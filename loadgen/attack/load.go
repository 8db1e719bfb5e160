package attack

import (
	"strconv"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Load is the result as JSON has it. The manifest holds what the run itself
// knows; who ran it, with which options, on what machine, is the caller's to add.
func (r *Result) Load() results.Load {
	l := results.Load{Manifest: results.Manifest{
		Started: r.Started, Ended: r.Started.Add(r.Elapsed), Interrupted: r.Interrupted,
	}}
	if r.ClosedLoop {
		l.Manifest.Notes = append(l.Manifest.Notes,
			"closed loop: a connection that waits does not send, so these latencies hide stalls; use a rate to measure latency")
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		target := results.Target{
			Name: t.Name, URL: t.URL, Planned: t.Planned, Sent: t.Sent, Dropped: t.Dropped, Answered: t.Answered, Resent: t.Resent,
			Failed: t.Failed, Examples: t.Examples, Status: map[string]int64{}, Environments: t.Environments,
			LatencyMs: t.Latency.Percentiles(), ServiceMs: t.Service.Percentiles(), FirstByteMs: t.FirstByte.Percentiles(), ConnectMs: t.Connect.Percentiles(),
			OutOfRange: t.Latency.OutOfRange() + t.Service.OutOfRange() + t.FirstByte.OutOfRange() + t.Connect.OutOfRange(),
		}
		for code, n := range t.Status {
			target.Status[strconv.Itoa(code)] = n
		}
		for _, c := range t.Classes {
			target.Classes = append(target.Classes, results.Class{
				ClassKey: c.ClassKey, N: c.Latency.N(), LatencyMs: c.Latency.Percentiles(), ServiceMs: c.Service.Percentiles(),
			})
		}
		l.Targets = append(l.Targets, target)
	}
	g := &r.Generator
	l.Generator = results.Generator{Engine: g.Engine, SlipMs: g.Slip.Percentiles(), Busy: g.Busy, Valid: g.Valid, Reasons: g.Reasons}
	pause := float64(g.GCPauseMax) / float64(time.Millisecond)
	l.Generator.GCPauseMaxMs = &pause
	l.Generator.AchievedRate = &g.AchievedRate
	if !r.ClosedLoop {
		l.Generator.OfferedRate = &g.OfferedRate
	}
	return l
}
