package workflow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Input is the input of the state machine and of its steps: what a run measures.
type Input struct {
	// Counts are how much is measured. Rounds 0 is one for each cold start.
	results.Counts
	// Seed draws the order of visits; 0 draws the seed.
	Seed uint64 `json:"seed,omitempty"`
}

// defaultConcurrency keeps below the control plane's 15 requests a second: a visit
// updates its function every few seconds.
const defaultConcurrency = 20

// The bounds of an input. A seed has to pass through JSON's numbers exactly, and
// the list of rounds through the 256 KiB of a state.
const (
	maxRounds      = 1000
	maxSamples     = 100_000
	maxSeed        = 1 << 53
	maxConcurrency = 1000
)

// override reads what an execution was started with over its defaults. A field
// that does not exist is an error, since it would change nothing.
func override(defaults Input, overrides json.RawMessage) (Input, error) {
	if len(bytes.TrimSpace(overrides)) == 0 {
		return defaults, nil
	}
	in := defaults
	if err := exactjson.UnmarshalKnown(overrides, &in); err != nil {
		return Input{}, fmt.Errorf("input: %w; it has cold, warm, warmUp, rounds, iterations, concurrency, scaleOut and seed", err)
	}
	return in, nil
}

// complete fills in what the input leaves open, and checks it.
func (i Input) complete() (Input, error) {
	i.Rounds = cmp.Or(i.Rounds, i.Cold, 1)
	i.Iterations = cmp.Or(i.Iterations, bench.Iterations)
	i.Concurrency = cmp.Or(i.Concurrency, defaultConcurrency)
	if i.Seed == 0 {
		i.Seed = 1 + rand.Uint64N(maxSeed)
	}
	for _, field := range []struct {
		name      string
		n, lo, hi int
	}{
		{"rounds", i.Rounds, 1, maxRounds},
		{"cold", i.Cold, 0, maxSamples},
		{"warm", i.Warm, 0, maxSamples},
		{"warmUp", i.WarmUp, 0, 1000},
		{"iterations", i.Iterations, 1, functions.MaxIterations},
		{"concurrency", i.Concurrency, 1, maxConcurrency},
	} {
		if field.n < field.lo || field.n > field.hi {
			return i, fmt.Errorf("input: %s is %d, want %d to %d", field.name, field.n, field.lo, field.hi)
		}
	}
	if i.Cold+i.Warm == 0 {
		return i, errors.New("input: neither cold nor warm samples are wanted")
	}
	if i.Seed > maxSeed {
		return i, fmt.Errorf("input: seed is %d, want %d at most", i.Seed, uint64(maxSeed))
	}
	if len(i.ScaleOut) > 0 {
		if _, err := matrix.ParseSelection(strings.Join(i.ScaleOut, ","), functions.Catalogue(), nil); err != nil {
			return i, fmt.Errorf("input: scaleOut: %w", err)
		}
	}
	return i, nil
}

// Options are the input as package bench takes it.
func (i Input) Options(run string, platform deployed.Platform) bench.Options {
	return bench.Options{
		Run: run, Platform: platform, Seed: i.Seed,
		Rounds: i.Rounds, Cold: i.Cold, Warm: i.Warm, WarmUp: i.WarmUp,
		RecordsLater: true,
		Workloads: []functions.Event{
			{Workload: functions.WorkloadHello},
			{Workload: functions.WorkloadSHA256, Iterations: i.Iterations},
		},
		ScaleOut: func(fn deployed.Function) bool {
			if !fn.Owned {
				return !fn.Reconfigure
			}
			return matrix.Selection(i.ScaleOut).Has(fn.Variant)
		},
	}
}

// roundNumbers are 1 to the number of rounds.
func (i Input) roundNumbers() []int {
	rounds := make([]int, i.Rounds)
	for n := range rounds {
		rounds[n] = n + 1
	}
	return rounds
}
