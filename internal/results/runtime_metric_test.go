package results_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

func TestSummariseRuntimeMetrics(t *testing.T) {
	many := map[string]float64{}
	for i := range 2 * results.MaxRuntimeMetrics {
		many[fmt.Sprintf("n%03d", i)] = 1
	}
	one := func(values ...float64) results.MetricSummary {
		lo, hi := slices.Min(values), slices.Max(values)
		return results.MetricSummary{N: len(values), Min: &lo, P50: &lo, P90: &hi, Max: &hi}
	}
	kept := map[string]results.MetricSummary{"rare": one(7, 7)}
	for i := range results.MaxRuntimeMetrics - 1 {
		kept[fmt.Sprintf("n%03d", i)] = one(1)
	}
	for _, test := range []struct {
		name    string
		samples []map[string]float64
		want    map[string]results.MetricSummary
	}{
		{"none", []map[string]float64{nil, nil}, nil},
		{"by name", []map[string]float64{{"collections": 1, "heapBytes": 9}, {"collections": 0, "heapBytes": 5}},
			map[string]results.MetricSummary{"collections": one(0, 1), "heapBytes": one(5, 9)}},
		{"absent is not zero", []map[string]float64{{"collections": 3}, {}}, map[string]results.MetricSummary{"collections": one(3)}},
		{"zero is a value", []map[string]float64{{"collections": 0}}, map[string]results.MetricSummary{"collections": one(0)}},
		{"of too many, those that most samples have", []map[string]float64{many, {"rare": 7}, {"rare": 7}}, kept},
		{"names without end or beginning", []map[string]float64{{strings.Repeat("x", 65): 1, "": 1}}, map[string]results.MetricSummary{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var samples []results.Sample
			for i, metrics := range test.samples {
				s := resultstest.Sample("run", i)
				answer := *s.Answer
				answer.Metrics = metrics
				s.Answer = &answer
				samples = append(samples, s)
			}
			series := results.Summarise(slices.Values(samples))[resultstest.Variant("nodejs22.x")]
			if len(series) != 1 {
				t.Fatalf("%d series, want 1", len(series))
			}
			got := series[0].RuntimeMetrics
			if len(test.want) == 0 && len(got) == 0 {
				return
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("runtime metrics (-want +got):\n%s", diff)
			}
		})
	}
}
