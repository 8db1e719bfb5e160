package results_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// The p99 of 600 requests is the seventh slowest.
func TestTail(t *testing.T) {
	target := func(n, first int, slow time.Duration) *results.Target {
		all, firsts := latency.New(), latency.New()
		for i := range n {
			d := 10 * time.Millisecond
			if i < first {
				d = slow + time.Duration(i)*time.Millisecond
				firsts.Record(d)
			}
			all.Record(d)
		}
		return &results.Target{Latency: latency.NewTiming(all, nil), Classes: []results.Class{
			{ClassKey: results.ClassKey{Environment: results.FirstInvocation}, Latency: latency.NewTiming(firsts, nil)},
			{ClassKey: results.ClassKey{Environment: results.LaterInvocations}, Latency: latency.NewTiming(all, nil)},
		}}
	}
	for _, row := range []struct {
		name   string
		target *results.Target
		want   results.Tail
		decide bool
	}{
		{"20 first requests", target(600, 20, time.Second), results.Tail{Requests: 7, First: 7}, true},
		{"5 of them", target(600, 5, time.Second), results.Tail{Requests: 7, First: 5}, true},
		{"fast ones", target(600, 20, time.Microsecond), results.Tail{Requests: 7, First: 7}, true}, // each a millisecond more than the one before
		{"one", target(600, 1, time.Second), results.Tail{Requests: 7, First: 1}, false},
		{"none", target(600, 0, 0), results.Tail{Requests: 7}, false},
		{"nothing known", &results.Target{}, results.Tail{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.target.Tail(99); got != row.want || got.FirstDecide() != row.decide {
				t.Errorf("%+v, which decide: %v, want %+v and %v", got, got.FirstDecide(), row.want, row.decide)
			}
		})
	}
}

// What depends on when it came is worth less than its number, and its interval is wider.
func TestJudgeSaysWhatRequestsAreWorth(t *testing.T) {
	draw := func(rho float64) *results.Load {
		rng, z := rand.New(rand.NewPCG(1, 2)), 0.0
		target := results.Target{Name: "one"}
		all, second := latency.New(), latency.New()
		for i := range 600 {
			z = rho*z + math.Sqrt(1-rho*rho)*rng.NormFloat64()
			d := time.Duration(30e6 * math.Exp(0.3*z))
			all.Record(d)
			second.Record(d)
			if i%10 == 9 {
				target.Intervals = append(target.Intervals, results.Interval{Length: time.Second, Latency: second.Counts()})
				second.Reset()
			}
		}
		target.Latency = latency.NewTiming(all, nil)
		return &results.Load{Targets: []results.Target{target}}
	}
	for _, rho := range []float64{0, 0.9} {
		l := draw(rho)
		naive := l.Targets[0].Latency.P50Interval
		l.Judge(verdict.Options{})
		interval, worth := l.Targets[0].Latency.P50Interval, int64(600)
		if w := l.Targets[0].Worth; len(w) > 0 && w[0].Percentile == 50 {
			worth = w[0].Requests
		}
		wider := interval[1]-interval[0] > 1.5*(naive[1]-naive[0])
		if few := worth < 300; wider != (rho > 0) || few != (rho > 0) {
			t.Errorf("rho %v: 600 requests are worth %d, and the interval of the median is %v in place of %v", rho, worth, interval, naive)
		}
		if l.Comparison != nil {
			t.Errorf("one target is compared with %+v", cmp.Diff(nil, l.Comparison))
		}
	}
}
