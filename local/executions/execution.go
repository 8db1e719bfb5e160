package executions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// The statuses of an execution.
const (
	running   = "RUNNING"
	succeeded = "SUCCEEDED"
	failed    = "FAILED"
	timedOut  = "TIMED_OUT"
	stopped   = "ABORTED"
)

// Execution is one execution of a state machine as its callers see it.
type Execution struct {
	ARN, Name, MachineARN string
	// Status is RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
	Status string
	// Input and Output are JSON; Output is empty until the execution has succeeded.
	Input, Output string
	Error, Cause  string
	// Stopped is zero while the execution runs.
	Started, Stopped time.Time
}

// execution is one execution, running or ended.
type execution struct {
	ctx     context.Context
	stop    context.CancelCauseFunc
	done    chan struct{}
	observe func(states.Event) // may be nil

	mu      sync.Mutex
	state   Execution
	history []states.Event
}

// aborted is the cause of an execution that StopExecution ended.
type aborted struct{ name, cause string }

func (a *aborted) Error() string { return "the execution was stopped" }

// errHistory is the cause of an execution that has too many events, in AWS's words.
var errHistory = fmt.Errorf("The execution reached the maximum number of history events (%d).", maxHistory) //nolint:staticcheck // AWS's words

func newExecution(parent context.Context, observe func(states.Event), state Execution) *execution {
	ctx, stop := context.WithCancelCause(parent)
	return &execution{ctx: ctx, stop: stop, done: make(chan struct{}), observe: observe, state: state}
}

// run runs the execution to its end.
func (e *execution) run(x states.Execution) {
	defer e.stop(nil)
	x.Observe = func(event states.Event) {
		if e.observe != nil {
			e.observe(event)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if event.Execution != x.ARN {
			return // those of a distributed map's children are their own
		}
		if len(e.history) == maxHistory {
			e.stop(errHistory)
			return
		}
		e.history = append(e.history, event)
	}
	output, _, err := x.Execute(e.ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.Stopped = time.Now()
	var abort *aborted
	var failure *states.Error
	switch {
	case err == nil:
		text, _ := exactjson.Marshal(output) // it was made of JSON
		e.state.Status, e.state.Output = succeeded, string(text)
	case errors.Is(context.Cause(e.ctx), errHistory):
		e.state.Status, e.state.Error, e.state.Cause = failed, states.ErrRuntime, errHistory.Error()
	case errors.As(context.Cause(e.ctx), &abort):
		e.state.Status, e.state.Error, e.state.Cause = stopped, abort.name, abort.cause
	case errors.As(err, &failure):
		e.state.Status, e.state.Error, e.state.Cause = failed, failure.Name, failure.Cause
		if failure.Name == states.ErrTimeout {
			e.state.Status = timedOut
		}
	default:
		e.state.Status, e.state.Cause = stopped, err.Error()
	}
}

func (e *execution) describe() Execution {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}

func (e *execution) events() []states.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.history)
}
