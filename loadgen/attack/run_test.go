package attack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// fake is an engine that plays a script into each recorder. Time is what the script says.
type fake struct {
	shards  int
	script  func(shard int, r engine.Recorder)
	report  engine.Report
	overlap bool // the shards play at the same time
}

func (f *fake) Name() string { return "fake" }
func (f *fake) Shards() int  { return max(f.shards, 1) }

func (f *fake) Run(_ context.Context, recorders []engine.Recorder) engine.Report {
	var wait sync.WaitGroup
	for i, r := range recorders {
		wait.Go(func() { f.script(i, r) })
		if !f.overlap {
			wait.Wait()
		}
	}
	wait.Wait()
	return f.report
}

// answer is an outcome that took so long, at that time.
func answer(target int, at, took time.Duration) *engine.Outcome {
	return &engine.Outcome{Target: target, Intended: at, Sent: at, FirstByte: at + took/2, End: at + took, Status: 200}
}

func options(targets ...string) Options {
	o := Options{Schedule: pace.Schedule{Phases: pace.At(10, 10*time.Second)}}
	for _, name := range targets {
		o.Targets = append(o.Targets, Target{URL: "http://127.0.0.1:1/dev/" + name, Name: name})
	}
	return o
}

func play(t *testing.T, o Options, f *fake) (*results.Load, error) {
	t.Helper()
	o, err := o.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	zero := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
	f.report.Started = zero
	return run(t.Context(), o, f, &zero)
}

func TestCounts(t *testing.T) {
	r, err := play(t, options("a", "b"), &fake{shards: 2, script: func(shard int, r engine.Recorder) {
		for i := range 10 {
			r.Due(0)
			r.Done(answer(0, time.Duration(i)*time.Second, 20*time.Millisecond))
			r.Tick(time.Duration(i) * time.Second)
		}
		r.Due(1)
		r.Drop(1)
		r.Due(1)
		r.Done(&engine.Outcome{Target: 1, Cause: engine.BadStatus, Status: 503, Resent: true})
		r.Due(1)
		r.Done(&engine.Outcome{Target: 1, Cause: engine.DNSFailed, Err: errors.New("no such host")})
		r.Tick(11 * time.Second)
		r.Due(1)
		r.Done(&engine.Outcome{Target: 1, Cause: engine.DNSFailed, Err: errors.New("another time")})
		r.Connected(0, 30*time.Millisecond)
	}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := r.Targets[0], r.Targets[1]
	if a.Planned != 20 || a.Sent != 20 || a.Answered != 20 || a.Status[200] != 20 || a.Connect.N != 2 {
		t.Errorf("a: %+v", a)
	}
	if b.Planned != 8 || b.Sent != 6 || b.Dropped != 2 || b.Answered != 0 || b.Failed["status"] != 2 || b.Failed["dns"] != 4 || b.Status[503] != 2 || b.Resent != 2 {
		t.Errorf("b: %+v", b)
	}
	if got := b.Examples; len(got) != 1 || got["dns"] != "no such host" {
		t.Errorf("b's examples: %v", got)
	}
	if p := a.Latency; p.N != 20 || math.Abs(*p.P50-20) > 0.1 || p.P99 != nil {
		t.Errorf("a's latency: %+v", p)
	}
	if p := a.FirstByte; math.Abs(*p.P50-10) > 0.1 {
		t.Errorf("a's first byte: %+v", p)
	}
	if b.Latency.N != 0 {
		t.Error("b has latencies without an answer")
	}
}

// A request that never ends is a bug of an engine, and Run says so.
func TestBooksThatDoNotBalance(t *testing.T) {
	r, err := play(t, options("a"), &fake{script: func(_ int, r engine.Recorder) {
		r.Due(0)
		r.Due(0)
		r.Done(answer(0, 0, time.Millisecond))
	}})
	if err == nil || !strings.Contains(err.Error(), "target a: 2 sent, but 1 answered and 0 failed") {
		t.Errorf("got %v", err)
	}
	if r == nil || r.Targets[0].Answered != 1 {
		t.Error("the result is not there")
	}
}

// A request without a response took at least as long as it had when it failed, and is in
// the percentiles and in the log; one with a response that was not expected is not.
func TestRequestsWithoutAResponse(t *testing.T) {
	const ms = time.Millisecond
	log := new(file)
	o := options("a")
	o.HLog = func(string) (io.WriteCloser, error) { return log, nil }
	r, err := play(t, o, &fake{report: engine.Report{Elapsed: 10 * time.Second}, script: func(_ int, r engine.Recorder) {
		for i := range 200 {
			at := time.Duration(1+i) * 10 * ms
			outcome := answer(0, at, 43*ms)
			switch {
			case i%10 == 0:
				outcome = &engine.Outcome{Cause: engine.TimedOut, Intended: at, Sent: at + ms, End: at + time.Second}
			case i == 1:
				outcome = &engine.Outcome{Cause: engine.BadStatus, Status: 503, Intended: at, Sent: at, End: at + 3*time.Second}
			case i == 2: // it never got a connection
				outcome = &engine.Outcome{Cause: engine.TimedOut, Intended: at, End: at + time.Second}
			}
			r.Due(0)
			r.Done(outcome)
			r.Tick(at)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	a := r.Targets[0]
	if p := a.Latency; p.N != 178 || p.Unanswered != 21 || math.Abs(*p.P50-43) > 0.1 || !p.IsAtLeast("p95") || math.Abs(*p.P95-1000) > 1 || math.Abs(*p.Max-1000) > 1 {
		t.Errorf("latency: %+v", p.Percentiles)
	}
	if p := a.Service; p.Unanswered != 20 || math.Abs(*p.Max-999) > 1 {
		t.Errorf("service: %+v", p.Percentiles)
	}
	var logged int64
	for row, err := range latency.ReadLog(&log.Buffer) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Tag == results.UnansweredTag("") {
			logged += row.Histogram.N()
		}
	}
	if logged != 21 {
		t.Errorf("%d requests without a response are logged, want 21", logged)
	}
}

func TestClasses(t *testing.T) {
	r, err := play(t, options("a"), &fake{script: func(_ int, r engine.Recorder) {
		say := func(environment, invocation, initialization string, took time.Duration) {
			o := answer(0, 0, took)
			o.Environment = wire.ParseEnvironment(environment, invocation, initialization)
			r.Due(0)
			r.Done(o)
		}
		say("e1", "1", "provisioned-concurrency", 100*time.Millisecond)
		say("e1", "2", "provisioned-concurrency", 10*time.Millisecond)
		say("e2", "1", "on-demand", 500*time.Millisecond)
		say("e2", "2", "on-demand", 11*time.Millisecond)
		say("e2", "3", "on-demand", 12*time.Millisecond)
		say("", "", "", time.Millisecond)
		say("e3", "x", "on-demand", time.Millisecond)
		say("e3", "4", "something-new", 7*time.Millisecond)
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, c := range r.Targets[0].Classes {
		got[c.Environment+" "+c.Initialization] = c.Latency.N
	}
	want := map[string]int64{"first provisioned-concurrency": 1, "later provisioned-concurrency": 1, "first on-demand": 1, "later on-demand": 2, "later ": 1}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, n := range want {
		if got[name] != n {
			t.Errorf("%s: %d, want %d", name, got[name], n)
		}
	}
	if r.Targets[0].Environments != 3 || r.Targets[0].Latency.N != 8 {
		t.Errorf("%d environments and %d latencies", r.Targets[0].Environments, r.Targets[0].Latency.N)
	}
}

func TestAudit(t *testing.T) {
	many := func(slip, took time.Duration, each func(i int, o *engine.Outcome)) func(int, engine.Recorder) {
		return func(_ int, r engine.Recorder) {
			for i := range 100 {
				o := answer(0, 0, took)
				o.Slip = slip
				if each != nil {
					each(i, o)
				}
				r.Due(0)
				r.Done(o)
			}
		}
	}
	tests := []struct {
		name   string
		script func(int, engine.Recorder)
		report engine.Report
		closed bool
		want   []results.Fault // to a tenth
	}{
		{name: "on time", script: many(20*time.Microsecond, 5*time.Millisecond, nil)},
		{name: "late, but below 2 ms", script: many(1900*time.Microsecond, time.Millisecond, nil)},
		{name: "late, but below a tenth of the median", script: many(9*time.Millisecond, 100*time.Millisecond, nil)},
		{name: "late", script: many(9*time.Millisecond, 50*time.Millisecond, nil), want: []results.Fault{{Kind: results.LateStarts, SlipMs: 9}, {Kind: results.OtherLoad}}},
		{name: "once very late", script: many(0, time.Second, func(i int, o *engine.Outcome) {
			if i == 50 {
				o.Slip = 150 * time.Millisecond
			}
		}), want: []results.Fault{{Kind: results.OneLateStart, SlipMs: 150}, {Kind: results.OtherLoad}}},
		{name: "too few", want: []results.Fault{{Kind: results.RateMissed, AchievedRate: 99, OfferedRate: 100}}, script: func(s int, r engine.Recorder) {
			many(0, time.Millisecond, nil)(s, r)
			for range 890 {
				r.Due(0)
				r.Done(answer(0, 0, time.Millisecond))
			}
			for range 10 {
				r.Due(0)
				r.Drop(0)
			}
		}},
		{name: "too slow", script: many(0, time.Millisecond, nil), report: engine.Report{LastTaken: 11 * time.Second}, want: []results.Fault{{Kind: results.RateMissed, AchievedRate: 9.1, OfferedRate: 10}}},
		{name: "a closed loop cannot be late", closed: true, script: many(time.Second, time.Millisecond, nil)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options("a")
			if tt.closed {
				o.Schedule.Phases, o.Closed = nil, &Closed{Conns: 1, Duration: time.Second}
			}
			r, err := play(t, o, &fake{script: tt.script, report: tt.report})
			if err != nil {
				t.Fatal(err)
			}
			g := r.Generator
			near := cmpopts.EquateApprox(0, 0.1)
			if diff := cmp.Diff(tt.want, g.Faults, near); diff != "" || g.Valid != (len(tt.want) == 0) {
				t.Errorf("valid %v; faults (-want +got):\n%s", g.Valid, diff)
			}
			if tt.closed && (g.OfferedRate != nil || !r.ClosedLoop) {
				t.Error("a closed loop offers no rate, and has to say that it hides stalls")
			}
		})
	}
}

// An interrupted run is measured by what had come due until then.
func TestInterrupted(t *testing.T) {
	r, err := play(t, options("a"), &fake{report: engine.Report{Elapsed: time.Second, LastTaken: 900 * time.Millisecond, Interrupted: true}, script: func(_ int, r engine.Recorder) {
		for i := range 10 {
			r.Due(0)
			r.Done(answer(0, time.Duration(i)*100*time.Millisecond, time.Millisecond))
		}
	}})
	if err != nil || !r.Interrupted || !r.Generator.Valid || *r.Generator.OfferedRate != 10 || *r.Generator.AchievedRate != 10 {
		t.Errorf("got %+v (%v)", r, err)
	}
}

type file struct {
	bytes.Buffer
	closed bool
	fail   error
}

func (f *file) Close() error { f.closed = true; return nil }

func (f *file) Write(b []byte) (int, error) {
	if f.fail != nil {
		return 0, f.fail
	}
	return f.Buffer.Write(b)
}

// The logs' rows add up to the totals, whenever the shards deliver.
func TestHistogramLogs(t *testing.T) {
	files := map[string]*file{}
	o := options("a", "b")
	o.HLog = func(target string) (io.WriteCloser, error) {
		files[target] = new(file)
		return files[target], nil
	}
	r, err := play(t, o, &fake{shards: 3, overlap: true, report: engine.Report{Elapsed: 10 * time.Second}, script: func(shard int, r engine.Recorder) {
		for i := range 10_000 {
			at := time.Duration(i) * time.Millisecond
			r.Tick(at)
			r.Due(i % 2)
			r.Done(answer(i%2, at, time.Duration(1+i%50)*time.Millisecond))
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a", "b"} {
		sum := map[string]*latency.Histogram{"": latency.New(), "service": latency.New(), "firstByte": latency.New()}
		var covered time.Duration
		rows := 0
		for row, err := range latency.ReadLog(bytes.NewReader(files[name].Bytes())) {
			if err != nil {
				t.Fatal(err)
			}
			sum[row.Tag].Merge(row.Histogram)
			if row.Tag == "" {
				covered += row.Length
				rows++
			}
		}
		if rows < 2 || (covered-10*time.Second).Abs() > 20*time.Millisecond {
			t.Errorf("%s: %d rows cover %v, want 10 s in several", name, rows, covered)
		}
		target := r.Targets[i]
		for tag, want := range map[string]*latency.Histogram{"": target.Latency.Histogram, "service": target.Service.Histogram, "firstByte": target.FirstByte.Histogram} {
			if got := sum[tag]; got.N() != 15_000 || got.N() != want.N() || got.AtRank(14_000) != want.AtRank(14_000) {
				t.Errorf("%s %q: the rows have %d values, the total %d", name, tag, got.N(), want.N())
			}
		}
		if len(target.Intervals) != rows {
			t.Errorf("%s: figures of %d intervals, want those of the %d rows", name, len(target.Intervals), rows)
		}
		if !files[name].closed {
			t.Errorf("%s is not closed", name)
		}
	}
}

func TestHistogramLogErrors(t *testing.T) {
	script := func(_ int, r engine.Recorder) {
		r.Due(0)
		r.Done(answer(0, 0, time.Millisecond))
	}
	full := errors.New("no space left")
	o := options("a")
	o.HLog = func(string) (io.WriteCloser, error) { return &file{fail: full}, nil }
	r, err := play(t, o, &fake{script: script, report: engine.Report{Elapsed: time.Second}})
	if !errors.Is(err, full) || r == nil || r.Targets[0].Answered != 1 {
		t.Errorf("a full disk: got %v and %+v; want its error and a result", err, r)
	}
	o.HLog = func(string) (io.WriteCloser, error) { return nil, full }
	if _, err := play(t, o, &fake{script: script}); !errors.Is(err, full) {
		t.Errorf("a log that cannot be opened: got %v", err)
	}
}

func TestProgress(t *testing.T) {
	var seen []Progress
	o := options("a", "b")
	o.Progress = func(p Progress) { seen = append(seen, p) }
	_, err := play(t, o, &fake{report: engine.Report{Elapsed: 3 * time.Second}, script: func(_ int, r engine.Recorder) {
		for i := range 300 {
			at := time.Duration(i) * 10 * time.Millisecond
			r.Tick(at)
			r.Due(0)
			if i%3 == 0 {
				r.Drop(0)
			} else {
				r.Done(answer(0, at, 20*time.Millisecond))
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	last := seen[len(seen)-1]
	if last.Elapsed != 3*time.Second || last.Duration != 10*time.Second || last.Sent != 200 || last.Answered != 200 || last.Dropped != 100 || last.InFlight != 0 {
		t.Errorf("the last: %+v", last)
	}
	if last.P50Ms == nil || math.Abs(*last.P50Ms-20) > 0.1 || last.P99Ms != nil {
		t.Errorf("the last's latencies: %v and %v", last.P50Ms, last.P99Ms)
	}
	if len(last.Targets) != 2 || last.Targets[0].Name != "a" || last.Targets[0].Answered != 200 || last.Targets[1].P50Ms != nil {
		t.Errorf("the last's targets: %+v", last.Targets)
	}
	for _, p := range seen {
		if p.Rate < 90 || p.Rate > 110 {
			t.Errorf("at %v: %v requests/s, want about 100", p.Elapsed, p.Rate)
		}
	}
}

func TestOptions(t *testing.T) {
	good := options("a")
	tests := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"no target", func(o *Options) { o.Targets = nil }, "no target"},
		{"two of one name", func(o *Options) { o.Targets = append(o.Targets, o.Targets[0]) }, `"a"`},
		{"no plan", func(o *Options) { o.Schedule.Phases = nil }, "neither a phase nor a trace"},
		{"two plans", func(o *Options) { o.Closed = &Closed{1, time.Second} }, "closed loop has no schedule"},
		{"a loop of nothing", func(o *Options) { o.Schedule.Phases, o.Closed = nil, &Closed{0, time.Second} }, "0 connections"},
		{"a negative timeout", func(o *Options) { o.Timeout = -1 }, "negative"},
		{"no URL", func(o *Options) { o.Targets[0].URL = "localhost:80/x" }, "http://host/path"},
		{"a URL that is none", func(o *Options) { o.Targets[0].URL = "http://a b/" }, "is not a URL"},
		{"an engine that is none", func(o *Options) { o.Engine = "uring" }, "uring"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			o.Targets = append([]Target(nil), good.Targets...)
			tt.change(&o)
			if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error about %q", err, tt.want)
			}
		})
	}
	o, err := Options{Targets: []Target{{URL: "http://h/dev/esmodule"}, {URL: "http://h"}}, Schedule: good.Schedule}.withDefaults()
	if err != nil || o.Targets[0].Name != "dev/esmodule" || o.Targets[1].Name != "h" || o.Targets[0].Method != "GET" {
		t.Errorf("defaults: %+v (%v)", o.Targets, err)
	}
}

// Recording a request allocates nothing, whatever its class.
func BenchmarkRecord(b *testing.B) {
	o, err := options("a", "b").withDefaults()
	if err != nil {
		b.Fatal(err)
	}
	c := newCollector(o, 1, make([]io.WriteCloser, 2), new(time.Time))
	r := c.recorders[0]
	outcome := answer(0, 0, 20*time.Millisecond)
	outcome.Environment = wire.ParseEnvironment("e", "2", "provisioned-concurrency")
	r.Done(outcome)
	b.ReportAllocs()
	for b.Loop() {
		r.Due(0)
		r.Done(outcome)
	}
}
