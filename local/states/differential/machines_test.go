package differential

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// work is a task whose calls are told apart by its input's function.
const work = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"work","Payload":{"function.$":"$"}}`

// TestMachinesByHand has what the generator leaves to chance, or out: where
// retries meet what runs side by side, scripts have to be written for it.
func TestMachinesByHand(t *testing.T) {
	rows := []struct {
		name, definition, input string
		tasks                   map[string][]answer
		racing                  bool
		want                    string
	}{
		{
			name:       "a map is tried again as a whole",
			definition: single(`"Type":"Map","MaxConcurrency":1,"Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":2}],"ItemProcessor":{"StartAt":"W","States":{"W":{` + work + `,"End":true}}}`),
			input:      `["a","b","c"]`, racing: true, want: `[1,2,3]`,
			tasks: map[string][]answer{"work a": {{Result: 1}}, "work b": {{Error: busy}, {Error: busy}, {Result: 2}}, "work c": {{Result: 3}}},
		},
		{
			name:       "a map is not covered by States.TaskFailed",
			definition: single(`"Type":"Map","MaxConcurrency":1,"Retry":[{"ErrorEquals":["States.TaskFailed"]}],"ItemProcessor":{"StartAt":"W","States":{"W":{` + work + `,"End":true}}}`),
			input:      `["a"]`, racing: true, want: `!Busy`,
			tasks: map[string][]answer{"work a": {{Error: busy}, {Result: 1}}},
		},
		{
			name: "each retrier counts for itself, and used up it hands over to the catchers",
			definition: `{"StartAt":"W","States":{"W":{` + work + `,"Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":2},{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}],
				"Catch":[{"ErrorEquals":["Other"],"Next":"D"},{"ErrorEquals":["States.ALL"],"Next":"C"}],"Next":"D"},"C":{"Type":"Pass","End":true},"D":{"Type":"Pass","Result":"D","End":true}}}`,
			input: `"a"`, want: `{"Cause":"4","Error":"Busy"}`,
			tasks: map[string][]answer{"work a": {{Error: busy}, {Error: broken}, {Error: busy}, {Error: busy, Cause: "4"}, {Result: 5}}},
		},
		{
			name:       "no attempts is no retry",
			definition: single(work + `,"Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}]`),
			input:      `"a"`, want: `!Busy`, tasks: map[string][]answer{"work a": {{Error: busy}, {Result: 1}}},
		},
		{
			name:       "nothing catches States.Runtime, not even its name",
			definition: `{"StartAt":"W","States":{"W":{` + work + `,"OutputPath":"$.none","Catch":[{"ErrorEquals":["States.Runtime"],"Next":"C"}],"Next":"C"},"C":{"Type":"Pass","End":true}}}`,
			input:      `"a"`, want: `!States.Runtime`, tasks: map[string][]answer{"work a": {{Result: object{"x": 1}}}},
		},
		{
			name:       "a state that is caught leads back to itself",
			definition: `{"StartAt":"W","States":{"W":{` + work + `,"Catch":[{"ErrorEquals":["Busy"],"ResultPath":null,"Next":"W"}],"End":true}}}`,
			input:      `"a"`, want: `3`, tasks: map[string][]answer{"work a": {{Error: busy}, {Error: busy}, {Result: 3}}},
		},
		{
			name:       "a map of nothing",
			definition: single(`"Type":"Map","ItemProcessor":{"StartAt":"W","States":{"W":{` + work + `,"End":true}}}`), input: `[]`, want: `[]`,
		},
		{
			name:       "a map of what is no list",
			definition: single(`"Type":"Map","ItemsPath":"$.o","ItemProcessor":{"StartAt":"W","States":{"W":{` + work + `,"End":true}}}`), input: `{"o":{}}`, want: `!States.Runtime`,
		},
		{
			name:       "a concurrency below zero",
			definition: single(`"Type":"Map","ItemsPath":"$.l","MaxConcurrencyPath":"$.n","ItemProcessor":{"StartAt":"W","States":{"W":{` + work + `,"End":true}}}`), input: `{"l":[],"n":-1}`, want: `!States.Runtime`,
		},
		{
			name: "a map in a map, each with its items",
			definition: single(`"Type":"Map","ItemSelector":{"outer.$":"$$.Map.Item.Index","list.$":"$$.Map.Item.Value"},"ItemProcessor":{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.list",
				"ItemSelector":{"outer.$":"$.outer","inner.$":"$$.Map.Item.Index","value.$":"$$.Map.Item.Value"},"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}}`),
			input: `[["x"],["y","z"]]`, want: `[[{"inner":0,"outer":0,"value":"x"}],[{"inner":0,"outer":1,"value":"y"},{"inner":1,"outer":1,"value":"z"}]]`,
		},
		{
			name: "the effective input is what a choice tests, and hands on",
			definition: `{"StartAt":"C","States":{"C":{"Type":"Choice","InputPath":"$.o","OutputPath":"$.p","Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"S"}]},
				"S":{"Type":"Succeed"}}}`,
			input: `{"n":2,"o":{"n":1,"p":"out"}}`, want: `"out"`,
		},
		{
			name:       "the effective input is what a wait reads, and hands on",
			definition: single(`"Type":"Wait","InputPath":"$.o","SecondsPath":"$.n"`), input: `{"n":"x","o":{"n":0}}`, want: `{"n":0}`,
		},
		{
			name: "the effective input is where a map finds its items, and the raw one where its result goes",
			definition: single(`"Type":"Map","InputPath":"$.o","ItemsPath":"$.l","ItemSelector":{"v.$":"$.v","item.$":"$$.Map.Item.Value"},"ResultPath":"$.r",
				"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`),
			input: `{"v":0,"o":{"v":1,"l":[7]}}`, want: `{"o":{"l":[7],"v":1},"r":[{"item":7,"v":1}],"v":0}`,
		},
		{
			name:       "no input is an empty object",
			definition: single(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","InputPath":null,"Parameters":{"FunctionName":"work","Payload":{"p.$":"$"}},"ResultPath":"$.r"`),
			input:      `{"v":0}`, want: `{"r":1,"v":0}`, tasks: map[string][]answer{"work": {{Result: 1}}},
		},
		{
			name:       "null has no place for a result",
			definition: single(`"Type":"Pass","Result":1,"ResultPath":"$.a"`), input: `null`, want: `!States.ResultPathMatchFailure`,
		},
		{
			name:       "a result path makes the objects on its way",
			definition: single(`"Type":"Pass","Result":1,"ResultPath":"$.a['b c'].d"`), input: `{"a":{"x":0}}`, want: `{"a":{"b c":{"d":1},"x":0}}`,
		},
		{
			name:       "escaped braces are text",
			definition: single(`"Type":"Pass","Parameters":{"x.$":"States.Format('Hello {}, \\{\\}', $.n)"},"OutputPath":"$.x"`), input: `{"n":"N"}`, want: `"Hello N, {}"`,
		},
		{
			name:       "text in apostrophes may hold what else has a meaning",
			definition: single(`"Type":"Pass","Parameters":{"x.$":"States.Format('{}, {} $.s \\'quoted\\'', $.s, 'a, b')"},"OutputPath":"$.x"`), input: `{"s":"S"}`, want: `"S, a, b $.s 'quoted'"`,
		},
	}
	all := make([]execution, len(rows))
	for i, row := range rows {
		all[i] = execution{Name: row.name, Definition: json.RawMessage(row.definition), Input: json.RawMessage(row.input), Tasks: row.tasks, Context: identity, Racing: row.racing}
	}
	agree(t, all, func(t *testing.T, i int, got outcome) {
		if diff := cmp.Diff(rows[i].want, got.String()); diff != "" {
			t.Errorf("outcome (-want +both):\n%s%s", diff, got.Cause)
		}
	})
}
