package bench

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Visit is one round's visit of one function. It may end after any sample, also
// by a kill: a new Visit of the same round that is given the samples stored so
// far continues behind them. It is for one goroutine.
type Visit struct {
	fn      deployed.Function
	options Options
	round   int // counted from 1
	invoker invoker
	forcer  forcer
	keeper  Keeper
	turns   []*turn
	taken   int
	// versions are those of a function with SnapStart, and published is when the one was
	// that is measured; zero before it is known.
	versions  publisher
	published time.Time
	// environments are the execution environments that have answered.
	environments map[string]bool
}

// Keeper stores what must outlive the process of a visit.
type Keeper interface {
	// KeepSample stores a sample. The next one is not taken before it returns.
	KeepSample(ctx context.Context, s results.Sample) error
	// KeepOriginal stores the value of [deployed.NonceVariable] before the first
	// change, nil if there was none. A visit that does not know of the first change
	// calls it again; what was stored first is the original.
	KeepOriginal(ctx context.Context, original *string) error
}

// NewVisit begins or continues the visit of a round, counted from 1. The stored
// samples are those of this function in this run, of this round and of earlier
// ones, by start time.
func NewVisit(client LambdaAPI, fn deployed.Function, o Options, round int, stored []results.Sample, keeper Keeper) (*Visit, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if round < 1 || round > o.Rounds {
		return nil, fmt.Errorf("bench: round %d is not one of the %d rounds", round, o.Rounds)
	}
	hash := fnv.New64a()
	hash.Write([]byte(fn.ARN))
	seed := hash.Sum64() + uint64(round)
	workloads := slices.Clone(o.Workloads)
	rand.New(rand.NewPCG(seed, o.Seed)).Shuffle(len(workloads), func(i, j int) { workloads[i], workloads[j] = workloads[j], workloads[i] })
	v := &Visit{
		fn: fn, options: o, round: round,
		invoker: invoker{client: client, fn: fn, patience: o.Patience},
		forcer: forcer{
			client: client, arn: fn.ARN, patience: o.Patience, poll: o.Poll,
			rng: rand.New(rand.NewPCG(o.Seed, seed)), keepOriginal: keeper.KeepOriginal,
		},
		versions: publisher{client: client, arn: fn.ARN, patience: o.Patience, poll: o.Poll},
		keeper:   keeper, turns: o.turns(fn, round, workloads), environments: map[string]bool{},
	}
	for _, sample := range stored {
		v.noteEnvironment(sample)
		if sample.Round == round {
			v.taken++
			v.replay(sample)
		}
	}
	return v, nil
}

// replay counts a stored sample in the turn that took it. Turns come one after
// the other, so it is the first that is not over.
func (v *Visit) replay(sample results.Sample) {
	for _, t := range v.turns {
		if !t.over() {
			t.count(sample)
			return
		}
	}
}

// Taken is how many samples of the visit are stored.
func (v *Visit) Taken() int { return v.taken }

// Lost is how many wanted samples the visit has given up.
func (v *Visit) Lost() int {
	n := 0
	for _, t := range v.turns {
		if t.coldLeft() == 0 {
			n += t.cold - t.colds
		}
		if t.over() {
			n += t.warm - t.warms
		}
	}
	return n
}

// Run takes samples until the visit is done, or until a time after which no
// sample is begun. It returns which of the two. An error is the function's, the
// keeper's or the context's, or a [*PendingError].
func (v *Visit) Run(ctx context.Context, until time.Time) (done bool, err error) {
	for _, t := range v.turns {
		for !t.over() {
			if !time.Now().Before(until) {
				return false, nil
			}
			if err := v.step(ctx, t); err != nil {
				return false, v.failed(t, err)
			}
		}
		if err := t.err(); err != nil {
			return false, v.failed(t, err)
		}
	}
	return true, nil
}

// failed adds the round and the workload to an error.
func (v *Visit) failed(t *turn, err error) error {
	return fmt.Errorf("round %d, %s: %w", v.round, t.event.Workload, err)
}

// step takes the turn's next sample, or a burst of samples.
func (v *Visit) step(ctx context.Context, t *turn) error {
	if v.fn.Variant.SnapStart && v.published.IsZero() {
		return v.useVersion(ctx)
	}
	n := t.coldLeft()
	switch {
	case n == 0:
		return v.take(ctx, t, t.nextWarm())
	case t.burst:
		return v.takeBurst(ctx, t, n)
	}
	if err := v.forcer.force(ctx); err != nil {
		return err
	}
	return v.take(ctx, t, results.Sample{Event: t.event, Wanted: results.Cold})
}

// take sends one invocation and keeps its sample.
func (v *Visit) take(ctx context.Context, t *turn, sample results.Sample) error {
	if err := v.send(ctx, &sample); err != nil {
		return err
	}
	return v.keep(ctx, t, sample)
}

// send sends one invocation. It may be called concurrently.
func (v *Visit) send(ctx context.Context, sample *results.Sample) error {
	sample.Run, sample.Platform, sample.Round = v.options.Run, v.options.Platform, v.round
	sample.Variant, sample.Published = v.fn.Variant, v.published
	return v.invoker.invoke(ctx, sample, v.forcer.timeout)
}

// keep verifies the sample's answer, counts it in its turn and stores it. A wrong
// answer is an error, because other work is not compared.
func (v *Visit) keep(ctx context.Context, t *turn, sample results.Sample) error {
	var wrong error
	if sample.Answer != nil && v.fn.Contract() == functions.ContractHello {
		if wrong = Verify(v.fn.Variant, sample.Event, *sample.Answer); wrong != nil {
			sample.Error = wrong.Error()
		}
	}
	if sample.Wanted == results.Warm && sample.Answer != nil {
		// Another environment may have answered than the one that was warmed up. The
		// environment's own count decides whether the invocation was a warm-up.
		if n := sample.Answer.Invocation; n > 1 && n <= 1+v.options.WarmUp {
			sample.Wanted, sample.WarmUp = "", true
		}
	}
	if a := sample.Answer; wrong == nil && a != nil && a.Invocation == 1 && a.EnvironmentID != "" && v.environments[a.EnvironmentID] {
		wrong = fmt.Errorf("wrong answer: two execution environments have the environmentId %q", shorten(a.EnvironmentID))
		sample.Error = wrong.Error()
	}
	v.noteEnvironment(sample)
	t.count(sample)
	if err := v.keeper.KeepSample(ctx, sample); err != nil {
		return fmt.Errorf("keep sample: %w", err)
	}
	v.taken++
	return wrong
}

// noteEnvironment remembers which environments exist.
func (v *Visit) noteEnvironment(sample results.Sample) {
	if sample.Answer != nil {
		v.environments[sample.Answer.EnvironmentID] = true
	}
}

// Restore gives a function the configuration back that [Keeper.KeepOriginal]
// stored, from any process. It returns when that configuration is in effect.
func Restore(ctx context.Context, client LambdaAPI, fn deployed.Function, original *string, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	f := forcer{client: client, arn: fn.ARN, patience: o.Patience, poll: o.Poll, original: original}
	return f.restore(ctx)
}
