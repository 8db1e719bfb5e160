package results_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// moduleTarget is a target with provisioned environments, 10 answers a second: the
// first request of each of its 20 environments takes longer by first.
func moduleTarget(name string, seconds int, first time.Duration) results.Target {
	all := latency.New()
	classes := map[string]*latency.Histogram{results.FirstInvocation: latency.New(), results.LaterInvocations: latency.New()}
	t := results.Target{Name: name}
	var laterIntervals []results.Interval
	for second := range seconds {
		row, laterRow := latency.New(), latency.New()
		for i := range 10 {
			n := second*10 + i
			took := time.Duration(10+n*7%5) * time.Millisecond
			class := results.LaterInvocations
			if n < 20 {
				took += first
				class = results.FirstInvocation
			} else {
				laterRow.Record(took)
			}
			row.Record(took)
			classes[class].Record(took)
		}
		all.Merge(row)
		start := time.Unix(int64(second), 0)
		t.Intervals = append(t.Intervals, results.Interval{Start: start, Length: time.Second, Latency: row.Counts()})
		laterIntervals = append(laterIntervals, results.Interval{Start: start, Length: time.Second, Latency: laterRow.Counts()})
	}
	t.Latency = latency.NewTiming(all, nil)
	for _, environment := range []string{results.FirstInvocation, results.LaterInvocations} {
		t.Classes = append(t.Classes, results.Class{
			ClassKey: results.ClassKey{Environment: environment, Initialization: "provisioned-concurrency"}, Latency: latency.NewTiming(classes[environment], nil),
		})
	}
	t.Classes[1].Intervals = laterIntervals
	return t
}

func TestCompare(t *testing.T) {
	l := results.Load{Targets: []results.Target{moduleTarget("esmodule", 60, 0), moduleTarget("commonjs", 60, 50*time.Millisecond)}}
	c := l.Compare(verdict.Options{MarginAbs: 2})
	if c == nil || c.A != "esmodule" || c.B != "commonjs" {
		t.Fatalf("the comparison is %+v", c)
	}
	type row struct {
		Environment string
		Percentile  float64
		Verdict     verdict.Word
	}
	var got []row
	for _, o := range append([]results.Comparison{*c}, c.Others...) {
		got = append(got, row{o.Class.Environment, o.Percentile, o.Verdict})
	}
	want := []row{
		// The 20 slow answers came in the first two seconds: all of them are worth fewer
		// than a p99 needs, and the p90 is far from certain.
		{"", 99, "undecided"}, {"", 50, "same"}, {"", 90, "undecided"},
		{"first", 50, "faster"}, {"later", 50, "same"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Reason.Kind != verdict.WorthTooFew || c.WorthA != 600 || c.WorthB >= 368 {
		t.Errorf("p99: %+v, worth %d and %d", c.Reason, c.WorthA, c.WorthB)
	}
	if first := c.Others[2]; first.DifferenceMs == nil || math.Abs(*first.DifferenceMs+50) > 1 {
		t.Errorf("first requests differ by %v ms, want -50", first.DifferenceMs)
	}
}

func TestCompareNeedsTwoTargets(t *testing.T) {
	for n := range 4 {
		l := results.Load{Targets: make([]results.Target, n)}
		for i := range l.Targets {
			l.Targets[i] = moduleTarget("a", 20, 0)
		}
		if c := l.Compare(verdict.Options{}); (c != nil) != (n == 2) {
			t.Errorf("%d targets: the comparison is %+v", n, c)
		}
	}
}

// One class is all of the answers, and judged as such.
func TestCompareOneClass(t *testing.T) {
	a, b := moduleTarget("a", 20, 0), moduleTarget("b", 20, 0)
	for _, target := range []*results.Target{&a, &b} {
		target.Classes = target.Classes[:1]
		target.Classes[0].Latency = target.Latency
	}
	l := results.Load{Targets: []results.Target{a, b}}
	for _, o := range l.Compare(verdict.Options{}).Others {
		if o.Class != (results.ClassKey{}) {
			t.Errorf("%v is judged twice", o.Class)
		}
	}
}

// A short load test has too little time to be judged.
func TestCompareNeedsTime(t *testing.T) {
	l := results.Load{Targets: []results.Target{moduleTarget("a", 7, 0), moduleTarget("b", 7, 0)}}
	c := l.Compare(verdict.Options{})
	if r := c.Others[0].Reason; r != (verdict.Reason{Kind: verdict.NeedsBlocks, Needs: 8, Has: 7}) {
		t.Errorf("the reason is %+v", r)
	}
}
