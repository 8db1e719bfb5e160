package differential

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// Who the executions are, for both interpreters.
const (
	executionName = "execution-1"
	executionARN  = "arn:aws:states:eu-west-1:123456789012:execution:machine:" + executionName
	machineName   = "machine"
	machineARN    = "arn:aws:states:eu-west-1:123456789012:stateMachine:" + machineName
)

// identity is the part of the context object that the reference has to be told.
var identity = map[string]any{
	"Execution":    map[string]any{"Id": executionARN, "Name": executionName},
	"StateMachine": map[string]any{"Id": machineARN, "Name": machineName},
}

// ours executes it by package states, in no time.
func ours(t *testing.T, e execution) outcome {
	t.Helper()
	machine, err := states.Parse(e.Definition)
	if err != nil {
		t.Fatalf("%v\n%s", err, e.Definition)
	}
	script := &scripted{answers: plain(t, e.Tasks), calls: map[string][]any{}}
	var got outcome
	synctest.Test(t, func(t *testing.T) {
		output, _, err := states.Execution{
			Machine: machine, Tasks: script, Input: plain(t, e.Input),
			ARN: executionARN, Name: executionName, MachineARN: machineARN, MachineName: machineName,
		}.Execute(t.Context())
		if err == nil {
			got.Output = plain(t, output)
			return
		}
		failure, ok := errors.AsType[*states.Error](err)
		if !ok {
			t.Fatalf("the error has no name: %v", err)
		}
		got = outcome{Failed: true, Error: failure.Name, Cause: failure.Cause}
	})
	got.Calls = plain(t, script.calls)
	return got
}

// plain is a value as it comes out of JSON.
func plain[T any](t testing.TB, v T) T {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var decoded T
	if err := json.Unmarshal(text, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// String is the output as JSON, or "!" and the name of the error, which may be
// empty.
func (o outcome) String() string {
	if o.Failed {
		return "!" + o.Error
	}
	text, err := json.Marshal(o.Output)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// scripted is a [states.TaskRunner] whose answers are written down.
type scripted struct {
	answers map[string][]answer

	mu    sync.Mutex
	calls map[string][]any
}

func (s *scripted) RunTask(_ context.Context, _ string, input any) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := keyOf(input)
	s.calls[key] = append(s.calls[key], input)
	answers := s.answers[key]
	if len(answers) == 0 {
		return nil, &states.Error{Name: "Unscripted", Cause: "the script has no call " + key}
	}
	a := answers[min(len(s.calls[key]), len(answers))-1]
	if a.Error != "" {
		return nil, &states.Error{Name: a.Error, Cause: a.Cause}
	}
	return a.Result, nil
}
