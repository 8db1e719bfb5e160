package engine

import (
	"context"
	"errors"
	"slices"
	"time"
)

// dialMore makes as many connections as calls wait for and the bounds allow.
// mu is held.
func (p *portable) dialMore(pool *pool[lane]) {
	if pool.crowdedOut() {
		if l, ok := spareOf(p.pools, pool); ok {
			p.evict(l)
		}
	}
	for p.wantsDial(pool) {
		pool.dialStarted()
		p.dials.Go(func() {
			ctx, cancel := context.WithTimeout(p.quit, p.Timeout)
			defer cancel()
			p.dial(ctx, pool)
		})
	}
}

// evict closes an idle connection. mu is held.
func (p *portable) evict(l lane) {
	for _, pool := range p.pools {
		pool.idle = slices.DeleteFunc(pool.idle, func(other lane) bool {
			if other.carrier() != l.carrier() {
				return false
			}
			p.forget(pool, l.carrier())
			return true
		})
	}
	go l.carrier().close() // not here: it takes locks that are taken before mu
}

func (p *portable) wantsDial(pool *pool[lane]) bool {
	if pool.wantsDial() {
		return true
	}
	// A closed loop keeps its number of connections, but does not hammer a server that refuses them.
	return p.looping() && pool.quota > 0 && pool.mayDial() && p.now() >= pool.holdOff
}

// dial makes a connection and puts it to use.
func (p *portable) dial(ctx context.Context, pool *pool[lane]) {
	began := time.Now()
	var lanes []lane
	conn, err := pool.origin.connect(ctx)
	if err == nil && pool.origin.tls != nil {
		conn, err = p.overTLS(ctx, pool.origin, conn)
	}
	if err == nil {
		lanes, err = p.lanes(ctx, pool, conn)
	}
	took := time.Since(began)
	if err != nil {
		p.dialFailed(pool, err)
		return
	}
	p.mu.Lock()
	pool.dialDone(took)
	p.mu.Unlock()
	p.record.Lock()
	for _, target := range pool.origin.targets {
		p.recorder.Connected(target, took)
	}
	p.record.Unlock()
	for _, l := range lanes {
		p.release(pool, l, true)
	}
	p.mu.Lock()
	p.dialMore(pool)
	p.mu.Unlock()
}

// dialFailed fails the oldest call that waits with the error of the dial.
func (p *portable) dialFailed(pool *pool[lane], err error) {
	var f *failure
	cause := ConnectFailed
	if errors.As(err, &f) {
		cause = f.cause
	}
	p.mu.Lock()
	pool.dialFailed()
	if !p.running { // a connection made in advance: no request has come due
		p.mu.Unlock()
		return
	}
	now := p.now()
	c := pool.next(true)
	fabricated := false
	if c == nil && p.looping() && p.quit.Err() == nil {
		// In a closed loop the connection would have sent a request: this is how it ended.
		target := pool.origin.targets[p.orders[pool.origin.index].Next()]
		c = newCall(target, now, p.Timeout)
		fabricated = true
		p.calls.Add(1)
		pool.holdOff = now + redialPause
	}
	p.dialMore(pool)
	p.mu.Unlock()
	if c == nil {
		return
	}
	if fabricated {
		p.record.Lock()
		p.recorder.Due(c.arrival.Target)
		p.record.Unlock()
	}
	c.err = err
	p.settle(c, c.outcome(cause, now))
}

// redialPause is how long a closed loop waits after a dial that failed.
const redialPause = 10 * time.Millisecond

// settle reports how a call ended.
func (p *portable) settle(c *call, o Outcome) {
	p.record.Lock()
	p.recorder.Done(&o)
	p.record.Unlock()
	p.calls.Done()
}

// lost removes a connection that ended. The call that it carried, if any, is sent once more or
// settled with the cause.
func (p *portable) lost(pool *pool[lane], conn closer, c *call, cause Cause, resend bool) {
	p.mu.Lock()
	p.forget(pool, conn)
	if c != nil && resend {
		c.resend()
		pool.resends.push(c)
		p.scheduleExpiry()
	}
	p.dialMore(pool)
	p.mu.Unlock()
	if c != nil && !resend {
		p.settle(c, c.outcome(cause, p.now()))
	}
}

// forget stops counting a connection that ended. mu is held.
func (p *portable) forget(pool *pool[lane], conn closer) {
	if p.open[conn] {
		delete(p.open, conn)
		pool.closed()
	}
}

// scheduleExpiry sets the timer for the first timeout of a call that waits. mu is held.
func (p *portable) scheduleExpiry() {
	var next time.Duration = -1
	for _, pool := range p.pools {
		for _, q := range []*queue{&pool.waiting, &pool.resends} {
			if c := q.peek(); c != nil && (next < 0 || c.deadline < next) {
				next = c.deadline
			}
		}
	}
	if next < 0 {
		return
	}
	wait := max(next-p.now(), 0)
	if p.expiry == nil {
		p.expiry = time.AfterFunc(wait, p.expire)
	} else {
		p.expiry.Reset(wait)
	}
}

// expire settles the calls that timed out while they waited.
func (p *portable) expire() {
	var expired []*call
	p.mu.Lock()
	now := p.now()
	for _, pool := range p.pools {
		for c := pool.waiting.peek(); c != nil && c.deadline <= now; c = pool.waiting.peek() {
			expired = append(expired, pool.next(false))
		}
		for c := pool.resends.peek(); c != nil && c.deadline <= now; c = pool.resends.peek() {
			expired = append(expired, pool.resends.pop())
		}
	}
	p.scheduleExpiry()
	p.mu.Unlock()
	for _, c := range expired {
		p.settle(c, c.outcome(TimedOut, now))
	}
}

// dropWaiting drops the calls that wait for a connection when the run is interrupted.
func (p *portable) dropWaiting() {
	var dropped []*call
	p.mu.Lock()
	for _, pool := range p.pools {
		for c := pool.waiting.peek(); c != nil; c = pool.waiting.peek() {
			dropped = append(dropped, pool.next(false))
		}
	}
	p.mu.Unlock()
	for _, c := range dropped {
		p.record.Lock()
		p.recorder.Drop(c.arrival.Target)
		p.record.Unlock()
		p.calls.Done()
	}
}

// tick reports the time to the recorder until the run is over.
func (p *portable) tick(over <-chan struct{}) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-over:
			return
		}
		p.record.Lock()
		p.recorder.Tick(p.now())
		p.record.Unlock()
	}
}

func (p *portable) closeAll() {
	p.mu.Lock()
	conns := make([]closer, 0, len(p.open))
	for c := range p.open {
		conns = append(conns, c)
	}
	clear(p.open)
	p.mu.Unlock()
	for _, c := range conns {
		c.close()
	}
}
