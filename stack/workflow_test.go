package stack

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

func TestSubstitute(t *testing.T) {
	for _, row := range []struct {
		name, definition string
		values           map[string]string
		want, err        string
	}{
		{name: "twice", definition: "${a} and ${a}", values: map[string]string{"a": "1"}, want: "1 and 1"},
		{name: "paths are no names", definition: "$.a $$.b ${a}", values: map[string]string{"a": "1"}, want: "$.a $$.b 1"},
		{name: "a name without a value", definition: "${a} ${b}", values: map[string]string{"a": "1"}, err: "workflow: the definition has ${b}, which nothing fills in"},
		{name: "a value without a name", definition: "${a}", values: map[string]string{"a": "1", "b": "2"}, err: "workflow: the definition does not use ${b}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := substitute(row.definition, row.values)
			if row.err != "" {
				if err == nil || err.Error() != row.err {
					t.Errorf("error is %v, want %s", err, row.err)
				}
				return
			}
			if err != nil || got != row.want {
				t.Errorf("%q, %v, want %q", got, err, row.want)
			}
		})
	}
}

// TestWorkflow checks what the stack deploys: a definition that is whole, and a
// schedule that starts it with the stage's plan.
func TestWorkflow(t *testing.T) {
	resources, _ := define(t, "dev", map[string]string{"cold": "7", "warm": "8", "rounds": "3", "mapConcurrency": "4", "scaleOut": "java"})
	seen := 0
	for _, r := range resources {
		switch short(r.typ) {
		case "sfn/StateMachine":
			seen++
			if _, err := states.Parse([]byte(r.inputs["definition"].(string))); err != nil {
				t.Errorf("definition: %v", err)
			}
		case "scheduler/Schedule":
			seen++
			var got stage.WorkflowInput
			if err := json.Unmarshal([]byte(r.inputs["target"].(map[string]any)["input"].(string)), &got); err != nil {
				t.Fatal(err)
			}
			want := stage.WorkflowInput{Plan: workflow.Plan{Rounds: 3, Cold: 7, Warm: 8, Iterations: 2000, Concurrency: 4, ScaleOut: []string{"java"}}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("input (-want +got):\n%s", diff)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d of state machine and schedule, want both", seen)
	}
}
