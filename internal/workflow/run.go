package workflow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// BeginResponse is the complete input of the run, or says that another run is
// under way.
type BeginResponse struct {
	Busy bool `json:"busy"`
	// Holder is the run that is under way if Busy.
	Holder string `json:"holder,omitempty"`
	Run    string `json:"run"`
	Input  Input  `json:"input"`
	// Rounds are the numbers 1 to Input.Rounds, for a Map state.
	Rounds    []int `json:"rounds"`
	Functions int   `json:"functions"`
}

// begin takes the lease and stores the run. It may be called again for the same
// execution.
func (r *Runner) begin(ctx context.Context, q Request) (any, error) {
	run := runID(q.Execution)
	if run == "" {
		return nil, &RequestError{errors.New("begin: execution is missing")}
	}
	input, err := override(q.Defaults, q.Overrides)
	if err == nil {
		input, err = input.complete()
	}
	if err != nil {
		return nil, &RequestError{err}
	}
	measured, err := r.measured(ctx)
	if err != nil {
		return nil, err
	}
	if len(measured) == 0 {
		return nil, &RequestError{errors.New("begin: the table has no function to measure; deploy the stack again")}
	}
	now := time.Now().UTC()
	manifest := results.Manifest{
		Tool: "workflow", Version: r.Version, Platform: r.Platform, Region: r.Region, Stage: r.Stage,
		Started: now, Seed: input.Seed, Status: results.RunRunning, Counts: &input.Counts, Artifacts: artifacts(measured),
	}
	answer := BeginResponse{Run: run, Input: input, Rounds: input.roundNumbers(), Functions: len(measured)}
	err = r.Store.Lease(ctx, run, LeaseTime, now)
	if taken, ok := errors.AsType[*dynamo.LeaseTakenError](err); ok {
		answer.Busy, answer.Holder = true, taken.Holder
		manifest.Status, manifest.Ended = results.RunSkipped, now
		manifest.Notes = []string{taken.Error()}
	} else if err != nil {
		return nil, &StoreError{fmt.Errorf("begin: take the lease: %w", err)}
	}
	if err := r.Store.PutRun(ctx, results.Run{ID: run, Manifest: manifest}); err != nil {
		return nil, &StoreError{fmt.Errorf("begin: %w", err)}
	}
	return answer, nil
}

// artifacts are the hashes of what is measured, by function.
func artifacts(measured []deployed.Function) map[string]string {
	hashes := map[string]string{}
	for _, f := range measured {
		if f.SHA256 != "" {
			hashes[f.Variant.Name()] = f.SHA256
		}
	}
	return hashes
}

// OrderResponse lists a round's functions by name.
type OrderResponse struct {
	Items []Item `json:"items"`
}

// Item is one visit of a round. Run, round and input are the same for all visits,
// and the state machine adds them: a thousand items have to fit into the 256 KiB of
// a state.
type Item struct {
	Function string `json:"function"`
}

// order draws the order of a round from the seed.
func (r *Runner) order(ctx context.Context, q Request) (any, error) {
	if err := r.renewLease(ctx, q.Run); err != nil {
		return nil, err
	}
	measured, err := r.measured(ctx)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(measured))
	for i, f := range measured {
		items[i] = Item{Function: f.Variant.Name()}
	}
	rand.New(rand.NewPCG(q.Input.Seed, uint64(q.Round))).Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return OrderResponse{items}, nil
}

// finish stores the end of the run and releases the lease.
func (r *Runner) finish(ctx context.Context, q Request) (any, error) {
	status := results.RunStatus(q.Status)
	if q.Run == "" || status != results.RunFinished && status != results.RunFailed {
		return nil, &RequestError{fmt.Errorf("finish: run is %q and status %q, want a run and %s or %s", q.Run, q.Status, results.RunFinished, results.RunFailed)}
	}
	run, err := r.run(ctx, q.Run)
	if err != nil {
		return nil, &StoreError{fmt.Errorf("finish: %w", err)}
	}
	failures, err := Failures(ctx, r.Store, q.Run)
	if err != nil {
		return nil, &StoreError{fmt.Errorf("finish: %w", err)}
	}
	m := &run.Manifest
	m.Status, m.Ended, m.Interrupted = status, time.Now().UTC(), status == results.RunFailed
	if q.Error != "" {
		note(m, fmt.Sprintf("the run failed: %s: %s", q.Error, shorten(q.Cause)))
	}
	for i, f := range failures {
		if i == maxNotes {
			note(m, fmt.Sprintf("and %d other visits failed", len(failures)-i))
			break
		}
		note(m, fmt.Sprintf("round %d: %s failed: %s: %s", f.Round, f.Function, f.Error, shorten(f.Cause)))
	}
	if left := r.deleteVersions(ctx, q); len(left) > 0 {
		note(m, fmt.Sprintf("%d functions may have kept a version with SnapStart, whose snapshot costs by the hour until the next run deletes it: %s", len(left), shorten(left[0].Error())))
	}
	if err := r.Store.PutRun(ctx, run); err != nil {
		return nil, &StoreError{fmt.Errorf("finish: %w", err)}
	}
	if err := r.Store.Release(ctx, q.Run); err != nil {
		return nil, &StoreError{fmt.Errorf("finish: release the lease: %w", err)}
	}
	return Nothing{}, nil
}

// deleteVersions deletes what is left of the versions that the run has published: each
// is deleted after its function's last visit, which a run that failed has not come to.
func (r *Runner) deleteVersions(ctx context.Context, q Request) (left []error) {
	ctx, cancel := context.WithTimeout(ctx, deleteTime)
	defer cancel()
	measured, err := r.index(ctx, q.Run)
	if err != nil {
		// A run that never knew its functions has published nothing.
		r.logger().Warn("versions were not looked for", "run", q.Run, "error", err.Error())
		return nil
	}
	var (
		mu    sync.Mutex
		group errgroup.Group
	)
	group.SetLimit(deleters)
	for _, fn := range measured {
		if !fn.Variant.SnapStart {
			continue
		}
		group.Go(func() error {
			if err := bench.DeleteVersions(ctx, r.Lambda, fn, r.options(q)); err != nil {
				mu.Lock()
				defer mu.Unlock()
				left = append(left, err)
			}
			return nil
		})
	}
	_ = group.Wait() // errors are collected
	return left
}

// deleters is how many functions' versions are deleted at the same time: the control
// plane takes 15 requests a second. deleteTime is less than the state machine gives a
// request to finish.
const (
	deleters   = 4
	deleteTime = 90 * time.Second
)

// maxNotes bounds the run's item, which DynamoDB limits to 400 kB.
const maxNotes = 100

// note adds a note unless it is there: a task may be retried.
func note(m *results.Manifest, text string) {
	if !slices.Contains(m.Notes, text) {
		m.Notes = append(m.Notes, text)
	}
}

// run reads a run, or makes one for an execution that failed before it stored its own.
func (r *Runner) run(ctx context.Context, id string) (results.Run, error) {
	run, ok, err := r.Store.Run(ctx, id)
	if err != nil || ok {
		return run, err
	}
	return results.Run{ID: id, Manifest: results.Manifest{
		Tool: "workflow", Version: r.Version, Platform: r.Platform, Region: r.Region, Stage: r.Stage, Started: time.Now().UTC(),
	}}, nil
}

// shorten bounds a cause, since it becomes a note of the run's item.
func shorten(text string) string {
	const most = 500
	if len(text) <= most {
		return text
	}
	return text[:most] + "..."
}
