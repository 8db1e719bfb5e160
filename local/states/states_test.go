package states

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

type taskFunc func(ctx context.Context, input any) (any, error)

func (f taskFunc) RunTask(ctx context.Context, _ string, input any) (any, error) {
	return f(ctx, input)
}

// echo answers with its input.
var echo = taskFunc(func(_ context.Context, input any) (any, error) { return input, nil })

func decode(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := exactjson.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("test data %s: %v", text, err)
	}
	return v
}

func machine(t testing.TB, definition string) *Machine {
	t.Helper()
	m, err := Parse([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const task = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"`

func TestExecute(t *testing.T) {
	failing := func(times int64, name string) TaskRunner {
		var calls atomic.Int64
		return taskFunc(func(context.Context, any) (any, error) {
			n := calls.Add(1)
			if n <= times {
				return nil, &Error{Name: name, Cause: "told to"}
			}
			return map[string]any{"calls": newNumber(n)}, nil
		})
	}
	for _, test := range []struct {
		name, definition, input string
		tasks                   TaskRunner
		want                    string // JSON
		wantError               string // the error's name
		wantWaited              time.Duration
	}{
		{
			name:       "pass puts its result at the path and keeps the rest",
			definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"x":1},"ResultPath":"$.b.c","End":true}}}`,
			input:      `{"a":0,"b":{"d":2}}`, want: `{"a":0,"b":{"d":2,"c":{"x":1}}}`,
		},
		{
			name:       "a number of 54 bits goes through as it is",
			definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"r":9007199254740995},"ResultPath":"$.b","End":true}}}`,
			input:      `{"a":9007199254740993}`, want: `{"a":9007199254740993,"b":{"r":9007199254740995}}`,
		},
		{
			name: "numbers of 54 bits are compared exactly",
			definition: `{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThanPath":"$.m","Next":"Y"}],"Default":"N"},
				"Y":{"Type":"Pass","Result":"greater","End":true},"N":{"Type":"Pass","Result":"not","End":true}}}`,
			input: `{"n":9007199254740993,"m":9007199254740992}`, want: `"greater"`,
		},
		{
			name:       "input path, parameters, result selector and output path, in this order",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"InputPath":"$.in","Parameters":{"k.$":"$.x","s.$":"States.Format('{}-{}',$.x,$$.State.Name)"},"ResultSelector":{"r.$":"$.s"},"ResultPath":"$.out","OutputPath":"$.out","End":true}}}`,
			input:      `{"in":{"x":7}}`, tasks: echo, want: `{"r":"7-A"}`,
		},
		{
			name:       "null result path discards the result",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Parameters":{"big":1},"ResultPath":null,"End":true}}}`,
			input:      `{"keep":true}`, tasks: echo, want: `{"keep":true}`,
		},
		{
			name: "choice takes the first rule that holds, else the default",
			definition: `{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
				{"Variable":"$.n","NumericGreaterThan":10,"Next":"Big"},
				{"And":[{"Variable":"$.s","IsPresent":true},{"Not":{"Variable":"$.s","StringEquals":"abc"}}],"Next":"Big"}],"Default":"Small"},
				"Big":{"Type":"Pass","Result":"big","End":true},"Small":{"Type":"Pass","Result":"small","End":true}}}`,
			input: `{"n":10,"s":"abc"}`, want: `"small"`,
		},
		{
			name:       "no rule matches",
			definition: `{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"S"}]},"S":{"Type":"Succeed"}}}`,
			input:      `{"n":2}`, wantError: ErrNoChoiceMatched,
		},
		{
			name:       "retry backs off",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":3}],"End":true}}}`,
			input:      `{}`, tasks: failing(2, "Busy"), want: `{"calls":3}`, wantWaited: 8 * time.Second,
		},
		{
			name:       "retry is capped by the longest delay",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":4,"BackoffRate":10,"MaxAttempts":3,"MaxDelaySeconds":5}],"End":true}}}`,
			input:      `{}`, tasks: failing(3, "Busy"), want: `{"calls":4}`, wantWaited: 14 * time.Second,
		},
		{
			name:       "retries used up: the error's name goes on",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Retry":[{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}],"End":true}}}`,
			input:      `{}`, tasks: failing(2, "Busy"), wantError: "Busy", wantWaited: time.Second,
		},
		{
			name:       "catch puts the error beside the raw input",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"InputPath":"$.in","Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"B"}],"End":true},"B":{"Type":"Pass","End":true}}}`,
			input:      `{"in":{},"id":5}`, tasks: failing(9, "Broken"), want: `{"in":{},"id":5,"error":{"Error":"Broken","Cause":"told to"}}`,
		},
		{
			name:       "a runtime error is not covered by States.ALL",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"InputPath":"$.none","Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Pass","End":true}}}`,
			input:      `{}`, tasks: echo, wantError: ErrRuntime,
		},
		{
			name:       "nothing catches a runtime error, not even its name",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"OutputPath":"$.none","Catch":[{"ErrorEquals":["States.Runtime"],"Next":"B"}],"End":true},"B":{"Type":"Pass","End":true}}}`,
			input:      `{}`, tasks: echo, wantError: ErrRuntime,
		},
		{
			name:       "a template's path that leads nowhere is a runtime error, which nothing catches",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Parameters":{"x.$":"$.none"},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Pass","End":true}}}`,
			input:      `{}`, tasks: echo, wantError: ErrRuntime,
		},
		{
			name:       "what is too large is caught by its name only",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"ResultPath":null,"Next":"B"}],"End":true},"B":{"Type":"Pass","End":true}}}`,
			input:      `{}`, want: `{}`,
			tasks: taskFunc(func(context.Context, any) (any, error) { return strings.Repeat("x", maxPayloadBytes), nil }),
		},
		{
			name:       "an intrinsic function's failure can be caught",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"Parameters":{"x.$":"States.ArrayLength($)"},"Catch":[{"ErrorEquals":["States.IntrinsicFailure"],"ResultPath":null,"Next":"B"}],"End":true},"B":{"Type":"Pass","End":true}}}`,
			input:      `{}`, tasks: echo, want: `{}`,
		},
		{
			name:       "null has no place for a result",
			definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":1,"ResultPath":"$.a","End":true}}}`,
			input:      `null`, wantError: ErrResultPathMatchFailure,
		},
		{
			name:       "wait by a path wants whole seconds",
			definition: `{"StartAt":"A","States":{"A":{"Type":"Wait","SecondsPath":"$.s","End":true}}}`,
			input:      `{"s":1.5}`, wantError: ErrRuntime,
		},
		{
			name:       "fail wants strings at its paths",
			definition: `{"StartAt":"F","States":{"F":{"Type":"Fail","ErrorPath":"$.x","Cause":"c"}}}`,
			input:      `{"x":3}`, wantError: ErrRuntime,
		},
		{
			name:       "a task's timeout",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"TimeoutSeconds":3,"End":true}}}`,
			input:      `{}`, wantError: ErrTimeout, wantWaited: 3 * time.Second,
			tasks: taskFunc(func(ctx context.Context, _ any) (any, error) { <-ctx.Done(); return nil, ctx.Err() }),
		},
		{
			name:       "the machine's timeout",
			definition: `{"TimeoutSeconds":5,"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":60,"End":true}}}`,
			input:      `{}`, wantError: ErrTimeout, wantWaited: 5 * time.Second,
		},
		{
			name:       "wait by a path",
			definition: `{"StartAt":"A","States":{"A":{"Type":"Wait","SecondsPath":"$.s","End":true}}}`,
			input:      `{"s":90}`, want: `{"s":90}`, wantWaited: 90 * time.Second,
		},
		{
			name: "inline map, one after the other",
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":1,"ItemSelector":{"v.$":"$$.Map.Item.Value","i.$":"$$.Map.Item.Index","all.$":"$.items"},
				"ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}},"End":true}}}`,
			input: `{"items":["a","b"]}`, want: `[{"v":"a","i":0,"all":["a","b"]},{"v":"b","i":1,"all":["a","b"]}]`, wantWaited: 2 * time.Second,
		},
		{
			name: "concurrency by a path",
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrencyPath":"$.n","ResultPath":null,
				"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}},"End":true}}}`,
			input: `{"items":[1,2,3,4],"n":2}`, want: `{"items":[1,2,3,4],"n":2}`, wantWaited: 2 * time.Second,
		},
		{
			name: "a map whose result is too large fails, also if it is discarded",
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","ResultPath":null,
				"ItemProcessor":{"StartAt":"A","States":{"A":{` + task + `,"End":true}}},"End":true}}}`,
			input: `{"items":[1,2]}`, wantError: ErrDataLimitExceeded,
			tasks: taskFunc(func(context.Context, any) (any, error) { return strings.Repeat("x", maxPayloadBytes*2/3), nil }),
		},
		{
			name: "distributed map tolerates what it may",
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","ToleratedFailurePercentage":40,"ResultPath":null,
				"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{` + task + `,"End":true}}},"End":true}}}`,
			input: `[1,2,3]`, tasks: failing(1, "Broken"), want: `[1,2,3]`,
		},
		{
			name: "distributed map fails beyond it",
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,
				"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{` + task + `,"End":true}}},"End":true}}}`,
			input: `[1,2,3]`, tasks: failing(1, "Broken"), wantError: ErrToleratedFailure,
		},
		{
			name:       "fail names its error",
			definition: `{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Mine","CausePath":"States.Format('because of {}', $.x)"}}}`,
			input:      `{"x":3}`, wantError: "Mine",
		},
		{
			name:       "a payload that is too large",
			definition: `{"StartAt":"A","States":{"A":{` + task + `,"ResultPath":"$.r","End":true}}}`,
			input:      `{}`, wantError: ErrDataLimitExceeded,
			tasks: taskFunc(func(context.Context, any) (any, error) { return strings.Repeat("x", maxPayloadBytes), nil }),
		},
		{
			name:       "the history's limit",
			definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}`,
			input:      `{}`, wantError: errHistoryLimit,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got, _, err := Execution{Machine: machine(t, test.definition), Tasks: test.tasks, Input: decode(t, test.input)}.Execute(t.Context())
				if waited := time.Since(began); waited != test.wantWaited {
					t.Errorf("took %v, want %v", waited, test.wantWaited)
				}
				if test.wantError != "" {
					if e, ok := errors.AsType[*Error](err); !ok || e.Name != test.wantError {
						t.Fatalf("error is %v, want %s", err, test.wantError)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(decode(t, test.want), got); diff != "" {
					t.Errorf("output (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestInlineMapRunsAtMost40(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		tasks := taskFunc(func(ctx context.Context, input any) (any, error) {
			n := now.Add(1)
			defer now.Add(-1)
			raise(&most, n)
			return input, sleep(ctx, time.Second)
		})
		m := machine(t, `{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"A","States":{"A":{`+task+`,"End":true}}},"End":true}}}`)
		items := make([]any, 100)
		if _, _, err := (Execution{Machine: m, Tasks: tasks, Input: items}).Execute(t.Context()); err != nil {
			t.Fatal(err)
		}
		if most.Load() != 40 {
			t.Errorf("%d iterations ran at once, want 40", most.Load())
		}
	})
}

func TestUsageCountsWhatAWSCounts(t *testing.T) {
	m := machine(t, `{"StartAt":"A","States":{"A":{`+task+`,"Next":"M","ResultPath":null},
		"M":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}}`)
	_, usage, err := Execution{Machine: m, Tasks: echo, Input: decode(t, `{"items":[1,2,3]}`)}.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Execution 2; Task 5; inline Map 4, and per iteration 2 and the Pass state's 2 (recorded on AWS: notes of Step Functions' snapshots).
	if want := (Usage{Transitions: 5, Events: 2 + 5 + 4 + 3*(2+2), Tasks: 1}); usage != want {
		t.Errorf("usage is %+v, want %+v", usage, want)
	}
}

func TestStopEndsAnExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		var last atomic.Value
		m := machine(t, `{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":3600,"End":true}}}`)
		_, _, err := Execution{Machine: m, Observe: func(e Event) { last.Store(e.Type) }}.Execute(ctx)
		if !errors.Is(err, context.Canceled) || last.Load() != "ExecutionAborted" {
			t.Errorf("error is %v, last event %v", err, last.Load())
		}
	})
}

func TestIntrinsics(t *testing.T) {
	sc := scope{data: decode(t, `{"a":[1,2,3],"o":{"k":"v"},"j":"{\"z\":1}","html":{"a":"<b>&"},"big":9007199254740993,"template":"a{}b"}`), context: map[string]any{}}
	for _, test := range []struct {
		expression string
		want       string // JSON; empty is refused by the parser, ! a States.IntrinsicFailure
	}{
		{`States.ArrayLength($.a)`, `3`},
		{`States.ArrayRange(1, 5, 2)`, `[1,3,5]`},
		{`States.ArrayRange(3, 1, -2)`, `[3,1]`},
		{`States.StringToJson($.j)`, `{"z":1}`},
		{`States.JsonToString($.o)`, `"{\"k\":\"v\"}"`},
		{`States.JsonToString($.html)`, `"{\"a\":\"<b>&\"}"`},
		{`States.JsonToString($.big)`, `"9007199254740993"`},
		{`States.JsonMerge($.o, States.StringToJson($.j), false)`, `{"k":"v","z":1}`},
		{`States.MathAdd($.a[0], -4)`, `-3`},
		{`States.MathAdd($.big, 1)`, `9007199254740994`},
		{`States.MathAdd(9223372036854775807, 1)`, `!`},
		{`States.Format('{}, {}, {} and {}', 'a', 1.5, null, true)`, `"a, 1.5, null and true"`},
		{`States.Format('it\'s {}', $.big)`, `"it's 9007199254740993"`},
		{`States.Format('it''s')`, ``},
		// Row 17 of the cases: braces that are escaped are text.
		{`States.Format('Hello {}, \{\}', $.o.k)`, `"Hello v, {}"`},
		{`States.Format('\\{}', 1)`, `"\\1"`},
		{`States.Format('\n')`, ``},
		{`States.Format($.template, 1)`, `"a1b"`},
		{`States.Format('{}')`, `!`},
		{`States.Format('', 1)`, `!`},
		// Recorded on AWS: rounded, a half up; and blank text is null.
		{`States.MathAdd(1.5, -1.49)`, `1`},
		{`States.MathAdd(-2.5, 0.5)`, `-1`},
		{`States.StringToJson('  ')`, `null`},
		{`States.StringToJson('{}{}')`, `!`},
		{`$['o']['k']`, `"v"`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			e, err := parseExpression(test.expression)
			if test.want == "" {
				if err == nil {
					t.Fatal("was parsed")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.eval(sc)
			if test.want == "!" {
				if failure, ok := errors.AsType[*Error](err); !ok || failure.Name != ErrIntrinsicFailure {
					t.Fatalf("%v, %v; want %s", got, err, ErrIntrinsicFailure)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decode(t, test.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
