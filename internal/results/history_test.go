package results_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// A run adds a point to the history of every metric that its cold and warm series have.
func TestMoments(t *testing.T) {
	run := results.Run{ID: "run", Samples: samplesOf(2, 10, 2, 3)}
	run.Summarise()
	name := run.Variants[0].Variant.Name()
	run.Manifest = results.Manifest{Started: time.Unix(1000, 0), Artifacts: map[string]string{name: "0123456789abcdef"}}
	moments := run.Moments()
	cold := moments[results.HistoryKey{Workload: "sha256", Temperature: results.Cold, Metric: results.TotalMs}]
	if cold.Run != "run" || !cold.Started.Equal(time.Unix(1000, 0)) || len(cold.Points) != 2 {
		t.Fatalf("%+v, want a point of each variant", cold)
	}
	m := run.Variants[0].Series[0].Metrics[results.TotalMs]
	want := results.Point{
		Variant: run.Variants[0].Variant, Iterations: 1000, P50: *m.P50, Interval: m.P50Interval, P90: *m.P90, N: 10,
		Version: run.Variants[0].RanOn.Version, SHA256: "0123456789ab",
	}
	if diff := cmp.Diff(want, cold.Points[0]); diff != "" || len(want.Interval) != 2 {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for key, moment := range moments {
		warm := key.Temperature == results.Warm
		if n := moment.Points[0].N; n != 10 && !warm || n != 6 && warm {
			t.Errorf("%+v has %d samples", key, n)
		}
	}
}

// Of a day, each series has the figures of the run in the middle.
func TestDaily(t *testing.T) {
	a, b := resultstest.Variant("nodejs18.x"), resultstest.Variant("nodejs22.x")
	at := func(hour int, points ...results.Point) results.Moment {
		return results.Moment{Run: "r", Started: time.Date(2026, 3, 4, hour, 0, 0, 0, time.UTC), Points: points}
	}
	point := func(p50 float64, n int) results.Point { return results.Point{Variant: a, P50: p50, P90: 2 * p50, N: n} }
	other := results.Point{Variant: b, P50: 1, P90: 2, N: 3}
	more := point(7, 1)
	more.Iterations = 1000
	day := results.DayOf(time.Date(2026, 3, 5, 0, 30, 0, 0, time.FixedZone("", 3600)))
	for _, row := range []struct {
		name string
		runs []results.Moment
		want []results.Point
	}{
		{"none", nil, nil},
		{"one", []results.Moment{at(1, point(5, 1))}, []results.Point{point(5, 1)}},
		{"the middle one of three", []results.Moment{at(1, point(9, 1)), at(2, point(5, 2)), at(3, point(6, 3))}, []results.Point{point(6, 3)}},
		{"the lower one of two", []results.Moment{at(1, point(9, 1)), at(2, point(5, 2))}, []results.Point{point(5, 2)}},
		{"series by themselves", []results.Moment{at(1, other, more), at(2, point(5, 2))}, []results.Point{point(5, 2), more, other}},
	} {
		got := results.Daily(day, row.runs)
		want := results.Moment{Started: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), Points: row.want}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}
