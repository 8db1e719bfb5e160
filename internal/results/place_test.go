package results_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func TestPlacesAreSharedByWhatCannotBeToldApart(t *testing.T) {
	for _, test := range []struct {
		name         string
		environments int
		want         []results.Place // slow, fast, as fast
	}{
		{"an environment for each sample", 30, []results.Place{{Best: 3, Worst: 3}, {Best: 1, Worst: 2}, {Best: 1, Worst: 2}}},
		{"ten environments", 10, []results.Place{{Best: 3, Worst: 3}, {Best: 1, Worst: 2}, {Best: 1, Worst: 2}}},
		{"one environment each", 1, []results.Place{{Best: 1, Worst: 3}, {Best: 1, Worst: 3}, {Best: 1, Worst: 3}}},
	} {
		t.Run(test.name, func(t *testing.T) { placesOf(t, test.environments, test.want) })
	}
}

func placesOf(t *testing.T, environments int, want []results.Place) {
	rng := rand.New(rand.NewPCG(1, 2))
	var samples []results.Sample
	median := map[string]time.Duration{"fast": 10 * ms, "as fast": 10 * ms, "slow": 40 * ms}
	for _, runtime := range []string{"slow", "fast", "as fast"} {
		for i := range 30 {
			a := answer(2, functions.OnDemand)
			a.EnvironmentID = fmt.Sprint(runtime, i%environments)
			d := time.Duration(float64(median[runtime]) * (0.9 + 0.2*rng.Float64()))
			samples = append(samples, results.Sample{
				Variant: resultstest.Variant(runtime), Event: functions.Event{Workload: functions.WorkloadHello},
				Record: &lambdalog.Record{Duration: &d}, Answer: a, Elapsed: d + ms,
			})
		}
	}
	alone := resultstest.Sample("run", 1) // the only one of its event
	alone.Variant = resultstest.Variant("fast")
	samples = append(samples, alone)

	all := results.Summarise(slices.Values(samples))
	var variants []results.VariantSummary
	for _, runtime := range []string{"slow", "fast", "as fast"} {
		v := resultstest.Variant(runtime)
		variants = append(variants, results.VariantSummary{Variant: v, Series: all[v]})
	}
	results.SetPlaces(variants, results.ValuesOf(slices.Values(samples)), verdict.Options{})

	for i, want := range want {
		want.Metric, want.Of, want.Needs = results.DurationMs, 3, 5
		s := variants[i].Find("hello", results.Warm)
		if s.Place == nil {
			t.Fatalf("%s has no place", variants[i].Variant.Runtime)
		}
		got := *s.Place
		if got.Lead = nil; got != want {
			t.Errorf("%s has place %+v, want %+v", variants[i].Variant.Runtime, got, want)
		}
	}
	// The two fast ones are ahead of the slow one in every pair, where environments are known.
	leads := 0
	for _, v := range variants[1:] {
		lead := v.Find("hello", results.Warm).Place.Lead
		if lead != nil && lead.Over == variants[0].Variant {
			leads++
			if lead.Probability != 1 || lead.Interval[0] <= 0.5 {
				t.Errorf("%s is faster than the slow one in a share of %+v, want 1", v.Variant.Runtime, lead.Superiority)
			}
		}
	}
	if last := variants[0].Find("hello", results.Warm).Place; last.Lead != nil {
		t.Errorf("the slowest leads over %v", last.Lead.Over)
	}
	if want := min(1, environments-1); leads != want {
		t.Errorf("%d series lead over the slow one, want %d", leads, want)
	}
	if s := variants[1].Find("sha256", results.Cold); s == nil || s.Place != nil {
		t.Errorf("the only series of its event is %+v, want one without a place", s)
	}
}
