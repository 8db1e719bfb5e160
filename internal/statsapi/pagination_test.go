package statsapi

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// walk follows nextToken to the end, with something happening after each page.
func walk[T any](t *testing.T, r Reader, path string, query url.Values, then func(page int)) (all []T) {
	t.Helper()
	for page := 0; ; page++ {
		got := answer[list[T]](t, r, path+"?"+query.Encode())
		all = append(all, got.Items...)
		if got.NextToken == "" {
			if then == nil && got.Total != len(all) {
				t.Errorf("total %d, and %d items on all pages", got.Total, len(all))
			}
			return all
		}
		if page > 1000 {
			t.Fatal("there is no end")
		}
		query.Set("nextToken", got.NextToken)
		if then != nil {
			then(page)
		}
	}
}

// Pages of any size put together are the whole list, each item once.
func TestPages(t *testing.T) {
	shelf := many(30)
	want := ids(answer[list[Item]](t, shelf, "/v1/stats").Items)
	if len(want) != 60 {
		t.Fatalf("%d items", len(want))
	}
	for _, limit := range []int{1, 2, 3, 7, 59, 60, 61} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			got := ids(walk[Item](t, shelf, "/v1/stats", url.Values{"limit": {fmt.Sprint(limit)}}, nil))
			if !slices.Equal(got, want) {
				t.Errorf("%d items %v, want %d", len(got), got, len(want))
			}
		})
	}
}

func TestPagesOfRuns(t *testing.T) {
	shelf := many(30)
	for _, limit := range []string{"1", "7", "30"} {
		got := walk[Run](t, shelf, "/v1/runs", url.Values{"limit": {limit}}, nil)
		for i, r := range got {
			if r.ID != shelf.runs[i].ID {
				t.Fatalf("limit %s: run %d is %s, want %s", limit, i, r.ID, shelf.runs[i].ID)
			}
		}
		if len(got) != 30 {
			t.Errorf("limit %s: %d runs", limit, len(got))
		}
	}
}

// Runs that begin and items that come between two pages move nothing.
func TestPagesWhileRunsGoOn(t *testing.T) {
	shelf := many(10)
	want := ids(answer[list[Item]](t, shelf, "/v1/stats").Items)
	got := ids(walk[Item](t, shelf, "/v1/stats", url.Values{"limit": {"3"}}, func(page int) {
		shelf.add(fmt.Sprintf("later-%d", page), noon.Add(time.Duration(100+page)*time.Hour), both(node, hello)...)
	}))
	if !slices.Equal(got, want) {
		t.Errorf("items %v, want %v", got, want)
	}
}

// The run and the item at which a page ended may have gone when the next one is asked for.
func TestPagesWhileRunsGo(t *testing.T) {
	shelf := many(10)
	all := answer[list[Item]](t, shelf, "/v1/stats").Items
	first := answer[list[Item]](t, shelf, "/v1/stats?limit=3")
	gone := first.Items[2].Run
	shelf.runs = slices.DeleteFunc(shelf.runs, func(r results.Run) bool { return r.ID == gone })
	next := answer[list[Item]](t, shelf, "/v1/stats?limit=3&nextToken="+first.NextToken)
	want := slices.DeleteFunc(all[3:], func(i Item) bool { return i.Run == gone })[:3]
	if got := ids(next.Items); !slices.Equal(got, ids(want)) {
		t.Errorf("items %v, want %v", got, ids(want))
	}
}

// Filters that nothing matches do not read the whole history at once.
func TestOneRequestLooksAtAFewRuns(t *testing.T) {
	shelf := many(250)
	got := answer[list[Item]](t, shelf, "/v1/stats?runtime=java21")
	if len(got.Items) != 0 || got.NextToken == "" || shelf.reads != maxRuns {
		t.Errorf("%d items, token %q, %d runs read; want none, a token and %d", len(got.Items), got.NextToken, shelf.reads, maxRuns)
	}
	shelf.reads = 0
	if got := walk[Item](t, shelf, "/v1/stats", url.Values{"runtime": {"java21"}}, nil); len(got) != 0 || shelf.reads != 250 {
		t.Errorf("%d items after %d runs, want none after 250", len(got), shelf.reads)
	}
}

// large are runs whose runtimes report as much as is kept.
func large(runs int, series ...results.Series) *shelf {
	s := &shelf{}
	for i := range runs {
		s.add(fmt.Sprintf("run-%02d", i), noon.Add(time.Duration(i)*time.Hour/2), series...)
	}
	value := 1234.5678901234567
	full := results.MetricSummary{N: 1000, Min: &value, P50: &value, P90: &value, P99: &value, Max: &value, P50Interval: []float64{value, value}}
	metrics := map[string]results.MetricSummary{}
	for i := range results.MaxRuntimeMetrics {
		metrics[fmt.Sprintf("aNumberWithARatherLongNameThatSomeRuntimeCountsOfItself%02d", i)] = full
	}
	for _, series := range s.series {
		for i := range series {
			series[i].Summary.RuntimeMetrics = metrics
		}
	}
	return s
}

// However much the runtimes report, an answer is one that Lambda takes.
func TestPagesFitIntoAnAnswerOfLambda(t *testing.T) {
	var thousand []results.Series
	for i := range 500 {
		v := node
		v.MemoryMB += i
		thousand = append(thousand, slices.Concat(both(v, hello), both(v, hash))...)
	}
	run := large(1, thousand...)
	for i := range 1000 { // a manifest as large as a thousand variants make it
		run.runs[0].Manifest.Notes = append(run.runs[0].Manifest.Notes, fmt.Sprintf(`hello-nodejs22-arm64-%d: "1 of 30" samples are lost`, i))
	}
	run.variants, run.samples = map[string][]results.VariantSummary{}, map[string][]results.Sample{}
	for i := range 500 {
		v := results.VariantSummary{Variant: thousand[4*i].Variant, Status: results.Measured}
		for _, r := range run.series["run-00"][4*i : 4*i+4] {
			v.Series = append(v.Series, r.Summary)
		}
		run.variants["run-00"] = append(run.variants["run-00"], v)
	}
	for i := range 1500 { // with text in which every other character is escaped
		s := resultstest.Sample("run-00", i)
		s.Error = strings.Repeat(`"\`, 1000)
		run.samples["run-00"] = append(run.samples["run-00"], s)
	}
	for _, row := range []struct {
		name, path, query string
		shelf             *shelf
		items             int
	}{
		{"stats", "/v1/stats", everything, large(60, slices.Concat(
			both(node, hello), both(node, hash), both(gopl, hello), both(gopl, hash), both(rust, hello), both(rust, hash))...), 360},
		{"a run of a thousand cells", "/v1/runs/run-00", "", run, 1000},
		{"its variants", "/v1/runs/run-00/variants", "", run, 500},
		{"its samples", "/v1/runs/run-00/samples", "", run, 1500},
	} {
		t.Run(row.name, func(t *testing.T) {
			query, err := url.ParseQuery(row.query)
			if err != nil {
				t.Fatal(err)
			}
			query.Set("limit", "1000")
			r := events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: row.path, MultiValueQueryStringParameters: query}
			response, err := Proxy(serve(row.shelf))(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			payload, err := json.Marshal(response)
			if err != nil {
				t.Fatal(err)
			}
			const lambdaLimit = 6_291_556
			if n := len(payload); response.StatusCode != 200 || n > lambdaLimit || n < lambdaLimit/2 {
				t.Errorf("the answer has status %d and %d bytes, want a good part of %d and no more", response.StatusCode, n, lambdaLimit)
			}
			got := parts[json.RawMessage](t, row.shelf, row.path, row.query, "1000")
			unique := map[string]bool{}
			for _, item := range got {
				unique[string(item)] = true
			}
			if len(got) != row.items || len(unique) != row.items {
				t.Errorf("all pages have %d items, %d different ones, want %d", len(got), len(unique), row.items)
			}
		})
	}
}
