package threshold_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// target has answers of 1, 2, 3 ... n milliseconds, ten a second, and as many fast and
// slow ones in every second, so that they are worth their number.
func target(name string, n, failed int) results.Target {
	const stride = 307 // a prime that divides no n
	latencies := make([]time.Duration, n)
	for i := range latencies {
		latencies[i] = time.Duration(i*stride%n+1) * time.Millisecond
	}
	t := answered(name, latencies)
	t.Planned, t.Sent, t.Dropped = int64(n+failed+1), int64(n+failed), 1
	return t
}

// answered is a target with these answers in the order of time, ten a second.
func answered(name string, latencies []time.Duration) results.Target {
	t := results.Target{Name: name, Answered: int64(len(latencies)), Sent: int64(len(latencies)), Planned: int64(len(latencies))}
	all, row := latency.New(), latency.New()
	for second := range slices.Chunk(latencies, 10) {
		row.Reset()
		for _, d := range second {
			row.Record(d)
			all.Record(d)
		}
		t.Intervals = append(t.Intervals, results.Interval{Length: time.Second, Latency: row.Counts()})
	}
	t.Latency = latency.NewTiming(all, nil)
	t.Service, t.FirstByte = t.Latency, t.Latency
	return t
}

// judge is what becomes of a condition in a load test.
func judge(c threshold.Threshold, l *results.Load) results.Threshold {
	return threshold.Judge(&results.Run{Summary: results.Summary{Load: l}}, []threshold.Threshold{c}, verdict.Options{})[0]
}

func TestJudge(t *testing.T) {
	targets := []results.Target{target("esmodule", 500, 0), target("common.js/x", 600, 5), target("silent", 0, 3)}
	both, small, short := targets[:2], []results.Target{target("small", 100, 0)}, []results.Target{target("short", 70, 0)}
	for _, row := range []struct {
		name, condition string
		targets         []results.Target
		outcome         results.Outcome
		reason          string // a part of it
	}{
		{"above", "p99>300ms", both, results.Breached, "p99 of esmodule is 495"},
		{"any target is enough", "p99>550ms", both, results.Breached, "p99 of common.js/x is 59"},
		{"none is", "p99>1s", both, results.Passed, "p99 of esmodule is 495"},
		{"within the interval", "common.js/x.p50>301ms", both, results.NotDecided, "(95 % interval 2"},
		{"within the interval, below", "common.js/x.p50<301ms", both, results.NotDecided, "(95 % interval 2"},
		{"below", "common.js/x.p50<=400ms", both, results.Breached, "p50 of common.js/x is 300"},
		{"one target", "esmodule.p99 > 550ms", both, results.Passed, "p99 of esmodule"},
		{"a name with a dot and a slash", "common.js/x.p50>=1us", both, results.Breached, "p50 of common.js/x is 300"},
		{"a percentile with a dot", "esmodule.p99.5>1ms", both, results.Breached, "p99.5 of esmodule is 498"},
		{"one against another", "esmodule.p50>common.js/x.p50", both, results.Passed, "esmodule is faster than common.js/x"},
		{"the other way", "common.js/x.p50>esmodule.p50", both, results.Breached, "common.js/x is slower than esmodule"},
		{"below another", "esmodule.p50<common.js/x.p50", both, results.Breached, "esmodule is faster than common.js/x"},
		{"each against one", "p99<esmodule.p50", both, results.Passed, "p99 of esmodule is 495"},
		{"any against one", "p50>esmodule.p50", both, results.Breached, "common.js/x is slower"},
		{"itself", "esmodule.p50>=esmodule.p50", both, results.Passed, "p50 of esmodule"},
		{"its own percentiles", "esmodule.p90>p50", both, results.Breached, "p90 of esmodule is 450"},
		{"its own percentiles, too close", "esmodule.p51>p50", both, results.NotDecided, "p51 of esmodule"},
		{"a clock", "esmodule.firstByte.max>=500ms", both, results.Breached, "firstByte.max of esmodule is 500"},
		{"a mean as it was", "common.js/x.mean<301ms", both, results.Breached, "mean of common.js/x is 300"},
		{"a share", "errors>0.1%", both, results.Breached, "errors of common.js/x: 0.8264 % (5 of 605)"},
		{"a number", "errors>5", both, results.Passed, "errors of common.js/x: 5"},
		{"dropped", "dropped>0", both, results.Breached, "dropped of esmodule: 1"},
		{"few samples, all above", "p99>50ms", small, results.Breached, "97.5 % sure of 9"},
		{"few samples, below", "p99>1s", small, results.NotDecided, "independent samples, and these are worth"},
		{"few samples, of another clock", "service.p99>1s", small, results.NotDecided, "an upper bound needs "},
		{"too short a time", "p50>1ms", short, results.NotDecided, "an interval takes 8 seconds, there are 7"},
		{"no answer", "silent.p50>60m", targets, results.Breached, "p50 of silent cannot be told"},
		{"a clock of any target", "firstByte.p50>1s", both, results.Passed, "firstByte.p50 of esmodule"},
		{"no connection", "esmodule.connect.max>1s", both, results.Breached, "cannot be told"},
		{"a target that is not there", "lost.p50>1s", both, results.Breached, "no target lost"},
		{"against a target that is not there", "esmodule.p50>lost.p50", both, results.Breached, "no target lost"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := judge(c, &results.Load{Targets: row.targets})
			if reason := report.ThresholdReason(got); got.Outcome != row.outcome || !strings.Contains(reason, row.reason) || got.Condition != row.condition {
				t.Errorf("got %+v, %q, want %s, %q", got, reason, row.outcome, row.reason)
			}
		})
	}
}

// The word of a condition is that of the load test's own comparison, and its mirror
// image where the condition asks the other way round.
func TestJudgeTakesTheWordOfTheComparison(t *testing.T) {
	l := results.Load{
		Targets: []results.Target{target("a", 400, 0), target("b", 800, 0)},
		// Another word than the figures would lead to, such as one that may be chance.
		Comparison: &results.Comparison{A: "a", B: "b", Percentile: 99, Verdict: verdict.Undecided, Others: []results.Comparison{
			{A: "a", B: "b", Percentile: 50, Verdict: verdict.Slower, DifferenceMs: new(7.0), IntervalMs: []float64{5, 9}}}},
	}
	for condition, want := range map[string]results.Outcome{
		"b.p99>a.p99": results.NotDecided, "a.p50>b.p50": results.Breached, "b.p50<a.p50": results.Breached, "b.p50>a.p50": results.Passed,
		"b.p90>a.p90": results.Breached, // which the comparison does not have
	} {
		c, err := threshold.Parse(condition)
		if err != nil {
			t.Fatal(err)
		}
		if got := judge(c, &l); got.Outcome != want {
			t.Errorf("%s: %+v, want %s", condition, got, want)
		}
	}
}

// Identical targets, and a percentile that is exactly its limit, breach a condition in
// at most 5 % of all load tests, although answers depend on those before them.
func TestIdenticalTargetsRarelyBreach(t *testing.T) {
	const trials, rho, spread = 60, 0.7, 0.3
	draw := func(rng *rand.Rand) []time.Duration {
		all := make([]time.Duration, 600)
		z := rng.NormFloat64()
		for i := range all {
			all[i] = time.Duration(30e6 * math.Exp(spread*z))
			z = rho*z + math.Sqrt(1-rho*rho)*rng.NormFloat64()
		}
		return all
	}
	p99 := 30 * math.Exp(spread*2.3263478740408408)
	conditions := []string{"a.p50>b.p50", "a.p99>b.p99", "a.p50>30ms", fmt.Sprintf("a.p99>%.6fms", p99), "a.p50<30ms"}
	breached := map[string]int{}
	for i := range trials {
		rng := rand.New(rand.NewPCG(uint64(i), 0x5eed))
		l := results.Load{Targets: []results.Target{answered("a", draw(rng)), answered("b", draw(rng))}}
		l.Judge(verdict.Options{})
		for _, condition := range conditions {
			c, err := threshold.Parse(condition)
			if err != nil {
				t.Fatal(err)
			}
			if judge(c, &l).Outcome == results.Breached {
				breached[condition]++
			}
		}
	}
	for _, condition := range conditions {
		t.Logf("%s: %d of %d", condition, breached[condition], trials)
		// 9 or more of 60 happen once in 500 times at 5 %.
		if breached[condition] > 8 {
			t.Errorf("%s is breached in %d of %d", condition, breached[condition], trials)
		}
	}
}

// A request that timed out took at least as long as its timeout, and that is enough to be sure.
func TestJudgeRequestsWithoutAnAnswer(t *testing.T) {
	of := func(name string, answers, unanswered int, after time.Duration) results.Target {
		known, censored := latency.New(), latency.New()
		var intervals []results.Interval
		n, failed := answers+unanswered, 0
		for first := 0; first < n; first += 10 {
			ok, not := latency.New(), latency.New()
			for i := first; i < min(first+10, n); i++ {
				if (i+1)*unanswered/n > failed { // evenly over the time
					failed++
					not.Record(after)
				} else {
					ok.Record(43 * time.Millisecond)
				}
			}
			known.Merge(ok)
			censored.Merge(not)
			intervals = append(intervals, results.Interval{Length: time.Second, Latency: ok.Counts(), Unanswered: not.Counts()})
		}
		clock := latency.NewTiming(known, censored)
		return results.Target{Name: name, Planned: int64(n), Sent: int64(n), Answered: int64(answers), Latency: clock, Service: clock, Intervals: intervals}
	}
	timeouts, refused, silent := of("slow", 450, 50, time.Second), of("closed", 490, 10, time.Millisecond), of("silent", 0, 500, time.Second)
	fine, one, two := of("fine", 500, 0, 0), of("one", 4999, 1, time.Second), of("two", 498, 2, time.Second)
	for _, row := range []struct {
		name, condition string
		targets         []results.Target
		outcome         results.Outcome
		reason          string // a part of it
	}{
		{"above for certain", "p99>500ms", []results.Target{timeouts}, results.Breached, "p99 of slow is at least 1000 ms (50 of 500 requests have no answer)"},
		{"the service time, too", "service.p99>500ms", []results.Target{timeouts}, results.Breached, "service.p99 of slow is at least 1000 ms"},
		{"perhaps above", "p99>5s", []results.Target{timeouts}, results.Breached, "is at least 1000 ms"},
		{"they are above the percentile", "p50>500ms", []results.Target{timeouts}, results.Passed, "p50 of slow is 43"},
		{"nothing answered in time", "p50>500ms", []results.Target{silent}, results.Breached, "p50 of silent is at least 1000 ms (500 of 500"},
		{"failed at once, and many", "p99>500ms", []results.Target{refused}, results.Breached, "p99 of closed is at least 43"},
		{"failed at once, and few", "p90>500ms", []results.Target{refused}, results.Passed, "p90 of closed is 43"},
		{"one of many", "p99>500ms", []results.Target{one}, results.Passed, "p99 of one is 43"},
		{"they hide the upper bound", "p99>500ms", []results.Target{two}, results.NotDecided, "requests without an answer hide its upper bound"},
		{"the mean of one of many", "mean>500ms", []results.Target{one}, results.Passed, "mean of one is at least 43"},
		{"the slowest was not answered", "max>500ms", []results.Target{one}, results.Breached, "max of one is at least 1000"},
		{"below for certain not", "p99<500ms", []results.Target{timeouts}, results.Passed, "at least 1000"},
		{"one against another", "slow.p99>fine.p99", []results.Target{timeouts, fine}, results.Breached, "at least 1000"},
		{"the other way", "fine.p99>slow.p99", []results.Target{timeouts, fine}, results.Passed, "fine is faster than slow"},
		{"below what is not known", "fine.p99<slow.p99", []results.Target{timeouts, fine}, results.Breached, "at least 1000"},
		{"both unknown", "slow.p99>silent.p99", []results.Target{timeouts, silent}, results.Breached, "at least 1000"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := judge(c, &results.Load{Targets: row.targets})
			if reason := report.ThresholdReason(got); got.Outcome != row.outcome || !strings.Contains(reason, row.reason) {
				t.Errorf("%s, %q, want %s, %q", got.Outcome, reason, row.outcome, row.reason)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct{ name, text, why string }{
		{"nothing", "", "want [target.]figure"},
		{"no limit", "p99", "want [target.]figure"},
		{"no figure", ">3ms", "is no figure"},
		{"an unknown figure", "p>3ms", "is no figure"},
		{"no unit", "p99>300", "no unit of time"},
		{"a share of time", "p99>3%", "no unit of time"},
		{"a time of requests", "errors>3ms", "is a time"},
		{"p100", "p100>3ms", "not a percentile"},
		{"p0", "p0>3ms", "not a percentile"},
		{"requests against times", "errors>p99", "only percentiles have an interval"},
		{"two means", "a.mean>b.mean", "cannot be judged against each other"},
		{"two shares", "a.errors>b.errors", "give a limit"},
		{"a clock of requests", "service.errors>1", "has no clock"},
		{"a strange unit", "p99>3h", "neither a limit"},
		{"negative", "p99>-3ms", "neither a limit"},
		{"errors of a class", "a.first.errors>1", "of all requests"},
		{"a clock that classes lack", "a.first.firstByte.p50>1s", "latency and service are"},
		{"errors of a cell", "go.cold.errors>1", "not of cells"},
		{"an unknown metric", "go.cold.speed.p50>1ms", "choose from init, restore"},
		{"a cell against a target", "go.cold.p50>esmodule.p50", "one is of cells"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if c, err := threshold.Parse(row.text); err == nil || !strings.Contains(err.Error(), row.why) {
				t.Errorf("Parse(%q) = %+v, %v, want an error with %q", row.text, c, err, row.why)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	targets := []string{"esmodule", "a.b"}
	cells := []matrix.Variant{cell("nodejs", "nodejs22.x", "arm64"), cell("go", "provided.al2023", "arm64")}
	for _, row := range []struct {
		name, condition string
		cells           []matrix.Variant
		why             string
	}{
		{"targets", "esmodule.p99>a.b.p50", nil, ""},
		{"no such target", "esmodule.p99>lost.p50", nil, `there is no target "lost" among esmodule, a.b`},
		{"any target", "p99>1s", nil, ""},
		{"a class of no such target", "lost.first.p50>1s", nil, `no target "lost"`},
		{"a cell", "nodejs22.x/arm64/512.cold.p50>1s", cells, ""},
		{"a language", "go.cold.p50>1s", cells, ""},
		{"a cell of a load test", "go.cold.p50>1s", nil, "a load test measures none"},
		{"no such cell", "go/x86_64.cold.p50>nodejs.cold.p50", cells, "no cell is go/x86_64"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Check(targets, row.cells); row.why == "" && err != nil || row.why != "" && (err == nil || !strings.Contains(err.Error(), row.why)) {
				t.Errorf("%v, want %q", err, row.why)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"p99>300ms", "esmodule.p99>commonjs.p99", "errors>0.1%", "a.firstByte.p99.9<=.5us", "p99>p50", "dropped>=0", "p99>esmodule.p99", "connect.p50<p50", "a.first.provisioned.p50>later.p50", "go/arm64.sha256.cold.init.p90>1s", "arm64.warm.p50>x86_64.warm.p50"} {
		f.Add(seed)
	}
	targets := []results.Target{target("esmodule", 10, 1), target("commonjs", 0, 0)}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := threshold.Parse(text)
		if err != nil {
			return
		}
		again, err := threshold.Parse(c.String())
		if err != nil {
			t.Fatalf("%q was read, but not what it prints: %v", text, err)
		}
		l := results.Load{Targets: targets}
		first, second := judge(c, &l), judge(again, &l)
		if diff := cmp.Diff(first, second); diff != "" || report.ThresholdReason(first) == "" {
			t.Errorf("%q: (-first +again):\n%s", text, diff)
		}
	})
}
