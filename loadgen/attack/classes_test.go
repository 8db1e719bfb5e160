package attack

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// modules plays two targets with provisioned environments: the first request of
// an environment is slow for the second target only.
func modules(n int, environments int) *fake {
	return &fake{report: engine.Report{Elapsed: time.Second}, script: func(_ int, r engine.Recorder) {
		for i := range n {
			for target := range 2 {
				took := time.Duration(10+i%5) * time.Millisecond
				invocation := 1 + i/environments
				if invocation == 1 && target == 1 {
					took += 50 * time.Millisecond
				}
				r.Due(target)
				o := answer(target, time.Duration(i)*time.Millisecond, took)
				o.Environment = wire.Environment{ID: uint64(1 + i%environments), Invocation: invocation, Initialization: wire.ProvisionedConcurrency}
				r.Done(o)
			}
		}
	}}
}

// closer is a buffer that need not be closed.
type closer struct{ bytes.Buffer }

func (*closer) Close() error { return nil }

// The intervals of a class of later requests are as many as those of all, and hold all of it.
func TestIntervalsOfClasses(t *testing.T) {
	r, err := play(t, options("esmodule", "commonjs"), modules(100, 20))
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range r.Targets {
		for _, class := range target.Classes {
			if class.Environment == results.FirstInvocation {
				continue
			}
			var n int64
			for _, i := range class.Intervals {
				n += i.Latency.N()
			}
			if len(class.Intervals) != len(target.Intervals) || n != class.Latency.N || n != 80 {
				t.Errorf("%s: %d intervals with %d answers, want %d with %d", target.Name, len(class.Intervals), n, len(target.Intervals), class.Latency.N)
			}
		}
	}
}

func TestHistoryFillsUpWhatCameLate(t *testing.T) {
	var h history
	var empty, late tally
	late.seriesOf(classOf(wire.Environment{ID: 1, Invocation: 2})).latency.Record(time.Millisecond)
	for _, row := range []*tally{&empty, &empty, &late, &late} {
		h.add(results.Interval{Length: time.Second}, row)
	}
	var got []int64
	for _, i := range h.ofClass(classOf(wire.Environment{ID: 1, Invocation: 2})) {
		got = append(got, i.Latency.N())
	}
	if diff := cmp.Diff([]int64{0, 0, 1, 1}, got); diff != "" {
		t.Errorf("answers in each interval (-want +got):\n%s", diff)
	}
}

func TestFirstRequestsAreLoggedApart(t *testing.T) {
	logs := map[string]*closer{}
	o := options("esmodule", "commonjs")
	o.HLog = func(target string) (io.WriteCloser, error) {
		logs[target] = &closer{}
		return logs[target], nil
	}
	r, err := play(t, o, modules(100, 20))
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range r.Targets {
		first := latency.New()
		for row, err := range latency.ReadLog(&logs[target.Name].Buffer) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Tag == results.FirstTag("provisioned-concurrency") {
				first.Merge(row.Histogram)
			}
		}
		if first.N() != 20 || first.AtRank(20) != target.Classes[0].Latency.Histogram.AtRank(20) {
			t.Errorf("%s: the log has %d first requests up to %v ms, want 20 up to %v ms", target.Name, first.N(), first.AtRank(20), target.Classes[0].Latency.Histogram.AtRank(20))
		}
	}
}
