package attack

import (
	"io"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
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

	row      *interval // what the next row of the logs will hold; nil: there are none
	rowStart time.Duration
	outputs  []io.WriteCloser
	logs     []*latency.LogWriter
	scratch  *series            // of one target
	over     *latency.Histogram // of all targets
	err      error              // the first of the logs; collecting goes on

	lastTaken int64
	lastTime  time.Duration
}

func newCollector(o Options, shards int, outputs []io.WriteCloser, zero *time.Time) *collector {
	c := &collector{
		o: o, zero: zero, outputs: outputs, scratch: newSeries(), over: latency.New(),
		filled: make(chan delivery, 2*shards), done: make(chan struct{}),
		total: newInterval(len(o.Targets)), seen: make([]time.Duration, shards),
	}
	if o.HLog != nil {
		c.row = newInterval(len(o.Targets))
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
	if c.row != nil {
		c.row.merge(d.interval)
	}
	c.seen[d.shard] = d.end
	end := d.end
	for _, t := range c.seen {
		end = min(end, t)
	}
	if end <= c.rowStart {
		return // other shards are still to deliver this stretch
	}
	if c.row != nil {
		c.writeRows(end)
		c.row.reset()
	}
	c.rowStart = end
	if c.o.Progress != nil {
		c.o.Progress(c.progress(end))
	}
}

// writeRows appends the interval to the logs: latency without a tag, since that
// is what tools show first, the other clocks and first requests with their names.
func (c *collector) writeRows(end time.Duration) {
	start, length := c.zero.Add(c.rowStart), end-c.rowStart
	for i, output := range c.outputs {
		if output == nil || c.err != nil {
			continue
		}
		if c.logs == nil {
			c.logs = make([]*latency.LogWriter, len(c.outputs))
		}
		if c.logs[i] == nil {
			if c.logs[i], c.err = latency.NewLogWriter(output, *c.zero); c.err != nil {
				return
			}
		}
		c.scratch.reset()
		c.row.targets[i].all(c.scratch)
		for _, row := range []struct {
			tag string
			h   *latency.Histogram
		}{{"", c.scratch.latency}, {"service", c.scratch.service}, {"firstByte", c.scratch.firstByte}} {
			if c.err = c.logs[i].Write(row.tag, start, length, row.h); c.err != nil {
				return
			}
		}
		c.err = c.writeFirsts(i, start, length)
	}
}

// writeFirsts appends the first requests of execution environments on their own,
// where there were any, so that they can be judged again without this program.
func (c *collector) writeFirsts(target int, start time.Time, length time.Duration) error {
	for number := class(1); int(number) < classes; number++ {
		s := c.row.targets[target].series[number]
		key := number.key()
		if key.Environment != results.FirstInvocation || s == nil || s.latency.N() == 0 {
			continue
		}
		if err := c.logs[target].Write(results.FirstTag(key.Initialization), start, length, s.latency); err != nil {
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

// result puts the totals into their final form.
func (c *collector) result(report engine.Report) *Result {
	r := &Result{Started: report.Started, Elapsed: report.Elapsed, Interrupted: report.Interrupted}
	r.Generator.Slip = c.total.slip
	r.Generator.Busy = report.Busy
	r.Generator.Capped = c.total.capped
	for i := range c.total.targets {
		t := &c.total.targets[i]
		all := newSeries()
		t.all(all)
		target := TargetResult{
			Name: c.o.Targets[i].Name, URL: c.o.Targets[i].URL,
			Planned: t.planned, Sent: t.planned - t.dropped, Dropped: t.dropped, Answered: t.answered, Resent: t.resent,
			Failed: map[string]int64{}, Examples: map[string]string{}, Status: map[int]int64{},
			Latency: all.latency, Service: all.service, FirstByte: all.firstByte, Connect: t.connect,
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
				target.Classes = append(target.Classes, ClassResult{number.key(), s.latency, s.service, s.firstByte})
			}
		}
		seen := map[uint64]struct{}{}
		for _, recorder := range c.recorders {
			for id := range recorder.environments[i] {
				seen[id] = struct{}{}
			}
		}
		target.Environments = len(seen)
		r.Targets = append(r.Targets, target)
	}
	return r
}
