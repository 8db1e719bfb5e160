package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// follower watches the workflow's executions from outside.
type follower struct {
	visits atomic.Int64
	// rounds has a token whenever a round has ended.
	rounds chan struct{}
}

func newFollower() *follower { return &follower{rounds: make(chan struct{}, 1)} }

// observe is called with every event, by whichever goroutine it happens in.
func (f *follower) observe(e states.Event) {
	switch e.Type {
	case "TaskStateExited":
		if e.State == "Visit" {
			f.visits.Add(1)
		}
	case "MapRunSucceeded":
		select {
		case f.rounds <- struct{}{}:
		default: // the one before has not been seen to yet
		}
	}
}

// workflow runs the stack's own state machine over the functions and returns a
// row for each. If ctx ends it, the rows are of what has been measured until then.
func (b *benchmark) workflow(ctx context.Context, m *machine, fns []deployed.Function) ([]results.VariantSummary, error) {
	if m.results == nil {
		return nil, errors.New("the workflow cannot run: its own functions, which are written in Go, could not be built")
	}
	input := workflow.Input{
		Plan: workflow.Plan{
			Rounds: b.options.Counts.Rounds, Cold: b.options.Counts.Cold, Warm: b.options.Counts.Warm, Seed: b.options.Seed,
		},
		MapConcurrency: 1, // on one machine, two at a time would measure each other
	}
	text, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	e, err := m.workflows.StartExecution(ctx, m.stack.WorkflowARN, b.run, string(text))
	if err != nil {
		return nil, fmt.Errorf("start the workflow: %w", err)
	}
	err = b.follow(ctx, m, e.ARN, b.options.Counts.Rounds*len(fns))
	samples, copyErr := b.copySamples(context.WithoutCancel(ctx), m, true)
	rows, rowsErr := b.rows(context.WithoutCancel(ctx), m, fns, samples)
	return rows, errors.Join(err, copyErr, rowsErr)
}

// follow waits for the execution to end. After each round, while nothing waits
// for an answer, it copies the round's samples into the run directory: what is
// killed leaves them there.
func (b *benchmark) follow(ctx context.Context, m *machine, arn string, visits int) error {
	ended := make(chan error, 1)
	go func() {
		e, err := m.workflows.Wait(ctx, arn)
		if err == nil && e.Status != "SUCCEEDED" {
			err = fmt.Errorf("the workflow ended as %s: %s: %s", e.Status, e.Error, e.Cause)
		}
		ended <- err
	}()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				_, stopErr := m.workflows.StopExecution(arn, "Interrupted", context.Cause(ctx).Error())
				return stopErr // that ctx has ended, its owner knows
			}
			return err
		case <-b.follower.rounds:
			if _, err := b.copySamples(ctx, m, false); err != nil && ctx.Err() == nil {
				return err
			}
		case <-tick.C:
			b.console.Status("workflow: visit %d of %d", min(int(b.follower.visits.Load())+1, visits), visits)
		}
	}
}

// copySamples appends the run's samples to samples.jsonl, each once. Those whose
// record has not been found yet wait for the last call.
func (b *benchmark) copySamples(ctx context.Context, m *machine, last bool) ([]results.Sample, error) {
	var all []results.Sample
	for s, err := range m.results.Samples(ctx, b.run) {
		if err != nil {
			return all, fmt.Errorf("read the samples of the workflow: %w", err)
		}
		all = append(all, s)
		if b.copied[s.Key()] || s.Record == nil && !last {
			continue
		}
		if err := b.dir.Append(s); err != nil {
			return all, err
		}
		b.copied[s.Key()] = true
	}
	return all, nil
}

// rows says how far each function came.
func (b *benchmark) rows(ctx context.Context, m *machine, fns []deployed.Function, samples []results.Sample) ([]results.VariantSummary, error) {
	failures, err := workflow.Failures(ctx, m.results, b.run)
	if err != nil {
		return nil, err
	}
	failureOf := map[string]error{}
	for _, f := range failures {
		failureOf[f.Function] = cmp.Or(failureOf[f.Function], fmt.Errorf("round %d: %s: %s", f.Round, f.Error, f.Cause))
	}
	o := bench.Options{Cold: b.options.Counts.Cold, Warm: b.options.Counts.Warm}
	var rows []results.VariantSummary
	for _, fn := range fns {
		var own []results.Sample
		for _, s := range samples {
			if s.Variant == fn.Variant {
				own = append(own, s)
			}
		}
		rows = append(rows, bench.Row(fn, own, o, failureOf[fn.Variant.Name()]))
	}
	results.SetPlaces(rows, slices.Values(samples), verdict.Options{Seed: b.options.Seed})
	run, ok, err := m.results.Run(ctx, b.run)
	if ok {
		b.manifest.Notes = append(b.manifest.Notes, run.Manifest.Notes...)
	}
	return rows, err
}
