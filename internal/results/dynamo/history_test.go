package dynamo_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// measured is a run with one number for each of the medians, in one series of as many variants.
func measured(id string, started time.Time, medians ...float64) results.Run {
	run := results.Run{ID: id, Manifest: results.Manifest{Started: started}}
	for i, median := range medians {
		v := results.VariantSummary{Variant: resultstest.Variant("nodejs22.x"), Status: results.Measured}
		v.Variant.MemoryMB = 128 + i
		v.Series = []results.SeriesSummary{{
			Workload: string(functions.WorkloadHello), Temperature: results.Cold, N: 30,
			Metrics: map[string]results.MetricSummary{results.TotalMs: {N: 30, P50: &median, P90: &median, P50Interval: []float64{median, median}}},
		}}
		run.Variants = append(run.Variants, v)
	}
	return run
}

var coldTotal = results.HistoryKey{Workload: functions.WorkloadHello, Temperature: results.Cold, Metric: results.TotalMs}

// A history has the runs of the last 60 days, and days before that.
func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		now := noon
		for _, r := range []struct {
			id     string
			before time.Duration
			median float64
		}{
			{"long ago", 80 * 24 * time.Hour, 10},
			{"the same day, slower", 80*24*time.Hour - time.Hour, 30},
			{"the same day, in the middle", 80*24*time.Hour - 2*time.Hour, 20},
			{"61 days", 61 * 24 * time.Hour, 40},
			{"59 days", 59 * 24 * time.Hour, 50},
			{"yesterday", 24 * time.Hour, 60},
			{"just now", 0, 70},
		} {
			for range 2 { // putting again changes nothing
				if err := store.PutHistory(t.Context(), measured(r.id, now.Add(-r.before), r.median)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, row := range []struct {
			name  string
			key   results.HistoryKey
			since time.Time
			want  []float64
			daily int
		}{
			{"all", coldTotal, now.AddDate(-1, 0, 0), []float64{20, 40, 50, 60, 70}, 2},
			{"runs only", coldTotal, now.AddDate(0, 0, -60), []float64{50, 60, 70}, 0},
			{"since a run", coldTotal, now.AddDate(0, 0, -1), []float64{60, 70}, 0},
			{"since later", coldTotal, now.Add(time.Hour), nil, 0},
			{"another metric", results.HistoryKey{Workload: functions.WorkloadHello, Temperature: results.Cold, Metric: results.InitMs}, now.AddDate(-1, 0, 0), nil, 0},
		} {
			moments, daily, err := store.History(t.Context(), row.key, row.since, now)
			var got []float64
			for _, m := range moments {
				got = append(got, m.Points[0].P50)
			}
			if err != nil || !slices.Equal(got, row.want) || daily != row.daily {
				t.Errorf("%s: medians %v, %d days (%v); want %v, %d", row.name, got, daily, err, row.want, row.daily)
			}
			if !slices.IsSortedFunc(moments, func(a, b results.Moment) int { return a.Started.Compare(b.Started) }) {
				t.Errorf("%s: not in the order of time", row.name)
			}
		}
	})
}

// A history is read to its end, however many pages its days and its runs take.
func TestHistoryInPages(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := dynamo.New(small{e.Client()}, e.table(t), dynamo.Options{})
		var want []float64
		for i := range 60 { // 30 days that are read as days, and 30 runs
			at := noon.AddDate(0, 0, i-90)
			if i >= 30 {
				at = noon.Add(time.Duration(i-60) * 2 * time.Hour)
			}
			want = append(want, float64(i+1))
			if err := store.PutHistory(t.Context(), measured(fmt.Sprintf("run-%02d", i), at, float64(i+1))); err != nil {
				t.Fatal(err)
			}
		}
		moments, daily, err := store.History(t.Context(), coldTotal, noon.AddDate(-1, 0, 0), noon)
		var got []float64
		for _, m := range moments {
			got = append(got, m.Points[0].P50)
		}
		if err != nil || !slices.Equal(got, want) || daily != 30 {
			t.Errorf("medians %v, %d days (%v); want %v, 30", got, daily, err, want)
		}
	})
}

// More points than fit into an item are in several, and one moment all the same.
func TestHistoryOfManyVariants(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		if err := store.PutHistory(t.Context(), measured("run", noon, make([]float64, 2500)...)); err != nil {
			t.Fatal(err)
		}
		moments, _, err := store.History(t.Context(), coldTotal, noon.AddDate(0, 0, -1), noon)
		if err != nil || len(moments) != 1 || len(moments[0].Points) != 2500 {
			t.Errorf("%d moments, %v; want one of 2,500 points", len(moments), err)
		}
	})
}
