package attack

import (
	"bytes"
	"io"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
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

func TestCompare(t *testing.T) {
	r, err := play(t, options("esmodule", "commonjs"), modules(500, 20))
	if err != nil {
		t.Fatal(err)
	}
	c := r.Compare(verdict.Options{Seed: 1, MarginAbs: 2})
	if c == nil || c.A != "esmodule" || c.B != "commonjs" || c.Percentile != 99 || c.Verdict != verdict.Faster {
		t.Fatalf("the comparison is %+v", c)
	}
	type row struct {
		Environment string
		Percentile  float64
		Verdict     verdict.Word
	}
	var got []row
	for _, o := range c.Others {
		got = append(got, row{o.Class.Environment, o.Percentile, o.Verdict})
	}
	want := []row{
		{"", 50, "same"}, {"", 90, "same"},
		{"first", 50, "faster"}, {"later", 50, "same"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if first := c.Others[2]; first.DifferenceMs == nil || math.Abs(*first.DifferenceMs+50) > 1 {
		t.Errorf("first requests differ by %v ms, want -50", first.DifferenceMs)
	}
}

func TestCompareNeedsTwoTargets(t *testing.T) {
	for _, names := range [][]string{{"a"}, {"a", "b", "c"}} {
		r, err := play(t, options(names...), &fake{script: func(int, engine.Recorder) {}})
		if err != nil {
			t.Fatal(err)
		}
		if c := r.Compare(verdict.Options{}); c != nil {
			t.Errorf("%d targets are compared: %+v", len(names), c)
		}
	}
}

// One class is all of the answers, and judged as such.
func TestCompareOneClass(t *testing.T) {
	r, err := play(t, options("a", "b"), &fake{script: modules(20, 20).script})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range r.Compare(verdict.Options{}).Others {
		if o.Class != (results.ClassKey{}) {
			t.Errorf("%v is judged twice", o.Class)
		}
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
