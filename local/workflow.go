package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/local/cpumeter"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// progress is how far the workflow's executions have come, seen from outside.
type progress struct {
	visits atomic.Int64
	// rounds has a token whenever a round has ended.
	rounds chan struct{}
	// lost has the first failure of the store.
	lost chan error
}

func newProgress() *progress {
	return &progress{rounds: make(chan struct{}, 1), lost: make(chan error, 1)}
}

// observe is called with every event, by the goroutine in which it happens.
func (p *progress) observe(e states.Event) {
	switch e.Type {
	case "TaskStateExited":
		if e.State == "Visit" {
			p.visits.Add(1)
		}
	case "MapRunSucceeded":
		select {
		case p.rounds <- struct{}{}:
		default: // the one before has not been seen to yet
		}
	case "TaskFailed":
		if e.Error == "StoreError" {
			select {
			case p.lost <- errors.New(e.Cause):
			default: // the first one says enough
			}
		}
	}
}

// workflow runs the stack's own state machine over the functions and returns a
// row for each, with the samples. If ctx ends it, they are what has been measured until then.
func (m measurement) workflow(ctx context.Context, fns []deployed.Function) ([]results.VariantSummary, []results.Sample, error) {
	if m.machine.results == nil {
		return nil, nil, errors.New("the workflow cannot run: its own functions, which are written in Go, could not be built")
	}
	input := m.config.WorkflowInput()
	input.Seed = m.options.Seed
	text, err := json.Marshal(input)
	if err != nil {
		return nil, nil, err
	}
	e, err := m.machine.workflows.StartExecution(ctx, m.machine.stack.WorkflowARN, m.record.id, string(text))
	if err != nil {
		return nil, nil, fmt.Errorf("start the workflow: %w", err)
	}
	samples := sampleCopy{from: m.machine.results, to: m.record, others: m.others, copied: map[string]*float64{}}
	err = m.follow(ctx, e.ARN, m.config.Rounds*len(fns), samples)
	if m.others != nil {
		err = errors.Join(err, m.others.Close()) // it then knows the last second too
	}
	all, copyErr := samples.copy(context.WithoutCancel(ctx), true)
	rows, rowsErr := m.rows(context.WithoutCancel(ctx), fns, all)
	return rows, all, errors.Join(err, copyErr, rowsErr)
}

// follow waits for the execution to end. After each round, while nothing is being
// measured, it copies the round's samples into the run directory, so that a killed
// run leaves them there. A store that fails ends the execution at once, because
// what is measured after that would be lost.
func (m measurement) follow(ctx context.Context, arn string, visits int, samples sampleCopy) error {
	ended := make(chan error, 1)
	go func() {
		e, err := m.machine.workflows.Wait(ctx, arn)
		if err == nil && e.Status != "SUCCEEDED" {
			err = fmt.Errorf("the workflow ended as %s: %s: %s", e.Status, e.Error, e.Cause)
		}
		ended <- err
	}()
	began := time.Now()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				_, stopErr := m.machine.workflows.StopExecution(arn, "Interrupted", context.Cause(ctx).Error())
				return stopErr // the caller knows that ctx has ended
			}
			return err
		case lost := <-m.machine.progress.lost:
			_, err := m.machine.workflows.StopExecution(arn, "StoreError", lost.Error())
			<-ended
			return errors.Join(fmt.Errorf("the results cannot be stored in %s: %w", m.machine.database, lost), err)
		case <-m.machine.progress.rounds:
			if _, err := samples.copy(ctx, false); err != nil && ctx.Err() == nil {
				return err
			}
		case <-tick.C:
			m.console.Status("%s", visitLine(int(m.machine.progress.visits.Load()), visits, time.Since(began)))
		}
	}
}

// visitLine says which visit is under way, and how long the rest takes.
func visitLine(done, visits int, elapsed time.Duration) string {
	line := fmt.Sprintf("workflow: visit %d of %d", min(done+1, visits), visits)
	if left := console.Left(elapsed, float64(done)/float64(visits)); left != "" {
		line += ", " + left
	}
	return line
}

// sampleCopy copies a run's samples from the table to samples.jsonl, each once.
type sampleCopy struct {
	from   *dynamo.Store
	to     *record
	others *cpumeter.Meter // nil: none
	// copied are the samples that the file has, by key, with what other programs took: a
	// later look would know more of the second, and say another share than the file.
	copied map[string]*float64
}

// copy appends what is new and returns all. Samples that are not complete yet wait for
// the last call: their record has not been found, or the second in which they were
// taken has not passed. When the run has ended and nothing else writes them, the table
// gets what other programs took, too.
func (c sampleCopy) copy(ctx context.Context, last bool) ([]results.Sample, error) {
	var all, measured []results.Sample
	for s, err := range c.from.Samples(ctx, c.to.id) {
		if err != nil {
			return all, fmt.Errorf("read the samples of the workflow: %w", err)
		}
		share, copied := c.copied[s.Key()]
		complete := s.Record != nil
		if c.others != nil && !copied {
			others, known := c.others.Others(s.Start, s.Start.Add(s.Elapsed))
			if known {
				share = &others
			}
			complete = complete && known
		}
		if s.OthersCPU = share; share != nil {
			measured = append(measured, s)
		}
		all = append(all, s)
		if copied || !complete && !last {
			continue
		}
		if err := c.to.dir.Append(s); err != nil {
			return all, err
		}
		c.copied[s.Key()] = share
	}
	if last {
		if err := c.from.Replace(ctx, measured...); err != nil {
			return all, fmt.Errorf("store what other programs took of the processors: %w", err)
		}
	}
	return all, nil
}

// rows says how far each function came: as the collector found it, or, of a run that did
// not come to its end, by the samples.
func (m measurement) rows(ctx context.Context, fns []deployed.Function, samples []results.Sample) ([]results.VariantSummary, error) {
	run, ok, err := m.machine.results.Run(ctx, m.record.id)
	if err != nil {
		return nil, err
	}
	if ok {
		m.record.note(run.Manifest.Notes...)
		if run.Manifest.Status == results.RunFinished {
			return m.machine.results.VariantsOf(ctx, m.record.id)
		}
	}
	failureOf, err := workflow.FailureOf(ctx, m.machine.results, m.record.id)
	if err != nil {
		return nil, err
	}
	o := m.config.WorkflowInput().Options(m.record.id, m.config.Platform)
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
	results.SetPlaces(rows, results.ValuesOf(slices.Values(samples)), verdict.Options{})
	return rows, nil
}

// publish adds to the table what the workflow does not know of its run: the cells that it
// had nothing to do with, how this machine was set up, the load test, and the conditions.
// The table has what the run directory has.
func (m measurement) publish(ctx context.Context, measured results.Run) error {
	if m.machine.results == nil {
		return nil
	}
	run, ok, err := m.machine.results.Run(ctx, m.record.id)
	if err != nil || !ok {
		return err
	}
	own := m.record.manifest
	own.Started, own.Ended, own.Status, own.Tally = run.Manifest.Started, run.Manifest.Ended, run.Manifest.Status, run.Manifest.Tally
	run.Manifest, run.Thresholds = own, measured.Thresholds
	if measured.Load != nil {
		run.Load = measured.Load
		if err := m.machine.results.PutLoad(ctx, run); err != nil {
			return err
		}
		run.Load = nil // it is an item of its own
	}
	if err := m.machine.results.PutRun(ctx, run); err != nil {
		return err
	}
	return m.machine.results.PutVariants(ctx, run.ID, measured.Variants...)
}
