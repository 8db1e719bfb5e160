package threshold_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// class has first requests of 1, 2, 3 ... n times a duration.
func class(initialization functions.InitializationType, n int, d time.Duration) results.Class {
	h := latency.New()
	for i := range n {
		h.Record(time.Duration(i+1) * d)
	}
	clock := latency.NewTiming(h, nil)
	return results.Class{ClassKey: results.ClassKey{Environment: results.FirstInvocation, Initialization: string(initialization)}, Latency: clock, Service: clock}
}

func TestJudgeClasses(t *testing.T) {
	const provisioned, onDemand = functions.ProvisionedConcurrency, functions.OnDemand
	es, cjs := target("esmodule", 500, 0), target("commonjs", 500, 0)
	es.Classes = []results.Class{class(provisioned, 20, time.Millisecond), class(onDemand, 20, 10*time.Millisecond)}
	cjs.Classes = []results.Class{class(provisioned, 20, 20*time.Millisecond)}
	alike := target("alike", 500, 0)
	alike.Classes = []results.Class{class(provisioned, 20, time.Millisecond)}
	l := results.Load{Targets: []results.Target{es, cjs, alike}}
	for _, row := range []struct {
		name, condition string
		outcome         results.Outcome
		reason          string // a part of it
	}{
		{"of a target", "esmodule.first.p50>20ms", results.Breached, "p50 of first requests (on-demand) of esmodule is 100"},
		{"of one kind", "esmodule.first.provisioned.p50>20ms", results.Passed, "p50 of first requests (provisioned) of esmodule is 10 ms (95 % interval 6.001 to 15.0"},
		{"not decided", "esmodule.first.provisioned.p50>9ms", results.NotDecided, "95 % interval 6.001 to 15"},
		{"another clock", "esmodule.first.provisioned.service.max>19ms", results.Breached, "service.max of first requests (provisioned) of esmodule is 20"},
		{"one against another", "commonjs.first.p50>esmodule.first.p50", results.Breached, "commonjs is slower than esmodule: p50 of first requests (provisioned) higher by 190 ms"},
		{"the other way, of the kind that both have", "esmodule.first.p50>commonjs.first.p50", results.Passed, "esmodule is faster than commonjs"},
		{"alike", "alike.first.p50>esmodule.first.p50", results.NotDecided, "undecided between alike and esmodule"},
		{"two kinds against each other", "esmodule.first.on-demand.p50>esmodule.first.provisioned.p50", results.Breached, "p50 of first requests (on-demand) of esmodule is 100"},
		{"a kind that there is not", "commonjs.first.on-demand.p50>1s", results.Breached, "p50 of first requests (on-demand) of commonjs cannot be told: no answer came from such a start"},
		{"against a kind that there is not", "esmodule.first.on-demand.p50>commonjs.first.p50", results.Breached, "does not have one figure that it stands against"},
		{"of any target", "first.p50>1s", results.Passed, "first requests (provisioned) of commonjs"},
		{"later requests that are not there", "esmodule.later.p50>1s", results.Breached, "p50 of later requests of esmodule cannot be told"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := judge(c, &l)
			if reason := report.ThresholdReason(got); got.Outcome != row.outcome || !strings.Contains(reason, row.reason) {
				t.Errorf("%s, %q, want %s, %q", got.Outcome, reason, row.outcome, row.reason)
			}
		})
	}
}

// The word on a class is that of the load test's own comparison.
func TestJudgeTakesTheWordOnTheClass(t *testing.T) {
	es, cjs := target("a", 500, 0), target("b", 500, 0)
	es.Classes = []results.Class{class(functions.ProvisionedConcurrency, 20, time.Millisecond)}
	cjs.Classes = []results.Class{class(functions.ProvisionedConcurrency, 20, 20*time.Millisecond)}
	l := results.Load{Targets: []results.Target{es, cjs}, Comparison: &results.Comparison{A: "a", B: "b", Percentile: 99, Verdict: verdict.Undecided, Others: []results.Comparison{
		{A: "a", B: "b", Class: es.Classes[0].ClassKey, Percentile: 50, Verdict: verdict.Undecided}}}}
	c, err := threshold.Parse("b.first.p50>a.first.p50")
	if err != nil {
		t.Fatal(err)
	}
	if got := judge(c, &l); got.Outcome != results.NotDecided {
		t.Errorf("%+v, although the comparison is undecided", got)
	}
}
