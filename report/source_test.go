package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/statsapi"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// stored puts runs into a table as the stack makes it, and serves it as the stats API.
func stored(t *testing.T, runs ...results.Run) (url string) {
	t.Helper()
	server, err := dynamodb.Start(t.Context(), dynamodb.Options{InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.CreateTable(t.Context(), dynamodb.Table{
		Name: "results", HashKey: dynamo.PartitionKey, RangeKey: dynamo.SortKey,
		Indexes: []dynamodb.Index{{Name: dynamo.Index, HashKey: dynamo.IndexPartitionKey, RangeKey: dynamo.IndexSortKey}},
	}); err != nil {
		t.Fatal(err)
	}
	store := dynamo.New(server.Client(), "results", dynamo.Options{})
	for _, r := range runs {
		var series []results.SeriesRecord
		for _, v := range r.Variants {
			for _, s := range v.Series {
				series = append(series, results.SeriesRecord{Run: r.ID, Started: r.Manifest.Started, Series: s.Of(v.Variant), Summary: s})
			}
		}
		if err := errors.Join(
			store.PutRun(t.Context(), results.Run{ID: r.ID, Manifest: r.Manifest}), store.Put(t.Context(), r.Samples...), store.PutVariants(t.Context(), r.ID, r.Variants...), store.PutSeries(t.Context(), r.ID, series...),
		); err != nil {
			t.Fatal(err)
		}
	}
	handler := statsapi.New(store)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-api-key") != "right" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(api.Close)
	return api.URL
}

// A run that is fetched is the run that was stored, and its directory is one like any other.
func TestFetch(t *testing.T) {
	t.Chdir(t.TempDir())
	cell := resultstest.Cell{Starts: 12, Warm: 2, InitMs: 100, FirstMs: 2, WarmMs: 1, MemoryMB: 70, Version: "22.1"}
	var runs []results.Run
	for i, name := range []string{"first", "second"} {
		m := results.Manifest{Platform: deployed.Local, Tool: "workflow", Status: results.RunFinished, Seed: uint64(i)}
		dir := resultstest.Run{Manifest: m, Seed: uint64(i), Cells: map[matrix.Variant]resultstest.Cell{resultstest.Variant("nodejs18.x"): cell, resultstest.Variant("nodejs22.x"): cell}}.Write(t, name)
		r, err := results.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(r.Samples, results.CompareSamples)
		runs = append(runs, r)
	}
	url := stored(t, runs...)
	t.Setenv(keyVariable, "right")
	for _, want := range runs {
		code, stdout, stderr := command(t, "-url", url, want.ID)
		if code != commandline.OK || !strings.Contains(stderr, filepath.Join("out", want.ID, results.ReportFile)) || !strings.Contains(stdout, "nodejs22.x") || !strings.Contains(stdout, "A/A test") {
			t.Fatalf("exit code %d:\n%s\n%s", code, stdout, stderr)
		}
		got, err := results.Read(filepath.Join("out", want.ID))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-stored +fetched):\n%s", diff)
		}
	}
	if code, stdout, stderr := command(t, "compare", "out/first", "out/second"); code != commandline.OK || !strings.Contains(stdout, "second against first, of 8 comparisons") {
		t.Errorf("exit code %d:\n%s\n%s", code, stdout, stderr)
	}
	if code, _, stderr := command(t, "-url", url, "-out", "newest"); code != commandline.OK || !strings.Contains(stderr, "run first:") && !strings.Contains(stderr, "run second:") {
		t.Errorf("latest: exit code %d: %s", code, stderr)
	}
	for _, row := range []struct {
		name, key string
		args      []string
		want      string
	}{
		{"a run that was fetched already", "right", []string{"-url", url, "first"}, "holds a run already"},
		{"a run that is not there", "right", []string{"-url", url, "third"}, "404 Not Found: there is no run"},
		{"a name that leads elsewhere", "right", []string{"-url", url, "../first"}, "choose one with -out"},
		{"a wrong key", "an-other-key", []string{"-url", url, "third"}, "the API does not take this key: is $STATS_API_KEY that of this stage?"},
		{"no key", "", []string{"-url", url}, "needs the API's key in the environment variable STATS_API_KEY"},
		{"two sources", "right", []string{"-url", url, "-stage", "dev"}, "exclude each other"},
		{"a directory for what is there already", "right", []string{"-out", "x", "out/first"}, "-out needs -url or -stage"},
		{"two runs", "right", []string{"-url", url, "first", "second"}, "the ID of one run"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv(keyVariable, row.key)
			code, stdout, stderr := command(t, row.args...)
			if code != commandline.Usage || !strings.Contains(stderr, row.want) || stdout != "" || row.key != "" && strings.Contains(stderr, row.key) {
				t.Errorf("exit code %d, want %q:\n%s", code, row.want, stderr)
			}
		})
	}
}
