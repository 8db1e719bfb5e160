package collect_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/collect"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
)

// bench is a run that has been sampled and not been collected yet.
type bench struct {
	cloud     *workflowtest.Cloud
	table     *workflowtest.Table
	collector *collect.Collector
	input     workflow.Input
}

// sample makes all visits of a run: every function in every round.
func sample(t *testing.T, cloud *workflowtest.Cloud, in workflow.Input) *bench {
	t.Helper()
	b := &bench{cloud: cloud, table: &workflowtest.Table{}}
	if err := cloud.Fill(t.Context(), b.table); err != nil {
		t.Fatal(err)
	}
	runner := &workflow.Runner{Lambda: cloud, Store: b.table, Platform: deployed.AWS}
	ask := func(q workflow.Request) any {
		t.Helper()
		answer, err := runner.Handle(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	begun := ask(workflow.Request{Action: workflow.ActionBegin, Execution: "arn:x:run-1", Defaults: in}).(workflow.BeginResponse)
	b.input = begun.Input
	for _, round := range begun.Rounds {
		for _, item := range ask(workflow.Request{Action: workflow.ActionOrder, Run: "run-1", Input: b.input, Round: round}).(workflow.OrderResponse).Items {
			for done := false; !done; {
				answer := ask(workflow.Request{Action: workflow.ActionVisit, Run: "run-1", Input: b.input, Round: round, Function: item.Function}).(workflow.VisitResponse)
				done = answer.Done
				time.Sleep(time.Duration(answer.WaitSeconds) * time.Second)
			}
		}
	}
	b.collector = &collect.Collector{Logs: cloud, Store: b.table, Platform: deployed.AWS}
	return b
}

// collect asks as the state machine does, and returns the number of passes.
func (b *bench) collect(t *testing.T) (passes int) {
	t.Helper()
	for {
		passes++
		answer, err := b.collector.Handle(t.Context(), collect.Request{Action: collect.ActionCollect, Run: "run-1", Input: b.input})
		if err != nil {
			t.Fatal(err)
		}
		pass := answer.(collect.CollectResponse)
		if pass.Complete {
			return passes
		}
		if pass.WaitSeconds < 1 || pass.WaitSeconds > 60 || pass.Missing < 1 {
			t.Fatalf("pass %d answers %+v", passes, pass)
		}
		time.Sleep(time.Duration(pass.WaitSeconds) * time.Second)
	}
}

func (b *bench) tally(t *testing.T) results.Tally {
	t.Helper()
	all, err := collect.Tallies(t.Context(), b.table, "run-1")
	if err != nil {
		t.Fatal(err)
	}
	return collect.Total(all)
}

func (b *bench) samples(t *testing.T) []results.Sample {
	t.Helper()
	var all []results.Sample
	for s, err := range b.table.Samples(t.Context(), "run-1") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// Every tenth tail is withheld and the logs are late: the collector supplies
// what is missing, and what it supplied is what the tail would have said.
func TestWithheldTailsAreSuppliedFromTheLogs(t *testing.T) {
	for _, json := range []bool{false, true} {
		t.Run(fmt.Sprintf("JSON %t", json), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				latencies := workflowtest.Usual()
				latencies.Ingestion = 3 * time.Minute
				cloud := workflowtest.NewCloud(latencies, workflowtest.Variants(2)...)
				withheld := map[string]bool{}
				cloud.Alter = func(i *workflowtest.Invocation) {
					i.JSON = json
					if i.NoTail = i.N%10 == 1; i.NoTail {
						withheld[i.Record.RequestID] = true
					}
				}
				b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 10, Warm: 30, WarmUp: 1}, Seed: 1})
				sampled := time.Now()
				passes := b.collect(t)
				if waited := time.Since(sampled); passes < 2 || waited < time.Minute || waited > 4*time.Minute {
					t.Errorf("%d passes in %v, want some, and an end soon after the logs came", passes, waited)
				}
				all := b.samples(t)
				late := 0
				for _, s := range all {
					if s.Record == nil {
						t.Fatalf("sample %s has no record", s.RequestID)
					}
					if withheld[s.RequestID] {
						late++
						if first := s.Answer.Invocation == 1; first != (s.Record.InitDuration != nil) || first != (s.Record.Extra[collect.InitStartTime] != "") {
							t.Errorf("invocation %d was completed with %+v", s.Answer.Invocation, s.Record)
						}
						if want := s.Wanted; want != "" && s.Temperature() != want {
							t.Errorf("a sample that was completed came out %s, want %s", s.Temperature(), want)
						}
					}
				}
				sum := b.tally(t)
				want := results.Tally{
					Asked: 2 * 2 * 40, Stored: 2 * 2 * 40, Invocations: len(all), Records: len(all), Late: late,
					Series: 2 * 4, Events: sum.Events,
				}
				if diff := cmp.Diff(want, sum); diff != "" {
					t.Errorf("tally (-want +got):\n%s", diff)
				}
				if late != len(withheld) || late < len(all)/11 {
					t.Errorf("%d records were supplied, %d of %d tails withheld", late, len(withheld), len(all))
				}
				// One query for each group and pass, each of few pages.
				if calls := cloud.Calls()["FilterLogEvents"]; calls > 2*passes*3 {
					t.Errorf("%d calls of FilterLogEvents in %d passes over 2 groups", calls, passes)
				}
			})
		})
	}
}

// What the collector leaves is what the samples say, and enough to say it again without
// them: the series, their places and values, and what was lost.
func TestTheAggregatesSayWhatTheSamplesSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		variants := workflowtest.Variants(4)
		cloud := workflowtest.NewCloud(workflowtest.Usual(), variants...)
		slow, broken := variants[1].Name(), variants[2].Name()
		cloud.Alter = func(i *workflowtest.Invocation) {
			d := *i.Record.Duration + time.Duration(i.N%7)*10*time.Microsecond
			if i.Function == slow {
				d += 5 * time.Millisecond
			}
			i.Record.Duration = &d
			if i.Function == broken && i.N == 10 {
				i.FunctionError = "Unhandled" // it is tried again
			}
		}
		b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 12, Warm: 24, WarmUp: 1}, Seed: 1})
		if err := b.table.Keep(t.Context(), "run-1", "FAILURE#000003#"+broken+"#Timeout", workflow.Failure{Round: 3, Function: broken, Error: "Timeout", Cause: "late"}); err != nil {
			t.Fatal(err)
		}
		b.input.Cold++ // one of each workload was not taken
		b.collect(t)
		for range 2 { // a step that is retried
			if _, err := b.collector.Handle(t.Context(), collect.Request{Action: collect.ActionAggregate, Run: "run-1", Input: b.input}); err != nil {
				t.Fatal(err)
			}
		}
		want := results.Run{Samples: b.samples(t)}
		want.Summarise()
		slices.SortFunc(want.Variants, func(a, b results.VariantSummary) int { return matrix.Compare(a.Variant, b.Variant) })
		got, err := b.table.VariantsOf(t.Context(), "run-1")
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for i, v := range got {
			if diff := cmp.Diff(want.Variants[i].Series, v.Series); diff != "" {
				t.Errorf("series of %v (-samples +table):\n%s", v.Variant, diff)
			}
			if v.Variant == variants[1] {
				last = v.Find("hello", results.Warm).Place.Best
			}
			status, reason, errors := results.Measured, "12 of 13 cold hello samples, 12 of 13 cold sha256 samples", 0
			lost := map[string]int{collect.LossNotTaken: 2}
			if v.Variant == variants[2] {
				status, reason, errors = results.Failed, "round 3: Timeout: late", 1
				lost = v.Losses // the try that failed may stand for one that was not taken
			}
			if v.Status != status || v.Reason != reason || v.Errors != errors || !maps.Equal(v.Losses, lost) || len(lost) == 0 {
				t.Errorf("%v: %s (%s), %d errors, losses %v", v.Variant, v.Status, v.Reason, v.Errors, v.Losses)
			}
		}
		if last != 4 {
			t.Errorf("the slow function has place %d of 4", last)
		}
		values, err := b.table.ValuesOf(t.Context(), "run-1")
		if diff := cmp.Diff(want.Values(), values); err != nil || diff != "" {
			t.Errorf("%v; values (-samples +table):\n%s", err, diff)
		}
	})
}

// Collecting again, also after a pass that was killed, changes nothing.
func TestCollectingTwiceChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(3)...)
		cloud.Alter = func(i *workflowtest.Invocation) { i.NoTail = i.N%4 == 0 }
		b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 4, Warm: 8, WarmUp: 1}, Seed: 1})
		time.Sleep(time.Minute)
		puts := 0
		b.table.Calls = func(method string) error {
			if method != "Keep" {
				return nil
			}
			if puts++; puts == 2 {
				return context.DeadlineExceeded // the second function is stored and not yet counted
			}
			return nil
		}
		if _, err := b.collector.Handle(t.Context(), collect.Request{Action: collect.ActionCollect, Run: "run-1", Input: b.input}); err == nil {
			t.Fatal("the first pass was to fail")
		}
		b.table.Calls = nil
		b.collect(t)
		aggregate := func() {
			t.Helper()
			answer, err := b.collector.Handle(t.Context(), collect.Request{Action: collect.ActionAggregate, Run: "run-1", Input: b.input})
			if err != nil || answer.(collect.AggregateResponse).Series != 3*4 {
				t.Fatalf("answer %+v, error %v", answer, err)
			}
		}
		aggregate()
		state := func() any {
			series, err := b.table.SeriesOf(t.Context(), "run-1")
			if err != nil {
				t.Fatal(err)
			}
			run, _, err := b.table.Run(t.Context(), "run-1")
			if err != nil {
				t.Fatal(err)
			}
			return []any{b.samples(t), b.tally(t), series, run}
		}
		first, calls := state(), cloud.Calls()["FilterLogEvents"]
		time.Sleep(time.Hour)
		if passes := b.collect(t); passes != 1 {
			t.Errorf("%d passes, want 1", passes)
		}
		aggregate()
		if diff := cmp.Diff(first, state()); diff != "" {
			t.Errorf("collecting again changed (-first +second):\n%s", diff)
		}
		if again := cloud.Calls()["FilterLogEvents"]; again != calls {
			t.Errorf("%d calls of FilterLogEvents for what was complete", again-calls)
		}
	})
}

// Ten thousand events, of which one in a hundred is malformed, others are there
// twice, in another order, or late: whatever becomes of them, the counts add up.
func TestCountsConserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		variants := workflowtest.Variants(1)
		cloud := workflowtest.NewCloud(workflowtest.Usual(), variants...)
		cloud.Alter = func(i *workflowtest.Invocation) { i.NoTail = true; i.JSON = i.N%2 == 0 }
		b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 40, Warm: 1500, WarmUp: 1}, Seed: 3})
		group := "/aws/lambda/" + variants[0].Name()
		rng := rand.New(rand.NewPCG(5, 5))
		malformed, twice, sent := map[string]bool{}, 0, 0
		cloud.EditLog(group, func(events []workflowtest.LogEvent) []workflowtest.LogEvent {
			sent = len(events)
			for i := range events {
				e := &events[i]
				switch n := rng.IntN(100); {
				case n == 0 && !strings.HasPrefix(e.Message, "END") && !strings.Contains(e.Message, "runtimeDone"):
					e.Message = strings.NewReplacer("Duration: ", "Duration: x", "RequestId: ", "RequestId: \t", `durationMs":`, `durationMs":"x`, `"record":{`, `"record":{"metrics":7,`, "INIT_START ", "INIT_START \xff").Replace(e.Message)
					malformed[e.ID] = true
				case n == 1:
					events = append(events, *e) // the same event again
					twice++
				case n == 2:
					e.Readable = e.Readable.Add(4 * time.Minute)
				}
			}
			for range 500 {
				at := events[rng.IntN(sent)]
				at.ID, at.Message = fmt.Sprintf("own-%d", rng.Uint64()), "REPORTING for duty\n"
				events = append(events, at)
			}
			rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			if len(events) < 10_000 {
				t.Fatalf("%d events, want 10,000", len(events))
			}
			return events
		})
		b.collect(t)
		sum := b.tally(t)
		e := sum.Events
		if total := e.Reports + e.Phases + e.Own + e.Malformed + e.Duplicates; total != e.Read {
			t.Errorf("%d events were read, %d are accounted for: %+v", e.Read, total, e)
		}
		if e.Malformed != len(malformed) || e.Duplicates < twice || e.Own < 500 || len(malformed) < 50 {
			t.Errorf("%+v; %d lines were made malformed, %d doubled", e, len(malformed), twice)
		}
		lost := 0
		for _, n := range sum.Losses {
			lost += n
		}
		if sum.Asked != 2*1540 || sum.Asked != sum.Stored+lost || lost == 0 {
			t.Errorf("%d asked, %d stored, losses %v", sum.Asked, sum.Stored, sum.Losses)
		}
		unrecorded := 0
		for name, n := range sum.Unrecorded {
			unrecorded += n
			if name != collect.LossMalformed && name != collect.LossNoRecord {
				t.Errorf("%d are lost as %q", n, name)
			}
		}
		if sum.Invocations != len(b.samples(t)) || sum.Invocations != sum.Records+unrecorded || sum.Late != sum.Records {
			t.Errorf("%d invocations, %d records, %d of them late, unrecorded %v", sum.Invocations, sum.Records, sum.Late, sum.Unrecorded)
		}
		raw := map[string]dynamo.Raw{}
		for _, line := range b.table.Raw("run-1") {
			raw[line.EventID] = line
			if line.Error == "" || line.Message == "" || line.LogGroup != group {
				t.Errorf("raw line %+v", line)
			}
		}
		if diff := cmp.Diff(len(malformed), len(raw)); diff != "" {
			t.Errorf("raw lines (-want +got):\n%s", diff)
		}
		for id := range maps.Keys(malformed) {
			if _, ok := raw[id]; !ok {
				t.Errorf("line %s is not stored raw", id)
			}
		}
	})
}

// A late record changes what a sample is: the answer alone took it for cold.
func TestALateRecordReclassifies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(1)...)
		cloud.Alter = func(i *workflowtest.Invocation) {
			if i.N == 1 {
				i.NoTail, i.Record.InitDuration = true, nil // its init ran out of time
			}
		}
		b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 1, Warm: 1, WarmUp: 1}, Seed: 1})
		time.Sleep(time.Minute)
		b.collect(t)
		got := map[results.Temperature]int{}
		for _, s := range b.samples(t) {
			if s.Wanted == results.Cold {
				got[s.Temperature()]++
			}
		}
		if diff := cmp.Diff(map[results.Temperature]int{results.InitTimeout: 1, results.Cold: 1}, got); diff != "" {
			t.Errorf("temperatures (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int{"came out init-timeout": 1}, b.tally(t).Losses); diff != "" {
			t.Errorf("losses (-want +got):\n%s", diff)
		}
	})
}

func TestHandleRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		q    collect.Request
	}{
		{"no run", collect.Request{Action: collect.ActionCollect}},
		{"another action", collect.Request{Action: "tidy", Run: "run-1"}},
		{"a run that is not there", collect.Request{Action: collect.ActionCollect, Run: "run-2"}},
		{"no run to aggregate", collect.Request{Action: collect.ActionAggregate, Run: "run-2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &collect.Collector{Store: &workflowtest.Table{}, Platform: deployed.AWS}
			if answer, err := c.Handle(t.Context(), test.q); err == nil {
				t.Errorf("answer %+v, want an error", answer)
			}
		})
	}
}
