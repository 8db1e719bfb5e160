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

func TestTimelinesFillUpWhatCameLate(t *testing.T) {
	var h results.Timelines
	var empty, late tally
	late.seriesOf(classOf(wire.Environment{ID: 1, Invocation: 2})).latency.Record(time.Millisecond)
	for _, row := range []*tally{&empty, &empty, &late, &late} {
		h.Add(results.Interval{Length: time.Second}, row.later())
	}
	var got []int64
	for _, i := range h.Of(classOf(wire.Environment{ID: 1, Invocation: 2}).key()) {
		got = append(got, i.Latency.N())
	}
	if diff := cmp.Diff([]int64{0, 0, 1, 1}, got); diff != "" {
		t.Errorf("answers in each interval (-want +got):\n%s", diff)
	}
}

// What is read back from the logs is judged as what was measured: every clock, every
// class, and the requests without an answer.
func TestLogsHaveEveryClock(t *testing.T) {
	logs := map[string]*closer{}
	o := options("esmodule", "commonjs")
	o.HLog = func(target string) (io.WriteCloser, error) {
		logs[target] = &closer{}
		return logs[target], nil
	}
	script := modules(100, 20)
	answered := script.script
	script.script = func(shard int, r engine.Recorder) {
		answered(shard, r)
		r.Connected(0, 3*time.Millisecond)
		r.Due(0)
		late := answer(0, time.Millisecond, time.Second)
		late.Cause, late.Status, late.FirstByte = engine.TimedOut, 0, 0
		r.Done(late)
	}
	measured, err := play(t, o, script)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range measured.Targets {
		var got results.Target
		if err := got.ReadLog(&logs[want.Name].Buffer); err != nil {
			t.Fatal(err)
		}
		wantClocks, gotClocks := clocks(want), clocks(got)
		for name, clock := range wantClocks {
			if diff := cmp.Diff(clock.Percentiles, gotClocks[name].Percentiles); diff != "" {
				t.Errorf("%s, %s (-measured +read):\n%s", want.Name, name, diff)
			}
		}
		if len(got.Intervals) != len(want.Intervals) || len(gotClocks) != len(wantClocks) {
			t.Errorf("%s: %d intervals and %d clocks, want %d and %d", want.Name, len(got.Intervals), len(gotClocks), len(want.Intervals), len(wantClocks))
		}
		for i, class := range want.Classes {
			if n := len(got.Classes[i].Intervals); n != len(class.Intervals) {
				t.Errorf("%s: %d intervals of %+v, want %d", want.Name, n, class.ClassKey, len(class.Intervals))
			}
		}
	}
}

// clocks are all clocks of a target by name.
func clocks(t results.Target) map[string]latency.Timing {
	all := map[string]latency.Timing{"latency": t.Latency, "service": t.Service, "first byte": t.FirstByte, "connect": t.Connect}
	for _, c := range t.Classes {
		all[c.Tag()], all[c.ServiceTag()] = c.Latency, c.Service
	}
	return all
}
