package workflow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/collect"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

const (
	machineARN   = "arn:aws:states:eu-west-1:123456789012:stateMachine:benchmark"
	runnerARN    = "arn:aws:lambda:eu-west-1:123456789012:function:runner"
	collectorARN = "arn:aws:lambda:eu-west-1:123456789012:function:collector"
)

// definition is the state machine as the stack fills it in.
func definition(t testing.TB) []byte {
	t.Helper()
	text, err := workflow.Definition(runnerARN, collectorARN, workflow.Input{Counts: results.Counts{WarmUp: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

// killed is what a hook panics with to kill the process that it is called by.
type killed struct{}

// harness is the stack around the state machine: the runner and the collector
// as Lambda functions, over a cloud and a table of the tests.
type harness struct {
	cloud *workflowtest.Cloud
	table *workflowtest.Table
	// runner and collector are what a killed process is replaced by.
	runner    atomic.Pointer[workflow.Runner]
	collector atomic.Pointer[collect.Collector]
	// refuse may have Lambda refuse to invoke the harness's function.
	refuse func(function string) *states.Error
	// overhead is what Step Functions and Lambda take for a task beside the function.
	overhead time.Duration
	tasks    atomic.Int64
	// mostBytes is the largest payload in or out, busy how long all tasks took together.
	mostBytes, busy atomic.Int64
}

func newHarness(t testing.TB, cloud *workflowtest.Cloud) *harness {
	t.Helper()
	h := &harness{cloud: cloud, table: &workflowtest.Table{}}
	if err := cloud.Fill(t.Context(), h.table); err != nil {
		t.Fatal(err)
	}
	h.restart()
	return h
}

// restart makes new environments of the harness's functions.
func (h *harness) restart() {
	h.runner.Store(&workflow.Runner{Lambda: h.cloud, Store: h.table, Platform: deployed.AWS, Region: "eu-west-1", Stage: "test", Version: "v1"})
	h.collector.Store(&collect.Collector{Logs: h.cloud, Store: h.table, Platform: deployed.AWS})
}

// RunTask implements [states.TaskRunner] as Lambda does for Step Functions.
func (h *harness) RunTask(ctx context.Context, _ string, input any) (result any, err error) {
	h.tasks.Add(1)
	parameters := input.(map[string]any)
	payload, err := json.Marshal(parameters["Payload"])
	if err != nil {
		return nil, err
	}
	name := parameters["FunctionName"].(string)
	time.Sleep(h.overhead)
	began := time.Now()
	defer func() { h.busy.Add(int64(time.Since(began))) }()
	if h.refuse != nil {
		if refused := h.refuse(name); refused != nil {
			return nil, refused
		}
	}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			h.restart()
			result, err = nil, &states.Error{Name: "Runtime.ExitError", Cause: `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: Runtime exited with error: signal: killed"}`}
		}
	}()
	timeout := 15 * time.Minute
	var answer any
	switch name {
	case runnerARN:
		var q workflow.Request
		if err := strictly(payload, &q); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		answer, err = h.runner.Load().Handle(ctx, q)
	case collectorARN:
		var q collect.Request
		if err := strictly(payload, &q); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		answer, err = h.collector.Load().Handle(ctx, q)
	default:
		return nil, fmt.Errorf("function %s is not deployed", name)
	}
	if err != nil {
		return nil, &states.Error{Name: errorType(err), Cause: err.Error()}
	}
	data, err := json.Marshal(map[string]any{"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": answer})
	if err != nil {
		return nil, err
	}
	most := int64(max(len(payload), len(data)))
	for old := h.mostBytes.Load(); most > old && !h.mostBytes.CompareAndSwap(old, most); old = h.mostBytes.Load() {
	}
	return result, json.Unmarshal(data, &result)
}

// strictly refuses fields that the handler would not read.
func strictly(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// errorType is the name that the Go runtime client gives an error.
func errorType(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

func (h *harness) execute(t testing.TB, name, input string) (any, states.Usage, error) {
	t.Helper()
	m, err := states.Parse(definition(t))
	if err != nil {
		t.Fatal(err)
	}
	var in any
	if err := json.Unmarshal([]byte(input), &in); err != nil {
		t.Fatal(err)
	}
	return states.Execution{
		Machine: m, Tasks: h, Name: name, ARN: "arn:aws:states:eu-west-1:123456789012:execution:benchmark:" + name,
		MachineARN: machineARN, MachineName: "benchmark", Input: in, Seed: 1,
	}.Execute(t.Context())
}

func (h *harness) manifest(t testing.TB, run string) results.Manifest {
	t.Helper()
	r, ok, err := h.table.Run(t.Context(), run)
	if err != nil || !ok {
		t.Fatalf("run %s: there %t, error %v", run, ok, err)
	}
	return r.Manifest
}

// checkRestored says whether every function has its own variables back.
func (h *harness) checkRestored(t testing.TB) {
	t.Helper()
	for _, f := range h.cloud.Functions() {
		want := map[string]string{deployed.NonceVariable: deployed.FirstNonce, "MODE": "kept"}
		if diff := cmp.Diff(want, h.cloud.Variables(f.ARN)); diff != "" {
			t.Errorf("%s was left changed (-want +got):\n%s", f.Variant.Name(), diff)
		}
	}
}

func (h *harness) tallies(t testing.TB, run string) []results.Tally {
	t.Helper()
	all, err := collect.Tallies(t.Context(), h.table, run)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const smallRun = `{"cold":3,"warm":6,"seed":7,"concurrency":2}`

func TestTheWholeMachine(t *testing.T) {
	broken := "hello-dotnet8-arm64-128"
	for _, test := range []struct {
		name    string
		prepare func(*harness)
		notes   []string // of the run
		series  int
	}{
		{name: "nothing in the way", series: 8 * 4},
		{
			name: "one broken cell",
			prepare: func(h *harness) {
				h.cloud.Alter = func(i *workflowtest.Invocation) {
					if i.Function == broken {
						i.Answer.Language = "cobol"
					}
				}
			},
			notes: []string{
				broken + ": 18 of 18 samples are lost: 15 not taken, 3 the invocation failed",
				"round 1: " + broken + ` failed: MeasureError: round 1, sha256: wrong answer: language is "cobol", want "dotnet"`,
				"round 2: " + broken + ` failed: MeasureError: round 2, sha256: wrong answer: language is "cobol", want "dotnet"`,
				"round 3: " + broken + ` failed: MeasureError: round 3, hello: wrong answer: language is "cobol", want "dotnet"`,
			},
			series: 7*4 + 2, // the failed ones are of unknown temperature
		},
		{
			name: "throttles and conflicts everywhere",
			prepare: func(h *harness) {
				n := 0
				h.cloud.Refuse = func(call, function string) error {
					if n++; n%5 != 0 {
						return nil
					}
					if call == "UpdateFunctionConfiguration" {
						return &types.ResourceConflictException{Message: aws.String("An update is in progress")}
					}
					return &types.TooManyRequestsException{Message: aws.String("Rate exceeded")}
				}
				h.refuse = func(string) *states.Error {
					if h.tasks.Load()%4 != 0 {
						return nil
					}
					return &states.Error{Name: "Lambda.TooManyRequestsException", Cause: "Rate Exceeded."}
				}
			},
			series: 8 * 4,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(8)...))
				if test.prepare != nil {
					test.prepare(h)
				}
				output, _, err := h.execute(t, "run-1", smallRun)
				if err != nil || output != "run-1" {
					t.Fatalf("output %v, error %v", output, err)
				}
				m := h.manifest(t, "run-1")
				if m.Status != results.RunFinished || m.Ended.IsZero() || m.Seed != 7 || m.Version != "v1" {
					t.Errorf("the run is %+v", m)
				}
				if len(m.Artifacts) != 8 || m.Artifacts[broken] != "sha256 of "+broken {
					t.Errorf("the artefacts are %v", m.Artifacts)
				}
				if diff := cmp.Diff(test.notes, m.Notes); diff != "" {
					t.Errorf("notes (-want +got):\n%s", diff)
				}
				for _, tally := range h.tallies(t, "run-1") {
					if tally.Function != broken && (tally.Asked != 18 || tally.Stored != 18) {
						t.Errorf("%s: %d samples asked for, %d stored, want 18 of 18", tally.Function, tally.Asked, tally.Stored)
					}
				}
				h.checkRestored(t)
				if holder := h.table.Holder(); holder != "" {
					t.Errorf("%s still has the lease", holder)
				}
				series, err := h.table.SeriesOf(t.Context(), "run-1")
				if err != nil || len(series) != test.series {
					t.Errorf("%d series, want %d (%v)", len(series), test.series, err)
				}
			})
		})
	}
}

// A runner that is killed in the middle of a visit has put nothing back. Another
// instance of it does, the cell is named, and the rest of the run goes on.
func TestAKilledRunnerIsTidiedUpAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(3)...))
		victim := "hello-nodejs18-x86-64-128"
		h.cloud.Alter = func(i *workflowtest.Invocation) {
			if i.Function == victim && i.N == 9 {
				panic(killed{})
			}
		}
		if _, _, err := h.execute(t, "run-1", smallRun); err != nil {
			t.Fatal(err)
		}
		h.checkRestored(t)
		m := h.manifest(t, "run-1")
		if m.Status != results.RunFinished || len(m.Notes) != 2 {
			t.Fatalf("the run is %+v", m)
		}
		for i, want := range []string{
			victim + ": 6 of 18 samples are lost: 6 not taken",
			"round 2: " + victim + ` failed: Runtime.ExitError: {"errorType":"Runtime.ExitError"`,
		} {
			if !strings.HasPrefix(m.Notes[i], want) {
				t.Errorf("note %q, want %q", m.Notes[i], want)
			}
		}
		for _, tally := range h.tallies(t, "run-1") {
			if want := map[bool]int{true: 12, false: 18}[tally.Function == victim]; tally.Stored != want {
				t.Errorf("%s: %d samples stored, want %d", tally.Function, tally.Stored, want)
			}
		}
	})
}

// What an aborted run has left is not the next one's original.
func TestTheNextRunPutsBackWhatAnAbortedOneLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...))
		h.cloud.Alter = func(*workflowtest.Invocation) { panic(killed{}) }
		ask := func(q workflow.Request) {
			t.Helper()
			if _, err := h.runner.Load().Handle(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		in := workflow.Input{Counts: results.Counts{Cold: 1, Warm: 1, Rounds: 1}, Seed: 1}
		ask(workflow.Request{Action: workflow.ActionBegin, Execution: "arn:x:aborted", Defaults: in})
		func() {
			defer func() { _ = recover() }()
			_, _ = h.runner.Load().Handle(t.Context(), workflow.Request{Action: workflow.ActionVisit, Run: "aborted", Round: 1, Function: "hello-nodejs18-arm64-128", Input: in})
		}()
		if f := h.cloud.Functions()[0]; h.cloud.Variables(f.ARN)[deployed.NonceVariable] == deployed.FirstNonce {
			t.Fatal("the aborted run changed nothing")
		}
		h.cloud.Alter = nil
		time.Sleep(workflow.LeaseTime)
		if _, _, err := h.execute(t, "run-2", smallRun); err != nil {
			t.Fatal(err)
		}
		h.checkRestored(t)
	})
}

func TestARunThatFindsTheLeaseTakenEndsQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(2)...))
		var first error
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _, first = h.execute(t, "run-1", smallRun)
		}()
		time.Sleep(5 * time.Second)
		output, _, err := h.execute(t, "run-2", smallRun)
		if err != nil || output.(map[string]any)["busy"] != true {
			t.Errorf("output %v, error %v, want it to end quietly", output, err)
		}
		m := h.manifest(t, "run-2")
		if m.Status != results.RunSkipped || len(m.Notes) != 1 || !strings.Contains(m.Notes[0], "run-1") {
			t.Errorf("the second run is %+v", m)
		}
		<-done
		if first != nil || h.manifest(t, "run-1").Status != results.RunFinished {
			t.Errorf("the first run: error %v, %+v", first, h.manifest(t, "run-1"))
		}
		for _, tally := range h.tallies(t, "run-1") {
			if tally.Stored != 18 {
				t.Errorf("%s: %d samples stored", tally.Function, tally.Stored)
			}
		}
	})
}

func TestARunThatCannotGoOnIsFailed(t *testing.T) {
	for _, test := range []struct{ name, input, deny, want string }{
		{"an input field that does not exist", `{"plan":{"cold":1}}`, "", "RequestError"},
		{"an input without samples", `{"cold":0}`, "", "RequestError"},
		{"an input beyond the bounds", `{"cold":1,"rounds":100000}`, "", "RequestError"},
		{"a store that is gone", smallRun, "Functions", "StoreError"},
		{"a collector that cannot store", smallRun, "PutSeries", "StoreError"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...))
				h.table.Calls = func(method string) error {
					if method == test.deny {
						return errors.New("denied")
					}
					return nil
				}
				_, _, err := h.execute(t, "run-1", test.input)
				if failure, ok := errors.AsType[*states.Error](err); !ok || failure.Name != test.want {
					t.Errorf("error is %v, want %s", err, test.want)
				}
				m := h.manifest(t, "run-1")
				if m.Status != results.RunFailed || len(m.Notes) != 1 || !strings.Contains(m.Notes[0], test.want) {
					t.Errorf("the run is %+v", m)
				}
				if holder := h.table.Holder(); holder != "" {
					t.Errorf("%s still has the lease", holder)
				}
				h.checkRestored(t)
			})
		})
	}
}
