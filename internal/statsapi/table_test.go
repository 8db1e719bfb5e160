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
