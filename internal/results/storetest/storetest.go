// Package storetest holds an implementation of results.Store to the promises of
// the interface. A store's own test calls [Run] with a way to make an empty one.
package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

var noon = time.Date(2026, time.March, 4, 12, 0, 0, 123_456_789, time.UTC)

// Run tests the stores that open makes: each of them empty.
func Run(t *testing.T, open func(t *testing.T) results.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, results.Store)
	}{
		{"an empty store yields nothing", empty},
		{"a sample comes back whole", roundTrip},
		{"a sample without record and answer keeps them absent", absent},
		{"the same request id again changes nothing", idempotent},
		{"samples without a request id are told apart by their start", withoutRequestID},
		{"samples come by start time, then by key", order},
		{"a query selects by run, variant and time", query},
		{"runs come newest first and are replaced by ID", runs},
		{"a reader that has enough may stop", stop},
		{"a cancelled context ends reading with its error", cancelled},
		{"more samples than a page of any database", many},
		{"several goroutines may put at once", concurrent},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// Sample is a cold sample that every field is set in; different i are different samples.
func Sample(run string, i int) results.Sample {
	initDuration, duration, billed := 170130*time.Microsecond, 8400*time.Microsecond, 179*time.Millisecond
	memory, used := 512, 66
	id := fmt.Sprintf("8b0d9d4e-0000-4000-8000-%012d", i)
	return results.Sample{
		Run: run, Platform: deployed.Local, Round: i,
		Variant:   Variant("nodejs22.x"),
		Event:     functions.Event{Workload: functions.WorkloadSHA256, Iterations: 1000},
		Wanted:    results.Cold,
		RequestID: id,
		Start:     noon.Add(time.Duration(i) * time.Second),
		Elapsed:   180*time.Millisecond + time.Duration(i),
		Record: &lambdalog.Record{
			Kind: lambdalog.Report, RequestID: id,
			Duration: &duration, BilledDuration: &billed, InitDuration: &initDuration,
			MemorySizeMB: &memory, MaxMemoryUsedMB: &used,
			Extra: map[string]string{lambdalog.XRayTraceID: "1-5759e988-bd862e3fe1be46a994272793"},
		},
		Answer: &functions.Answer{
			Message: "Hello, world!", Language: "nodejs", RuntimeVersion: "22.22.0", Architecture: "arm64",
			EnvironmentID: "e1", Invocation: 1, InitializationType: functions.OnDemand, FunctionVersion: "$LATEST",
			CPUMs: 3.25, ProcessCPUMs: 61.5, WallMs: 4.125, Answer: "00ff", Metrics: map[string]float64{"heapUsedBytes": 4.5e6},
		},
	}
}

// Variant is a hello function of Node.js on the runtime.
func Variant(runtime string) matrix.Variant {
	return matrix.Variant{Function: "hello", Language: "nodejs", Runtime: runtime, Architecture: functions.ARM64, MemoryMB: 512}
}

func empty(t *testing.T, store results.Store) {
	want(t, store, results.Query{})
	for r, err := range store.Runs(t.Context()) {
		t.Errorf("run %v, error %v", r, err)
	}
}

func roundTrip(t *testing.T, store results.Store) {
	cold := Sample("a", 1)
	warmUp := Sample("a", 2)
	warmUp.Wanted, warmUp.WarmUp = "", true
	failed := Sample("a", 3)
	failed.Error = "Runtime.ExitError: exit status 1"
	put(t, store, cold, warmUp, failed)
	want(t, store, results.Query{}, cold, warmUp, failed)
}

func absent(t *testing.T, store results.Store) {
	s := Sample("a", 1)
	s.Record, s.Answer, s.Elapsed = nil, nil, 0
	put(t, store, s)
	want(t, store, results.Query{}, s)
}

func idempotent(t *testing.T, store results.Store) {
	first := Sample("a", 1)
	again := first
	again.Error = "a second telling of the same invocation"
	put(t, store, first)
	put(t, store, again, first)
	want(t, store, results.Query{}, first)
}

func withoutRequestID(t *testing.T, store results.Store) {
	a, b := Sample("a", 1), Sample("a", 2)
	a.RequestID, b.RequestID = "", ""
	put(t, store, a, b)
	put(t, store, a)
	want(t, store, results.Query{}, a, b)
}

func order(t *testing.T, store results.Store) {
	a, b, c := Sample("a", 1), Sample("a", 2), Sample("a", 3)
	b.Start = a.Start
	put(t, store, c, b, a)
	want(t, store, results.Query{}, a, b, c)
}

func query(t *testing.T, store results.Store) {
	a, b, c, d := Sample("a", 1), Sample("a", 2), Sample("b", 3), Sample("b", 4)
	b.Variant, d.Variant = Variant("nodejs18.x"), Variant("nodejs18.x")
	put(t, store, a, b, c, d)
	for _, test := range []struct {
		name string
		q    results.Query
		want []results.Sample
	}{
		{"all", results.Query{}, []results.Sample{a, b, c, d}},
		{"one run", results.Query{Run: "b"}, []results.Sample{c, d}},
		{"one variant", results.Query{Variant: Variant("nodejs18.x")}, []results.Sample{b, d}},
		{"one variant of a run", results.Query{Run: "a", Variant: Variant("nodejs18.x")}, []results.Sample{b}},
		{"from is included, to is not", results.Query{From: b.Start, To: d.Start}, []results.Sample{b, c}},
		{"a run that is not there", results.Query{Run: "c"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) { want(t, store, test.q, test.want...) })
	}
}

func runs(t *testing.T, store results.Store) {
	for _, id := range []string{"b", "c", "a"} {
		started := noon.Add(time.Duration(id[0]) * time.Minute)
		if err := store.PutRun(t.Context(), results.Run{ID: id, Manifest: results.Manifest{Tool: "local", Started: started, Seed: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.PutRun(t.Context(), results.Run{ID: "a", Manifest: results.Manifest{Tool: "local", Started: noon, Seed: 2, Interrupted: true}}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r, err := range store.Runs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %d %t", r.ID, r.Manifest.Seed, r.Manifest.Interrupted))
	}
	if diff := cmp.Diff([]string{"c 1 false", "b 1 false", "a 2 true"}, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func stop(t *testing.T, store results.Store) {
	put(t, store, Sample("a", 1), Sample("a", 2))
	n := 0
	for _, err := range store.Samples(t.Context(), results.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		break
	}
	if n != 1 {
		t.Errorf("read %d samples, want to stop after 1", n)
	}
}

func cancelled(t *testing.T, store results.Store) {
	put(t, store, Sample("a", 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range store.Samples(ctx, results.Query{}) {
		last = err
	}
	if last == nil {
		t.Error("reading under a cancelled context ended without an error")
	}
	if err := store.Put(ctx, Sample("a", 2)); err == nil {
		t.Error("putting under a cancelled context gave no error")
	}
}

func many(t *testing.T, store results.Store) {
	var all []results.Sample
	for i := range 230 {
		all = append(all, Sample("a", i))
	}
	put(t, store, all...)
	want(t, store, results.Query{Run: "a", Variant: Variant("nodejs22.x")}, all...)
}

func concurrent(t *testing.T, store results.Store) {
	const writers, each = 4, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				// Neighbours put the same samples.
				if err := store.Put(t.Context(), Sample("a", w*each+i), Sample("a", (w*each+i+each)%(writers*each))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	n := 0
	for _, err := range store.Samples(t.Context(), results.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != writers*each {
		t.Errorf("%d samples, want %d", n, writers*each)
	}
}

func put(t *testing.T, store results.Store, samples ...results.Sample) {
	t.Helper()
	if err := store.Put(t.Context(), samples...); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, store results.Store, q results.Query, samples ...results.Sample) {
	t.Helper()
	var got []results.Sample
	for s, err := range store.Samples(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	if diff := cmp.Diff(slices.Clip(samples), got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}
