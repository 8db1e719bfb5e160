package cost_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// answers plays runner and collector: it answers by action, and only counts.
type answers struct {
	rounds, functions, callsPerVisit, passes int
	pollsEach                                int // of each function's first visit

	mu     sync.Mutex
	visits map[string]int
	polled map[string]int
	passed int
}

func (a *answers) RunTask(_ context.Context, _ string, input any) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	payload := input.(map[string]any)["Payload"].(map[string]any)
	numbers := func(n int) (all []int) {
		for i := range n {
			all = append(all, i+1)
		}
		return all
	}
	var answer any = map[string]any{}
	switch payload["action"] {
	case "begin":
		answer = map[string]any{"busy": false, "run": "r", "input": map[string]any{"concurrency": 2}, "rounds": numbers(a.rounds)}
	case "order":
		var items []map[string]any
		for _, i := range numbers(a.functions) {
			items = append(items, map[string]any{"function": fmt.Sprint("f", i)})
		}
		answer = map[string]any{"items": items}
	case "visit":
		key := fmt.Sprint(payload["function"], payload["round"])
		if payload["round"] == 1.0 && a.polled[key] < a.pollsEach {
			a.polled[key]++
			answer = map[string]any{"done": false, "cursor": "0", "waitSeconds": 15}
			break
		}
		a.visits[key]++
		answer = map[string]any{"done": a.visits[key] == a.callsPerVisit, "cursor": "c", "waitSeconds": 0}
	case "collect":
		a.passed++
		answer = map[string]any{"complete": a.passed == a.passes, "missing": 1, "waitSeconds": 60}
	case "aggregate":
		answer = map[string]any{"series": 1}
	}
	// As JSON has it, because that is what goes through states.
	text, err := json.Marshal(map[string]any{"Payload": answer})
	if err != nil {
		return nil, err
	}
	var out any
	return out, json.Unmarshal(text, &out)
}

// TestTransitions holds the formula against the definition that is deployed, run
// by the interpreter that counts.
func TestTransitions(t *testing.T) {
	definition, err := workflow.Definition("arn:runner", "arn:collector", workflow.Input{})
	if err != nil {
		t.Fatal(err)
	}
	machine, err := states.Parse([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ rounds, functions, callsPerVisit, passes, pollsEach int }{
		{1, 1, 1, 1, 0}, {3, 1, 1, 1, 0}, {1, 5, 1, 1, 0}, {1, 1, 4, 1, 0}, {1, 1, 1, 3, 0}, {10, 14, 2, 2, 0}, {3, 2, 1, 1, 7},
	} {
		t.Run(fmt.Sprintf("%+v", row), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := states.Execution{
					Machine: machine, ARN: "arn:aws:states:us-east-1:1:execution:m:r", Name: "r", MachineARN: "arn:m", MachineName: "m",
					Tasks: &answers{rounds: row.rounds, functions: row.functions, callsPerVisit: row.callsPerVisit, passes: row.passes, pollsEach: row.pollsEach, visits: map[string]int{}, polled: map[string]int{}},
					Input: map[string]any{},
				}
				_, usage, err := x.Execute(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got := cost.Transitions(row.rounds, row.functions, row.callsPerVisit, row.passes, row.functions*row.pollsEach); got != float64(usage.Transitions) {
					t.Errorf("Transitions = %v, and the interpreter counts %d", got, usage.Transitions)
				}
			})
		})
	}
}
