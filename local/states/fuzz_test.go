package states

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// FuzzExpression checks that whatever parses can be evaluated without a panic,
// and to JSON.
func FuzzExpression(f *testing.F) {
	f.Add(`States.Format('{}', $.a[0])`)
	f.Add(`$$.Execution['Id']`)
	f.Add(`States.Format('\{{}\'', States.MathAdd(1e3, $.a[0]))`)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseExpression(text)
		if err != nil {
			return
		}
		v, err := e.eval(scope{data: map[string]any{"a": []any{1.0, "b"}}, context: map[string]any{}})
		if err == nil {
			if _, err := json.Marshal(v); err != nil {
				t.Errorf("%q gives no JSON: %v", text, err)
			}
		}
	})
}

// FuzzParse checks that a definition that parses also executes to an end or
// until it is stopped, without a panic.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"StartAt":"A","States":{"A":{` + task + `,"Retry":[{"ErrorEquals":["X"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"Next":"B"},"B":{"Type":"Succeed"}}}`))
	f.Add([]byte(`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.n","IsPresent":true,"Next":"W"}],"Default":"W"},"W":{"Type":"Wait","Seconds":0,"End":true}}}`))
	f.Fuzz(func(t *testing.T, definition []byte) {
		m, err := Parse(definition)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, usage, _ := Execution{Machine: m, Tasks: echo, Input: map[string]any{"n": 1.0}}.Execute(ctx)
		// One that was stopped may not have got as far as its first state.
		if ctx.Err() == nil && (usage.Transitions < 1 || usage.Events < 2) {
			t.Errorf("an execution left no trace: %+v", usage)
		}
	})
}

// FuzzPath checks that what is set at a path is found there, and that the data
// itself stays as it was.
func FuzzPath(f *testing.F) {
	for _, text := range []string{"$", "$.a", "$['a b'].c", "$.list[1].x", "$$.Execution.Id", "$.a['b", "$.ä"} {
		f.Add(text)
	}
	const data = `{"a":{"b":1},"list":[{"x":1},{"x":2}],"nothing":null}`
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePath(text)
		if err != nil {
			return
		}
		before := decode(t, data)
		p.get(scope{data: before, context: before})
		if !p.field() {
			return
		}
		after, err := p.set(before, "set")
		if err != nil {
			return
		}
		if v, ok := p.get(scope{data: after}); !ok || v != "set" {
			t.Errorf("%q gives %v after it was set", text, v)
		}
		if !reflect.DeepEqual(before, decode(t, data)) {
			t.Errorf("%q: setting changed the data to %v", text, before)
		}
	})
}

// FuzzTemplate checks that a template without expressions is what it evaluates to.
func FuzzTemplate(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":null}],"c.$":"$.x"}`))
	f.Add([]byte(`{"a.$":"$.x","a":1}`))
	f.Add([]byte(`"$.x"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		if exactjson.Unmarshal(text, &v) != nil {
			return
		}
		parsed, err := parseTemplate(v)
		if err != nil {
			return
		}
		got, err := parsed.eval(scope{data: map[string]any{"x": "found"}, context: map[string]any{}})
		if err != nil || strings.Contains(string(text), "$") || strings.Contains(string(text), `\u`) {
			return
		}
		if !reflect.DeepEqual(got, v) {
			t.Errorf("%s gives %v", text, got)
		}
	})
}
