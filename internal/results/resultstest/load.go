package resultstest

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Target is a target after so many seconds of so many requests each: 20 first requests
// of provisioned environments, and later ones. Every tenth second one has no answer.
func Target(name string, seed uint64, seconds, each int) results.Target {
	rng := rand.New(rand.NewPCG(seed, 2))
	first := results.ClassKey{Environment: results.FirstInvocation, Initialization: "provisioned-concurrency"}
	later := results.ClassKey{Environment: results.LaterInvocations, Initialization: "provisioned-concurrency"}
	all, firsts, laters, unanswered, connect := latency.New(), latency.New(), latency.New(), latency.New(), latency.New()
	var past results.Timelines
	for i := range seconds {
		row, of := latency.New(), latency.New()
		interval := results.Interval{Start: noon.Add(time.Duration(i) * time.Second), Length: time.Second}
		for k := range each {
			d := time.Duration(math.Exp(rng.NormFloat64()) * float64(10*time.Millisecond))
			row.Record(d)
			if i == 0 && k < 20 {
				firsts.Record(d)
			} else {
				of.Record(d)
			}
		}
		if i%10 == 9 {
			lost := latency.New()
			lost.Record(time.Second)
			unanswered.Merge(lost)
			interval.Unanswered = lost.Counts()
		}
		interval.Latency = row.Counts()
		all.Merge(row)
		laters.Merge(of)
		connect.Record(time.Duration(i+1) * time.Microsecond)
		past.Add(interval, map[results.ClassKey]latency.Counts{later: of.Counts()})
	}
	return results.Target{
		Name: name, Planned: int64(seconds*each + seconds/10), Sent: int64(seconds*each + seconds/10), Answered: int64(seconds * each), Failed: map[string]int64{"timeout": int64(seconds / 10)}, Status: map[int]int64{200: int64(seconds * each)},
		Latency: latency.NewTiming(all, unanswered), Service: latency.NewTiming(all, unanswered), Connect: latency.NewTiming(connect, nil),
		Classes: []results.Class{
			{ClassKey: first, Latency: latency.NewTiming(firsts, nil), Service: latency.NewTiming(firsts, nil)},
			{ClassKey: later, Latency: latency.NewTiming(laters, nil), Service: latency.NewTiming(laters, nil), Intervals: past.Of(later)},
		},
		Intervals: past.All(),
	}
}

// Load is a load test of the two modules, judged.
func Load(seconds, each int) *results.Load {
	l := &results.Load{
		Started: noon, Ended: noon.Add(time.Duration(seconds) * time.Second), Generator: results.Generator{Engine: "epoll", Valid: true},
		Targets: []results.Target{Target("esmodule", 1, seconds, each), Target("commonjs", 2, seconds, each)},
	}
	l.Judge(verdict.Options{})
	return l
}
