package results_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// A target that is written and read again is judged as before.
func TestTargetLog(t *testing.T) {
	for _, seconds := range []int{1, 60, 520} {
		want := resultstest.Target("esmodule", 1, seconds, 30)
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

// A log of any load test fits into an item of DynamoDB, and holds all of it.
func TestLogsAreBounded(t *testing.T) {
	for _, row := range []struct{ seconds, each, least int }{{60, 30, 60}, {120, 1500, 60}} {
		l := results.Load{Targets: []results.Target{resultstest.Target("esmodule", 1, row.seconds, row.each)}}
		logs, err := l.Logs()
		if err != nil {
			t.Fatal(err)
		}
		if len(logs) != 1 || logs[0].Target != "esmodule" || len(logs[0].Log) > 450_000 {
			t.Fatalf("%d logs, the first with %d bytes", len(logs), len(logs[0].Log))
		}
		r := results.Run{}
		if err := r.AddLoad(&results.Load{Targets: []results.Target{{Name: "esmodule"}}}, logs); err != nil {
			t.Fatal(err)
		}
		want, got := l.Targets[0], r.Load.Targets[0]
		if diff := cmp.Diff(timings(want), timings(got)); diff != "" || len(got.Intervals) < row.least {
			t.Errorf("%d intervals of %d (-measured +kept):\n%s", len(got.Intervals), len(want.Intervals), diff)
		}
	}
}

// A load test of another run stands beside measured cells only, and a log of what it did
// not load is refused.
func TestAddLoad(t *testing.T) {
	load := func() *results.Load { return &results.Load{Run: "load-1", Targets: []results.Target{{Name: "a"}}} }
	var empty results.Run
	if err := empty.AddLoad(load(), nil); err != nil || empty.Load != nil {
		t.Errorf("beside nothing: %+v, %v", empty.Load, err)
	}
	cells := results.Run{Summary: results.Summary{Variants: []results.VariantSummary{{}}}}
	if err := cells.AddLoad(load(), nil); err != nil || cells.Load == nil || cells.OwnLoad() != nil {
		t.Errorf("beside cells: %+v, %v", cells.Load, err)
	}
	if err := cells.AddLoad(load(), []results.TargetLog{{Target: "b"}}); err == nil {
		t.Error("the log of another target is taken")
	}
	if err := cells.AddLoad(load(), []results.TargetLog{{Target: "a", Log: "x,y\n1,2\n"}}); err == nil {
		t.Error("a log that is none is taken")
	}
}
