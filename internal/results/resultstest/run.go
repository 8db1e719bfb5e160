package resultstest

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Run is a run that was never made: what its directory is to hold.
type Run struct {
	Manifest results.Manifest
	// Seed draws the values: the same seed, the same values.
	Seed uint64
	// Cells are what is measured of each variant.
	Cells map[matrix.Variant]Cell
	// Targets are the medians of a load test's targets in milliseconds, by name.
	Targets map[string]float64
}

// Cell is a variant's numbers: so many starts, each followed by so many warm
// invocations, with medians in milliseconds, and the memory.
type Cell struct {
	Starts, Warm            int
	InitMs, FirstMs, WarmMs float64
	MemoryMB                int
	Version                 string
}

// samples draws the samples of a cell.
func (c Cell) samples(run string, v matrix.Variant, rng *rand.Rand) (all []results.Sample) {
	draw := func(median float64) *time.Duration {
		return new(time.Duration(median * math.Exp(0.05*rng.NormFloat64()) * float64(time.Millisecond)))
	}
	for start := range c.Starts {
		for invocation := range c.Warm + 1 {
			s := Sample(run, start*1000+invocation)
			s.Variant, s.Event.Workload, s.Event.Iterations = v, functions.WorkloadHello, 0
			s.RequestID = fmt.Sprintf("%s-%s", v.Name(), s.RequestID)
			record, answer := *s.Record, *s.Answer
			answer.EnvironmentID, answer.Invocation, answer.RuntimeVersion = fmt.Sprint(start), invocation+1, c.Version
			record.MaxMemoryUsedMB, record.Duration = new(c.MemoryMB), draw(c.FirstMs)
			record.InitDuration = draw(c.InitMs)
			s.Elapsed = *record.InitDuration + *record.Duration + time.Millisecond
			if invocation > 0 {
				s.Wanted, record.InitDuration, record.Duration = results.Warm, nil, draw(c.WarmMs)
				s.Elapsed = *record.Duration + time.Millisecond
			}
			s.Record, s.Answer = &record, &answer
			all = append(all, s)
		}
	}
	return all
}

// Write writes the run into a new directory of that name, and returns its path.
func (r Run) Write(t testing.TB, name string) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path, m := filepath.Join(t.TempDir(), name), r.Manifest
	if m.Started.IsZero() {
		m.Started = noon
	}
	if m.Ended.IsZero() {
		m.Ended = m.Started.Add(time.Minute)
	}
	d, err := results.CreateDir(path, m)
	must(err)
	var s results.Summary
	rng := rand.New(rand.NewPCG(r.Seed, 1))
	var samples []results.Sample
	for _, v := range slices.SortedFunc(maps.Keys(r.Cells), matrix.Compare) {
		samples = append(samples, r.Cells[v].samples(name, v, rng)...)
		s.Variants = append(s.Variants, results.VariantSummary{Variant: v, Status: results.Measured, RanOn: &results.RanOn{Version: r.Cells[v].Version}})
	}
	series := results.Summarise(slices.Values(samples))
	for i, v := range s.Variants {
		s.Variants[i].Series = series[v.Variant]
	}
	results.SetPlaces(s.Variants, results.ValuesOf(slices.Values(samples)), verdict.Options{})
	for _, sample := range samples {
		must(d.Append(sample))
	}
	if len(r.Targets) > 0 {
		s.Load = &results.Load{Generator: results.Generator{Engine: "epoll", Valid: true}}
		for _, target := range slices.Sorted(maps.Keys(r.Targets)) { // the same values in every run of a seed
			median := r.Targets[target]
			f, err := d.Create(results.LogFile(target))
			must(err)
			log, err := latency.NewLogWriter(f, m.Started)
			must(err)
			all, first := latency.New(), latency.New()
			for i := range 500 {
				value := time.Duration(median * math.Exp(0.1*rng.NormFloat64()) * float64(time.Millisecond))
				if i < 20 {
					first.Record(value * 2)
					value *= 2
				}
				all.Record(value)
			}
			must(log.Write("", m.Started, time.Second, all))
			must(log.Write("service", m.Started, time.Second, latency.New()))
			must(log.Write(results.ClassKey{Environment: results.FirstInvocation, Initialization: "on-demand"}.Tag(), m.Started, time.Second, first))
			must(f.Close())
			s.Load.Targets = append(s.Load.Targets, results.Target{Name: target, Planned: 510, Sent: 510, Answered: 500, Failed: map[string]int64{"timeout": 10}, Status: map[int]int64{200: 500}})
		}
	}
	must(d.WriteJSON(results.SummaryFile, s))
	must(d.Finish(m))
	return path
}
