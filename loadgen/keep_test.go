package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// A load test of a stage's own API is in the stage's table afterwards, with its logs;
// where the table cannot be written, that is said and changes no exit code.
func TestKeep(t *testing.T) {
	bin := pulumiDir(t)
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
	endpoint := httptest.NewServer(server.Handler)
	t.Cleanup(endpoint.Close)
	store := dynamo.New(server.Client(), "results", dynamo.Options{})
	t.Setenv("PATH", bin)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	url := modules(t, 0)
	for _, row := range []struct {
		name, table string
		args        []string
		kept        bool
		stderr      string
	}{
		{"both modules", "results", nil, true, "of stage dev"},
		{"a condition that is not met", "results", []string{"-fail-if", "max>1ns"}, true, "of stage dev"},
		{"a stack without a table", "", nil, false, ""},
		{"another server", "results", []string{"-targets", "/esmodule," + modules(t, 0) + "/commonjs"}, false, ""},
		{"a table that is not there", "lost", nil, false, "the load test is not in the table of stage dev, and its reports do without"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv(fakePulumi, fmt.Sprintf(`{"deployed":{"platform":"local","region":"eu-west-1","stage":"dev","apiUrl":%q,"endpointUrl":%q,"table":%q,"functions":[]}}`, url, endpoint.URL, row.table))
			before := kept(t, store)
			code, stdout, stderr := command(t, with(short, with(row.args, "-stage", "dev", "-format", "json")...)...)
			if code == commandline.Usage || code == commandline.Nothing || !strings.Contains(stderr, row.stderr) {
				t.Fatalf("exit code %d, want %q:\n%s", code, row.stderr, stderr)
			}
			after := kept(t, store)
			if (len(after) > len(before)) != row.kept {
				t.Fatalf("%d runs are kept, and were %d:\n%s", len(after), len(before), stderr)
			}
			if !row.kept {
				return
			}
			r, err := store.Fetch(t.Context(), after[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			printed := conserved(t, stdout)
			if r.OwnLoad() == nil || !r.LoadOnly() || r.Manifest.Tool != "loadgen" || r.Manifest.Seed != printed.Manifest.Seed || len(r.Thresholds) != len(printed.Thresholds) {
				t.Fatalf("kept is %+v", r)
			}
			for i, target := range r.Load.Targets {
				if want := printed.Load.Targets[i]; target.Answered != want.Answered || target.Latency.Histogram == nil || target.Latency.Histogram.N() != want.Answered {
					t.Errorf("%s: kept with %d answers, printed with %d", want.Name, target.Answered, want.Answered)
				}
			}
		})
	}
}

// kept are the runs of the table, the newest first.
func kept(t *testing.T, store *dynamo.Store) (runs []results.Run) {
	t.Helper()
	for r, err := range store.Runs(t.Context(), time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r)
	}
	return runs
}
