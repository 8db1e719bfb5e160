package results_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// samplesOf are cold and warm samples of variants that differ, warm ones of several
// environments.
func samplesOf(variants, cold, environments, warm int) []results.Sample {
	random := rand.New(rand.NewPCG(1, 2))
	var all []results.Sample
	add := func(variant, environment, invocation int, init bool) {
		s := resultstest.Sample("run", len(all))
		s.Variant.MemoryMB = 128 * (variant + 1)
		d := time.Duration((1+0.2*float64(variant))*1e7*math.Exp(random.NormFloat64()/4)) + time.Duration(environment%5)*time.Millisecond
		s.Record.Duration, s.Elapsed = &d, time.Second+d
		s.Answer.EnvironmentID, s.Answer.Invocation = fmt.Sprintf("%d-%d", variant, environment), invocation
		if !init {
			s.Wanted, s.Record.InitDuration = results.Warm, nil
		}
		all = append(all, s)
	}
	for v := range variants {
		for i := range cold {
			add(v, -1-i, 1, true)
		}
		for e := range environments {
			for i := range warm {
				add(v, e, 2+i, false)
			}
		}
	}
	return all
}

// A run whose samples have expired is judged as if it had them.
func TestARunWithoutItsSamples(t *testing.T) {
	whole := results.Run{ID: "run", Samples: samplesOf(5, 30, 10, 12)}
	whole.Summarise()
	values := results.ValuesOf(slices.Values(whole.Samples))

	expired := results.Run{ID: "run"}
	for _, v := range whole.Variants {
		v.Series = slices.Clone(v.Series)
		for i := range v.Series {
			v.Series[i].Place = nil
			v.Series[i].Values = values[v.Series[i].Of(v.Variant)].Kept()
		}
		expired.Variants = append(expired.Variants, v)
	}
	text, err := json.Marshal(expired)
	if err != nil {
		t.Fatal(err)
	}
	var read results.Run
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if read.SamplesWhole() || !whole.SamplesWhole() {
		t.Error("the samples that are there are not told from those that are not")
	}
	if diff := cmp.Diff(whole.Values(), read.Values()); diff != "" {
		t.Errorf("values (-samples +kept):\n%s", diff)
	}
	results.SetPlaces(read.Variants, read.Values(), verdict.Options{})
	ranked := 0
	for i, v := range read.Variants {
		for k, s := range v.Series {
			if diff := cmp.Diff(whole.Variants[i].Series[k].Place, s.Place); diff != "" {
				t.Errorf("place of %v (-samples +kept):\n%s", s.Of(v.Variant), diff)
			}
			if s.Place != nil && s.Place.Best > 1 {
				ranked++
			}
		}
	}
	if ranked == 0 {
		t.Error("no series is behind another one")
	}
}

// However many samples and environments there are, what is kept fits into an item, and
// has the same percentiles.
func TestKeptValuesAreBounded(t *testing.T) {
	for _, row := range []struct {
		name               string
		environments, warm int
	}{
		{"few", 3, 100},
		{"as many as are kept", 20, 100},
		{"one more", 1, 2001},
		{"many environments", 2000, 4},
		{"many environments of one sample", 4000, 1},
		{"many samples of each", 10, 1000},
	} {
		t.Run(row.name, func(t *testing.T) {
			samples := samplesOf(1, 0, row.environments, row.warm)
			series := results.Series{Variant: samples[0].Variant, Event: functions.Event{Workload: functions.WorkloadSHA256, Iterations: 1000}, Temperature: results.Warm}
			values := results.ValuesOf(slices.Values(samples))[series]
			kept := values.Kept()
			text, err := json.Marshal(kept)
			if err != nil {
				t.Fatal(err)
			}
			all, some := values.Of(results.DurationMs), kept.Of(results.DurationMs)
			t.Logf("%d of %d values, %d of %d parts, %d bytes", some.N(), all.N(), len(kept), len(values), len(text))
			if len(text) > 300_000 || some.N() > 2000 || some.N() < min(all.N(), 900) {
				t.Errorf("%d of %d values are kept in %d bytes", some.N(), all.N(), len(text))
			}
			for _, p := range []float64{10, 50, 90} {
				was, _ := verdict.Quantile(all, p)
				is, _ := verdict.Quantile(some, p)
				if math.Abs(is-was) > 0.05*was {
					t.Errorf("p%v was %v, and is %v of what is kept", p, was, is)
				}
			}
		})
	}
}

// Cold starts of one round are a part where a round has several.
func TestValuesOfRounds(t *testing.T) {
	for _, row := range []struct {
		name         string
		rounds, want int
	}{{"several in each", 3, 3}, {"one in each", 12, 1}, {"one round", 1, 1}} {
		t.Run(row.name, func(t *testing.T) {
			samples := samplesOf(1, 12, 0, 0)
			for i := range samples {
				samples[i].Round = i % row.rounds
			}
			for series, values := range results.ValuesOf(slices.Values(samples)) {
				if len(values) != row.want || len(values.Of(results.Decisive(series.Temperature))) != 12 {
					t.Errorf("%d parts of %d values, want %d of 12", len(values), len(values.Of(results.TotalMs)), row.want)
				}
			}
		})
	}
}
