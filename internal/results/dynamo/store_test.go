package dynamo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

var noon = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

// A sample comes back as it was put, whatever is absent in it.
func TestSamples(t *testing.T) {
	cold, warmUp, failed, bare := resultstest.Sample("a", 1), resultstest.Sample("a", 2), resultstest.Sample("a", 3), resultstest.Sample("a", 4)
	warmUp.Wanted, warmUp.WarmUp = "", true
	failed.Error = "Runtime.ExitError: exit status 1"
	bare.Record, bare.Answer, bare.Elapsed = nil, nil, 0
	other := resultstest.Sample("a", 5)
	other.Variant = resultstest.Variant("nodejs18.x")
	noID, noIDEither := resultstest.Sample("a", 6), resultstest.Sample("a", 7)
	noID.RequestID, noIDEither.RequestID = "", ""
	same := resultstest.Sample("a", 8)
	same.Start = noIDEither.Start.Add(time.Second)
	again := cold
	again.Error = "the same invocation, put again"
	for _, row := range []struct {
		name    string
		puts    [][]results.Sample
		all, of []results.Sample // of run a, and of its nodejs18.x
	}{
		{name: "none"},
		{name: "whole", puts: [][]results.Sample{{cold, warmUp, failed}}, all: []results.Sample{cold, warmUp, failed}},
		{name: "without record and answer", puts: [][]results.Sample{{bare}}, all: []results.Sample{bare}},
		{name: "the same key again changes nothing", puts: [][]results.Sample{{cold}, {again, cold}}, all: []results.Sample{cold}},
		{name: "the same key twice at once", puts: [][]results.Sample{{cold, again}}, all: []results.Sample{cold}},
		{name: "without request ids, told apart by their start", puts: [][]results.Sample{{noID, noIDEither}, {noID}}, all: []results.Sample{noID, noIDEither}},
		{name: "by start time", puts: [][]results.Sample{{same}, {warmUp, cold}}, all: []results.Sample{cold, warmUp, same}},
		{name: "of one variant", puts: [][]results.Sample{{cold, other, resultstest.Sample("b", 9)}}, all: []results.Sample{cold, other}, of: []results.Sample{other}},
	} {
		t.Run(row.name, func(t *testing.T) {
			each(t, func(t *testing.T, e *emulator) {
				store := e.store(t)
				for _, put := range row.puts {
					if err := store.Put(t.Context(), put...); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(row.all, collect(t, store.Samples(t.Context(), "a"))); diff != "" {
					t.Errorf("samples (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(row.of, collect(t, store.SamplesOf(t.Context(), "a", other.Variant))); diff != "" {
					t.Errorf("samples of nodejs18.x (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestACancelledContextEndsReadingAndWriting(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		if err := store.Put(t.Context(), resultstest.Sample("a", 1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if last(store.Samples(ctx, "a")) == nil {
			t.Error("reading ended without an error")
		}
		if store.Put(ctx, resultstest.Sample("a", 2)) == nil {
			t.Error("putting gave no error")
		}
	})
}

// Goroutines may put the same samples at once.
func TestConcurrentPuts(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		const writers, share = 4, 10
		store := e.store(t)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range share {
					if err := store.Put(t.Context(), resultstest.Sample("a", w*share+i), resultstest.Sample("a", (w*share+i+share)%(writers*share))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(collect(t, store.Samples(t.Context(), "a"))); n != writers*share {
			t.Errorf("%d samples, want %d", n, writers*share)
		}
	})
}

// What the platform recorded late takes the place of what was put without it.
func TestReplace(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		var all []results.Sample
		for i := range 60 { // more than two batches
			all = append(all, resultstest.Sample("a", i))
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
		if diff := cmp.Diff(all, collect(t, store.Samples(t.Context(), "a"))); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		// A late put of the sample without its record does not undo it.
		late := all[3]
		late.Record = nil
		if err := store.Put(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		if got := collect(t, store.Samples(t.Context(), "a")); got[3].Record == nil {
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
		for _, row := range []struct {
			name  string
			since time.Time
			from  string
			want  []string
			count int
		}{
			{name: "all", want: []string{"d", "c", "b", "a"}, count: 4},
			{name: "since is included", since: starts["b"], want: []string{"d", "c", "b"}, count: 3},
			{name: "since a moment later", since: starts["b"].Add(1), want: []string{"d", "c"}, count: 2},
			{name: "from one on", from: "c", want: []string{"c", "b", "a"}, count: 4},
			{name: "from one on, since", from: "c", since: starts["b"], want: []string{"c", "b"}, count: 3},
			{name: "from one before since", from: "a", since: starts["b"], count: 3},
		} {
			runs := store.Runs(t.Context(), row.since)
			if row.from != "" {
				runs = store.RunsFrom(t.Context(), row.since, starts[row.from], row.from)
			}
			if got := ids(collect(t, runs)); !slices.Equal(got, row.want) {
				t.Errorf("%s: runs %v, want %v", row.name, got, row.want)
			}
			if n, err := store.CountRuns(t.Context(), row.since); n != row.count || err != nil {
				t.Errorf("%s: %d runs counted (%v), want %d", row.name, n, err, row.count)
			}
		}
		// An ID that is longer than a key is one that is not there.
		if _, ok, err := store.Run(t.Context(), strings.Repeat("r", 3000)); ok || err != nil {
			t.Errorf("a run with a long ID: %v, %v", ok, err)
		}
		if err := store.PutRun(t.Context(), results.Run{ID: strings.Repeat("r", 3000)}); err == nil {
			t.Error("a run with a long ID was put")
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
		Variant:     resultstest.Variant("nodejs22.x"),
		Event:       functions.Event{Workload: functions.WorkloadSHA256, Iterations: iterations},
		Temperature: temperature,
	}
}

func TestSeries(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		cold, warm, more := series(results.Cold, 1000), series(results.Warm, 1000), series(results.Warm, 10000)
		for range 2 { // twice changes nothing
			if err := store.PutSeries(t.Context(), "run", record("run", noon, more, 1), record("run", noon, warm, 1), record("run", noon, cold, 2)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := store.SeriesOf(t.Context(), "run")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]results.SeriesRecord{record("run", noon, cold, 2), record("run", noon, warm, 1), record("run", noon, more, 1)}, got); diff != "" {
			t.Errorf("series (-want +got):\n%s", diff)
		}
		if err := store.PutSeries(t.Context(), "run9", record("run", noon, cold, 1)); err == nil {
			t.Error("a record of one run was put under another")
		}
	})
}

// Counting and matching select the same cells.
func TestCountCells(t *testing.T) {
	variants := []matrix.Variant{
		{Function: "hello", Language: "nodejs", Runtime: "nodejs22.x", Architecture: functions.ARM64, MemoryMB: 512, SnapStart: true},
		{Function: "hello", Language: "go", Runtime: "provided.al2023", Architecture: functions.ARM64, MemoryMB: 512},
		{Function: "hello", Language: "rust", Runtime: "provided.al2023", Architecture: functions.X8664, MemoryMB: 1024},
	}
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		var cells []results.SeriesRecord // one of each cell
		for i := range 4 {
			run, started := fmt.Sprint("run", i), noon.Add(time.Duration(i)*time.Hour)
			for _, v := range variants {
				for _, event := range []functions.Event{{Workload: functions.WorkloadHello}, {Workload: functions.WorkloadSHA256, Iterations: 2000}} {
					cold := record(run, started, results.Series{Variant: v, Event: event, Temperature: results.Cold}, 1)
					warm := record(run, started, results.Series{Variant: v, Event: event, Temperature: results.Warm}, 1)
					for range 2 { // putting again adds no cell
						if err := store.PutSeries(t.Context(), run, cold, warm); err != nil {
							t.Fatal(err)
						}
					}
					cells = append(cells, cold)
				}
			}
		}
		for _, row := range []struct {
			name  string
			since time.Time
			f     dynamo.Filter
			want  int
		}{
			{name: "all", want: 24},
			{name: "since is included", since: noon.Add(time.Hour), want: 18},
			{name: "since a moment later", since: noon.Add(time.Hour + 1), want: 12},
			{name: "a runtime", f: dynamo.Filter{Runtimes: matrix.Selection{"provided.al2023"}}, want: 16},
			{name: "a language as runtime", f: dynamo.Filter{Runtimes: matrix.Selection{"go"}}, want: 8},
			{name: "a runtime or a language", f: dynamo.Filter{Runtimes: matrix.Selection{"go", "nodejs22.x"}}, want: 16},
			{name: "a runtime and a language", f: dynamo.Filter{Runtimes: matrix.Selection{"provided.al2023"}, Languages: []string{"rust"}}, want: 8},
			{name: "SnapStart", f: dynamo.Filter{Runtimes: matrix.Selection{matrix.SnapStart}}, want: 8},
			{name: "SnapStart or a language", f: dynamo.Filter{Runtimes: matrix.Selection{matrix.SnapStart, "rust"}}, want: 16},
			{name: "architectures", f: dynamo.Filter{Architectures: []functions.Architecture{functions.ARM64}}, want: 16},
			{name: "memory sizes", f: dynamo.Filter{MemoriesMB: []int{1024, 2048}}, want: 8},
			{name: "a workload", f: dynamo.Filter{Workloads: []functions.Workload{functions.WorkloadHello}}, want: 12},
			{name: "everything", since: noon.Add(3 * time.Hour), want: 1, f: dynamo.Filter{
				Runtimes: matrix.Selection{"rust"}, Languages: []string{"go", "rust"}, Architectures: []functions.Architecture{functions.X8664},
				MemoriesMB: []int{1024}, Workloads: []functions.Workload{functions.WorkloadSHA256},
			}},
			{name: "nothing", f: dynamo.Filter{Languages: []string{"cobol"}}},
		} {
			n, err := store.CountCells(t.Context(), row.since, row.f)
			if n != row.want || err != nil {
				t.Errorf("%s: %d cells (%v), want %d", row.name, n, err, row.want)
			}
			matched := 0
			for _, c := range cells {
				if !c.Started.Before(row.since) && row.f.Matches(c.Series) {
					matched++
				}
			}
			if matched != n {
				t.Errorf("%s: %d cells match, and %d are counted", row.name, matched, n)
			}
		}
	})
}

func TestRaw(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		table := e.table(t)
		store := dynamo.New(e.Client(), table, dynamo.Options{})
		var lines []dynamo.Raw
		for i := range 30 {
			lines = append(lines, dynamo.Raw{LogGroup: "/aws/lambda/f", EventID: fmt.Sprintf("%03d", i), Timestamp: noon, Message: "REPORT Duration: \x00 ms", Error: "no request id"})
		}
		for range 2 {
			if err := store.PutRaw(t.Context(), "a", lines...); err != nil {
				t.Fatal(err)
			}
		}
		out, err := e.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			t.Fatal(err)
		}
		var got []dynamo.Raw
		for _, i := range out.Items {
			var line dynamo.Raw
			if err := json.Unmarshal([]byte(i[dynamo.Data].(*types.AttributeValueMemberS).Value), &line); err != nil {
				t.Fatal(err)
			}
			got = append(got, line)
		}
		slices.SortFunc(got, func(a, b dynamo.Raw) int { return strings.Compare(a.EventID, b.EventID) })
		if diff := cmp.Diff(lines, got); diff != "" {
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
		table := e.table(t)
		store := dynamo.New(e.Client(), table, dynamo.Options{})
		var want []deployed.Function
		for _, memory := range []int{1024, 128, 512} { // as names, 1024 comes before 128
			v := resultstest.Variant("nodejs22.x")
			v.MemoryMB = memory
			f := deployed.Function{Variant: v, ARN: "arn:aws:lambda:eu-west-1:123456789012:function:" + v.Name(), LogGroup: "/aws/lambda/" + v.Name(), Owned: true}
			e.putFunction(t, table, f)
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
		sample := resultstest.Sample("a", 1)
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
			"RUN": "", "CELL#hello-nodejs22-arm64-512#sha256#1": "", "SERIES#hello-nodejs22-arm64-512#sha256#1#cold": "", "LEASE": "",
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
			"put":       store.Put(t.Context(), resultstest.Sample("a", 1)),
			"replace":   store.Replace(t.Context(), resultstest.Sample("a", 1)),
			"put run":   store.PutRun(t.Context(), results.Run{ID: "a"}),
			"take the":  store.Lease(t.Context(), "me", time.Minute, noon),
			"renew":     store.Renew(t.Context(), "me", time.Minute, noon),
			"release":   store.Release(t.Context(), "me"),
			"read the ": last(store.Samples(t.Context(), "a")),
		} {
			if err == nil || err.Error()[:len(name)] != name {
				t.Errorf("%s: error %v", name, err)
			}
		}
	})
}
