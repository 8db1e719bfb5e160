package statsapi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// The columns of a history have gaps where nothing was measured, and say where a version
// or an artefact changed.
func TestHistory(t *testing.T) {
	point := func(v matrix.Variant, p50 float64, version, hash string, interval ...float64) results.Point {
		return results.Point{Variant: v, P50: p50, P90: 2 * p50, N: 30, Interval: interval, Version: version, SHA256: hash}
	}
	day := 24 * time.Hour
	s := three()
	s.moments = []results.Moment{
		{Started: noon.Add(-90 * day), Points: []results.Point{point(rust, 5, "1.90", "aa"), point(node, 100, "22.1", "bb", 90, 110)}},
		{Run: "run-1", Started: noon, Points: []results.Point{point(node, 101, "22.1", "bb", 91, 111)}},
		{Run: "run-2", Started: noon.Add(time.Hour), Points: []results.Point{point(node, 80, "22.2", "bb", 70, 90), point(rust, 6, "1.90", "cc")}},
	}
	s.daily = 1
	value := func(v float64) *float64 { return &v }
	want := History{
		Workload: functions.WorkloadHello, Temperature: results.Cold, Metric: results.TotalMs, Unit: "ms",
		Times: []int64{noon.Add(-90 * day).Unix(), noon.Unix(), noon.Add(time.Hour).Unix()}, Daily: 1, Runs: []string{"run-1", "run-2"},
		Cells: []HistoryCell{
			{
				Variant: node, P50: []*float64{value(100), value(101), value(80)}, P90: []*float64{value(200), value(202), value(160)},
				Lo: []*float64{value(90), value(91), value(70)}, Hi: []*float64{value(110), value(111), value(90)}, N: []int{30, 30, 30},
				Changes: []Change{{0, "22.1", "bb"}, {2, "22.2", "bb"}},
			},
			{
				Variant: rust, P50: []*float64{value(5), nil, value(6)}, P90: []*float64{value(10), nil, value(12)},
				Lo: make([]*float64, 3), Hi: make([]*float64, 3), N: []int{30, 0, 30}, Changes: []Change{{0, "1.90", "aa"}, {2, "1.90", "cc"}},
			},
		},
	}
	if diff := cmp.Diff(want, answer[History](t, s, "/v1/history")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want.Cells = want.Cells[1:]
	for _, filter := range []string{"language=rust", "architecture=x86_64", "memory=128", "runtime=rust&runtime=java21"} {
		if diff := cmp.Diff(want, answer[History](t, s, "/v1/history?"+filter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", filter, diff)
		}
	}
	if got := answer[History](t, s, "/v1/history?temperature=warm&workload=sha256"); got.Metric != results.DurationMs || got.Workload != functions.WorkloadSHA256 {
		t.Errorf("%s of %s", got.Metric, got.Workload)
	}
	for target, refused := range map[string][2]string{
		"/v1/history?temperature=proactive":          {"temperature", "neither cold nor warm"},
		"/v1/history?metric=p99":                     {"metric", "choose from initMs"},
		"/v1/history?metric=initMs&metric=totalMs":   {"metric", "2 times"},
		"/v1/history?workload=hello&workload=sha256": {"workload", "has one, not 2"},
		"/v1/history?limit=3":                        {"limit", "there are runtime"},
		"/v1/history?memory=521":                     {"memory", "nothing was measured"},
		"/v1/stats?metric=initMs":                    {"metric", "there are runtime"},
	} {
		checkError(t, get(t, s, target), 400, refused[0], refused[1])
	}
}

// A history that is too large says how to ask for less.
func TestAHistoryIsBounded(t *testing.T) {
	s := three()
	moment := results.Moment{Run: "r", Started: noon}
	for i := range 1001 {
		v := node
		v.MemoryMB += i
		moment.Points = append(moment.Points, results.Point{Variant: v})
	}
	s.moments = slices.Repeat([]results.Moment{moment}, 100)
	checkError(t, get(t, s, "/v1/history"), 400, "", "a later since")
	if got := answer[History](t, s, "/v1/history?memory=512"); len(got.Cells) != 1 {
		t.Errorf("%d cells", len(got.Cells))
	}
}

// year are the runs of a year of runs every two hours of 42 cells that a history has
// after it: all runs of 60 days, and one of each day before, which comes first.
func year(yield func(run results.Run, daily bool) bool) {
	random := rand.New(rand.NewPCG(1, 2))
	end := noon.AddDate(0, 0, 2)
	for at := end.AddDate(-1, 0, 0); at.Before(end); {
		run := results.Run{ID: at.Format("20060102T150405Z") + "-1a2b3c4d", Manifest: results.Manifest{Started: at, Artifacts: map[string]string{}}}
		for i := range 42 {
			v := variant("nodejs", "nodejs22.x", functions.ARM64, 128+i)
			run.Manifest.Artifacts[v.Name()] = "0123456789abcdef0123456789abcdef"
			median := func() *float64 { m := math.Round(1e4*(1+random.Float64())) / 100; return &m }
			run.Variants = append(run.Variants, results.VariantSummary{
				Variant: v, RanOn: &results.RanOn{Version: "22.22.0"},
				Series: []results.SeriesSummary{{Workload: "hello", Temperature: results.Cold, N: 60, Metrics: map[string]results.MetricSummary{
					results.TotalMs: {N: 60, P50: median(), P90: median(), P50Interval: []float64{*median(), *median()}},
				}}},
			})
		}
		daily := !at.After(end.AddDate(0, 0, -61))
		if !yield(run, daily) {
			return
		}
		if daily {
			at = at.AddDate(0, 0, 1)
		} else {
			at = at.Add(2 * time.Hour)
		}
	}
}

// A year of 42 cells is less than 2 MB. The benchmark reads it from tables, and package
// dynamo's TestHistoryInPages reads a history of many pages.
func TestAYearOfHistory(t *testing.T) {
	s := three()
	for run, daily := range year {
		for _, m := range run.Moments() {
			if daily {
				s.daily++
				m = results.Daily(results.DayOf(m.Started), []results.Moment{m})
			}
			s.moments = append(s.moments, m)
		}
	}
	w := get(t, s, "/v1/history")
	h := answer[History](t, s, "/v1/history")
	t.Logf("%d cells, %d days and %d runs in %d bytes", len(h.Cells), h.Daily, len(h.Runs), w.Body.Len())
	if len(h.Cells) != 42 || h.Daily < 300 || len(h.Runs) < 700 || w.Body.Len() > 2_000_000 || answerSize(w.Body.Bytes()) > 2_000_000 {
		t.Errorf("%d cells, %d days and %d runs in %d bytes; want less than 2 MB", len(h.Cells), h.Daily, len(h.Runs), w.Body.Len())
	}
}

func BenchmarkAYearOfHistory(b *testing.B) {
	for _, o := range []dynamodb.Options{{InProcess: true}, {Cache: filepath.Join("..", "..", ".build", "runtimes")}} {
		server, err := dynamodb.Start(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		defer server.Close()
		store := tableOf(b, server)
		for run := range year {
			if err := store.PutHistory(b.Context(), run); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprint(server.Name), func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				serve(store).ServeHTTP(w, httptest.NewRequest("GET", "/v1/history", nil))
				if w.Code != 200 {
					b.Fatal(w.Body)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes")
			}
		})
	}
}
