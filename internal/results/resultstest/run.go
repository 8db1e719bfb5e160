package resultstest

import (
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Run is a run that was never made: what its directory is to hold.
type Run struct {
	Manifest results.Manifest
	// Seed draws the values: the same seed, the same values.
	Seed uint64
	// Targets are the medians of a load test's targets in milliseconds, by name.
	Targets map[string]float64
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
	d, err := results.CreateDir(path, m)
	must(err)
	var s results.Summary
	rng := rand.New(rand.NewPCG(r.Seed, 1))
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
			must(log.Write(results.FirstTag("on-demand"), m.Started, time.Second, first))
			must(f.Close())
			s.Load.Targets = append(s.Load.Targets, results.Target{Name: target, Planned: 510, Sent: 510, Answered: 500, Failed: map[string]int64{"timeout": 10}})
		}
	}
	must(d.WriteJSON(results.SummaryFile, s))
	must(d.Finish(m))
	return path
}
