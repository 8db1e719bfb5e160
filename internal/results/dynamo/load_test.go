package dynamo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// A load test that is fetched is the one that was measured, as a run of its own and
// beside the cells of the runs that had none.
func TestLoad(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		put := func(id string, at time.Duration, change func(*results.Load)) results.Run {
			t.Helper()
			load := resultstest.Load(20, 30)
			if change != nil {
				change(load)
			}
			r := results.Run{ID: id, Manifest: results.Manifest{Tool: "loadgen", Started: noon.Add(at)}, Summary: results.Summary{
				Load: load, Thresholds: []results.Threshold{{Condition: "p99>1s", Outcome: results.Passed}},
			}}
			if err := errors.Join(store.PutLoad(t.Context(), r), store.PutRun(t.Context(), results.Run{ID: id, Manifest: r.Manifest, Summary: results.Summary{Thresholds: r.Thresholds}})); err != nil {
				t.Fatal(err)
			}
			return r
		}
		cells := stored(t, store, "cells", 30)
		if got, err := store.Fetch(t.Context(), "cells"); err != nil || got.Load != nil {
			t.Errorf("without any load test: %+v, %v", got.Load, err)
		}
		put("load-1", time.Hour, nil)
		want := put("load-2", 2*time.Hour, nil)
		put("not-valid", 3*time.Hour, func(l *results.Load) { l.Generator.Valid = false })
		put("interrupted", 4*time.Hour, func(l *results.Load) { l.Interrupted = true })
		put("of-one-target", 5*time.Hour, func(l *results.Load) { l.Targets, l.Comparison = l.Targets[:1], nil })

		same := cmp.Options{cmpopts.IgnoreFields(results.Target{}, "Intervals"), cmpopts.IgnoreFields(results.Class{}, "Intervals"), cmp.Comparer(func(a, b latency.Timing) bool { return cmp.Equal(a.Percentiles, b.Percentiles) })}
		own, err := store.Fetch(t.Context(), "load-2")
		if diff := cmp.Diff(want, own, same); err != nil || diff != "" || !own.LoadOnly() {
			t.Errorf("%v (-measured +fetched):\n%s", err, diff)
		}
		for i := range want.Load.Targets {
			for _, percentile := range []float64{50, 99} {
				a, b := want.Load.Targets[i].Bounds(percentile, verdict.Options{}), own.Load.Targets[i].Bounds(percentile, verdict.Options{})
				if a != b {
					t.Errorf("p%v of target %d is within %+v, measured %+v", percentile, i, b, a)
				}
			}
		}
		beside, err := store.Fetch(t.Context(), "cells")
		if err != nil || beside.Load == nil || beside.Load.Run != "load-2" || beside.OwnLoad() != nil || len(beside.Thresholds) != 0 {
			t.Fatalf("beside the cells: %+v, %v; want load-2, the latest that can be believed", beside.Load, err)
		}
		want.Load.Run = "load-2"
		if diff := cmp.Diff(want.Load, beside.Load, same); diff != "" {
			t.Errorf("(-measured +beside):\n%s", diff)
		}
		if diff := cmp.Diff(cells.Variants, beside.Variants); diff != "" {
			t.Errorf("the cells (-want +got):\n%s", diff)
		}
		if id, err := store.Latest(t.Context()); id != "cells" || err != nil {
			t.Errorf("the latest run is %q, %v; a load test is none", id, err)
		}
		if err := store.PutRun(t.Context(), results.Run{ID: "begun", Manifest: results.Manifest{Started: noon}}); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Fetch(t.Context(), "begun"); err != nil || got.Load != nil {
			t.Errorf("beside a run that has measured nothing: %+v, %v", got.Load, err)
		}
		if err := store.PutLoad(t.Context(), cells); err == nil {
			t.Error("a run without a load test is put")
		}
	})
}
