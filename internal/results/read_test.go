package results_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

var started = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

// logOf writes the histogram log of a target with rows of a second each.
func logOf(t *testing.T, d *results.Dir, target string, rows int) {
	t.Helper()
	f, err := d.Create(results.LogFile(target))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	log, err := latency.NewLogWriter(f, started)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		h, unanswered := latency.New(), latency.New()
		for k := range 10 {
			h.Record(time.Duration(1+i%7+k) * time.Millisecond)
		}
		unanswered.Record(time.Second)
		start := started.Add(time.Duration(i) * time.Second)
		for _, row := range []struct {
			tag string
			h   *latency.Histogram
		}{{"", h}, {results.ServiceTag, h}, {results.ClassKey{Environment: results.FirstInvocation, Initialization: "on-demand"}.Tag(), h}, {results.UnansweredTag(""), unanswered}, {"of-another-tool", h}} {
			if err := log.Write(row.tag, start, time.Second, row.h); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A killed load test has its logs, and the manifest has the order of its targets.
func TestReadOfAKilledLoadTest(t *testing.T) {
	d, err := results.CreateDir(t.TempDir(), results.Manifest{Tool: "loadgen", Targets: []string{"v1/b", "a"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"a", "lost", "v1/b"} {
		logOf(t, d, target, 3)
	}
	r, err := results.Read(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	if r.Load == nil || !r.Load.LogsOnly || !r.LoadOnly() || len(r.Samples) != 0 {
		t.Fatalf("the run is %+v", r)
	}
	var names []string
	for _, target := range r.Load.Targets {
		names = append(names, target.Name)
		if target.Answered != 30 || target.Latency.N != 30 || target.Latency.Unanswered != 3 || len(target.Intervals) != 3 || target.Service.N != 30 {
			t.Errorf("%s: %+v", target.Name, target)
		}
		if len(target.Classes) != 1 || target.Classes[0].Initialization != "on-demand" || target.Classes[0].Latency.N != 30 {
			t.Errorf("%s: the classes are %+v", target.Name, target.Classes)
		}
	}
	if diff := cmp.Diff([]string{"v1/b", "a", "lost"}, names); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	first := r.Load.Targets[0].Intervals[1]
	if !first.Start.Equal(started.Add(time.Second)) || first.Length != time.Second || first.Latency.N() != 10 || first.Latency.AtRank(first.Latency.N()) < 10.9 || first.Latency.AtRank(first.Latency.N()) > 11.1 {
		t.Errorf("the second interval is %+v", first)
	}
}

// A load test is figures for each second and one histogram for each clock: a histogram
// for each second would take 160 kB each.
func TestReadTakesLittleMemory(t *testing.T) {
	const rows = 300
	d, err := results.CreateDir(t.TempDir(), results.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	logOf(t, d, "a", rows)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	r, err := results.Read(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	grown := int64(heap() - before)
	if n := len(r.Load.Targets[0].Intervals); n != rows {
		t.Errorf("%d intervals, want %d", n, rows)
	}
	if grown > 10e6 {
		t.Errorf("%d intervals take %d bytes", rows, grown)
	}
	runtime.KeepAlive(r)
}
