package bench

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// restoreTimeout bounds the restoring of environments after the run was ended.
const restoreTimeout = 30 * time.Second

// Outcome is what a run found, finished or not.
type Outcome struct {
	// Variants are in the order of the functions given.
	Variants []results.VariantSummary
	// Interrupted says that the context was done before the plan was.
	Interrupted bool
	// Notes are doubts that belong beside the numbers, such as a function that
	// could not be given its old environment back.
	Notes []string
}

// Run measures the functions and hands every sample to sink at once, by one
// goroutine at a time. Functions under another contract than hello's are left
// out; those that are not ours are invoked as they are, Warm times a workload.
//
// A variant that cannot be measured is failed in the outcome and the rest goes
// on. If ctx is done, the outcome is what there is and the error is nil. The
// error is sink's, or one of the options.
func Run(ctx context.Context, client LambdaAPI, fns []deployed.Function, o Options, sink func(results.Sample) error) (Outcome, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Outcome{}, err
	}
	r := &run{options: o, sink: sink}
	for _, fn := range fns {
		if fn.Owned && fn.Contract() != functions.ContractHello {
			continue
		}
		r.subjects = append(r.subjects, r.subject(client, fn))
	}
	err = r.rounds(ctx)
	notes := r.restore(ctx)
	outcome := Outcome{Interrupted: ctx.Err() != nil, Notes: notes}
	var samples []results.Sample
	for _, s := range r.subjects {
		outcome.Variants = append(outcome.Variants, Row(s.fn, s.samples, r.options, s.failure))
		samples = append(samples, s.samples...)
	}
	results.SetPlaces(outcome.Variants, slices.Values(samples), verdict.Options{Seed: o.Seed})
	if ctx.Err() != nil && !errors.Is(err, errSink) {
		err = nil
	}
	return outcome, err
}

type run struct {
	options  Options
	subjects []*subject
	sink     func(results.Sample) error

	mu   sync.Mutex // orders sink and Progress
	gone map[*subject]int
}

func (r *run) subject(client LambdaAPI, fn deployed.Function) *subject {
	h := fnv.New64a()
	h.Write([]byte(fn.ARN))
	return &subject{
		fn: fn, options: r.options, report: r.report,
		invoker: invoker{client: client, fn: fn, patience: r.options.Patience},
		forcer: forcer{
			client: client, arn: fn.ARN, patience: r.options.Patience, poll: r.options.Poll,
			rng: rand.New(rand.NewPCG(r.options.Seed, h.Sum64())),
		},
	}
}

// rounds visits everybody in each round. A round ends before the next begins, so
// nobody is visited twice at once.
func (r *run) rounds(ctx context.Context) error {
	for round := range r.options.rounds() {
		order := rand.New(rand.NewPCG(r.options.Seed, uint64(round)))
		visits := slices.Clone(r.subjects)
		order.Shuffle(len(visits), func(i, j int) { visits[i], visits[j] = visits[j], visits[i] })

		var group errgroup.Group
		group.SetLimit(r.options.Concurrency)
		for _, s := range visits {
			workloads := slices.Clone(r.options.Workloads)
			order.Shuffle(len(workloads), func(i, j int) { workloads[i], workloads[j] = workloads[j], workloads[i] })
			if s.failure != nil {
				continue
			}
			group.Go(func() error {
				s.round = round
				return r.visit(ctx, s, workloads)
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// visit returns an error only if the run is over: the context's, or sink's.
func (r *run) visit(ctx context.Context, s *subject, workloads []functions.Event) error {
	for _, t := range r.options.turns(s.fn, s.round, workloads) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := s.play(ctx, t)
		switch {
		case err == nil:
			continue
		case errors.Is(err, errSink):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		s.failure = s.failed(t.event, err)
		s.gone = r.options.perVariant()
		return r.report(s, PhaseFailed, nil)
	}
	return nil
}

// report keeps the sample and tells of the progress.
func (r *run) report(s *subject, phase Phase, sample *results.Sample) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if sample != nil {
		if err := r.sink(*sample); err != nil {
			return fmt.Errorf("%w: %w", errSink, err)
		}
	}
	if r.options.Progress == nil {
		return nil
	}
	if r.gone == nil {
		r.gone = map[*subject]int{}
	}
	r.gone[s] = s.gone
	p := Progress{
		Variant: s.fn.Variant, Phase: phase, Round: s.round + 1, Rounds: r.options.rounds(),
		Total: len(r.subjects) * r.options.perVariant(), Sample: sample,
	}
	for n := range maps.Values(r.gone) {
		p.Done += n
	}
	if s.failure != nil {
		p.Reason = s.failure.Error()
	}
	r.options.Progress(p)
	return nil
}

// restore gives every function its old environment back. It must happen even if
// the run was ended, so it has a time of its own.
func (r *run) restore(ctx context.Context) (notes []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreTimeout)
	defer cancel()
	var group errgroup.Group
	// Waiting for an update costs nobody anything; a few at once stay below the
	// control plane's 15 requests a second.
	group.SetLimit(max(4, r.options.Concurrency))
	failed := make([]string, len(r.subjects))
	for i, s := range r.subjects {
		if !s.forcer.touched {
			continue
		}
		group.Go(func() error {
			if err := r.report(s, PhaseRestore, nil); err != nil {
				return nil // progress only; there is no sample to keep
			}
			if err := s.forcer.restore(ctx); err != nil {
				failed[i] = err.Error()
			}
			return nil
		})
	}
	_ = group.Wait() // its functions return nil
	return slices.DeleteFunc(failed, func(s string) bool { return s == "" })
}
