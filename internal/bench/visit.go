package bench

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Visit is one round's visit of one function, for those who cannot stay for a
// whole run, such as a Lambda function with its 15 minutes. It may be left after
// any sample, also by a kill: a new Visit that is told of the samples stored so
// far goes on behind them.
type Visit struct {
	subject *subject
	turns   []*turn
	keeper  Keeper
	taken   int
}

// Keeper is where a visit puts what must outlive its process.
type Keeper interface {
	// KeepSample stores a sample. The next one is not taken before it returns.
	KeepSample(ctx context.Context, s results.Sample) error
	// KeepOriginal is told of the value of [deployed.NonceVariable] before the first
	// change, nil if there was none. It may be told again, by a visit that does not
	// know of the first change; what was kept first is the original.
	KeepOriginal(ctx context.Context, original *string) error
}

// NewVisit begins or takes up the visit of a round, counted from 1. The stored
// samples are the run's of this function, of this round and of earlier ones, by
// start time.
func NewVisit(client LambdaAPI, fn deployed.Function, o Options, round int, stored []results.Sample, keeper Keeper) (*Visit, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if round < 1 || round > o.rounds() {
		return nil, errors.New("bench: there is no such round in the plan")
	}
	hash := fnv.New64a()
	hash.Write([]byte(fn.ARN))
	seed := hash.Sum64() + uint64(round)
	s := &subject{
		fn: fn, options: o, round: round - 1,
		invoker: invoker{client: client, fn: fn, patience: o.Patience},
		forcer: forcer{
			client: client, arn: fn.ARN, patience: o.Patience, poll: o.Poll,
			rng: rand.New(rand.NewPCG(o.Seed, seed)), keep: keeper.KeepOriginal,
		},
	}
	workloads := slices.Clone(o.Workloads)
	rand.New(rand.NewPCG(seed, o.Seed)).Shuffle(len(workloads), func(i, j int) { workloads[i], workloads[j] = workloads[j], workloads[i] })
	v := &Visit{subject: s, turns: o.turns(fn, round-1, workloads), keeper: keeper}
	for _, sample := range stored {
		s.learn(sample)
		if sample.Round == round {
			v.taken++
			v.saw(sample)
		}
	}
	return v, nil
}

// saw tells the turn that took it of a stored sample. Turns come one after the
// other, so it is the first that is not over.
func (v *Visit) saw(sample results.Sample) {
	for _, t := range v.turns {
		if !t.over() {
			t.saw(sample)
			return
		}
	}
}

// Taken is how many samples of the visit are stored.
func (v *Visit) Taken() int { return v.taken }

// Run takes samples until the visit is done, or until a time after which no
// other is begun. It says which of the two; an error is the function's.
func (v *Visit) Run(ctx context.Context, until time.Time) (done bool, err error) {
	s := v.subject
	s.report = func(s *subject, phase Phase, sample *results.Sample) error {
		if sample != nil {
			if err := v.keeper.KeepSample(ctx, *sample); err != nil {
				return fmt.Errorf("%w: %w", errSink, err)
			}
			v.taken++
		}
		if s.options.Progress != nil {
			s.options.Progress(Progress{
				Variant: s.fn.Variant, Phase: phase, Round: s.round + 1, Rounds: s.options.rounds(),
				Done: s.gone, Total: s.options.perVariant(), Sample: sample,
			})
		}
		return nil
	}
	for _, t := range v.turns {
		for !t.over() {
			if !time.Now().Before(until) {
				return false, nil
			}
			if err := s.step(ctx, t); err != nil {
				return false, s.failed(t.event, err)
			}
		}
		if err := s.close(t); err != nil {
			return false, s.failed(t.event, err)
		}
	}
	return true, nil
}

// Restore gives a function back what a visit has kept of it, from whatever
// process. It returns when the old configuration is in effect.
func Restore(ctx context.Context, client LambdaAPI, fn deployed.Function, original *string, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	f := forcer{client: client, arn: fn.ARN, patience: o.Patience, poll: o.Poll, touched: true, original: original}
	return f.restore(ctx)
}

// Passing says whether an error goes away by waiting: a throttle, or a conflict
// with another change of the same function.
func Passing(err error) bool { return passes(err) }

// Wanted is how many cold and warm samples of a function the options ask for, of
// each workload.
func (o Options) Wanted(fn deployed.Function) (cold, warm int) {
	o, err := o.withDefaults()
	if err != nil {
		return 0, 0
	}
	for round := range o.rounds() {
		for _, t := range o.turns(fn, round, o.Workloads[:1]) {
			cold += t.cold
			warm += t.warm
		}
	}
	return cold, warm
}

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
