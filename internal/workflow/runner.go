package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// Runner is the handler. Its fields are set once; it is safe for concurrent use.
type Runner struct {
	Lambda bench.LambdaAPI
	Store  Store
	// Platform, Region, Stage and Version go into the run's manifest.
	Platform               deployed.Platform
	Region, Stage, Version string
	// Patience is how long one step waits for conflicts and throttles; 0 is a minute.
	Patience time.Duration
	// Log may be nil.
	Log *slog.Logger

	known atomic.Pointer[functionIndex]
}

// LeaseTime is how long a lease lasts without being renewed. It is longer than any
// invocation of the runner, and longer than the wait for the last records.
const LeaseTime = 30 * time.Minute

// The actions of a request.
const (
	ActionBegin   = "begin"
	ActionOrder   = "order"
	ActionVisit   = "visit"
	ActionRestore = "restore"
	ActionFail    = "fail"
	ActionFinish  = "finish"
)

// Request is what the state machine sends. Each action reads the fields that it needs.
type Request struct {
	Action string `json:"action"`
	// Execution is the state machine's execution, by ARN; its last part is the run's ID.
	Execution string `json:"execution,omitempty"`
	// Defaults are the stack's input, Overrides what the execution was started with.
	Defaults  Input           `json:"defaults,omitzero"`
	Overrides json.RawMessage `json:"overrides,omitempty"`
	Run       string          `json:"run,omitempty"`
	Input     Input           `json:"input,omitzero"`
	Round     int             `json:"round,omitempty"`
	// Function is a name by [matrix.Variant.Name].
	Function string `json:"function,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
	// Status is how the run ended.
	Status string `json:"status,omitempty"`
	// Error and Cause are what the state machine caught.
	Error string `json:"error,omitempty"`
	Cause string `json:"cause,omitempty"`
}

// Nothing is the answer of actions that have none.
type Nothing struct{}

// Handle performs the request's action. Its answer is one of the types whose names
// end in Response, or Nothing.
func (r *Runner) Handle(ctx context.Context, q Request) (any, error) {
	do, ok := map[string]func(context.Context, Request) (any, error){
		ActionBegin: r.begin, ActionOrder: r.order, ActionVisit: r.visit,
		ActionRestore: r.restore, ActionFail: r.fail, ActionFinish: r.finish,
	}[q.Action]
	if !ok {
		return nil, &RequestError{fmt.Errorf("action %q is not known", q.Action)}
	}
	log := r.logger().With("action", q.Action, "run", cmp.Or(q.Run, runID(q.Execution)), "round", q.Round, "function", q.Function)
	answer, err := do(ctx, q)
	if err != nil {
		log.Error("failed", "error", err.Error())
		return nil, err
	}
	log.Info("done", "answer", answer)
	return answer, nil
}

func (r *Runner) logger() *slog.Logger {
	if r.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.Log
}

// runID is the last part of an execution's ARN: its name.
func runID(execution string) string { return execution[strings.LastIndexByte(execution, ':')+1:] }

// measured are the functions of a run, ordered by name.
func (r *Runner) measured(ctx context.Context) ([]deployed.Function, error) {
	all, err := r.Store.Functions(ctx)
	if err != nil {
		return nil, &StoreError{fmt.Errorf("read the functions: %w", err)}
	}
	all = slices.DeleteFunc(slices.Clone(all), func(f deployed.Function) bool { return !f.Measured() })
	slices.SortFunc(all, func(a, b deployed.Function) int { return cmp.Compare(a.Variant.Name(), b.Variant.Name()) })
	return all, nil
}

// index has the run's functions by name.
func (r *Runner) index(ctx context.Context, run string) (map[string]deployed.Function, error) {
	if known := r.known.Load(); known != nil && known.run == run {
		return known.functions, nil
	}
	all, err := r.measured(ctx)
	if err != nil {
		return nil, err
	}
	known := &functionIndex{run: run, functions: map[string]deployed.Function{}}
	for _, f := range all {
		known.functions[f.Variant.Name()] = f
	}
	r.known.Store(known)
	return known.functions, nil
}

// function finds one of the run's functions.
func (r *Runner) function(ctx context.Context, run, name string) (deployed.Function, error) {
	known, err := r.index(ctx, run)
	if err != nil {
		return deployed.Function{}, err
	}
	f, ok := known[name]
	if !ok {
		return f, &RequestError{fmt.Errorf("function %q is not in the table; it was removed while the run was under way", name)}
	}
	return f, nil
}

// functionIndex is a run's functions by name. A warm environment of the runner
// reads them once in a run.
type functionIndex struct {
	run       string
	functions map[string]deployed.Function
}

// renewLease renews the run's lease. It is an error if another run has taken it.
func (r *Runner) renewLease(ctx context.Context, run string) error {
	err := r.Store.Renew(ctx, run, LeaseTime, time.Now())
	if err == nil {
		return nil
	}
	if _, taken := errors.AsType[*dynamo.LeaseTakenError](err); taken {
		return &LostLeaseError{err}
	}
	return &StoreError{err}
}
