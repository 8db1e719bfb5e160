package results_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// BenchmarkSetPlaces ranks cells by their samples, the words of neighbours included.
func BenchmarkSetPlaces(b *testing.B) {
	for _, size := range []struct{ cells, n int }{{14, 10_000}, {100, 1000}, {1000, 120}} {
		b.Run(fmt.Sprintf("%dx%d", size.cells, size.n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			var samples []results.Sample
			var all []matrix.Variant
			for i := range size.cells {
				v := resultstest.Variant(fmt.Sprint("runtime", i))
				all = append(all, v)
				for k := range size.n {
					d := time.Duration((100 + float64(i%20)) * math.Exp(0.3*rng.NormFloat64()) * float64(time.Millisecond))
					a := answer(3, functions.OnDemand)
					a.EnvironmentID = fmt.Sprint(i, "-", k)
					samples = append(samples, results.Sample{
						Variant: v, Event: functions.Event{Workload: functions.WorkloadHello},
						Record: &lambdalog.Record{Duration: &d}, Answer: a, Elapsed: d,
					})
				}
			}
			summaries := results.Summarise(slices.Values(samples))
			var variants []results.VariantSummary
			for _, v := range all {
				variants = append(variants, results.VariantSummary{Variant: v, Series: summaries[v]})
			}
			values := results.ValuesOf(slices.Values(samples))
			for b.Loop() {
				results.SetPlaces(variants, values, verdict.Options{})
			}
		})
	}
}
