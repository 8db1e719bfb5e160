package engine

import (
	"context"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// portable is the engine over package net: one goroutine follows the schedule, and each connection
// has one that writes and one that reads. Go's timers may be up to a millisecond late on Linux; the
// slip shows how late they were.
//
// It does not stand on net/http.Transport, with httptrace for the clocks, because that would change
// what is measured and promised:
//
//   - Transport sends a request again by itself, any number of times, whenever a reused connection
//     ends before a byte of the response came. httptrace shows only that another connection was
//     taken, so neither the rule of one resend nor its count could be kept.
//   - It dials for every request that finds no idle connection and has no bound on dials under way.
//     MaxConnsPerHost bounds each host, not all of them together, and does not say which requests
//     it made wait, which is the difference between slip and latency.
//   - It has no way to fail a waiting request with the error of its own dial, to share one
//     connection bound over hosts, or to keep a closed loop's number of connections.
//   - Its parser and its copies of headers allocate for each response. Package wire, which the epoll
//     engine needs in any case, does not, and so both engines judge responses by the same rules.
type portable struct {
	*setup
	start time.Time

	mu      sync.Mutex // guards what follows
	pools   []*pool[lane]
	bounds  bounds
	orders  []*pace.Order // per origin, in a closed loop
	open    map[closer]bool
	running bool // the schedule's zero has come
	ending  bool // no more requests are begun
	expiry  *time.Timer

	record   sync.Mutex // guards the recorder; never held together with mu
	recorder Recorder

	calls sync.WaitGroup // unsettled
	dials sync.WaitGroup
	conns sync.WaitGroup  // their goroutines
	quit  context.Context // ends the dials when all calls are settled
}

// lane carries one call at a time: an HTTP/1.1 connection, or one of the streams
// that an HTTP/2 connection may have.
type lane interface {
	// start sends a call. The lane settles it, then gives itself back or reports its end.
	start(c *call)
	// dead says that no more calls can be started.
	dead() bool
	// carrier is the connection below.
	carrier() closer
}

type closer interface{ close() }

func newPortable(s *setup) Engine {
	p := &portable{setup: s, bounds: bounds{maxConns: s.MaxConns, maxQueue: s.MaxQueue}, open: map[closer]bool{}}
	for _, o := range s.origins {
		pool := &pool[lane]{origin: o, bounds: &p.bounds}
		p.pools = append(p.pools, pool)
		if s.Closed != nil {
			pool.quota = s.quota(o, s.MaxConns, 0)
			if s.HTTP2 { // one connection, with as many streams
				pool.streams, pool.quota = pool.quota, 1
			}
			p.orders = append(p.orders, pace.NewOrder(s.Closed.Seed+uint64(o.index), len(o.targets)))
		}
	}
	return p
}

func (p *portable) Name() string {
	if p.HTTP2 {
		return Portable + " (HTTP/2)"
	}
	return Portable
}

func (p *portable) Shards() int { return 1 }

func (p *portable) Run(ctx context.Context, recorders []Recorder) Report {
	p.recorder = recorders[0]
	quit, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	p.quit = quit
	p.start = time.Now()
	p.warm(ctx)

	p.mu.Lock()
	p.start, p.running = time.Now(), true
	p.mu.Unlock()
	started := p.start
	if p.Started != nil {
		p.Started(started)
	}
	ticks := make(chan struct{})
	ticking := sync.WaitGroup{}
	ticking.Go(func() { p.tick(ticks) })

	report := Report{Started: started}
	if p.Closed != nil {
		report.Interrupted = p.loop(ctx)
	} else {
		report.Interrupted, report.LastTaken = p.follow(ctx)
	}
	p.mu.Lock()
	p.ending = true
	p.mu.Unlock()
	if report.Interrupted {
		p.dropWaiting()
	}
	p.calls.Wait()
	p.mu.Lock()
	if p.expiry != nil {
		p.expiry.Stop()
	}
	p.mu.Unlock()
	report.Elapsed = time.Since(started)
	if p.Closed != nil {
		report.LastTaken = min(report.Elapsed, p.Closed.Duration)
	}
	close(ticks)
	ticking.Wait()
	stop()
	p.closeAll()
	p.dials.Wait()
	p.closeAll() // what a dial had made in the meantime
	p.conns.Wait()
	return report
}

// now is the time since the schedule's zero.
func (p *portable) now() time.Duration { return time.Since(p.start) }

// warm looks names up and makes the first connections, for no longer than the timeout of a
// request. A failure is not counted here: the requests that need the connection count it.
func (p *portable) warm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	for _, o := range p.origins {
		o.resolve(ctx)
	}
	for _, pool := range p.pools {
		n := pool.quota
		if p.Closed == nil {
			n = p.warmConns(pool.origin, p.MaxConns, 1)
		}
		if p.HTTP2 {
			n = min(n, 1) // it carries many requests at once
		}
		p.warmPool(ctx, pool, n)
	}
}

// warmPool makes n connections. How long the first one takes decides how many are made at once; if
// one fails, no more are tried.
func (p *portable) warmPool(ctx context.Context, pool *pool[lane], n int) {
	for n > 0 {
		p.mu.Lock()
		before := pool.conns
		atOnce := min(n, pool.budget.limit(), pool.bounds.maxConns-pool.bounds.conns)
		if before == 0 {
			atOnce = min(atOnce, 1)
		}
		for range atOnce {
			pool.dialStarted()
		}
		p.mu.Unlock()
		var dials sync.WaitGroup
		for range atOnce {
			dials.Go(func() { p.dial(ctx, pool) })
		}
		dials.Wait()
		p.mu.Lock()
		after := pool.conns
		p.mu.Unlock()
		if atOnce == 0 || after < before+atOnce {
			return
		}
		n -= atOnce
	}
}

// follow takes the arrivals up when they are due.
func (p *portable) follow(ctx context.Context) (interrupted bool, last time.Duration) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	cursor := p.Schedule.Shard(0, 1)
	for a, ok := cursor.Next(); ok; a, ok = cursor.Next() {
		if wait := a.At - p.now(); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			p.dropDue(a, cursor)
			return true, last
		}
		last = p.now()
		p.take(a, last)
	}
	return false, last
}

// dropDue drops the arrivals that were due and not taken up when the run was interrupted.
func (p *portable) dropDue(a pace.Arrival, cursor *pace.Cursor) {
	now := p.now()
	p.record.Lock()
	defer p.record.Unlock()
	for ok := true; ok && a.At <= now; a, ok = cursor.Next() {
		p.recorder.Due(a.Target)
		p.recorder.Drop(a.Target)
	}
}

// loop lets every connection send when it can, until the time is over.
func (p *portable) loop(ctx context.Context) (interrupted bool) {
	p.mu.Lock()
	for _, pool := range p.pools {
		for n := len(pool.idle); n > 0; n-- {
			if lane, ok := pool.take(); ok {
				p.begin(pool, lane, false)
			}
		}
	}
	p.mu.Unlock()
	end := time.NewTimer(p.Closed.Duration)
	defer end.Stop()
	redial := time.NewTicker(10 * time.Millisecond)
	defer redial.Stop()
	for {
		select {
		case <-ctx.Done():
			return true
		case <-end.C:
			return false
		case <-redial.C:
			p.mu.Lock()
			for _, pool := range p.pools {
				p.dialMore(pool)
			}
			p.mu.Unlock()
		}
	}
}

// take takes an arrival up: it is sent at once if a connection is idle.
func (p *portable) take(a pace.Arrival, now time.Duration) {
	p.record.Lock()
	p.recorder.Due(a.Target)
	p.record.Unlock()
	p.calls.Add(1)
	c := &call{arrival: a, deadline: a.At + p.Timeout, taken: now}

	p.mu.Lock()
	pool := p.pools[p.targets[a.Target].origin.index]
	lane, ok := p.idleLane(pool)
	queued := !ok && pool.wait(c)
	if queued {
		p.dialMore(pool)
		p.scheduleExpiry()
	}
	p.mu.Unlock()

	switch {
	case ok:
		lane.start(c)
	case !queued:
		p.record.Lock()
		p.recorder.Drop(a.Target)
		p.record.Unlock()
		p.calls.Done()
	}
}

// idleLane takes an idle lane that can still be used.
func (p *portable) idleLane(pool *pool[lane]) (lane, bool) {
	for {
		l, ok := pool.take()
		if !ok || !l.dead() {
			return l, ok
		}
		p.forget(pool, l.carrier())
	}
}

// release gives a lane its next call, or makes it idle.
func (p *portable) release(pool *pool[lane], l lane, isNew bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begin(pool, l, isNew)
}

// begin is release with mu held.
func (p *portable) begin(pool *pool[lane], l lane, isNew bool) {
	if l.dead() {
		return // its reader has reported it, or will
	}
	// What takes locks that are taken before mu is done by a goroutine.
	for c := pool.next(isNew); c != nil; c = pool.next(isNew) {
		now := p.now()
		if c.deadline > now {
			go l.start(c)
			return
		}
		go p.settle(c, c.outcome(TimedOut, now)) // while it waited
	}
	switch {
	case p.looping():
		o := pool.origin
		now := p.now()
		target := o.targets[p.orders[o.index].Next()]
		p.calls.Add(1)
		go func() {
			p.record.Lock()
			p.recorder.Due(target)
			p.record.Unlock()
			l.start(newCall(target, now, p.Timeout))
		}()
	default:
		pool.put(l)
		for _, other := range p.pools {
			if other.crowdedOut() { // and this one can make room
				p.dialMore(other)
				return
			}
		}
	}
}

// looping says whether a closed loop goes on. mu is held.
func (p *portable) looping() bool {
	return p.Closed != nil && p.running && !p.ending && p.now() < p.Closed.Duration
}
