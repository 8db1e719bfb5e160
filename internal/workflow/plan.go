package workflow

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Input is the input of the state machine.
type Input struct {
	Plan Plan `json:"plan"`
	// MapConcurrency is how many functions are visited at once; 0 is [DefaultConcurrency].
	MapConcurrency int `json:"mapConcurrency,omitempty"`
}

// Plan says what a run measures.
type Plan struct {
	// Rounds is how often every function is visited; 0 is once for each cold start.
	Rounds int `json:"rounds,omitempty"`
	// Cold and Warm are the samples of each function and workload.
	Cold int `json:"cold"`
	Warm int `json:"warm"`
	// WarmUp is the number of invocations between an environment's first and the
	// warm ones that are measured; absent is 1.
	WarmUp *int `json:"warmUp,omitempty"`
	// Iterations of the sha256 workload; 0 is [bench.Iterations].
	Iterations int `json:"iterations,omitempty"`
	// Seed draws the order of visits; 0 draws the seed.
	Seed uint64 `json:"seed,omitempty"`
	// Concurrency is [Input.MapConcurrency], on its way to the visits.
	Concurrency int `json:"concurrency,omitempty"`
	// ScaleOut names the runtimes and languages whose cold starts are taken by
	// scale-out, such as those that AWS lets nobody update any more.
	ScaleOut matrix.Selection `json:"scaleOut,omitempty"`
}

// DefaultConcurrency keeps below the control plane's 15 requests a second: a
// visit updates its function every few seconds.
const DefaultConcurrency = 20

// The bounds of a plan. A seed has to pass through JSON's numbers unharmed, and
// the list of rounds through the 256 KiB of a state.
const (
	maxRounds      = 1000
	maxSamples     = 100_000
	maxSeed        = 1 << 53
	maxConcurrency = 1000
)

// plan is the input's plan without gaps.
func (i Input) plan() (Plan, error) {
	p := i.Plan
	p.Rounds = cmp.Or(p.Rounds, p.Cold, 1)
	p.Iterations = cmp.Or(p.Iterations, bench.Iterations)
	p.Concurrency = cmp.Or(i.MapConcurrency, p.Concurrency, DefaultConcurrency)
	if p.WarmUp == nil {
		p.WarmUp = new(1)
	}
	if p.Seed == 0 {
		p.Seed = 1 + rand.Uint64N(maxSeed)
	}
	for _, field := range []struct {
		name      string
		n, lo, hi int
	}{
		{"rounds", p.Rounds, 1, maxRounds},
		{"cold", p.Cold, 0, maxSamples},
		{"warm", p.Warm, 0, maxSamples},
		{"warmUp", *p.WarmUp, 0, 1000},
		{"iterations", p.Iterations, 1, functions.MaxIterations},
		{"concurrency", p.Concurrency, 1, maxConcurrency},
	} {
		if field.n < field.lo || field.n > field.hi {
			return p, fmt.Errorf("plan: %s is %d, want %d to %d", field.name, field.n, field.lo, field.hi)
		}
	}
	if p.Cold+p.Warm == 0 {
		return p, errors.New("plan: neither cold nor warm samples are wanted")
	}
	if p.Seed > maxSeed {
		return p, fmt.Errorf("plan: seed is %d, want %d at most", p.Seed, uint64(maxSeed))
	}
	if _, err := matrix.ParseSelection(join(p.ScaleOut), functions.Catalogue()); err != nil && len(p.ScaleOut) > 0 {
		return p, fmt.Errorf("plan: scaleOut: %w", err)
	}
	return p, nil
}

// Options are the plan in the words of package bench.
func (p Plan) Options(run string, platform deployed.Platform) bench.Options {
	o := bench.Options{
		Run: run, Platform: platform, Seed: p.Seed,
		Rounds: p.Rounds, Cold: p.Cold, Warm: p.Warm,
		RecordsLater: true,
		Workloads: []functions.Event{
			{Workload: functions.WorkloadHello},
			{Workload: functions.WorkloadSHA256, Iterations: p.Iterations},
		},
		ScaleOut: func(fn deployed.Function) bool {
			if !fn.Owned {
				return !fn.Reconfigure
			}
			return p.ScaleOut.Has(fn.Variant)
		},
	}
	if p.WarmUp != nil {
		o.WarmUp = *p.WarmUp
	}
	return o
}

func (p Plan) rounds() []int {
	rounds := make([]int, p.Rounds)
	for i := range rounds {
		rounds[i] = i + 1
	}
	return rounds
}
