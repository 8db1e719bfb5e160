package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
)

// begun is a harness in which a run has begun.
func begun(t *testing.T, cloud *workflowtest.Cloud, in workflow.Input) (*harness, workflow.Input) {
	t.Helper()
	h := newHarness(t, cloud)
	answer, err := h.runner.Load().Handle(t.Context(), workflow.Request{Action: workflow.ActionBegin, Execution: "arn:x:run-1", Defaults: in})
	if err != nil {
		t.Fatal(err)
	}
	return h, answer.(workflow.BeginResponse).Input
}

// visit asks for one visit, in a process of its own that has so long.
func (h *harness) visit(t *testing.T, in workflow.Input, round int, cursor string, limit time.Duration) (answer workflow.VisitResponse, wasKilled bool, err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			h.restart()
			wasKilled = true
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	name := h.cloud.Functions()[0].Variant.Name()
	got, err := h.runner.Load().Handle(ctx, workflow.Request{Action: workflow.ActionVisit, Run: "run-1", Input: in, Round: round, Function: name, Cursor: cursor})
	if err != nil {
		return answer, false, err
	}
	return got.(workflow.VisitResponse), false, nil
}

func (h *harness) samples(t *testing.T) []results.Sample {
	t.Helper()
	var all []results.Sample
	for s, err := range h.table.Samples(t.Context(), "run-1") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// inSeries counts samples by workload, temperature and what they were sent for.
func inSeries(samples []results.Sample) map[string]int {
	n := map[string]int{}
	for _, s := range samples {
		if series, ok := s.Series(); ok {
			n[string(s.Event.Workload)+" "+string(series.Temperature)]++
		}
	}
	return n
}

// Killed at any invocation, a visit goes on where it stopped: what is stored is
// not measured again.
func TestAVisitGoesOnAfterAKill(t *testing.T) {
	in := workflow.Input{Counts: results.Counts{Cold: 2, Warm: 6, Rounds: 1, WarmUp: 1}, Seed: 1}
	want := map[string]int{"hello cold": 2, "hello warm": 6, "sha256 cold": 2, "sha256 warm": 6}
	const planned = 2 * (2*(1+1) + 6)
	for at := 1; at <= planned; at++ {
		t.Run(fmt.Sprintf("at invocation %d", at), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, in := begun(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...), in)
				h.cloud.Alter = func(i *workflowtest.Invocation) {
					if i.N == at {
						panic(killed{})
					}
				}
				if _, wasKilled, err := h.visit(t, in, 1, "", time.Hour); !wasKilled {
					t.Fatalf("the runner was not killed (%v)", err)
				}
				stored := len(h.samples(t))
				if stored != at-1 {
					t.Errorf("%d samples were stored before invocation %d", stored, at)
				}
				answer, _, err := h.visit(t, in, 1, "", time.Hour)
				if err != nil || !answer.Done || answer.Losses != 0 {
					t.Fatalf("answer %+v, error %v", answer, err)
				}
				all := h.samples(t)
				if diff := cmp.Diff(want, inSeries(all)); diff != "" {
					t.Errorf("samples (-want +got):\n%s", diff)
				}
				// The environment is still busy with the invocation that was cut off: another
				// one may have to be made and warmed up, and nothing else is repeated.
				if len(all) < planned || len(all) > planned+2 || answer.Samples != len(all) {
					t.Errorf("%d samples, want %d to 2 more; the answer says %d", len(all), planned, answer.Samples)
				}
				again, _, err := h.visit(t, in, 1, answer.Cursor, time.Hour)
				if err != nil || again != answer || len(h.samples(t)) != len(all) {
					t.Errorf("a visit that was done answers %+v (%v) and has %d samples", again, err, len(h.samples(t)))
				}
			})
		})
	}
}

// A visit that is longer than an invocation of the runner takes several.
func TestAVisitIsBoundedByTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, in := begun(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...), workflow.Input{Counts: results.Counts{Cold: 20, Warm: 40, Rounds: 1, WarmUp: 1}, Seed: 1})
		answer, calls := workflow.VisitResponse{}, 0
		for !answer.Done {
			began := time.Now()
			var err error
			if answer, _, err = h.visit(t, in, 1, answer.Cursor, 20*time.Second); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("call %d took %v of its 20 s", calls+1, took)
			}
			calls++
		}
		want := map[string]int{"hello cold": 20, "hello warm": 40, "sha256 cold": 20, "sha256 warm": 40}
		if diff := cmp.Diff(want, inSeries(h.samples(t))); diff != "" || calls < 3 {
			t.Errorf("in %d calls, samples (-want +got):\n%s", calls, diff)
		}
		if n := h.cloud.Calls()["Invoke"]; n != 2*(20*2+40) {
			t.Errorf("%d invocations, want none twice", n)
		}
	})
}

func TestVisitRefuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		request workflow.Request
		prepare func(t *testing.T, h *harness)
		want    any
	}{
		{name: "a read that is behind the cursor", request: workflow.Request{Cursor: "5"}, want: new(*workflow.StaleReadError)},
		{name: "a cursor that is none", request: workflow.Request{Cursor: "five"}, want: new(*workflow.RequestError)},
		{name: "a round after the last", request: workflow.Request{Round: 9}, want: new(*workflow.RequestError)},
		{name: "a function that is not there", request: workflow.Request{Function: "gone"}, want: new(*workflow.RequestError)},
		{
			name: "a run that has lost its lease", want: new(*workflow.LostLeaseError),
			prepare: func(t *testing.T, h *harness) {
				time.Sleep(2 * workflow.LeaseTime)
				if err := h.table.Lease(t.Context(), "run-2", time.Hour, time.Now()); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "a store that does not store", want: new(*workflow.StoreError),
			prepare: func(_ *testing.T, h *harness) {
				h.table.Calls = func(method string) error {
					if method == "Put" {
						return errors.New("denied")
					}
					return nil
				}
			},
		},
		{
			name: "an original that cannot be kept", want: new(*workflow.StoreError),
			prepare: func(_ *testing.T, h *harness) {
				h.table.Calls = func(method string) error {
					if method == "Keep" {
						return errors.New("denied")
					}
					return nil
				}
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, in := begun(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...), workflow.Input{Counts: results.Counts{Cold: 1, Warm: 1, WarmUp: 1}, Seed: 1})
				if test.prepare != nil {
					test.prepare(t, h)
				}
				q := test.request
				q.Action, q.Run, q.Input = workflow.ActionVisit, "run-1", in
				if q.Round == 0 {
					q.Round = 1
				}
				if q.Function == "" {
					q.Function = "hello-nodejs18-arm64-128"
				}
				_, err := h.runner.Load().Handle(t.Context(), q)
				if err == nil || !errors.As(err, test.want) {
					t.Errorf("error is %T (%v), want %T", err, err, test.want)
				}
				// The state machine sees the outermost type only.
				if err != nil && errors.Unwrap(err) != nil && errors.As(errors.Unwrap(err), test.want) {
					t.Errorf("error %v has its type inside", err)
				}
				if n := h.cloud.Calls()["UpdateFunctionConfiguration"]; test.name == "an original that cannot be kept" && n != 0 {
					t.Errorf("the function was changed %d times before its original was kept", n)
				}
			})
		})
	}
}

// Cold starts by scale-out: as many environments as samples, no configuration
// changed, and environments that are alive are held busy.
func TestScaleOutTakesColdStartsWithoutUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		latencies := workflowtest.Usual()
		latencies.Iteration = 3 * time.Microsecond // of the fastest language at 128 MB
		cloud := workflowtest.NewCloud(latencies, workflowtest.Variants(1)...)
		h, in := begun(t, cloud, workflow.Input{Counts: results.Counts{Cold: 6, Warm: 8, Rounds: 2, ScaleOut: []string{"nodejs"}, WarmUp: 1}, Seed: 1})
		for round := 1; round <= 2; round++ {
			answer, _, err := h.visit(t, in, round, "", time.Hour)
			if err != nil || !answer.Done || answer.Losses != 0 {
				t.Fatalf("round %d: answer %+v, error %v", round, answer, err)
			}
		}
		want := map[string]int{"hello cold": 6, "hello warm": 8, "sha256 cold": 6, "sha256 warm": 8}
		all := h.samples(t)
		if diff := cmp.Diff(want, inSeries(all)); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		for _, s := range all {
			if s.Wanted == results.Warm && s.Answer.Invocation < 3 {
				t.Errorf("a warm sample is invocation %d of its environment: it was not warmed up", s.Answer.Invocation)
			}
		}
		if n := cloud.Calls()["UpdateFunctionConfiguration"]; n != 0 {
			t.Errorf("%d updates, want none", n)
		}
		if n := cloud.Environments(cloud.Functions()[0].ARN); n < 12 {
			t.Errorf("%d environments for 12 cold starts", n)
		}
	})
}

// A function that is not ours is measured as it is, unless its owner allows more.
func TestExistingFunctions(t *testing.T) {
	own := map[string]string{"MODE": "theirs"}
	for _, test := range []struct {
		name        string
		reconfigure bool
		updates     int
		starts      int // at least: a function that is not ours cannot be told to hold its environments
		want        map[string]int
	}{
		{name: "as it is", starts: 2, want: map[string]int{"hello unknown": 10, "sha256 unknown": 10}},
		{name: "with reconfigure", reconfigure: true, updates: 2*4 + 2, starts: 2 * 4, want: map[string]int{"hello unknown": 10, "sha256 unknown": 10}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...)
				arn := cloud.Functions()[0].ARN
				name := cloud.Functions()[0].Variant.Name()
				cloud.Change(name, func(f *deployed.Function) {
					f.Owned, f.Reconfigure, f.Payload = false, test.reconfigure, json.RawMessage(`{"order":7}`)
				})
				cloud.SetVariables(arn, own)
				cloud.Alter = func(i *workflowtest.Invocation) { i.Payload = []byte(`"whatever"`) }
				h, in := begun(t, cloud, workflow.Input{Counts: results.Counts{Cold: 4, Warm: 6, Rounds: 2, WarmUp: 1}, Seed: 1})
				for round := 1; round <= 2; round++ {
					answer, _, err := h.visit(t, in, round, "", time.Hour)
					if err != nil || !answer.Done {
						t.Fatalf("answer %+v, error %v", answer, err)
					}
					if _, err := h.runner.Load().Handle(t.Context(), workflow.Request{Action: workflow.ActionRestore, Run: "run-1", Input: in, Function: name}); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(test.want, inSeries(h.samples(t))); diff != "" {
					t.Errorf("samples (-want +got):\n%s", diff)
				}
				if n := cloud.Calls()["UpdateFunctionConfiguration"]; n != test.updates {
					t.Errorf("%d updates, want %d", n, test.updates)
				}
				if got := cloud.Variables(arn); !maps.Equal(got, own) {
					t.Errorf("it was left with %v, want %v", got, own)
				}
				starts := 0
				for _, s := range h.samples(t) {
					if s.Record.InitDuration != nil {
						starts++
					}
				}
				if starts < test.starts {
					t.Errorf("%d starts were seen, want %d at least", starts, test.starts)
				}
			})
		})
	}
}

func TestOrderIsSeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, in := begun(t, workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(12)...), workflow.Input{Counts: results.Counts{Cold: 3, WarmUp: 1}, Seed: 4})
		order := func(round int, seed uint64) []workflow.Item {
			in.Seed = seed
			answer, err := h.runner.Load().Handle(t.Context(), workflow.Request{Action: workflow.ActionOrder, Run: "run-1", Input: in, Round: round})
			if err != nil {
				t.Fatal(err)
			}
			return answer.(workflow.OrderResponse).Items
		}
		first := order(1, 4)
		if diff := cmp.Diff(first, order(1, 4)); diff != "" {
			t.Errorf("the same round of the same seed has another order:\n%s", diff)
		}
		if cmp.Equal(first, order(2, 4)) || cmp.Equal(first, order(1, 5)) {
			t.Error("another round or another seed has the same order")
		}
		names := map[string]bool{}
		for _, item := range first {
			names[item.Function] = true
		}
		if len(names) != 12 {
			t.Errorf("%d different functions in the order, want 12", len(names))
		}
	})
}
