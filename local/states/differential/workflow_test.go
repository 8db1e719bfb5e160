package differential

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

// definition is the stack's workflow with functions in the places for them.
func definition(t *testing.T) json.RawMessage {
	t.Helper()
	text, err := workflow.Definition("runner", "collector", workflow.Input{})
	if err != nil {
		t.Fatal(err)
	}
	return json.RawMessage(text)
}

// answered is what Lambda's invoke answers with.
func answered(payload object) answer {
	return answer{Result: object{"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload}}
}

func failed(name string) answer { return answer{Error: name, Cause: name + " of the script"} }

// fine are the answers of a run of two rounds and three functions in which all
// goes well: b takes two calls for a visit, and the collector asks to be called again.
func fine() map[string][]answer {
	input := object{"rounds": 2, "cold": 3, "warm": 4, "concurrency": 2}
	tasks := map[string][]answer{
		"runner begin":        {answered(object{"busy": false, "run": executionName, "input": input, "rounds": []int{1, 2}, "functions": 3})},
		"runner finish":       {answered(nil)},
		"collector collect":   {answered(object{"complete": true, "missing": 0, "waitSeconds": 0})},
		"collector aggregate": {answered(object{"series": 12})},
	}
	for _, round := range []string{"1", "2"} {
		var items []any
		for _, name := range []string{"c", "a", "b"} {
			items = append(items, object{"function": name})
			visits := []answer{answered(object{"done": true, "cursor": "", "samples": 7, "losses": 0, "waitSeconds": 0})}
			if name == "b" {
				visits = append([]answer{answered(object{"done": false, "cursor": "warm 3", "samples": 4, "losses": 0, "waitSeconds": 0})}, visits...)
			}
			tasks["runner visit "+round+" "+name] = visits
			tasks["runner fail "+round+" "+name] = []answer{answered(nil)}
			tasks["runner restore "+round+" "+name] = []answer{answered(nil)}
		}
		tasks["runner order "+round] = []answer{answered(object{"items": items})}
	}
	return tasks
}

func TestOwnWorkflow(t *testing.T) {
	rows := []struct {
		name string
		// change is what is other than in [fine].
		change map[string][]answer
		want   string
		// calls are how often some were made; 0 is never.
		calls map[string]int
	}{
		{
			name: "two rounds of three functions", want: `"execution-1"`,
			calls: map[string]int{"runner visit 1 b": 2, "runner visit 2 c": 1, "runner restore 1 a": 1, "runner restore 2 a": 1, "runner fail 1 a": 0, "collector collect": 1, "runner finish": 1},
		},
		{
			name: "a snapshot is waited for", want: `"execution-1"`,
			change: map[string][]answer{"runner visit 1 a": {
				answered(object{"done": false, "cursor": "0", "waitSeconds": 1}), answered(object{"done": true, "cursor": "7", "waitSeconds": 0}),
			}},
			calls: map[string]int{"runner visit 1 a": 2, "runner restore 1 a": 1, "runner restore 2 a": 1},
		},
		{
			name: "another run is under way", want: `{"busy":true,"input":{},"rounds":[],"run":"other"}`,
			change: map[string][]answer{"runner begin": {answered(object{"busy": true, "run": "other", "input": object{}, "rounds": []int{}})}},
			calls:  map[string]int{"runner order 1": 0, "runner finish": 0},
		},
		{
			name: "a visit fails for good", want: `"execution-1"`,
			change: map[string][]answer{"runner visit 1 a": {failed("Runtime.ExitError")}},
			calls:  map[string]int{"runner visit 1 a": 1, "runner fail 1 a": 1, "runner restore 1 a": 1, "runner restore 2 a": 1, "runner visit 2 a": 1},
		},
		{
			name: "a visit is throttled, then short of its answer, then throttled for good", want: `"execution-1"`,
			change: map[string][]answer{"runner visit 2 b": {failed("ThrottledError"), answered(object{"done": false, "cursor": "warm 1", "waitSeconds": 0}), failed("ThrottledError")}},
			calls:  map[string]int{"runner visit 2 b": 2 + 7, "runner fail 2 b": 1, "runner restore 1 b": 1, "runner restore 2 b": 1},
		},
		{
			name: "a failed visit cannot be written down", want: `"execution-1"`,
			change: map[string][]answer{"runner visit 1 c": {failed("Sandbox.Timedout")}, "runner fail 1 c": {failed("StoreError")}},
			calls:  map[string]int{"runner fail 1 c": 3, "runner restore 1 c": 1, "runner restore 2 c": 1},
		},
		{
			name: "what was not restored is written down", want: `"execution-1"`,
			change: map[string][]answer{"runner restore 1 b": {failed("RestoreError")}},
			calls:  map[string]int{"runner restore 1 b": 1, "runner restore 2 b": 1, "runner fail 1 b": 1, "runner fail 2 b": 0},
		},
		{
			name: "the logs come late", want: `"execution-1"`,
			change: map[string][]answer{"collector collect": {
				answered(object{"complete": false, "missing": 9, "waitSeconds": 5}), answered(object{"complete": false, "missing": 2, "waitSeconds": 10}),
				failed("StoreError"), answered(object{"complete": true, "missing": 0, "waitSeconds": 0}),
			}},
			calls: map[string]int{"collector collect": 4, "collector aggregate": 1},
		},
		{
			name: "the run cannot begin", want: `!RequestError`,
			change: map[string][]answer{"runner begin": {failed("RequestError")}},
			calls:  map[string]int{"runner begin": 1, "runner finish": 1},
		},
		{
			name: "an order cannot be had", want: `!StoreError`,
			change: map[string][]answer{"runner order 2": {failed("StoreError")}},
			calls:  map[string]int{"runner order 2": 3, "runner restore 1 a": 1, "runner restore 2 a": 0, "collector collect": 0, "runner finish": 1},
		},
		{
			name: "the collector gives up, and so does the end", want: `!StoreError`,
			change: map[string][]answer{"collector collect": {failed("MissingError")}, "runner finish": {failed("StoreError")}},
			calls:  map[string]int{"collector collect": 1, "runner finish": 3},
		},
		{
			name: "an answer lacks a field, which nothing catches", want: `!States.Runtime`,
			change: map[string][]answer{"collector aggregate": {answered(object{})}},
			calls:  map[string]int{"collector aggregate": 1, "runner finish": 0},
		},
	}
	all := make([]execution, len(rows))
	for i, row := range rows {
		tasks := fine()
		for key, answers := range row.change {
			tasks[key] = answers
		}
		all[i] = execution{
			Name: row.name, Definition: definition(t), Input: object{"rounds": 2, "cold": 3, "warm": 4},
			Tasks: tasks, Waits: []string{"Wait for the logs"}, Context: identity,
			Unchecked: i > 0, // it is the same definition
		}
	}
	agree(t, all, func(t *testing.T, i int, got outcome) {
		want, made := rows[i], map[string]int{}
		for key := range want.calls {
			made[key] = len(got.Calls[key])
		}
		if diff := cmp.Diff(want.want, got.String()); diff != "" {
			t.Errorf("outcome (-want +both):\n%s%s", diff, got.Cause)
		}
		if diff := cmp.Diff(want.calls, made); diff != "" {
			t.Errorf("calls (-want +both):\n%s", diff)
		}
	})
}
