package statsapi

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// A real table answers as the tests' shelf does.
func TestOverATable(t *testing.T) {
	server, err := dynamodb.Start(t.Context(), dynamodb.Options{InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	err = server.CreateTable(t.Context(), dynamodb.Table{
		Name: "results", HashKey: dynamo.PartitionKey, RangeKey: dynamo.SortKey,
		Indexes: []dynamodb.Index{{Name: dynamo.Index, HashKey: dynamo.IndexPartitionKey, RangeKey: dynamo.IndexSortKey}},
	})
	if err != nil {
		t.Fatal(err)
	}
	store, shelf := dynamo.New(server.Client(), "results", dynamo.Options{}), three()
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
