package attack

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// series are the clocks of answers of one kind.
type series struct {
	latency, service, firstByte *latency.Histogram
}

func newSeries() *series {
	return &series{latency.New(), latency.New(), latency.New()}
}

func (s *series) merge(o *series) {
	s.latency.Merge(o.latency)
	s.service.Merge(o.service)
	s.firstByte.Merge(o.firstByte)
}

func (s *series) reset() {
	s.latency.Reset()
	s.service.Reset()
	s.firstByte.Reset()
}

// class numbers the kinds of start: 0 is an answer that did not say, the others are
// first or later invocation by initialization type.
type class int

const (
	initializations = int(wire.ManagedInstances) + 1
	classes         = 1 + 2*initializations
)

func classOf(k wire.Environment) class {
	if k.Invocation < 1 {
		return 0
	}
	c := 1 + 2*int(k.Initialization)
	if k.Invocation > 1 {
		c++
	}
	return class(c)
}

// key identifies the class in the record.
func (c class) key() results.ClassKey {
	key := results.ClassKey{Environment: results.FirstInvocation, Initialization: wire.Initialization((c - 1) / 2).String()}
	if (c-1)%2 == 1 {
		key.Environment = results.LaterInvocations
	}
	return key
}

// tally is what happened to one target in one shard, or in several. It has arrays
// where results.Target has maps, so that recording takes no time.
type tally struct {
	planned, dropped, answered, resent int64
	failed                             [16]int64 // by cause
	examples                           [16]error // the first of each cause that said more
	status                             [1000]int64
	// series by class are made when the first answer of their kind comes. Each
	// answer is in one of them, so that recording is three stores.
	series [classes]*series
	// censored are the times after which requests failed that got no response: a
	// lower bound of what they would have taken. It is made with the first of them.
	censored *series
	connect  *latency.Histogram
}

func (t *tally) seriesOf(c class) *series {
	if t.series[c] == nil {
		t.series[c] = newSeries()
	}
	return t.series[c]
}

// censor records how long a request without a response had taken when it failed.
func (t *tally) censor(o *engine.Outcome) {
	if t.censored == nil {
		t.censored = newSeries()
	}
	t.censored.latency.Record(max(o.End-o.Intended, 0))
	if o.Sent == 0 {
		return // it got no connection, and so has no service time
	}
	t.censored.service.Record(max(o.End-o.Sent, 0))
	if o.FirstByte == 0 {
		t.censored.firstByte.Record(max(o.End-o.Sent, 0))
	}
}

func (t *tally) merge(o *tally) {
	t.planned += o.planned
	t.dropped += o.dropped
	t.answered += o.answered
	t.resent += o.resent
	for i, n := range o.failed {
		t.failed[i] += n
		if t.examples[i] == nil {
			t.examples[i] = o.examples[i]
		}
	}
	for i, n := range o.status {
		t.status[i] += n
	}
	for c, s := range o.series {
		if s != nil && s.latency.N() > 0 {
			t.seriesOf(class(c)).merge(s)
		}
	}
	if o.censored != nil && o.censored.latency.N() > 0 {
		if t.censored == nil {
			t.censored = newSeries()
		}
		t.censored.merge(o.censored)
	}
	if o.connect.N() > 0 {
		t.connect.Merge(o.connect)
	}
}

func (t *tally) reset() {
	series, censored, connect := t.series, t.censored, t.connect
	if censored != nil && censored.latency.N() > 0 {
		censored.reset()
	}
	for _, s := range series {
		if s != nil && s.latency.N() > 0 {
			s.reset()
		}
	}
	if connect.N() > 0 {
		connect.Reset()
	}
	*t = tally{series: series, censored: censored, connect: connect}
}

func (t *tally) failures() (sum int64) {
	for _, n := range t.failed {
		sum += n
	}
	return sum
}

// all merges the classes into s.
func (t *tally) all(s *series) {
	for _, part := range t.series {
		if part != nil && part.latency.N() > 0 {
			s.merge(part)
		}
	}
}

// later are the latencies of each class of later requests.
func (t *tally) later() map[results.ClassKey]latency.Counts {
	later := map[results.ClassKey]latency.Counts{}
	for number := class(1); int(number) < classes; number++ {
		if s := t.series[number]; s != nil && s.latency.N() > 0 && number.key().Environment == results.LaterInvocations {
			later[number.key()] = s.latency.Counts()
		}
	}
	return later
}

// interval is what one shard, or several, recorded in a stretch of time.
type interval struct {
	start, end time.Duration
	targets    []tally
	slip       *latency.Histogram
	capped     int64 // requests that waited behind the bound on connections
}

func newInterval(targets int) *interval {
	v := &interval{targets: make([]tally, targets), slip: latency.New()}
	for i := range v.targets {
		v.targets[i].connect = latency.New()
	}
	return v
}

func (v *interval) merge(o *interval) {
	for i := range o.targets {
		v.targets[i].merge(&o.targets[i])
	}
	if o.slip.N() > 0 {
		v.slip.Merge(o.slip)
	}
	v.capped += o.capped
}

func (v *interval) reset() {
	for i := range v.targets {
		v.targets[i].reset()
	}
	v.slip.Reset()
	v.capped = 0
}

// mostEnvironments bounds the memory of environments seen by one shard.
const mostEnvironments = 1 << 16

// recorder is one shard's. The shard writes into an interval and, at its end,
// exchanges it for an empty one: that is the only moment at which it meets the
// collector, and it never waits for it.
type recorder struct {
	shard    int
	every    time.Duration
	boundary time.Duration
	active   *interval
	spare    chan *interval
	filled   chan<- delivery
	// environments seen, by target. The collector reads them after the end.
	environments []map[uint64]struct{}
}

type delivery struct {
	shard int
	*interval
}

func (r *recorder) Due(target int)  { r.active.targets[target].planned++ }
func (r *recorder) Drop(target int) { r.active.targets[target].dropped++ }

func (r *recorder) Connected(target int, took time.Duration) {
	r.active.targets[target].connect.Record(took)
}

func (r *recorder) Done(o *engine.Outcome) {
	t := &r.active.targets[o.Target]
	r.active.slip.Record(o.Slip)
	if o.Capped {
		r.active.capped++
	}
	if o.Resent {
		t.resent++
	}
	if o.Status > 0 && o.Status < len(t.status) {
		t.status[o.Status]++
	}
	if o.Cause != engine.Answered {
		t.failed[o.Cause]++
		if t.examples[o.Cause] == nil {
			t.examples[o.Cause] = o.Err
		}
		if o.Status == 0 {
			t.censor(o)
		}
		return
	}
	t.answered++
	s := t.seriesOf(classOf(o.Environment))
	s.latency.Record(o.End - o.Intended)
	s.service.Record(o.End - o.Sent)
	s.firstByte.Record(o.FirstByte - o.Sent)
	if id := o.Environment.ID; id != 0 {
		seen := r.environments[o.Target]
		if _, ok := seen[id]; !ok && len(seen) < mostEnvironments {
			seen[id] = struct{}{}
		}
	}
}

func (r *recorder) Tick(now time.Duration) {
	if now < r.boundary {
		return
	}
	select {
	case empty := <-r.spare:
		r.active.end = now
		empty.start = now
		r.filled <- delivery{r.shard, r.active} // has room for all there are
		r.active = empty
		r.boundary = now - now%r.every + r.every
	default: // the collector is late: this interval becomes longer
	}
}
