package differential

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// deviation is a machine that the two interpreters execute differently, with its
// outcome in each: the output as JSON, or "!" and the error's name.
type deviation struct {
	name string
	// reason says which of the two is right, and by which source.
	reason                  string
	definition, input       string
	tasks                   map[string][]answer
	wantOurs, wantReference string
}

// single is a machine of one state; the comma and what ends it are added.
func single(fields string) string {
	return `{"StartAt":"A","States":{"A":{` + fields + `,"End":true}}}`
}

// expression is a machine that evaluates one.
func expression(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return single(`"Type":"Pass","Parameters":{"x.$":` + string(quoted) + `},"OutputPath":"$.x"`)
}

// rule is a machine that says whether a choice's rule holds.
func rule(condition string) string {
	return `{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{` + condition + `,"Next":"Yes"}],"Default":"No"},
		"Yes":{"Type":"Pass","Result":"yes","End":true},"No":{"Type":"Pass","Result":"no","End":true}}}`
}

// Where a row says "recorded on AWS", it is in the snapshots of LocalStack's tests:
// https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2
var deviations = []deviation{
	// States.
	{
		name: "a result that JavaScript takes for false", reason: "specification: the output is Result, if the state has one",
		definition: single(`"Type":"Pass","Result":0`), input: `{"a":1}`, wantOurs: `0`, wantReference: `{"a":1}`,
	},
	{
		name: "a result path of $", reason: "specification: it is the default, the result replaces the input",
		definition: single(`"Type":"Pass","Result":1,"ResultPath":"$"`), input: `{"a":1}`, wantOurs: `1`, wantReference: `{"$":1,"a":1}`,
	},
	{
		name: "a result path that leads through a number", reason: "specification: what ResultPath cannot be applied to is States.ResultPathMatchFailure",
		definition: single(`"Type":"Pass","Result":1,"ResultPath":"$.a.b"`), input: `{"a":1}`, wantOurs: `!States.ResultPathMatchFailure`, wantReference: `{"a":{"b":1}}`,
	},
	{
		name: "a failure without a name", reason: "documentation: Error is optional, and nothing stands in for it",
		definition: `{"StartAt":"A","States":{"A":{"Type":"Fail"}}}`, input: `{}`, wantOurs: `!`, wantReference: `!FailStateError`,
	},
	{
		name: "a failure whose name is a function's result", reason: "documentation of the Fail state: ErrorPath takes intrinsic functions",
		definition: `{"StartAt":"A","States":{"A":{"Type":"Fail","ErrorPath":"States.Format('No{}',$.x)","Cause":"c"}}}`, input: `{"x":"Luck"}`,
		wantOurs: `!NoLuck`, wantReference: `!States.Runtime`,
	},
	{
		name: "a map that tolerates its failures", reason: "documentation: ToleratedFailurePercentage",
		definition: single(`"Type":"Map","ToleratedFailurePercentage":100,"ResultPath":null,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
			"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Gone","Cause":"c"}}}`),
		input: `[1,2]`, wantOurs: `[1,2]`, wantReference: `!Gone`,
	},
	{
		name: "a distributed map that fails", reason: "documentation: the error is that of the threshold, not that of a child",
		definition: single(`"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
			"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Gone","Cause":"c"}}}`),
		input: `[1,2]`, wantOurs: `!States.ExceedToleratedFailureThreshold`, wantReference: `!Gone`,
	},
	// The context object.
	{
		name: "the state's name", reason: "documentation: the context object has State; the reference's has what it is told",
		definition: expression(`$$.State.Name`), input: `{}`, wantOurs: `"A"`, wantReference: `!States.Runtime`,
	},
	{
		name: "the execution's input in an iteration", reason: "documentation: Execution.Input is the execution's, and an inline map's iterations are part of it",
		definition: single(`"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"x.$":"$$.Execution.Input"},"OutputPath":"$.x","End":true}}}`),
		input:      `[1,2]`, wantOurs: `[[1,2],[1,2]]`, wantReference: `[1,2]`,
	},
	{
		name: "the item in an iteration", reason: "documentation: the context object has Map.Item while an iteration runs",
		definition: single(`"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"x.$":"$$.Map.Item.Index"},"OutputPath":"$.x","End":true}}}`),
		input:      `[5,6]`, wantOurs: `[0,1]`, wantReference: `!States.Runtime`,
	},
	// Paths.
	{
		name: "the whole of an input that JavaScript takes for false", reason: "specification: $ is the whole input, whatever it is",
		definition: single(`"Type":"Pass","InputPath":"$"`), input: `0`, wantOurs: `0`, wantReference: `!States.Runtime`,
	},
	// Comparisons.
	{
		name: "a test for not being present", reason: "recorded on AWS: Is… with false holds where the test does not",
		definition: rule(`"Variable":"$.x","IsPresent":false`), input: `{}`, wantOurs: `"yes"`, wantReference: `"no"`,
	},
	{
		name: "a number compared with text", reason: "documentation of the Choice state: a numeric field is not matched to a string",
		definition: rule(`"Variable":"$.x","NumericLessThan":10`), input: `{"x":"5"}`, wantOurs: `"no"`, wantReference: `"yes"`,
	},
	{
		name: "a number at the path of a text", reason: "neither document says it of paths; ours is what both say of constants",
		definition: rule(`"Variable":"$.x","StringEqualsPath":"$.y"`), input: `{"x":"5","y":5}`, wantOurs: `"no"`, wantReference: `!States.Runtime`,
	},
	// Intrinsic functions.
	{
		name: "a function that cannot do it", reason: "specification: States.IntrinsicFailure, which can be caught",
		definition: expression(`States.ArrayLength($)`), input: `{}`, wantOurs: `!States.IntrinsicFailure`, wantReference: `!States.Runtime`,
	},
	{
		name: "a sum of fractions", reason: "recorded on AWS: numbers are rounded",
		definition: expression(`States.MathAdd(1.49, 0)`), input: `{}`, wantOurs: `1`, wantReference: `1.49`,
	},
	{
		name: "JSON of nothing", reason: "recorded on AWS: blank text is null",
		definition: expression(`States.StringToJson($)`), input: `" "`, wantOurs: `null`, wantReference: `!SyntaxError`,
	},
	{
		name: "backslashes in a result", reason: "specification: JsonToString gives JSON; the reference takes all backslashes away",
		definition: expression(`States.JsonToString($)`), input: `"say \"a\""`, wantOurs: `"\"say \\\"a\\\"\""`, wantReference: `"\"say \"a\"\""`,
	},
	{
		name: "the order of an object's fields", reason: "the reference keeps it, as AWS may: ours are sorted, since decoding forgets it",
		definition: expression(`States.JsonToString($)`), input: `{"b":1,"a":2}`, wantOurs: `"{\"a\":2,\"b\":1}"`, wantReference: `"{\"b\":1,\"a\":2}"`,
	},
	{
		name: "a comma behind a parenthesis in text", reason: "specification: what is between apostrophes is text",
		definition: expression(`States.Format('(', 'x')`), input: `{}`, wantOurs: `!States.IntrinsicFailure`, wantReference: `"(', 'x"`,
	},
	{
		name: "merging leaves its arguments alone", reason: "specification: functions compute values",
		definition: single(`"Type":"Pass","Parameters":{"a.$":"States.JsonMerge($.o, $.p, false)","b.$":"$.o"}`), input: `{"o":{"x":1},"p":{"y":2}}`,
		wantOurs: `{"a":{"x":1,"y":2},"b":{"x":1}}`, wantReference: `{"a":{"x":1,"y":2},"b":{"x":1,"y":2}}`,
	},
}

func TestDeviations(t *testing.T) {
	all := make([]execution, len(deviations))
	for i, d := range deviations {
		all[i] = execution{Name: d.name, Definition: json.RawMessage(d.definition), Input: json.RawMessage(d.input), Tasks: d.tasks, Context: identity, Unchecked: true}
	}
	for i, theirs := range reference(t, all) {
		d := deviations[i]
		t.Run(d.name, func(t *testing.T) {
			for who, row := range map[string]struct {
				want string
				got  outcome
			}{"ours": {d.wantOurs, ours(t, all[i])}, referenceName: {d.wantReference, theirs}} {
				if diff := cmp.Diff(row.want, row.got.String()); diff != "" {
					t.Errorf("%s (-want +got):\n%s\n%s; %s", who, diff, row.got.Cause, d.reason)
				}
			}
			if d.wantOurs == d.wantReference {
				t.Error("this is no deviation")
			}
		})
	}
}
