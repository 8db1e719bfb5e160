package attack

import (
	"io"
	"maps"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// collector adds the shards' intervals up, writes the histogram logs and tells
// the progress. It works beside the sending threads.
type collector struct {
	o         Options
	zero      *time.Time // the wall clock at the schedule's zero
	recorders []*recorder
	filled    chan delivery
	done      chan struct{}

	total *interval
	seen  []time.Duration // until when each shard has delivered

	row       *interval // what the next row of the logs will hold
	rowStart  time.Duration
	timelines []results.Timelines // by target
	outputs   []io.WriteCloser
	logs      []*latency.LogWriter
	scratch   *series            // of one target
	over      *latency.Histogram // of all targets
	err       error              // the first of the logs; collecting goes on

	lastTaken int64
	lastTime  time.Duration
}

func newCollector(o Options, shards int, outputs []io.WriteCloser, zero *time.Time) *collector {
	c := &collector{
		o: o, zero: zero, outputs: outputs, logs: make([]*latency.LogWriter, len(outputs)), scratch: newSeries(), over: latency.New(),
		filled: make(chan delivery, 2*shards), done: make(chan struct{}),
		total: newInterval(len(o.Targets)), seen: make([]time.Duration, shards),
		row: newInterval(len(o.Targets)), timelines: make([]results.Timelines, len(o.Targets)),
	}
	for i := range shards {
		r := &recorder{shard: i, every: o.Interval, boundary: o.Interval, filled: c.filled,
			active: newInterval(len(o.Targets)), spare: make(chan *interval, 2)}
		r.spare <- newInterval(len(o.Targets))
		for range o.Targets {
			r.environments = append(r.environments, map[uint64]struct{}{})
		}
		c.recorders = append(c.recorders, r)
	}
	return c
}

// collect runs until the recorders are finished.
func (c *collector) collect() {
	defer close(c.done)
	for d := range c.filled {
		c.add(d)
		d.reset()
		c.recorders[d.shard].spare <- d.interval
	}
}

// finish adds what the recorders still hold. The engine has returned.
func (c *collector) finish(elapsed time.Duration) {
	close(c.filled)
	<-c.done
	for _, r := range c.recorders {
		r.active.end = max(elapsed, r.active.start)
		c.add(delivery{r.shard, r.active})
	}
}

func (c *collector) add(d delivery) {
	c.total.merge(d.interval)
	c.row.merge(d.interval)
	c.seen[d.shard] = d.end
	end := d.end
	for _, t := range c.seen {
		end = min(end, t)
	}
	if end <= c.rowStart {
		return // other shards are still to deliver this stretch
	}
	c.addRows(end)
	c.row.reset()
	c.rowStart = end
	if c.o.Progress != nil {
		c.o.Progress(c.progress(end))
	}
}

// addRows keeps the figures of the interval, and appends it to the logs.
func (c *collector) addRows(end time.Duration) {
	start, length := c.zero.Add(c.rowStart), end-c.rowStart
	for i, output := range c.outputs {
		c.scratch.reset()
		c.row.targets[i].all(c.scratch)
		of := results.Interval{Start: start, Length: length, Latency: c.scratch.latency.Counts()}
		if censored := c.row.targets[i].censored; censored != nil {
			of.Unanswered = censored.latency.Counts()
		}
		c.timelines[i].Add(of, c.row.targets[i].later())
		if output != nil && c.err == nil {
			c.err = c.writeRows(i, start, length)
		}
	}
}

// writeRows appends the interval to a target's log: latency without a tag, since
// that is what tools show first, the other clocks and the classes with their names, so
// that all of them can be judged again without this program.
func (c *collector) writeRows(target int, start time.Time, length time.Duration) (err error) {
	if c.logs[target] == nil {
		if c.logs[target], err = latency.NewLogWriter(c.outputs[target], *c.zero); err != nil {
			return err
		}
	}
	if err := c.logs[target].Write("", start, length, c.scratch.latency); err != nil {
		return err
	}
	type row struct {
		tag string
		of  *latency.Histogram
	}
	t := &c.row.targets[target]
	rows := []row{{results.ServiceTag, c.scratch.service}, {results.FirstByteTag, c.scratch.firstByte}, {results.ConnectTag, t.connect}}
	if s := t.censored; s != nil {
		rows = append(rows, row{results.UnansweredTag(""), s.latency},
			row{results.UnansweredTag(results.ServiceTag), s.service}, row{results.UnansweredTag(results.FirstByteTag), s.firstByte})
	}
	for number := class(1); int(number) < classes; number++ {
		if s := t.series[number]; s != nil {
			rows = append(rows, row{number.key().Tag(), s.latency}, row{number.key().ServiceTag(), s.service})
		}
	}
	for _, r := range rows {
		if r.of.N() == 0 {
			continue
		}
		if err := c.logs[target].Write(r.tag, start, length, r.of); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) progress(now time.Duration) Progress {
	p := Progress{Elapsed: now, Duration: c.o.duration()}
	c.over.Reset()
	var taken int64
	for i := range c.total.targets {
		t := &c.total.targets[i]
		c.scratch.reset()
		t.all(c.scratch)
		if t.censored != nil {
			c.scratch.latency.Merge(t.censored.latency)
		}
		c.over.Merge(c.scratch.latency)
		settled := t.answered + t.failures()
		target := TargetProgress{Name: c.o.Targets[i].Name, Sent: t.planned - t.dropped, Answered: t.answered, Failed: t.failures(), Dropped: t.dropped}
		target.P50Ms, target.P99Ms = soFar(c.scratch.latency)
		p.Targets = append(p.Targets, target)
		p.Sent += target.Sent
		p.Answered += t.answered
		p.Failed += target.Failed
		p.Dropped += t.dropped
		p.InFlight += target.Sent - settled
		taken += t.planned
	}
	p.P50Ms, p.P99Ms = soFar(c.over)
	if stretch := now - c.lastTime; stretch > 0 {
		p.Rate = float64(taken-c.lastTaken) / stretch.Seconds()
	}
	c.lastTaken, c.lastTime = taken, now
	return p
}

func soFar(h *latency.Histogram) (p50, p99 *float64) {
	if v, ok := h.At(50); ok {
		p50 = &v
	}
	if v, ok := h.At(99); ok {
		p99 = &v
	}
	return p50, p99
}

// load puts the totals into the record.
func (c *collector) load(report engine.Report) *results.Load {
	l := &results.Load{
		Started: report.Started, Ended: report.Started.Add(report.Elapsed), Interrupted: report.Interrupted,
		ClosedLoop: c.o.Closed != nil,
		Generator:  results.Generator{Slip: latency.NewTiming(c.total.slip, nil), Busy: report.Busy},
	}
	for i := range c.total.targets {
		target := c.total.targets[i].record(&c.timelines[i])
		target.Name, target.URL = c.o.Targets[i].Name, wire.RedactURL(c.o.Targets[i].URL)
		seen := map[uint64]struct{}{}
		for _, recorder := range c.recorders {
			maps.Copy(seen, recorder.environments[i])
		}
		target.Environments = len(seen)
		l.Targets = append(l.Targets, target)
	}
	return l
}

// record is the tally as the record has it.
func (t *tally) record(past *results.Timelines) results.Target {
	all, censored := newSeries(), newSeries()
	t.all(all)
	if t.censored != nil {
		censored = t.censored
	}
	target := results.Target{
		Planned: t.planned, Sent: t.planned - t.dropped, Dropped: t.dropped, Answered: t.answered, Resent: t.resent,
		Failed: map[string]int64{}, Examples: map[string]string{}, Status: map[int]int64{},
		Latency: latency.NewTiming(all.latency, censored.latency), Service: latency.NewTiming(all.service, censored.service),
		FirstByte: latency.NewTiming(all.firstByte, censored.firstByte), Connect: latency.NewTiming(t.connect, nil),
		Intervals:  past.All(),
		OutOfRange: all.latency.OutOfRange() + all.service.OutOfRange() + all.firstByte.OutOfRange() + t.connect.OutOfRange(),
	}
	for _, cause := range engine.Causes() {
		if n := t.failed[cause]; n > 0 {
			target.Failed[cause.String()] = n
		}
		if err := t.examples[cause]; err != nil {
			target.Examples[cause.String()] = engine.Explain(err)
		}
	}
	for code, n := range t.status {
		if n > 0 {
			target.Status[code] = n
		}
	}
	for number := class(1); int(number) < classes; number++ {
		if s := t.series[number]; s != nil {
			target.Classes = append(target.Classes, results.Class{
				ClassKey: number.key(), Latency: latency.NewTiming(s.latency, nil), Service: latency.NewTiming(s.service, nil),
				Intervals: past.Of(number.key()),
			})
		}
	}
	return target
}
