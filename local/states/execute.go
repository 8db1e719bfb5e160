package states

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// TaskRunner runs tasks: resource is a Task's Resource, input its effective
// input. An error that is a *[Error] keeps its name; every other becomes States.TaskFailed.
type TaskRunner interface {
	RunTask(ctx context.Context, resource string, input any) (any, error)
}

// MapRunGate is a [TaskRunner] that is asked before a distributed map starts its
// children, which takes permissions of its own.
type MapRunGate interface {
	StartMapRun(ctx context.Context, state string) error
}

// Execution is one run of a machine.
type Execution struct {
	Machine *Machine
	Tasks   TaskRunner
	// ARN and Name identify the execution, MachineARN and MachineName what it is an execution of.
	ARN, Name, MachineARN, MachineName, RoleARN string
	Input                                       any
	// Seed makes the jitter of retries repeatable.
	Seed uint64
	// Observe, if not nil, is told of every event, from several goroutines.
	Observe func(Event)
}

// Event is one entry of an execution's history.
type Event struct {
	Time      time.Time `json:"timestamp"`
	Execution string    `json:"executionArn"`
	// Type is Step Functions' event type, such as TaskStateEntered.
	Type  string `json:"type"`
	State string `json:"state,omitempty"`
	Error string `json:"error,omitempty"`
	Cause string `json:"cause,omitempty"`
}

// Usage is what an execution would be billed and limited by.
type Usage struct {
	// Transitions counts every state entered and every retry, children included.
	Transitions int64
	// Events is the history of the execution itself; MaxChildEvents is the longest history of a distributed map's children.
	Events, MaxChildEvents int64
	// Children counts the executions started by distributed maps.
	Children int64
	// Tasks counts the calls of [TaskRunner].
	Tasks int64
}

// run is an execution under way: the parent's, or that of a distributed map's child.
type run struct {
	Execution
	started time.Time
	events  atomic.Int64
	totals  *totals
	random  *lockedRand
}

type totals struct{ transitions, maxChildEvents, children, tasks atomic.Int64 }

type lockedRand struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (l *lockedRand) float() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Float64()
}

// Execute runs the execution to its end. The error is an *[Error] if the
// execution failed, and ctx's if it was stopped. Usage is complete in every case.
func (e Execution) Execute(ctx context.Context) (any, Usage, error) {
	r := &run{Execution: e, started: time.Now(), totals: &totals{}, random: &lockedRand{r: rand.New(rand.NewPCG(e.Seed, 0))}}
	output, err := r.execute(ctx)
	return output, Usage{
		Transitions: r.totals.transitions.Load(), Events: r.events.Load(), MaxChildEvents: r.totals.maxChildEvents.Load(),
		Children: r.totals.children.Load(), Tasks: r.totals.tasks.Load(),
	}, err
}

func (r *run) execute(ctx context.Context) (any, error) {
	if r.Machine.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.Machine.timeout, failf(ErrTimeout, "the execution took longer than %v", r.Machine.timeout))
		defer cancel()
	}
	if err := r.record("ExecutionStarted", "", nil); err != nil {
		return nil, err
	}
	if err := checkSize("the execution's input", r.Input); err != nil {
		return nil, r.end(err)
	}
	output, err := r.machine(ctx, r.Machine, r.Input, nil)
	if err != nil {
		if cause, ok := errors.AsType[*Error](context.Cause(ctx)); ok {
			err = cause
		}
		return nil, r.end(err)
	}
	return output, r.record("ExecutionSucceeded", "", nil)
}

func (r *run) end(err error) error {
	kind := "ExecutionFailed"
	switch e, named := errors.AsType[*Error](err); {
	case !named:
		kind = "ExecutionAborted"
	case e.Name == ErrTimeout:
		kind = "ExecutionTimedOut"
	}
	_ = r.record(kind, "", err) // the history's limit must not hide why the execution ended
	return err
}

// record adds one event to the history and enforces its limit.
func (r *run) record(kind, state string, err error) error {
	n := r.events.Add(1)
	if r.Observe != nil {
		event := Event{Time: time.Now(), Execution: r.ARN, Type: kind, State: state}
		if e, ok := errors.AsType[*Error](err); ok {
			event.Error, event.Cause = e.Name, e.Cause
		} else if err != nil {
			event.Error = err.Error()
		}
		r.Observe(event)
	}
	if n > maxHistoryEvents {
		return failf(errHistoryLimit, "the execution reached the maximum of %d history events", maxHistoryEvents)
	}
	return nil
}

// machine runs the states of m one after the other. item is the context
// object's Map.Item inside a map's iteration, else nil.
func (r *run) machine(ctx context.Context, m *Machine, input, item any) (any, error) {
	data := input
	for s := m.states[m.startAt]; ; {
		output, next, err := r.state(ctx, s, data, item)
		if err != nil {
			return nil, err
		}
		if next == "" {
			return output, nil
		}
		s, data = m.states[next], output
	}
}

// state runs one state, its retries and its catchers, and says which comes next.
func (r *run) state(ctx context.Context, s *state, input, item any) (output any, next string, err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, "", err
	}
	entered := time.Now()
	r.totals.transitions.Add(1)
	if err := r.record(s.kind+"StateEntered", s.name, nil); err != nil {
		return nil, "", err
	}
	attempts := make([]int, len(s.retry))
	for retries := 0; ; retries++ {
		sc := scope{data: input, context: r.contextObject(s, entered, retries, item)}
		output, next, err = r.once(ctx, s, sc)
		if err == nil {
			break
		}
		if context.Cause(ctx) != nil {
			return nil, "", context.Cause(ctx)
		}
		failure := asError(err)
		wait, again := r.retryAfter(s, failure, attempts)
		if !again {
			output, next, err = s.caught(failure, input)
			if err != nil {
				return nil, "", err
			}
			break
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, "", err
		}
		r.totals.transitions.Add(1)
	}
	if s.kind == "Fail" {
		return nil, "", err
	}
	return output, next, r.record(s.kind+"StateExited", s.name, nil)
}

// retryAfter says whether a retrier covers the failure, and how long it waits.
// attempts holds how often each retrier was used so far.
func (r *run) retryAfter(s *state, failure *Error, attempts []int) (time.Duration, bool) {
	for i, t := range s.retry {
		if !failure.matches(t.errors, s.kind == "Task") {
			continue
		}
		if attempts[i] >= t.maxAttempts {
			return 0, false
		}
		wait := time.Duration(min(float64(t.interval)*math.Pow(t.backoff, float64(attempts[i])), float64(t.maxDelay)))
		attempts[i]++
		if t.jitter {
			wait = time.Duration(float64(wait) * r.random.float())
		}
		return wait, true
	}
	return 0, false
}

// caught hands the failure to the first catcher that covers it.
func (s *state) caught(failure *Error, input any) (any, string, error) {
	for _, c := range s.catch {
		if !failure.matches(c.errors, s.kind == "Task") {
			continue
		}
		output, err := c.resultPath.apply(input, map[string]any{"Error": failure.Name, "Cause": failure.Cause})
		return output, c.next, err
	}
	return nil, "", failure
}

// apply puts a state's result into its raw input.
func (p optionalPath) apply(input, result any) (any, error) {
	if p.discard {
		return input, nil
	}
	return p.set(input, result)
}

// once runs one attempt of a state: input processing, the work, output processing.
func (r *run) once(ctx context.Context, s *state, sc scope) (any, string, error) {
	raw := sc.data
	effective, err := s.effectiveInput(sc)
	if err != nil {
		return nil, "", err
	}
	sc.data = effective
	next := s.next
	var result any
	switch s.kind {
	case "Fail":
		return nil, "", s.fail(sc)
	case "Succeed":
		result = effective
	case "Choice":
		result = effective
		next, err = s.choose(sc)
	case "Wait":
		result = effective
		err = s.wait.wait(ctx, sc)
	case "Pass":
		if result = effective; s.hasResult {
			result = s.result
		}
	case "Task":
		result, err = r.task(ctx, s, effective)
	case "Map":
		result, err = r.mapOver(ctx, s, sc)
	}
	if err != nil {
		return nil, "", err
	}
	if s.resultSelector != nil {
		if result, err = s.resultSelector.eval(scope{data: result, context: sc.context}); err != nil {
			return nil, "", err
		}
	}
	output := result
	if _, has := fieldsWithResultPath[s.kind]; has {
		if output, err = s.resultPath.apply(raw, result); err != nil {
			return nil, "", err
		}
	}
	if s.outputPath.discard {
		output = map[string]any{}
	} else if selected, ok := s.outputPath.get(scope{data: output, context: sc.context}); ok {
		output = selected
	} else {
		return nil, "", failf(ErrRuntime, "state %q: OutputPath: nothing is at path %q", s.name, s.outputPath.text)
	}
	return output, next, checkSize(fmt.Sprintf("the output of state %q", s.name), output)
}

var fieldsWithResultPath = map[string]struct{}{"Task": {}, "Pass": {}, "Map": {}}

func (s *state) effectiveInput(sc scope) (any, error) {
	if s.inputPath.discard {
		sc.data = map[string]any{}
	} else if selected, ok := s.inputPath.get(sc); ok {
		sc.data = selected
	} else {
		return nil, failf(ErrRuntime, "state %q: InputPath: nothing is at path %q", s.name, s.inputPath.text)
	}
	if s.parameters == nil || s.kind == "Map" { // a Map's template is evaluated per item
		return sc.data, nil
	}
	return s.parameters.eval(sc)
}

func (s *state) fail(sc scope) error {
	var texts [2]string
	for i, e := range []expression{s.errorText, s.causeText} {
		v, err := e.eval(sc)
		if err != nil {
			return err
		}
		text, ok := v.(string)
		if !ok {
			return failf(ErrRuntime, "state %q: ErrorPath and CausePath must give strings, not %v", s.name, v)
		}
		texts[i] = text
	}
	return failf(texts[0], "%s", texts[1])
}

func (s *state) choose(sc scope) (string, error) {
	for _, c := range s.choices {
		if ok, err := c.condition.holds(sc); err != nil {
			return "", err
		} else if ok {
			return c.next, nil
		}
	}
	if s.defaultChoice == "" {
		return "", failf(ErrNoChoiceMatched, "no rule of state %q matched", s.name)
	}
	return s.defaultChoice, nil
}

func (w waiting) wait(ctx context.Context, sc scope) error {
	seconds := w.seconds
	if w.secondsPath != nil {
		v, _ := w.secondsPath.get(sc)
		var ok bool
		if seconds, ok = wholeNumber(v, 0, maxSeconds); !ok {
			return failf(ErrRuntime, "SecondsPath %q is %s: not a whole number of seconds", w.secondsPath.text, quoted(v))
		}
	}
	return sleep(ctx, time.Duration(seconds)*time.Second)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (r *run) task(ctx context.Context, s *state, input any) (any, error) {
	if err := checkSize(fmt.Sprintf("the input of state %q", s.name), input); err != nil {
		return nil, err
	}
	for _, kind := range []string{"TaskScheduled", "TaskStarted"} {
		if err := r.record(kind, s.name, nil); err != nil {
			return nil, err
		}
	}
	if s.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	r.totals.tasks.Add(1)
	result, err := r.Tasks.RunTask(ctx, s.resource, input)
	if err == nil {
		err = checkSize(fmt.Sprintf("the result of state %q", s.name), result)
	}
	if err == nil {
		return result, r.record("TaskSucceeded", s.name, nil)
	}
	kind, failure := "TaskFailed", asError(err)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		kind, failure = "TaskTimedOut", failf(ErrTimeout, "state %q took longer than %v", s.name, s.timeout)
	}
	if err := r.record(kind, s.name, failure); err != nil {
		return nil, err
	}
	return nil, failure
}

// contextObject is what paths that begin with $$ see.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (r *run) contextObject(s *state, entered time.Time, retries int, item any) any {
	object := map[string]any{
		"Execution": map[string]any{
			"Id": r.ARN, "Name": r.Name, "RoleArn": r.RoleARN, "Input": r.Input, "StartTime": timestamp(r.started),
		},
		"StateMachine": map[string]any{"Id": r.MachineARN, "Name": r.MachineName},
		"State":        map[string]any{"Name": s.name, "EnteredTime": timestamp(entered), "RetryCount": newNumber(int64(retries))},
	}
	if item != nil {
		object["Map"] = map[string]any{"Item": item}
	}
	return object
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// checkSize enforces the limit that Step Functions sets on every payload.
func checkSize(what string, v any) error {
	b, err := exactjson.Marshal(v)
	if err != nil {
		return failf(ErrRuntime, "%s: %v", what, err)
	}
	if len(b) > maxPayloadBytes {
		return failf(ErrDataLimitExceeded, "%s is %d bytes: a state may carry %d", what, len(b), maxPayloadBytes)
	}
	return nil
}
