package dynamo_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/storetest"
)

var noon = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

func TestStore(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		storetest.Run(t, func(t *testing.T) results.Store { return e.store(t) })
	})
}

// What the platform recorded late takes the place of what was put without it.
func TestReplace(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		var all []results.Sample
		for i := range 60 { // more than two batches
			all = append(all, storetest.Sample("a", i))
		}
		for _, s := range all {
			s.Record = nil
			if err := store.Put(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		// The same sample twice in one call: the last one counts, and the batch is not refused.
		for range 2 {
			if err := store.Replace(t.Context(), append([]results.Sample{{Run: "a", Variant: all[0].Variant, RequestID: all[0].RequestID}}, all...)...); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(all, collect(t, store.Samples(t.Context(), results.Query{Run: "a"}))); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		// Whoever is late with what was there before does not undo it.
		late := all[3]
		late.Record = nil
		if err := store.Put(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		if got := collect(t, store.Samples(t.Context(), results.Query{Run: "a"})); got[3].Record == nil {
			t.Error("a late Put has removed the record")
		}
	})
}

func TestRuns(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		// The middle one has a fraction of a second, which must not change its place.
		starts := map[string]time.Time{"a": noon, "b": noon.Add(500 * time.Millisecond), "c": noon.Add(time.Second), "d": noon.Add(time.Second)}
		for id, started := range starts {
			if err := store.PutRun(t.Context(), results.Run{ID: id, Manifest: results.Manifest{Tool: "workflow", Started: started}}); err != nil {
				t.Fatal(err)
			}
		}
		ids := func(runs []results.Run) (all []string) {
			for _, r := range runs {
				all = append(all, r.ID)
			}
			return all
		}
		if got, want := ids(collect(t, store.Runs(t.Context()))), []string{"d", "c", "b", "a"}; !slices.Equal(got, want) {
			t.Errorf("runs %v, want %v", got, want)
		}
		if got, want := ids(collect(t, store.RunsFrom(t.Context(), starts["c"], "c"))), []string{"c", "b", "a"}; !slices.Equal(got, want) {
			t.Errorf("runs from c on %v, want %v", got, want)
		}
		r, ok, err := store.Run(t.Context(), "b")
		if err != nil || !ok || r.ID != "b" || !r.Manifest.Started.Equal(starts["b"]) {
			t.Errorf("run %v, %v, %v", r, ok, err)
		}
		if _, ok, err := store.Run(t.Context(), "z"); ok || err != nil {
			t.Errorf("a run that is not there: %v, %v", ok, err)
		}
	})
}

// record is what a run found in a series; its median tells it from others.
func record(run string, started time.Time, series results.Series, median float64) results.SeriesRecord {
	return results.SeriesRecord{
		Run: run, Platform: deployed.Local, Started: started, Series: series, FunctionName: "hello",
		Summary: results.SeriesSummary{
			Workload: string(series.Event.Workload), Iterations: series.Event.Iterations, Temperature: series.Temperature, N: 3,
			Metrics:        map[string]results.MetricSummary{results.DurationMs: {N: 3, P50: &median}},
			RuntimeMetrics: map[string]results.MetricSummary{"collections": {N: 2, P50: &median}},
		},
	}
}

func series(temperature results.Temperature, iterations int) results.Series {
	return results.Series{
		Variant:     storetest.Variant("nodejs22.x"),
		Event:       functions.Event{Workload: functions.WorkloadSHA256, Iterations: iterations},
		Temperature: temperature,
	}
}

func TestSeries(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		cold, warm, more := series(results.Cold, 1000), series(results.Warm, 1000), series(results.Warm, 10000)
		var history []results.SeriesRecord // the newest first
		for i := range 5 {
			started := noon.Add(time.Duration(i) * 500 * time.Millisecond)
			run := fmt.Sprint("run", i)
			c := record(run, started, cold, float64(i))
			for range 2 { // twice changes nothing
				if err := store.PutSeries(t.Context(), run, record(run, started, more, 1), record(run, started, warm, 1), c); err != nil {
					t.Fatal(err)
				}
			}
			history = append([]results.SeriesRecord{c}, history...)
		}
		of, err := store.SeriesOf(t.Context(), "run2")
		if err != nil {
			t.Fatal(err)
		}
		want := []results.SeriesRecord{history[2], record("run2", history[2].Started, warm, 1), record("run2", history[2].Started, more, 1)}
		if diff := cmp.Diff(want, of); diff != "" {
			t.Errorf("series of run2 (-want +got):\n%s", diff)
		}
		for _, row := range []struct {
			name   string
			series results.Series
			since  time.Time
			limit  int
			want   []results.SeriesRecord
		}{
			{"all", cold, time.Time{}, 0, history},
			{"the newest two", cold, time.Time{}, 2, history[:2]},
			{"since is included", cold, history[3].Started, 0, history[:4]},
			{"since a moment later", cold, history[3].Started.Add(1), 0, history[:3]},
			{"since with a limit", cold, history[3].Started, 1, history[:1]},
			{"another number of iterations", series(results.Cold, 100), time.Time{}, 0, nil},
		} {
			t.Run(row.name, func(t *testing.T) {
				got, err := store.History(t.Context(), row.series, row.since, row.limit)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(row.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		latest, ok, err := store.Latest(t.Context(), cold)
		if diff := cmp.Diff(history[0], latest); err != nil || !ok || diff != "" {
			t.Errorf("latest: %v, %v (-want +got):\n%s", ok, err, diff)
		}
		if _, ok, err := store.Latest(t.Context(), series(results.Proactive, 1)); ok || err != nil {
			t.Errorf("latest of a series without records: %v, %v", ok, err)
		}
		if err := store.PutSeries(t.Context(), "run9", history[0]); err == nil {
			t.Error("a record of one run was put under another")
		}
	})
}

func TestRaw(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		var lines []dynamo.Raw
		for i := range 30 {
			lines = append(lines, dynamo.Raw{LogGroup: "/aws/lambda/f", EventID: fmt.Sprintf("%03d", i), Timestamp: noon, Message: "REPORT Duration: \x00 ms", Error: "no request id"})
		}
		for range 2 {
			if err := store.PutRaw(t.Context(), "a", lines...); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(lines, collect(t, store.RawOf(t.Context(), "a"))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestKept(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		keep := func(name string, document any) {
			t.Helper()
			if err := store.Keep(t.Context(), "a", name, document); err != nil {
				t.Fatal(err)
			}
		}
		keep("configuration/f", map[string]int{"memory": 512})
		keep("configuration/f", map[string]int{"memory": 1024}) // the first one stays
		keep("configuration/g", nil)
		keep("failure/f", "timed out")
		var kept map[string]int
		ok, err := store.Kept(t.Context(), "a", "configuration/f", &kept)
		if !ok || err != nil || kept["memory"] != 512 {
			t.Errorf("kept %v, %v, %v; want the first document", kept, ok, err)
		}
		if ok, err := store.Kept(t.Context(), "b", "configuration/f", &kept); ok || err != nil {
			t.Errorf("another run has it: %v, %v", ok, err)
		}
		all, err := store.AllKept(t.Context(), "a", "configuration/")
		want := map[string]json.RawMessage{"configuration/f": json.RawMessage(`{"memory":512}`), "configuration/g": json.RawMessage("null")}
		if diff := cmp.Diff(want, all); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestFunctions(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		var want []deployed.Function
		for _, memory := range []int{1024, 128, 512} { // as names, 1024 comes before 128
			v := storetest.Variant("nodejs22.x")
			v.MemoryMB = memory
			f := deployed.Function{Variant: v, ARN: "arn:aws:lambda:eu-west-1:123456789012:function:" + v.Name(), LogGroup: "/aws/lambda/" + v.Name(), Owned: true}
			if err := store.PutFunction(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			want = append(want, f)
		}
		got, err := store.Functions(t.Context())
		if diff := cmp.Diff([]deployed.Function{want[1], want[2], want[0]}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// Samples and raw lines go after a while, runs and aggregates stay.
func TestExpiry(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		table := e.table(t)
		store := dynamo.New(e.Client(), table, dynamo.Options{SampleTTL: 24 * time.Hour})
		sample := storetest.Sample("a", 1)
		sample.Start = time.Now()
		put := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		put(store.Put(t.Context(), sample))
		put(store.PutRaw(t.Context(), "a", dynamo.Raw{EventID: "1", Timestamp: sample.Start}))
		put(store.PutRun(t.Context(), results.Run{ID: "a"}))
		put(store.PutSeries(t.Context(), "a", record("a", noon, series(results.Cold, 1), 1)))
		put(store.Lease(t.Context(), "me", time.Minute, noon))
		out, err := e.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, i := range out.Items {
			expires := ""
			if n, ok := i[dynamo.Expires].(*types.AttributeValueMemberN); ok {
				expires = n.Value
			}
			got[i[dynamo.SortKey].(*types.AttributeValueMemberS).Value] = expires
		}
		tomorrow := strconv.FormatInt(sample.Start.Add(24*time.Hour).Unix(), 10)
		want := map[string]string{
			"SAMPLE#hello-nodejs22-arm64-512#" + sample.RequestID: tomorrow, "RAW##1": tomorrow,
			"RUN": "", "SERIES#hello-nodejs22-arm64-512#sha256#1#cold": "", "LEASE": "",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys and their %s (-want +got):\n%s", dynamo.Expires, diff)
		}
	})
}

// A table that is not there is an error that names it and what was wanted of it.
func TestMissingTable(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := dynamo.New(e.Client(), "nowhere", dynamo.Options{})
		for name, err := range map[string]error{
			"put":       store.Put(t.Context(), storetest.Sample("a", 1)),
			"replace":   store.Replace(t.Context(), storetest.Sample("a", 1)),
			"put run":   store.PutRun(t.Context(), results.Run{ID: "a"}),
			"take the":  store.Lease(t.Context(), "me", time.Minute, noon),
			"renew":     store.Renew(t.Context(), "me", time.Minute, noon),
			"release":   store.Release(t.Context(), "me"),
			"read the ": last(store.Samples(t.Context(), results.Query{Run: "a"})),
		} {
			if err == nil || err.Error()[:len(name)] != name {
				t.Errorf("%s: error %v", name, err)
			}
		}
	})
}
