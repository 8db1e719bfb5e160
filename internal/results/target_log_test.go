package results_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// loaded is a target after so many seconds of so many requests each.
func loaded(seconds, each int) results.Target {
	rng := rand.New(rand.NewPCG(1, 2))
	first := results.ClassKey{Environment: results.FirstInvocation, Initialization: "provisioned-concurrency"}
	later := results.ClassKey{Environment: results.LaterInvocations, Initialization: "provisioned-concurrency"}
	all, firsts, laters, unanswered, connect := latency.New(), latency.New(), latency.New(), latency.New(), latency.New()
	var past results.Timelines
	for i := range seconds {
		row, of := latency.New(), latency.New()
		interval := results.Interval{Start: started.Add(time.Duration(i) * time.Second), Length: time.Second}
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
		Name: "esmodule", Latency: latency.NewTiming(all, unanswered), Service: latency.NewTiming(all, unanswered), Connect: latency.NewTiming(connect, nil),
		Classes: []results.Class{
			{ClassKey: first, Latency: latency.NewTiming(firsts, nil), Service: latency.NewTiming(firsts, nil)},
			{ClassKey: later, Latency: latency.NewTiming(laters, nil), Service: latency.NewTiming(laters, nil), Intervals: past.Of(later)},
		},
		Intervals: past.All(),
	}
}

// A target that is written and read again is judged as before.
func TestTargetLog(t *testing.T) {
	for _, seconds := range []int{1, 60, 520} {
		want := loaded(seconds, 30)
		var log bytes.Buffer
		if err := want.WriteLog(&log); err != nil {
			t.Fatal(err)
		}
		got := results.Target{Name: want.Name}
		for _, c := range want.Classes { // as the summary has them
			got.Classes = append(got.Classes, results.Class{ClassKey: c.ClassKey})
		}
		if err := got.ReadLog(&log); err != nil {
			t.Fatal(err)
		}
		wantTimings, gotTimings := timings(want), timings(got)
		if diff := cmp.Diff(wantTimings, gotTimings); diff != "" {
			t.Errorf("%d seconds (-written +read):\n%s", seconds, diff)
		}
		if len(got.Intervals) != len(want.Intervals) {
			t.Fatalf("%d seconds: %d intervals, want %d", seconds, len(got.Intervals), len(want.Intervals))
		}
		for _, percentile := range []float64{50, 90, 99} {
			if diff := cmp.Diff(want.Bounds(percentile, verdict.Options{}), got.Bounds(percentile, verdict.Options{})); diff != "" {
				t.Errorf("%d seconds, bounds of p%v (-written +read):\n%s", seconds, percentile, diff)
			}
			for i := range want.Classes {
				if diff := cmp.Diff(want.Classes[i].Bounds(percentile, verdict.Options{}), got.Classes[i].Bounds(percentile, verdict.Options{})); diff != "" {
					t.Errorf("%d seconds, bounds of p%v of %v (-written +read):\n%s", seconds, percentile, want.Classes[i].ClassKey, diff)
				}
			}
		}
	}
}

// timings are the percentiles of every clock, by the tag of its rows.
func timings(t results.Target) map[string]latency.Percentiles {
	all := map[string]latency.Percentiles{"": t.Latency.Percentiles, "service": t.Service.Percentiles, "firstByte": t.FirstByte.Percentiles, "connect": t.Connect.Percentiles}
	for _, c := range t.Classes {
		all[c.Tag()], all[c.ServiceTag()] = c.Latency.Percentiles, c.Service.Percentiles
	}
	return all
}
