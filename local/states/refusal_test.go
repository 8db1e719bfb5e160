package states

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
)

// refusal is the error of a definition, as a line.
func refusal(t *testing.T, definition string) string {
	t.Helper()
	_, err := Parse([]byte(definition))
	if err == nil {
		t.Errorf("was accepted: %s", definition)
		return "accepted"
	}
	return err.Error()
}

// minimal has the least of each type of state: what is wrong with it then is
// what a test adds.
var minimal = map[string]string{
	"Task":    `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true`,
	"Pass":    `"Type":"Pass","End":true`,
	"Wait":    `"Type":"Wait","Seconds":1,"End":true`,
	"Choice":  `"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"A"}]`,
	"Succeed": `"Type":"Succeed"`,
	"Fail":    `"Type":"Fail"`,
	"Map":     `"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Succeed"}}},"End":true`,
}

// languageFields are all fields that a state has in the language or on AWS.
var languageFields = []string{
	"Arguments", "Assign", "Branches", "Catch", "Cause", "CausePath", "Choices", "Credentials", "Default", "End", "Error", "ErrorPath",
	"HeartbeatSeconds", "HeartbeatSecondsPath", "InputPath", "ItemBatcher", "ItemProcessor", "ItemReader", "ItemSelector", "Items",
	"ItemsPath", "Iterator", "Label", "MaxConcurrency", "MaxConcurrencyPath", "Next", "Output", "OutputPath", "Parameters",
	"QueryLanguage", "Resource", "Result", "ResultPath", "ResultSelector", "ResultWriter", "Retry", "Seconds", "SecondsPath",
	"TimeoutSeconds", "TimeoutSecondsPath", "Timestamp", "TimestampPath", "ToleratedFailureCount", "ToleratedFailureCountPath",
	"ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
}

// TestParseRefusesWhatItDoesNotKnow lists, for each type of state, every field of
// the language that a state of the type may not have here.
func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	var text strings.Builder
	for _, kind := range slices.Sorted(keys(minimal)) {
		if _, err := Parse(fmt.Appendf(nil, `{"StartAt":"A","States":{"A":{%s}}}`, minimal[kind])); err != nil {
			t.Errorf("%s: its least is refused: %v", kind, err)
		}
		var refused []string
		for _, field := range languageFields {
			if slices.Contains(fieldsOf[kind], field) {
				continue
			}
			refused = append(refused, field)
			got := refusal(t, fmt.Sprintf(`{"StartAt":"A","States":{"A":{%s,%q:{}}}}`, minimal[kind], field))
			if want := fmt.Sprintf("parse state machine: state %q: field %q is not supported", "A", field); got != want {
				t.Errorf("%s: error is %q, want %q", kind, got, want)
			}
		}
		fmt.Fprintf(&text, "%s: %s\n", kind, strings.Join(refused, ", "))
	}
	golden.Compare(t, "unsupported.golden", text.String())
	for kind, fields := range fieldsOf {
		for _, field := range fields {
			if !slices.Contains(languageFields, field) {
				t.Errorf("%s has the field %s, which is not in the list of the language's", kind, field)
			}
		}
	}
}

func keys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestParseRefuses shows the errors of wrong definitions.
func TestParseRefuses(t *testing.T) {
	one := func(fields string) string { return `{"StartAt":"A","States":{"A":{` + fields + `}}}` }
	choice := func(condition string) string {
		return `{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{` + condition + `,"Next":"B"}]},"B":{"Type":"Succeed"}}}`
	}
	distributed := func(fields, config string) string {
		return one(`"Type":"Map","ItemProcessor":{"ProcessorConfig":{` + config + `},"StartAt":"P","States":{"P":{"Type":"Succeed"}}},"End":true` + fields)
	}
	const standard = `"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"`
	var text strings.Builder
	for _, row := range []struct{ name, definition string }{
		{"not JSON", `{`},
		{"not an object", `[]`},
		{"two definitions", one(minimal["Pass"]) + one(minimal["Pass"])},
		{"nothing", `{}`},
		{"JSONata", `{"QueryLanguage":"JSONata","StartAt":"A","States":{}}`},
		{"another version", `{"Version":"2.0","StartAt":"A","States":{}}`},
		{"a field of a machine that is not there", `{"Start":"A","StartAt":"A","States":{}}`},
		{"a start that is not there", `{"StartAt":"B","States":{"A":{` + minimal["Pass"] + `}}}`},
		{"a state that is no object", `{"StartAt":"A","States":{"A":1}}`},
		{"a type that is not there", one(`"Type":"Sleep"`)},
		{"branches", one(`"Type":"Parallel","Branches":[],"End":true`)},
		{"another resource", one(`"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true`)},
		{"neither next nor end", one(`"Type":"Pass"`)},
		{"next and end", one(`"Type":"Pass","Next":"A","End":true`)},
		{"a target that is not there", one(`"Type":"Pass","Next":"B"`)},
		{"a catcher's target that is not there", one(minimal["Task"] + `,"Catch":[{"ErrorEquals":["X"],"Next":"B"}]`)},
		{"a state that nothing leads to", `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true},"B":{"Type":"Succeed"}}}`},
		{"a name twice", one(`"Type":"Map","ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true`)},
		{"a name that is too long", `{"StartAt":"` + strings.Repeat("n", 81) + `","States":{"` + strings.Repeat("n", 81) + `":{"Type":"Succeed"}}}`},
		{"inside a map", one(`"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","Foo":1,"End":true}}},"End":true`)},

		{"a function that is not there", one(minimal["Pass"] + `,"Parameters":{"x.$":"States.Dance()"}`)},
		{"a function that AWS has", one(minimal["Pass"] + `,"Parameters":{"x.$":"States.UUID()"}`)},
		{"a backslash before what needs none", one(minimal["Pass"] + `,"Parameters":{"x.$":"States.Format('a\\n')"}`)},
		{"an expression that is text", one(minimal["Pass"] + `,"Parameters":{"a":[{"x.$":"text"}]}`)},
		{"an expression that is a number", one(minimal["Pass"] + `,"Parameters":{"x.$":1}`)},
		{"an expression that does not end", one(minimal["Pass"] + `,"Parameters":{"x.$":"States.Format($.a, 'b"}`)},
		{"a field with two values", one(minimal["Pass"] + `,"Parameters":{"x.$":"$.a","x":1}`)},
		{"a path with a filter", one(minimal["Pass"] + `,"InputPath":"$.a[?(@.b)]"`)},
		{"a path to several places", one(minimal["Pass"] + `,"InputPath":"$.a[*].b"`)},
		{"a path with a slice", one(minimal["Pass"] + `,"OutputPath":"$.a[1:2]"`)},
		{"a path that descends", one(minimal["Pass"] + `,"OutputPath":"$..a"`)},
		{"a path that is none", one(minimal["Pass"] + `,"InputPath":"a"`)},
		{"a result path into a list", one(minimal["Pass"] + `,"ResultPath":"$.a[0]"`)},
		{"a result path into the context", one(minimal["Pass"] + `,"ResultPath":"$$.a"`)},
		{"a catcher's result path into a list", one(minimal["Task"] + `,"Catch":[{"ErrorEquals":["X"],"Next":"A","ResultPath":"$[0]"}]`)},

		{"a comparison that is not there", choice(`"Variable":"$.x","TimestampEquals":"2026-01-01T00:00:00Z"`)},
		{"a comparison that AWS has", choice(`"Variable":"$.x","StringMatches":"a*"`)},
		{"a comparison with a value of another kind", choice(`"Variable":"$.x","NumericEquals":"1"`)},
		{"two comparisons", choice(`"Variable":"$.x","NumericEquals":1,"IsPresent":true`)},
		{"a comparison of nothing", choice(`"NumericEquals":1`)},
		{"an empty and", choice(`"And":[]`)},
		{"inside a not", choice(`"Not":{"And":[{"Variable":"$.x","IsTimestamp":true}]}`)},
		{"no rules", one(`"Type":"Choice","Choices":[]`)},
		{"a rule without a target", one(`"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true}]`)},

		{"States.ALL beside others", one(minimal["Task"] + `,"Retry":[{"ErrorEquals":["States.ALL","X"]}]`)},
		{"States.ALL before others", one(minimal["Task"] + `,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"},{"ErrorEquals":["X"],"Next":"A"}]`)},
		{"a retrier of nothing", one(minimal["Task"] + `,"Retry":[{"MaxAttempts":1}]`)},
		{"a retrier that hurries more and more", one(minimal["Task"] + `,"Retry":[{"ErrorEquals":["X"],"BackoffRate":0.5}]`)},
		{"half a second between retries", one(minimal["Task"] + `,"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":0.5}]`)},
		{"jitter of another kind", one(minimal["Task"] + `,"Retry":[{"ErrorEquals":["X"],"JitterStrategy":"HALF"}]`)},
		{"no time at all", one(minimal["Task"] + `,"TimeoutSeconds":0`)},
		{"two times to wait for", one(minimal["Wait"] + `,"SecondsPath":"$.s"`)},
		{"a moment to wait for", one(`"Type":"Wait","Timestamp":"2026-01-01T00:00:00Z","End":true`)},
		{"half a second to wait for", one(`"Type":"Wait","Seconds":0.5,"End":true`)},
		{"an error and its path", one(`"Type":"Fail","Error":"E","ErrorPath":"$.e"`)},

		{"a tolerant map that keeps its result", distributed(`,"ToleratedFailurePercentage":1`, standard)},
		{"a tolerant map that is not distributed", one(minimal["Map"] + `,"ToleratedFailurePercentage":5,"ResultPath":null`)},
		{"too much tolerance", distributed(`,"ToleratedFailurePercentage":101,"ResultPath":null`, standard)},
		{"express children", distributed(``, `"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"`)},
		{"a mode that is not there", distributed(``, `"Mode":"SPREAD"`)},
		{"two concurrencies", one(minimal["Map"] + `,"MaxConcurrency":1,"MaxConcurrencyPath":"$.n"`)},
		{"no processor", one(`"Type":"Map","End":true`)},
	} {
		got := refusal(t, row.definition)
		if json.Valid([]byte(row.definition)) && strings.Contains(row.definition, `"A":{`) && !strings.Contains(got, `"`) {
			t.Errorf("%s: error is %q, want one that names the state", row.name, got)
		}
		fmt.Fprintf(&text, "%s:\n\t%s\n", row.name, got)
	}
	golden.Compare(t, "refused.golden", text.String())
}
