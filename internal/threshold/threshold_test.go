package threshold_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
)

// target has answers of 1, 2, 3 ... n milliseconds.
func target(name string, n, failed int) results.Target {
	h := latency.New()
	for i := range n {
		h.Record(time.Duration(i+1) * time.Millisecond)
	}
	clock := latency.NewTiming(h, nil)
	return results.Target{
		Name: name, Planned: int64(n + failed + 1), Sent: int64(n + failed), Dropped: 1, Answered: int64(n),
		Latency: clock, Service: clock, FirstByte: clock,
	}
}

func TestJudge(t *testing.T) {
	targets := []results.Target{target("esmodule", 400, 0), target("common.js/x", 500, 5), target("silent", 0, 3)}
	both, small := targets[:2], []results.Target{target("small", 100, 0)}
	for _, row := range []struct {
		name, condition string
		targets         []results.Target
		breached        bool
		reason          string // a part of it
	}{
		{"above", "p99>300ms", both, true, "p99 of esmodule is 396"},
		{"any target is enough", "p99>450ms", both, true, "p99 of common.js/x is 49"},
		{"none is", "p99>1s", both, false, "p99 of esmodule is 396"},
		{"one target", "esmodule.p99 > 450ms", both, false, "p99 of esmodule"},
		{"a name with a dot and a slash", "common.js/x.p50>=1us", both, true, "p50 of common.js/x is 250"},
		{"a percentile with a dot", "esmodule.p99.5>1ms", both, true, "p99.5 of esmodule is 398"},
		{"one against another", "esmodule.p99>common.js/x.p99", both, false, "p99 of esmodule is 396"},
		{"the other way", "common.js/x.p99>esmodule.p99", both, true, "p99 of common.js/x is 49"},
		{"each against one", "p99<esmodule.p50", both, false, "p99 of esmodule is 396"},
		{"a clock", "esmodule.firstByte.max>=400ms", both, true, "firstByte.max of esmodule is 400"},
		{"least and mean", "esmodule.min<mean", both, true, "min of esmodule is 1 ms, mean of esmodule is 200"},
		{"its own mean", "common.js/x.max<mean", both, false, "max of common.js/x is 500.2 ms, mean of common.js/x is 250"},
		{"any against one", "p99>esmodule.p99", both, true, "p99 of common.js/x is 49"},
		{"a share", "errors>0.1%", both, true, "errors of common.js/x: 0.9901 % (5 of 505)"},
		{"a number", "errors>5", both, false, "errors of common.js/x: 5"},
		{"dropped", "dropped>0", both, true, "dropped of esmodule: 1"},
		{"shares against each other", "common.js/x.errors>esmodule.errors", both, true, "0.9901 %"},
		{"few samples", "p99>50ms", small, true, "(judged by 100 samples, although it needs 368)"},
		{"few samples, below", "p99>1s", small, false, "although it needs 368"},
		{"no answer", "silent.p50>60m", targets, true, "p50 of silent cannot be told"},
		{"a clock of any target", "firstByte.p50>1s", both, false, "firstByte.p50 of esmodule"},
		{"no connection", "esmodule.connect.max>1s", both, true, "cannot be told"},
		{"a target that is not there", "lost.p50>1s", both, true, "no target lost"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := c.Judge(row.targets)
			if reason := report.ThresholdReason(got); got.Breached != row.breached || !strings.Contains(reason, row.reason) || got.Condition != row.condition {
				t.Errorf("got %+v, %q, want breached: %v, %q", got, reason, row.breached, row.reason)
			}
		})
	}
}

// A request that timed out took at least as long as its timeout, and that is enough to be sure.
func TestJudgeRequestsWithoutAnAnswer(t *testing.T) {
	of := func(name string, answers, unanswered int, after time.Duration) results.Target {
		known, censored := latency.New(), latency.New()
		for range answers {
			known.Record(43 * time.Millisecond)
		}
		for range unanswered {
			censored.Record(after)
		}
		n := int64(answers + unanswered)
		clock := latency.NewTiming(known, censored)
		return results.Target{Name: name, Planned: n, Sent: n, Answered: int64(answers), Latency: clock, Service: clock}
	}
	timeouts, refused, silent := of("slow", 450, 50, time.Second), of("closed", 490, 10, time.Millisecond), of("silent", 0, 500, time.Second)
	fine, one := of("fine", 500, 0, 0), of("one", 4999, 1, time.Second)
	for _, row := range []struct {
		name, condition string
		targets         []results.Target
		breached        bool
		reason          string // a part of it
	}{
		{"above for certain", "p99>500ms", []results.Target{timeouts}, true, "p99 of slow is at least 1000 ms (50 of 500 requests have no answer)"},
		{"the service time, too", "service.p99>500ms", []results.Target{timeouts}, true, "service.p99 of slow is at least 1000 ms"},
		{"perhaps above", "p99>5s", []results.Target{timeouts}, true, "is at least 1000 ms"},
		{"they are above the percentile", "p50>500ms", []results.Target{timeouts}, false, "p50 of slow is 43"},
		{"nothing answered in time", "p50>500ms", []results.Target{silent}, true, "p50 of silent is at least 1000 ms (500 of 500"},
		{"failed at once, and many", "p99>500ms", []results.Target{refused}, true, "p99 of closed is at least 43"},
		{"failed at once, and few", "p90>500ms", []results.Target{refused}, false, "p90 of closed is 43"},
		{"one of many", "p99>500ms", []results.Target{one}, false, "p99 of one is 43"},
		{"the mean of one of many", "mean>500ms", []results.Target{one}, false, "mean of one is at least 43"},
		{"the slowest was not answered", "max>500ms", []results.Target{one}, true, "max of one is at least 1000"},
		{"below for certain not", "p99<500ms", []results.Target{timeouts}, false, "at least 1000"},
		{"one against another", "slow.p99>fine.p99", []results.Target{timeouts, fine}, true, "at least 1000"},
		{"the other way", "fine.p99>slow.p99", []results.Target{timeouts, fine}, false, "at least 1000"},
		{"below what is not known", "fine.p99<slow.p99", []results.Target{timeouts, fine}, true, "at least 1000"},
		{"both unknown", "slow.p99>silent.p99", []results.Target{timeouts, silent}, true, "at least 1000"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := threshold.Parse(row.condition)
			if err != nil {
				t.Fatal(err)
			}
			got := c.Judge(row.targets)
			if reason := report.ThresholdReason(got); got.Breached != row.breached || !strings.Contains(reason, row.reason) {
				t.Errorf("breached: %v, %q, want %v, %q", got.Breached, reason, row.breached, row.reason)
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
		{"requests against times", "errors>p99", "cannot be compared"},
		{"a clock of requests", "service.errors>1", "has no clock"},
		{"a strange unit", "p99>3h", "neither a limit"},
		{"negative", "p99>-3ms", "neither a limit"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if c, err := threshold.Parse(row.text); err == nil || !strings.Contains(err.Error(), row.why) {
				t.Errorf("Parse(%q) = %+v, %v, want an error with %q", row.text, c, err, row.why)
			}
		})
	}
}

func TestTargets(t *testing.T) {
	c, err := threshold.Parse("esmodule.p99>a.b.p50")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Targets(), " "); got != "esmodule a.b" {
		t.Errorf("the targets are %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"p99>300ms", "esmodule.p99>commonjs.p99", "errors>0.1%", "a.firstByte.p99.9<=.5us", "p99>p50", "dropped>=0"} {
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
		first, second := c.Judge(targets), again.Judge(targets)
		if diff := cmp.Diff(first, second); diff != "" || report.ThresholdReason(first) == "" {
			t.Errorf("%q: (-first +again):\n%s", text, diff)
		}
	})
}
