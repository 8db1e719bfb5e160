package threshold_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func cell(language, runtime string, a functions.Architecture) matrix.Variant {
	return matrix.Variant{Function: "hello", Language: language, Runtime: runtime, Architecture: a, MemoryMB: 512}
}

// sample took 40 ms to init and total ms in all if it is cold, and total if it is warm.
func sample(v matrix.Variant, e functions.Event, t results.Temperature, environment string, total float64) results.Sample {
	ms := func(v float64) *time.Duration { return new(time.Duration(v * float64(time.Millisecond))) }
	s := results.Sample{
		Variant: v, Event: e, Wanted: t, Elapsed: time.Minute,
		Record: &lambdalog.Record{Duration: ms(total)},
		Answer: &functions.Answer{EnvironmentID: environment, Invocation: 2, InitializationType: functions.OnDemand},
	}
	if t == results.Cold {
		s.Answer.Invocation, s.Record.InitDuration, s.Record.Duration = 1, ms(40), ms(total-40)
	}
	if v.SnapStart {
		s.Answer.InitializationType = functions.SnapStart
		s.Record.InitDuration, s.Record.RestoreDuration = nil, s.Record.InitDuration
	}
	return s
}

// measured is a run of these cold and warm medians: 20 samples of each, of environments of their own.
func measured(cold map[matrix.Variant]float64, warm map[matrix.Variant]float64, e functions.Event) results.Run {
	var r results.Run
	for _, v := range slices.SortedFunc(func(yield func(matrix.Variant) bool) {
		for v := range cold {
			if !yield(v) {
				return
			}
		}
	}, matrix.Compare) {
		for i := range 20 {
			factor, environment := 1+float64(i-10)/50, fmt.Sprint(v, i)
			r.Samples = append(r.Samples, sample(v, e, results.Cold, environment, cold[v]*factor))
			if warm[v] > 0 {
				r.Samples = append(r.Samples, sample(v, e, results.Warm, environment, warm[v]*factor))
			}
		}
		r.Variants = append(r.Variants, results.VariantSummary{Variant: v, Status: results.Measured})
	}
	for v, series := range results.Summarise(slices.Values(r.Samples)) {
		i := slices.IndexFunc(r.Variants, func(row results.VariantSummary) bool { return row.Variant == v })
		r.Variants[i].Series = series
	}
	return r
}

func TestJudgeCells(t *testing.T) {
	node, old := cell("nodejs", "nodejs22.x", "arm64"), cell("nodejs", "nodejs18.x", "arm64")
	nodeX, goARM := cell("nodejs", "nodejs22.x", "x86_64"), cell("go", "provided.al2023", "arm64")
	r := measured(map[matrix.Variant]float64{node: 200, old: 400, nodeX: 201, goARM: 60}, map[matrix.Variant]float64{node: 2, old: 2}, functions.Event{Workload: "hello"})
	sha := measured(map[matrix.Variant]float64{node: 900, old: 1000}, nil, functions.Event{Workload: "sha256", Iterations: 50})
	r.Samples = append(r.Samples, sha.Samples...)
	for i, v := range r.Variants {
		for _, other := range sha.Variants {
			if other.Variant == v.Variant {
				r.Variants[i].Series = append(r.Variants[i].Series, other.Series...)
			}
		}
	}
	r.Variants = append(r.Variants, results.VariantSummary{Variant: cell("java", "java21", "arm64"), Status: results.Skipped},
		results.VariantSummary{Variant: cell("go", "provided.al2023", "x86_64"), Status: results.Checked}, results.VariantSummary{Variant: cell("nodejs", "nodejs20.x", "arm64"), Status: results.Failed})
	for _, row := range []struct {
		name, condition string
		outcome         results.Outcome
		reason          string // a part of it
	}{
		{"a cell", "nodejs22.x/arm64/512.cold.p50>100ms", results.Breached, "p50 of cold starts of hello nodejs22.x arm64 512 MB is 196 ms (95 % interval"},
		{"it is not so", "nodejs22.x/arm64/512.cold.p50>1s", results.Passed, "cold starts of hello nodejs22.x arm64 512 MB"},
		{"not decided", "nodejs22.x/arm64/512.cold.p50>197ms", results.NotDecided, "95 % interval"},
		{"a percentile with too few", "nodejs22.x/arm64/512.cold.p99>1s", results.NotDecided, "an upper bound needs 368 samples, there are 20"},
		{"warm", "nodejs22.x/arm64/512.warm.p50>1ms", results.Breached, "p50 of warm invocations of hello nodejs22.x"},
		{"a language in any order", "512/go.cold.max>60ms", results.Breached, "max of cold starts of hello go arm64 512 MB is 70.8"},
		{"the smallest as it was", "go.cold.min<40ms", results.Passed, "min of cold starts"},
		{"a mean as it was", "go.cold.mean>50ms", results.Breached, "mean of cold starts of hello go arm64 512 MB is 59.4"},
		{"a metric", "go.cold.init.p50>39ms", results.Breached, "init.p50 of cold starts of hello go arm64 512 MB is 40"},
		{"another workload", "nodejs22.x/arm64/512.sha256.cold.p50>500ms", results.Breached, "cold starts of hello nodejs22.x arm64 512 MB, sha256 is 882"},
		{"any cell", "x86_64.cold.p50>1ms", results.Breached, "nodejs22.x x86_64"},
		{"one against another", "nodejs18.x.cold.p50>nodejs22.x/arm64.cold.p50", results.Breached, "nodejs18.x/arm64/512 is slower than nodejs22.x/arm64/512: p50 of cold starts higher by"},
		{"the other way", "nodejs22.x/arm64.cold.p50>nodejs18.x/arm64.cold.p50", results.Passed, "is faster than"},
		{"alike", "nodejs22.x/x86_64.cold.p50>nodejs22.x/arm64.cold.p50", results.NotDecided, "undecided between nodejs22.x/x86_64/512 and nodejs22.x/arm64/512"},
		{"those of an architecture against their like", "nodejs22.x/arm64.cold.p50>x86_64.cold.p50", results.NotDecided, "undecided between nodejs22.x/arm64/512 and nodejs22.x/x86_64/512"},
		{"against several that are as like", "go.cold.p50>nodejs.cold.p50", results.Breached, "does not have one figure that it stands against"},
		{"cold against warm", "nodejs22.x/arm64.cold.p50>warm.p50", results.Breached, "p50 of warm invocations of hello nodejs22.x arm64 512 MB is 1.96"},
		{"itself", "go.cold.p50>=go.cold.p50", results.Passed, "cold starts of hello go"},
		{"a cell that was skipped", "java.cold.p50>1s", results.Breached, "p50 of cold starts of hello java21 arm64 512 MB cannot be told: there are no such samples"},
		{"cells of which one was skipped", "go.cold.p50>1s", results.Passed, "cold starts of hello go arm64 512 MB"},
		{"cells of which one failed", "nodejs.cold.p50>1s", results.Breached, "hello nodejs20.x arm64 512 MB cannot be told"},
		{"a temperature that was not measured", "go.warm.p50>1s", results.Breached, "there are no such samples"},
		{"no such cell", "python.cold.p50>1s", results.Breached, "the run has no such cell"},
		{"no load test", "p99>1s", results.Breached, "there was no load test"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := threshold.Judge(&r, []threshold.Threshold{c}, verdict.Options{})[0]
			if reason := report.ThresholdReason(got); got.Outcome != row.outcome || !strings.Contains(reason, row.reason) {
				t.Errorf("%s, %q, want %s, %q", got.Outcome, reason, row.outcome, row.reason)
			}
		})
	}
}

// TestConditionsOnSnapStart: the word names the cells that have it, and comparisons tell
// them from those that do not.
func TestConditionsOnSnapStart(t *testing.T) {
	plain, node := cell("java", "java21", "arm64"), cell("nodejs", "nodejs22.x", "arm64")
	restored := plain
	restored.SnapStart = true
	r := measured(map[matrix.Variant]float64{plain: 400, restored: 120, node: 200}, nil, functions.Event{Workload: "hello"})
	for _, row := range []struct {
		condition string
		outcome   results.Outcome
		reason    string
	}{
		{"java21/snapstart.cold.p50>300ms", results.Passed, "cold starts of hello java21 arm64 512 MB SnapStart is 117"},
		{"java21/snapstart.cold.restore.p50>39ms", results.Breached, "restore.p50 of cold starts of hello java21 arm64 512 MB SnapStart is 40"},
		{"java21.cold.p50>300ms", results.Breached, "hello java21 arm64 512 MB is 392"},
		{"java21/snapstart.cold.p50>nodejs22.x.cold.p50", results.Passed, "java21/arm64/512/snapstart is faster than nodejs22.x/arm64/512"},
		{"nodejs22.x.cold.p50>java21/snapstart.cold.p50", results.Breached, "nodejs22.x/arm64/512 is slower than java21/arm64/512/snapstart"},
	} {
		t.Run(row.condition, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := threshold.Judge(&r, []threshold.Threshold{c}, verdict.Options{})[0]
			if reason := report.ThresholdReason(got); got.Outcome != row.outcome || !strings.Contains(reason, row.reason) {
				t.Errorf("%s, %q, want %s, %q", got.Outcome, reason, row.outcome, row.reason)
			}
		})
	}
}

// A condition on two medians never says what the places of the same run deny.
func TestConditionsAgreeWithPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 8))
	alone, both := 0, 0
	for range 40 {
		var r results.Run
		var cells []matrix.Variant
		e := functions.Event{Workload: "hello"}
		for i := range 8 {
			v := cell("nodejs", fmt.Sprintf("nodejs%d.x", i), "arm64")
			cells = append(cells, v)
			for k := range 12 {
				r.Samples = append(r.Samples, sample(v, e, results.Cold, fmt.Sprint(i, k), 100*math.Exp(0.15*float64(i)+0.2*rng.NormFloat64())))
			}
			r.Variants = append(r.Variants, results.VariantSummary{Variant: v, Status: results.Measured})
		}
		all := results.Summarise(slices.Values(r.Samples))
		for i := range r.Variants {
			r.Variants[i].Series = all[r.Variants[i].Variant]
		}
		results.SetPlaces(r.Variants, r.Values(), verdict.Options{})
		for i, a := range cells {
			for k, b := range cells {
				if i == k {
					continue
				}
				c, err := threshold.Parse(fmt.Sprintf("%s.cold.p50>%s.cold.p50", a.Runtime, b.Runtime))
				if err != nil {
					t.Fatal(err)
				}
				got := threshold.Judge(&r, []threshold.Threshold{c}, verdict.Options{})[0]
				slow, fast := r.Variants[i].Series[0].Place, r.Variants[k].Series[0].Place
				if got.Outcome != results.Breached {
					alone++
					continue
				}
				both++
				if slow.Best == 1 || fast.Worst == fast.Of || slow.Worst <= fast.Best {
					t.Errorf("%s is breached, and the places are %d-%d and %d-%d", c, slow.Best, slow.Worst, fast.Best, fast.Worst)
				}
			}
		}
	}
	if both == 0 || alone == 0 {
		t.Errorf("%d conditions were breached and %d were not: the test asks nothing", both, alone)
	}
}
