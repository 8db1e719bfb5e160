package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// small is a run of two rounds: one cold and two warm samples in each.
func small() bench.Options {
	return bench.Options{Run: "run", Platform: deployed.Local, Seed: 1, Rounds: 2, Cold: 2, Warm: 4, WarmUp: 1}
}

// memory is a keeper. It fails with err once it has as many samples as limit says.
type memory struct {
	samples  []results.Sample
	kept     bool
	original *string
	limit    int
	err      error
}

func (m *memory) KeepSample(_ context.Context, s results.Sample) error {
	if m.err != nil && len(m.samples) == m.limit {
		return m.err
	}
	m.samples = append(m.samples, s)
	return nil
}

func (m *memory) KeepOriginal(_ context.Context, original *string) error {
	if !m.kept {
		m.kept, m.original = true, original
	}
	return nil
}

// visit makes one visit to its end, in a process that knows the stored samples.
func visit(t *testing.T, client bench.LambdaAPI, fn deployed.Function, o bench.Options, round int, m *memory) error {
	t.Helper()
	v, err := bench.NewVisit(client, fn, o, round, m.samples, m)
	if err != nil {
		t.Fatal(err)
	}
	done, err := v.Run(t.Context(), time.Now().Add(24*time.Hour))
	if !done && err == nil {
		t.Error("a visit with a day of time was not done")
	}
	return err
}

// run visits a function in every round, restores it, and returns its row and samples.
func run(t *testing.T, client bench.LambdaAPI, fn deployed.Function, o bench.Options) (results.VariantSummary, []results.Sample) {
	t.Helper()
	m := &memory{}
	var failure error
	for round := 1; round <= o.Rounds && failure == nil; round++ {
		failure = visit(t, client, fn, o, round, m)
	}
	if m.kept {
		if err := bench.Restore(t.Context(), client, fn, m.original, o); err != nil && failure == nil {
			t.Error(err)
		}
	}
	return bench.Row(fn, m.samples, o, failure), m.samples
}

// counts are the numbers of samples by workload and temperature.
func counts(v results.VariantSummary) map[string]int {
	n := map[string]int{}
	for _, s := range v.Series {
		n[s.Workload+" "+string(s.Temperature)] = s.N
	}
	return n
}

func TestVisitsMeasure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs18.x"))
		v, samples := run(t, fake, fns[0], small())
		if v.Variant != fns[0].Variant || v.Status != results.Measured || v.Reason != "" || v.AnswerOK == nil || !*v.AnswerOK || v.RanOn.Version != "22.22.0" {
			t.Errorf("the row is %+v", v)
		}
		want := map[string]int{"hello cold": 2, "hello warm": 4, "sha256 cold": 2, "sha256 warm": 4}
		if diff := cmp.Diff(want, counts(v)); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		cold := v.Find("hello", results.Cold).Metrics
		for name, want := range map[string]float64{
			results.InitMs: 120, results.FirstDurationMs: 8, results.TotalMs: 128, results.ClientMs: 129, results.OverheadMs: 1,
			results.BilledMs: 128, results.MaxMemoryUsedMB: 66, results.CPUMs: 1, results.CPUUtilisation: 0.5,
		} {
			if got := cold[name]; got.P50 == nil || *got.P50 != want {
				t.Errorf("cold %s is %v, want %v", name, got, want)
			}
		}
		for _, s := range samples {
			if s.Run != "run" || s.Platform != deployed.Local || s.Round < 1 || s.Round > 2 || s.RequestID == "" || s.Start.IsZero() || s.Record == nil {
				t.Errorf("sample %+v", s)
			}
			// Invocation 1 is cold, 2 warms up, 3 and on are warm.
			want := map[int]string{1: "cold false", 2: " true", 3: "warm false", 4: "warm false"}[s.Answer.Invocation]
			if got := fmt.Sprint(s.Wanted, " ", s.WarmUp); got != want {
				t.Errorf("invocation %d was sent as %q, want %q", s.Answer.Invocation, got, want)
			}
		}
		if len(samples) != 2*(2+2+4) {
			t.Errorf("%d samples, want 16", len(samples))
		}
		if got, want := fake.of(&fns[0].ARN).variables, map[string]string{deployed.NonceVariable: deployed.FirstNonce, "MODE": "kept"}; !maps.Equal(got, want) {
			t.Errorf("the function was left with %v, want %v", got, want)
		}
	})
}

// The seed and the round draw the order of workloads, so that neither of them is
// always the one that comes first.
func TestWorkloadsComeInSeededOrder(t *testing.T) {
	orders := func(seed uint64) (firsts []functions.Workload) {
		synctest.Test(t, func(t *testing.T) {
			fake, fns := newFake(variant("nodejs22.x"))
			o := small()
			o.Seed, o.Rounds, o.Cold, o.Warm = seed, 12, 12, 0
			_, samples := run(t, fake, fns[0], o)
			for round := 1; round <= o.Rounds; round++ {
				i := slices.IndexFunc(samples, func(s results.Sample) bool { return s.Round == round })
				firsts = append(firsts, samples[i].Event.Workload)
			}
		})
		return firsts
	}
	first, again, other := orders(1), orders(1), orders(2)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the same seed has another order:\n%s", diff)
	}
	if cmp.Equal(first, other) {
		t.Errorf("another seed has the same order: %v", first)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(first)))) != 2 {
		t.Errorf("the same workload is first in every round: %v", first)
	}
}

// once returns a refusal for the first n calls of that name.
func once(call string, n int, err error) func(string) error {
	return func(got string) error {
		if got == call && n > 0 {
			n--
			return err
		}
		return nil
	}
}

func TestVisitsTolerate(t *testing.T) {
	conflict := &types.ResourceConflictException{Message: aws.String("An update is in progress")}
	throttle := &types.TooManyRequestsException{Message: aws.String("Rate exceeded")}
	firstOnly := func(change func(*fakeReply)) func(int, *fakeReply) {
		return func(n int, r *fakeReply) {
			if n == 1 {
				change(r)
			}
		}
	}
	for _, test := range []struct {
		name    string
		prepare func(*fakeFunction)
		missed  map[results.Temperature]int
		errors  int
		reason  string
	}{
		{name: "nothing in the way"},
		{name: "an update that conflicts", prepare: func(f *fakeFunction) { f.refuse = once("update", 3, conflict) }},
		{name: "somebody else's change between reading and writing", prepare: func(f *fakeFunction) {
			f.refuse = once("update", 2, &types.PreconditionFailedException{Message: aws.String("The Revision Id provided does not match")})
		}},
		{name: "a throttled control plane", prepare: func(f *fakeFunction) { f.refuse = once("get", 5, throttle) }},
		{name: "throttled invocations", prepare: func(f *fakeFunction) { f.refuse = once("invoke", 5, throttle) }},
		{name: "a function that is being updated when the run begins", prepare: func(f *fakeFunction) { f.settledAt = time.Now().Add(time.Second) }},
		{name: "no tail", prepare: func(f *fakeFunction) { f.alter = firstOnly(func(r *fakeReply) { r.NoTail = true }) },
			missed: map[results.Temperature]int{results.Unknown: 1}},
		{name: "initialised before the request came", prepare: func(f *fakeFunction) { f.alter = firstOnly(func(r *fakeReply) { r.Wait = fakeFirst }) },
			missed: map[results.Temperature]int{results.Proactive: 1}},
		{name: "an init that ran out of its time", prepare: func(f *fakeFunction) { f.alter = firstOnly(func(r *fakeReply) { r.Record.InitDuration = nil }) },
			missed: map[results.Temperature]int{results.InitTimeout: 1}},
		{name: "a provisioned environment", prepare: func(f *fakeFunction) {
			f.alter = firstOnly(func(r *fakeReply) { r.Answer.InitializationType = functions.ProvisionedConcurrency })
		}, missed: map[results.Temperature]int{results.ProvisionedFirst: 1}},
		{name: "a function that fails once", prepare: func(f *fakeFunction) {
			f.alter = firstOnly(func(r *fakeReply) {
				r.FunctionError, r.Payload = "Unhandled", []byte(`{"errorType":"Runtime.ExitError","errorMessage":"exit status 1"}`)
			})
		}, errors: 1},
		{name: "a connection that breaks once", prepare: func(f *fakeFunction) { f.refuse = once("invoke", 1, errors.New("connection reset by peer")) }, errors: 1},
		{name: "an environment that is replaced between warm invocations", prepare: func(f *fakeFunction) {
			f.alter = func(n int, r *fakeReply) {
				if n == 3 { // the first warm one: the next is of a new environment
					f.generation = -1
				}
			}
		}, missed: map[results.Temperature]int{results.Cold: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, fns := newFake(variant("nodejs22.x"))
				if test.prepare != nil {
					test.prepare(fake.of(&fns[0].ARN))
				}
				v, samples := run(t, fake, fns[0], small())
				if v.Status != results.Measured || v.Reason != "" {
					t.Errorf("status is %s (%s), want measured in full", v.Status, v.Reason)
				}
				got := counts(v)
				for name, want := range map[string]int{"hello cold": 2, "hello warm": 4, "sha256 cold": 2, "sha256 warm": 4} {
					if got[name] != want {
						t.Errorf("%d %s samples, want %d", got[name], name, want)
					}
				}
				if diff := cmp.Diff(test.missed, v.Missed); diff != "" || v.Errors != test.errors {
					t.Errorf("%d errors, want %d; missed (-want +got):\n%s", v.Errors, test.errors, diff)
				}
				kept := 0
				for _, s := range samples {
					if s.Error != "" || s.Wanted != "" && s.Temperature() != s.Wanted {
						kept++
					}
				}
				want := test.errors
				for _, n := range test.missed {
					want += n
				}
				if kept != want {
					t.Errorf("%d samples that missed were kept, want %d", kept, want)
				}
			})
		})
	}
}

// The previous configuration is served while an update is in progress, and for a
// moment after it: such a sample is tried again.
func TestStaleConfigurationIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		fn := fake.of(&fns[0].ARN)
		fn.environment, fn.generation = 1, 0 // alive from earlier traffic
		stale := 2
		fn.alter = func(n int, r *fakeReply) {
			if r.Record.InitDuration != nil && stale > 0 {
				// The worker has not heard of the update yet: the old environment answers.
				stale--
				r.Record.InitDuration, r.Answer.Invocation, r.Answer.EnvironmentID = nil, 7, "old"
			}
		}
		v, _ := run(t, fake, fns[0], small())
		if v.Status != results.Measured || v.Reason != "" || v.Missed[results.Warm] != 2 {
			t.Errorf("%s (%s), missed %v; want measured in full after 2 warm ones", v.Status, v.Reason, v.Missed)
		}
		if got := fake.count("update nodejs22.x"); got != 2*2+2+1 {
			t.Errorf("%d updates, want 4 for the cold starts, 2 again and 1 to restore", got)
		}
	})
}

func TestTriesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		fake.of(&fns[0].ARN).alter = func(n int, r *fakeReply) {
			if r.Record.InitDuration != nil {
				r.Wait = fakeFirst // every environment is made before its request
			}
		}
		v, _ := run(t, fake, fns[0], small())
		want := map[string]int{"hello proactive": 8, "hello warm": 4, "sha256 proactive": 8, "sha256 warm": 4}
		if diff := cmp.Diff(want, counts(v)); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		if v.Status != results.Measured || v.Reason != "0 of 2 cold hello samples, 0 of 2 cold sha256 samples" {
			t.Errorf("%s (%s)", v.Status, v.Reason)
		}
	})
}

func TestAVisitFails(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform: lambda:InvokeFunction"}
	for _, test := range []struct {
		name     string
		prepare  func(*fakeFunction)
		reason   string
		answerOK *bool
		invokes  int // at most, of the failing variant
	}{
		{"a wrong answer", func(f *fakeFunction) {
			f.alter = func(n int, r *fakeReply) { r.Answer.Answer = "feed" }
		}, `wrong answer: answer is "feed"`, aws.Bool(false), 1},
		{"the wrong language", func(f *fakeFunction) {
			f.alter = func(n int, r *fakeReply) { r.Answer.Language = "bash" }
		}, `wrong answer: language is "bash", want "nodejs"`, aws.Bool(false), 1},
		{"a function that always fails", func(f *fakeFunction) {
			f.alter = func(n int, r *fakeReply) {
				r.FunctionError, r.Payload = "Unhandled", []byte(`{"errorType":"Runtime.ExitError","errorMessage":"exit status 1"}`)
			}
		}, "4 of 4 tries failed, the last one: function error (Unhandled): Runtime.ExitError: exit status 1", nil, 4},
		{"garbage", func(f *fakeFunction) {
			f.alter = func(n int, r *fakeReply) { r.Payload = []byte("<html>") }
		}, "parse answer", nil, 4},
		{"a role that may not invoke", func(f *fakeFunction) { f.refuse = once("invoke", 1000, denied) }, "invoke: ", nil, 1},
		{"a role that may not update", func(f *fakeFunction) { f.refuse = once("update", 1000, denied) }, "force a cold start: update configuration: ", nil, 0},
		{"a function that stays locked", func(f *fakeFunction) {
			f.refuse = once("update", 1_000_000, &types.ResourceConflictException{Message: aws.String("An update is in progress")})
		}, "force a cold start: waited for 2m0s: ", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, fns := newFake(variant("bad"))
				test.prepare(fake.of(&fns[0].ARN))
				bad, _ := run(t, fake, fns[0], small())
				if bad.Status != results.Failed || !strings.Contains(bad.Reason, test.reason) {
					t.Errorf("%s (%s), want failed (%s)", bad.Status, bad.Reason, test.reason)
				}
				if diff := cmp.Diff(test.answerOK, bad.AnswerOK); diff != "" {
					t.Errorf("answerOk (-want +got):\n%s", diff)
				}
				if got := fake.count("invoke bad"); got > test.invokes {
					t.Errorf("the failing variant was invoked %d times, want %d at most", got, test.invokes)
				}
			})
		})
	}
}

func TestAFunctionThatDoesNotExist(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, _ := newFake(variant("nodejs22.x"))
		deleted := deployed.Function{Variant: variant("deleted"), ARN: "arn:aws:lambda:eu-west-1:123456789012:function:deleted", Owned: true}
		if v, _ := run(t, fake, deleted, small()); v.Status != results.Failed || !strings.Contains(v.Reason, "ResourceNotFoundException") {
			t.Errorf("%s (%s)", v.Status, v.Reason)
		}
	})
}

func TestEncryptedVariablesAreNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		if v, _ := run(t, lockedEnvironment{fake}, fns[0], small()); v.Status != results.Failed || !strings.Contains(v.Reason, "AccessDeniedException") {
			t.Errorf("%s (%s)", v.Status, v.Reason)
		}
		if n := fake.count("update nodejs22.x"); n != 0 {
			t.Errorf("%d updates, want none", n)
		}
	})
}

func TestAFunctionThatIsNotOursIsMeasuredAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		fns[0].Owned, fns[0].Payload = false, json.RawMessage(`{"workload":"hello"}`)
		fake.of(&fns[0].ARN).alter = func(n int, r *fakeReply) { r.Payload = []byte(`"anything"`) }
		v, samples := run(t, fake, fns[0], small())
		if diff := cmp.Diff(map[string]int{"hello unknown": 4, "sha256 unknown": 4}, counts(v)); diff != "" || v.Status != results.Measured || v.Reason != "" || v.AnswerOK != nil {
			t.Errorf("%s (%s), samples (-want +got):\n%s", v.Status, v.Reason, diff)
		}
		if n := fake.count("update nodejs22.x"); n != 0 {
			t.Errorf("%d updates, want none", n)
		}
		if samples[0].Error != "" || samples[0].Record.InitDuration == nil {
			t.Errorf("the first sample is %+v, want its record", samples[0])
		}
	})
}

func TestWarmOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		o := small()
		o.Cold, o.Rounds = 0, 1
		v, _ := run(t, fake, fns[0], o)
		if diff := cmp.Diff(map[string]int{"hello warm": 4, "sha256 warm": 4}, counts(v)); diff != "" || v.Reason != "" {
			t.Errorf("%s, samples (-want +got):\n%s", v.Reason, diff)
		}
		if n := fake.count("update nodejs22.x"); n != 0 {
			t.Errorf("%d updates, want none", n)
		}
	})
}

func TestNewVisitRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		o     bench.Options
		round int
	}{
		{"a negative count", bench.Options{Platform: deployed.Local, Cold: -1}, 1},
		{"an unknown platform", bench.Options{Platform: "azure", Cold: 1}, 1},
		{"no platform", bench.Options{Cold: 1}, 1},
		{"round 0", small(), 0},
		{"a round after the last", small(), 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := bench.NewVisit(&fakeLambda{}, deployed.Function{}, test.o, test.round, nil, &memory{}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("right"), variant("wrong"), variant("failing"))
		fake.of(&fns[1].ARN).alter = func(n int, r *fakeReply) { r.Answer.Architecture = "arm64" }
		fake.of(&fns[2].ARN).alter = func(n int, r *fakeReply) { r.FunctionError, r.Payload = "Unhandled", []byte("{}") }
		all, err := bench.Check(t.Context(), fake, fns, small())
		if err != nil {
			t.Fatal(err)
		}
		want := []results.VariantSummary{
			{Variant: variant("right"), Status: results.Checked, AnswerOK: aws.Bool(true), RanOn: &results.RanOn{Version: "22.22.0"}},
			{Variant: variant("wrong"), Status: results.Failed, AnswerOK: aws.Bool(false), RanOn: &results.RanOn{Version: "22.22.0"}, Reason: `wrong answer: architecture is "arm64", want "x86_64"`},
			{Variant: variant("failing"), Status: results.Failed, AnswerOK: aws.Bool(false), Reason: "function error (Unhandled): {}"},
		}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Errorf("checks (-want +got):\n%s", diff)
		}
		for _, line := range fake.order() {
			if strings.HasPrefix(line, "update") {
				t.Errorf("a check made the call %q", line)
			}
		}
	})
}
