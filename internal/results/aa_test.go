package results_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// coldRun has cells of cold starts in rounds, of which each has an effect of its own.
func coldRun(seed uint64, cells, rounds, each int, effect float64) results.Run {
	rng := rand.New(rand.NewPCG(seed, 1))
	r := results.Run{Manifest: results.Manifest{Seed: seed}}
	for c := range cells {
		v := matrix.Variant{Function: "hello", Runtime: fmt.Sprint("nodejs", c, ".x")}
		for round := range rounds {
			shift := effect * rng.NormFloat64()
			for i := range each {
				s := resultstest.Sample("run", i)
				s.Variant, s.Round, s.Elapsed = v, round+1, time.Hour
				s.Event = functions.Event{Workload: functions.WorkloadHello}
				total := time.Duration(200e6 * math.Exp(shift+0.1*rng.NormFloat64()))
				s.Record.InitDuration, s.Record.Duration = new(total/2), new(total/2)
				r.Samples = append(r.Samples, s)
			}
		}
	}
	return r
}

// loadRun is a load test of two targets without a difference, 600 requests of each.
func loadRun(seed uint64, rho float64) results.Run {
	r := results.Run{Manifest: results.Manifest{Seed: seed}, Summary: results.Summary{Load: &results.Load{}}}
	for i, name := range []string{"a", "b"} {
		rng, z := rand.New(rand.NewPCG(seed, uint64(i))), 0.0
		target := results.Target{Name: name}
		all, second := latency.New(), latency.New()
		for k := range 1200 {
			z = rho*z + math.Sqrt(1-rho*rho)*rng.NormFloat64()
			d := time.Duration(30e6 * math.Exp(0.3*z))
			all.Record(d)
			second.Record(d)
			if k%10 == 9 {
				target.Intervals = append(target.Intervals, results.Interval{Length: time.Second, Latency: second.Counts()})
				second.Reset()
			}
		}
		target.Latency = latency.NewTiming(all, nil)
		r.Load.Targets = append(r.Load.Targets, target)
	}
	return r
}

func TestCheckAA(t *testing.T) {
	for _, row := range []struct {
		name        string
		run         results.Run
		comparisons int
		finds       int
	}{
		{"independent starts", coldRun(1, 14, 30, 1, 0), 14, 1},
		{"starts of which each round differs", coldRun(1, 14, 20, 12, 1), 14, 1},
		{"a load test", loadRun(1, 0), 6, 3},
		{"a load test whose answers resemble each other", loadRun(2, 0.7), 4, 3}, // halves are worth too few for a p99,
		{"too few", coldRun(1, 2, 2, 2, 0), 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.run.CheckAA(verdict.Options{})
			aa := row.run.AA
			if aa == nil {
				aa = &results.AA{}
			}
			if over := (results.AA{Comparisons: aa.Comparisons, Allowed: aa.Allowed, Different: aa.Allowed + 1}); !over.Failed() {
				t.Errorf("%+v has not failed", over)
			}
			if aa.Comparisons != row.comparisons || aa.Failed() || len(aa.Finds) != row.finds {
				t.Errorf("got %+v, want %d comparisons, none too many that differ, and %d kinds of differences", *aa, row.comparisons, row.finds)
			}
			again := row.run
			again.CheckAA(verdict.Options{})
			if diff := cmp.Diff(row.run.AA, again.AA); diff != "" {
				t.Errorf("the same run is split another way (-first +again):\n%s", diff)
			}
		})
	}
}

// A difference that a run is said to find is found about as often as said.
func TestFindsWhatIsSaid(t *testing.T) {
	const trials = 300
	found, n := 0, 0
	for seed := range uint64(trials) {
		rng := rand.New(rand.NewPCG(seed, 7))
		draw := func(factor float64) verdict.Side {
			values := make([]float64, 30)
			for i := range values {
				values[i] = factor * math.Exp(0.3*rng.NormFloat64())
			}
			return verdict.Independent(verdict.Sort(values))
		}
		smallest, ok := verdict.Finds(draw(1), 50, verdict.Options{})
		if !ok {
			t.Fatal("30 values cannot be judged")
		}
		n++
		if verdict.Compare(draw(1+smallest), draw(1), 50, verdict.Options{}).Word == verdict.Slower {
			found++
		}
	}
	if share := float64(found) / float64(n); share < 0.65 || share > 0.95 {
		t.Errorf("%.2f of the differences were found, want about %v", share, verdict.Power)
	}
	if got := verdict.ByChance(100, 0.05, 0.99); got != 11 {
		t.Errorf("%d of 100 by chance", got)
	}
	if got := verdict.ByChance(0, 0.05, 0.99); got != 0 {
		t.Errorf("%d of none by chance", got)
	}
}
