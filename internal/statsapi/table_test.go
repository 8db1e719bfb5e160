package statsapi

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// table is a table as the stack makes it, in this process.
func table(t *testing.T) *dynamo.Store {
	t.Helper()
	server, err := dynamodb.Start(t.Context(), dynamodb.Options{InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return tableOf(t, server)
}

func tableOf(tb testing.TB, server *dynamodb.Server) *dynamo.Store {
	tb.Helper()
	err := server.CreateTable(tb.Context(), dynamodb.Table{
		Name: "results", HashKey: dynamo.PartitionKey, RangeKey: dynamo.SortKey,
		Indexes: []dynamodb.Index{{Name: dynamo.Index, HashKey: dynamo.IndexPartitionKey, RangeKey: dynamo.IndexSortKey}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return dynamo.New(server.Client(), "results", dynamo.Options{})
}

// A real table answers as the tests' shelf does.
func TestOverATable(t *testing.T) {
	store, shelf := table(t), three()
	for _, run := range shelf.runs {
		if err := store.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if err := store.PutSeries(t.Context(), run.ID, shelf.series[run.ID]...); err != nil {
			t.Fatal(err)
		}
	}
	shelf.functions = nil
	for _, target := range []string{
		"/v1/stats", "/v1/stats?limit=2", "/v1/stats?workload=sha256", "/v1/stats?since=2026-03-04T13:00:00Z", "/v1/stats?" + everything,
		"/v1/stats?runtime=go&runtime=nodejs22.x&limit=1", "/v1/stats?runtime=provided.al2023&language=rust", "/v1/stats?memory=1024&memory=128&architecture=arm64",
		"/v1/stats?memory=521", "/v1/runs", "/v1/runs?limit=1", "/v1/runs/run-2", "/v1/runs/run-2?limit=1", "/v1/runs/run-9",
		"/v1/runs/" + strings.Repeat("r", 3000), "/v1/stats?since=2026-04-04",
	} {
		if got, want := get(t, store, target), get(t, shelf, target); got.Code != want.Code || got.Body.String() != want.Body.String() {
			t.Errorf("GET %s: %d %s\nwant %d %s", target, got.Code, got.Body, want.Code, want.Body)
		}
	}
	want := ids(answer[list[Item]](t, shelf, "/v1/stats").Items)
	if got := ids(walk[Item](t, store, "/v1/stats", url.Values{"limit": {"1"}}, nil)); !slices.Equal(got, want) {
		t.Errorf("one by one %v, want %v", got, want)
	}
}

// A client that reads every page of a run has what the table has of it.
func TestARunInPages(t *testing.T) {
	store, run := table(t), results.Run{ID: "run-1", Manifest: results.Manifest{Tool: "workflow", Started: noon, Seed: 7}}
	for i := range 40 {
		sample := resultstest.Sample("run-1", i)
		sample.Variant.MemoryMB += i % 4
		run.Samples = append(run.Samples, sample)
	}
	run.Summarise()
	run.Variants = append(run.Variants, results.VariantSummary{Variant: rust, Status: results.Skipped, Reason: "no toolchain"})
	var records []results.SeriesRecord
	values := results.ValuesOf(slices.Values(run.Samples))
	for _, v := range run.Variants {
		for _, s := range v.Series {
			s.Values = values[s.Of(v.Variant)].Kept()
			records = append(records, results.SeriesRecord{Run: "run-1", Series: s.Of(v.Variant), Summary: s})
		}
	}
	if err := errors.Join(
		store.PutRun(t.Context(), results.Run{ID: run.ID, Manifest: run.Manifest}), store.Put(t.Context(), run.Samples...),
		store.PutVariants(t.Context(), run.ID, run.Variants...), store.PutSeries(t.Context(), run.ID, records...),
	); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []string{"1", "7", "40", "1000"} {
		got := answer[results.Run](t, store, "/v1/runs/run-1?limit=1")
		got.Variants = parts[results.VariantSummary](t, store, "/v1/runs/run-1/variants", "", limit)
		got.Samples = parts[results.Sample](t, store, "/v1/runs/run-1/samples", "", limit)
		slices.SortFunc(got.Samples, results.CompareSamples)
		if diff := cmp.Diff(run, got); diff != "" {
			t.Errorf("limit %s (-want +got):\n%s", limit, diff)
		}
	}
	// What is kept of the samples is there if it is asked for.
	for _, limit := range []string{"1", "1000"} {
		expired := results.Run{Summary: results.Summary{Variants: parts[results.VariantSummary](t, store, "/v1/runs/run-1/variants", "values=true", limit)}}
		if diff := cmp.Diff(run.Values(), expired.Values()); diff != "" {
			t.Errorf("values, limit %s (-want +got):\n%s", limit, diff)
		}
	}
	checkError(t, get(t, store, "/v1/runs/run-1/variants?values=some"), 400, "values", "neither true nor false")
	checkError(t, get(t, store, "/v1/runs/run-1/samples?values=true"), 400, "values", "there are limit, nextToken")
	// A token of one part is none of another.
	token := answer[Page[results.Sample]](t, store, "/v1/runs/run-1/samples?limit=1").NextToken
	for _, target := range []string{"/v1/runs/run-1/variants", "/v1/runs/run-1", "/v1/runs"} {
		checkError(t, get(t, store, target+"?nextToken="+token), 400, "nextToken", "other filters")
	}
}

// The load test of a run is that of the table, with its logs on as many pages as it takes.
func TestALoadTestInPages(t *testing.T) {
	store := table(t)
	load := results.Run{ID: "load-1", Manifest: results.Manifest{Tool: "loadgen", Started: noon, Targets: []string{"esmodule", "commonjs"}}, Summary: results.Summary{Load: resultstest.Load(20, 30)}}
	cells := results.Run{ID: "run-1", Manifest: results.Manifest{Tool: "workflow", Started: noon}, Summary: results.Summary{
		Variants:   []results.VariantSummary{{Variant: node, Status: results.Measured}},
		Thresholds: []results.Threshold{{Condition: "go.cold.p50>1s", Outcome: results.Passed}},
	}}
	if err := errors.Join(
		store.PutLoad(t.Context(), load), store.PutRun(t.Context(), results.Run{ID: load.ID, Manifest: load.Manifest}),
		store.PutRun(t.Context(), results.Run{ID: cells.ID, Manifest: cells.Manifest, Summary: results.Summary{Thresholds: cells.Thresholds}}), store.PutVariants(t.Context(), cells.ID, cells.Variants...),
	); err != nil {
		t.Fatal(err)
	}
	want, err := load.Load.Logs()
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []string{"1", "2", "1000"} {
		if diff := cmp.Diff(want, parts[results.TargetLog](t, store, "/v1/runs/load-1/load", "", limit)); diff != "" {
			t.Errorf("limit %s (-want +got):\n%s", limit, diff)
		}
	}
	for id, run := range map[string]string{"load-1": "", "run-1": "load-1"} {
		got := answer[LoadPage](t, store, "/v1/runs/"+id+"/load")
		if got.Load == nil || got.Load.Run != run || len(got.Load.Targets) != 2 || len(got.Items) != 2 {
			t.Errorf("run %s has the load test %+v with %d logs, want that of run %q", id, got.Load, len(got.Items), run)
		}
	}
	if got := answer[results.Run](t, store, "/v1/runs/run-1"); !cmp.Equal(got.Thresholds, cells.Thresholds) {
		t.Errorf("the conditions are %+v", got.Thresholds)
	}
	listed := answer[list[Run]](t, store, "/v1/runs?since=0").Items
	if len(listed) != 2 || !slices.ContainsFunc(listed, func(r Run) bool { return r.ID == "load-1" && slices.Equal(r.Targets, load.Manifest.Targets) }) {
		t.Errorf("the runs are %+v, want the load test among them", listed)
	}
	// The page says whose answer it is.
	text := strings.Join(strings.Fields(get(t, store, "/v1/runs/run-1?format=text").Body.String()), " ")
	if want := "load test of esmodule and commonjs, run load-1 of 2026-03-04 12:00 UTC"; !strings.Contains(text, want) {
		t.Errorf("the text lacks %q:\n%s", want, text)
	}
	checkError(t, get(t, store, "/v1/runs/run-9/load"), 404, "", "there is no run")
	checkError(t, get(t, store, "/v1/runs/run-1/load?values=true"), 400, "values", "there are limit, nextToken")
	token := answer[LoadPage](t, store, "/v1/runs/load-1/load?limit=1").NextToken
	checkError(t, get(t, store, "/v1/runs/run-1/load?nextToken="+token), 400, "nextToken", "other filters")
}

// parts follows nextToken to the end.
func parts[T any](t *testing.T, r Reader, path, filters, limit string) (all []T) {
	t.Helper()
	query, err := url.ParseQuery(filters)
	if err != nil {
		t.Fatal(err)
	}
	query.Set("limit", limit)
	for {
		page := answer[Page[T]](t, r, path+"?"+query.Encode())
		if all = append(all, page.Items...); page.NextToken == "" {
			return all
		}
		query.Set("nextToken", page.NextToken)
	}
}
