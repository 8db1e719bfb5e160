package results_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

func TestMetricsOfAColdSample(t *testing.T) {
	s := resultstest.Sample("run", 0)
	got := map[string]float64{}
	for _, m := range results.Metrics() {
		if v, ok := m.Of(s); ok {
			got[m.Name] = v
		}
	}
	want := map[string]float64{
		"initMs": 170.13, "firstDurationMs": 8.4, "totalMs": 178.53, "durationMs": 8.4, "clientMs": 180,
		"overheadMs": 1.47, "billedMs": 179, "maxMemoryUsedMB": 66, "cpuMs": 3.25, "processCpuMs": 61.5,
		"cpuUtilisation": 3.25 / 4.125,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestMetricsThatASampleDoesNotHaveAreAbsent(t *testing.T) {
	warm := results.Sample{Record: record(0, 0), Answer: answer(2, functions.OnDemand), Elapsed: 12 * ms}
	for _, test := range []struct {
		name   string
		sample results.Sample
		want   []string
	}{
		{"nothing but a request", results.Sample{}, nil},
		{"a client's clock alone", results.Sample{Elapsed: ms}, []string{"clientMs"}},
		{"a warm invocation without wall time", warm, []string{"durationMs", "clientMs", "overheadMs", "cpuMs"}},
		{"a provisioned first has no total", results.Sample{
			Record: record(100*ms, 0), Answer: answer(1, functions.ProvisionedConcurrency), Elapsed: 12 * ms,
		}, []string{"initMs", "firstDurationMs", "durationMs", "clientMs", "cpuMs", "processCpuMs"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range results.Metrics() {
				if _, ok := m.Of(test.sample); ok {
					got = append(got, m.Name)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}

// AWS's Billed Duration includes Billed Restore Duration; both lines are AWS's own.
func TestBilledDurationIncludesTheRestore(t *testing.T) {
	for _, row := range []struct {
		name, line string
		want       float64
	}{
		{"no snapshot", "REPORT RequestId: a\tDuration: 11.2 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB", 12},
		{"306.34 and 303", "REPORT RequestId: a\tDuration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 1024 MB\tMax Memory Used: 153 MB\tRestore Duration: 602.79 ms\tBilled Restore Duration: 303 ms", 610},
		{"127.10 and 26", "REPORT RequestId: a\tDuration: 127.10 ms\tBilled Duration: 154 ms\tMemory Size: 1024 MB\tMax Memory Used: 153 MB\tRestore Duration: 500.00 ms\tBilled Restore Duration: 26 ms", 154},
	} {
		t.Run(row.name, func(t *testing.T) {
			record, err := lambdalog.Parse([]byte(row.line))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range results.Metrics() {
				if v, ok := m.Of(results.Sample{Record: &record}); m.Name == results.BilledMs && (!ok || v != row.want) {
					t.Errorf("billed is %v, %t; want %v", v, ok, row.want)
				}
			}
		})
	}
}

// warmSamples have durations of 1, 2, ... n ms, in a mixed order.
func warmSamples(n int) []results.Sample {
	var all []results.Sample
	for i := range n {
		d := time.Duration((i*7)%n+1) * ms
		s := results.Sample{
			Variant: resultstest.Variant("nodejs22.x"), Event: functions.Event{Workload: functions.WorkloadHello},
			Record: &lambdalog.Record{Duration: &d}, Answer: answer(2+i, functions.OnDemand), Elapsed: d + ms,
		}
		all = append(all, s)
	}
	return all
}

func TestSummariseTakesOrderStatistics(t *testing.T) {
	for _, test := range []struct {
		name string
		n    int
		want results.MetricSummary
	}{
		{"one value is all of its percentiles", 1, results.MetricSummary{N: 1, Min: new(1.0), P50: new(1.0), P90: new(1.0), Max: new(1.0)}},
		{"two values", 2, results.MetricSummary{N: 2, Min: new(1.0), P50: new(1.0), P90: new(2.0), Max: new(2.0)}},
		{"ten values", 10, results.MetricSummary{N: 10, Min: new(1.0), P50: new(5.0), P90: new(9.0), Max: new(10.0), P50Interval: []float64{2, 9}}},
		{"one too few for a p99", 367, results.MetricSummary{N: 367, Min: new(1.0), P50: new(184.0), P90: new(331.0), Max: new(367.0), P50Interval: []float64{165, 203}}},
		{"enough for a p99", 368, results.MetricSummary{N: 368, Min: new(1.0), P50: new(184.0), P90: new(332.0), P99: new(365.0), Max: new(368.0), P50Interval: []float64{165, 204}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := results.Summarise(slices.Values(warmSamples(test.n)))
			series := all[resultstest.Variant("nodejs22.x")]
			if len(series) != 1 || series[0].Temperature != results.Warm || series[0].N != test.n {
				t.Fatalf("series are %+v, want one of %d warm samples", series, test.n)
			}
			if diff := cmp.Diff(test.want, series[0].Metrics[results.DurationMs]); diff != "" {
				t.Errorf("duration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSummariseKeepsSeriesApart(t *testing.T) {
	cold := resultstest.Sample("run", 1)
	other := cold
	other.Variant = resultstest.Variant("nodejs18.x")
	hello := cold
	hello.Event = functions.Event{Workload: functions.WorkloadHello}
	missed := cold
	missed.Wanted = results.Warm
	warmUp := cold
	warmUp.WarmUp = true
	all := results.Summarise(slices.Values(append(warmSamples(3), cold, cold, other, hello, missed, warmUp)))

	type row struct {
		Workload    string
		Iterations  int
		Temperature results.Temperature
		N           int
	}
	got := map[string][]row{}
	for variant, series := range all {
		for _, s := range series {
			got[variant.Runtime] = append(got[variant.Runtime], row{s.Workload, s.Iterations, s.Temperature, s.N})
		}
	}
	want := map[string][]row{
		"nodejs18.x": {{"sha256", 1000, results.Cold, 1}},
		"nodejs22.x": {{"hello", 0, results.Cold, 1}, {"hello", 0, results.Warm, 3}, {"sha256", 1000, results.Cold, 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

// The names are the interface to everybody who reads summary.json.
func TestSummaryJSON(t *testing.T) {
	all := results.Summarise(slices.Values([]results.Sample{resultstest.Sample("run", 0)}))
	v := resultstest.Variant("nodejs22.x")
	data, err := json.Marshal(results.VariantSummary{
		Variant: v, Status: results.Measured, RanOn: &results.RanOn{Version: "22.22.0"}, AnswerOK: new(true), Series: all[v],
	})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	number := func(v float64) map[string]any {
		return map[string]any{"n": 1.0, "min": v, "p50": v, "p90": v, "max": v}
	}
	want := map[string]any{
		"variant": map[string]any{"function": "hello", "language": "nodejs", "runtime": "nodejs22.x", "architecture": "arm64", "memoryMB": 512.0},
		"status":  "measured", "ranOn": map[string]any{"version": "22.22.0"}, "answerOk": true,
		"series": []any{map[string]any{
			"workload": "sha256", "iterations": 1000.0, "temperature": "cold", "n": 1.0,
			"metrics": map[string]any{
				"initMs": number(170.13), "firstDurationMs": number(8.4), "totalMs": number(178.53), "durationMs": number(8.4),
				"clientMs": number(180), "overheadMs": number(1.47), "billedMs": number(179), "maxMemoryUsedMB": number(66),
				"cpuMs": number(3.25), "processCpuMs": number(61.5), "cpuUtilisation": number(3.25 / 4.125),
			},
			"runtimeMetrics": map[string]any{"heapUsedBytes": number(4.5e6)},
		}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}
