package engine

import (
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// call is one request from its arrival to its outcome.
type call struct {
	arrival  pace.Arrival
	deadline time.Duration
	taken    time.Duration
	sent     time.Duration
	first    time.Duration
	capped   bool // had to wait because all connections that may be were in use
	written  bool // the connection took a part of it: the server may have seen it
	resent   bool
	settled  bool  // timed out in a queue, where it stays until it comes to the head
	err      error // what its failure said

	// For the epoll engine: the socket that carries it, and its neighbours in the list of calls.
	socket         *socket
	earlier, later *call
}

// resend makes the call ready to be sent once more.
func (c *call) resend() {
	c.resent, c.written, c.sent, c.first, c.err = true, false, 0, 0, nil
}

func newCall(target int, now, timeout time.Duration) *call {
	return &call{arrival: pace.Arrival{At: now, Target: target}, deadline: now + timeout, taken: now}
}

// outcome is how the call ended.
func (c *call) outcome(cause Cause, end time.Duration) Outcome {
	started := c.taken
	if c.capped {
		if started = c.sent; started == 0 {
			started = end
		}
	}
	return Outcome{Target: c.arrival.Target, Cause: cause, Intended: c.arrival.At, Sent: c.sent,
		FirstByte: c.first, End: end, Slip: started - c.arrival.At, Capped: c.capped, Resent: c.resent, Err: c.err}
}

// pool counts an origin's connections, of type C, and queues the calls that wait for one. It does
// no I/O and is not safe for concurrent use.
type pool[C comparable] struct {
	origin *origin
	bounds *bounds
	budget dialBudget

	streams int // of an HTTP/2 connection in a closed loop; 0: as many as the server allows
	quota   int // of connections in a closed loop; 0: none of its own

	idle    []C           // last in, first out, so that as few as possible are in use
	waiting queue         // for any connection
	resends queue         // of calls that are sent once more, which only take a new connection
	conns   int           // open ones
	dialing int           // under way
	holdOff time.Duration // no dial before (a closed loop against a server that refuses)
}

// bounds are shared by the pools of one shard.
type bounds struct {
	conns, maxConns  int // dials included
	queued, maxQueue int
}

// take removes the most recently used idle connection.
func (p *pool[C]) take() (c C, ok bool) {
	n := len(p.idle)
	if n == 0 {
		return c, false
	}
	c = p.idle[n-1]
	var none C
	p.idle[n-1] = none
	p.idle = p.idle[:n-1]
	return c, true
}

// put makes a connection idle.
func (p *pool[C]) put(c C) { p.idle = append(p.idle, c) }

// wait queues a call, and returns false if the queue is full.
func (p *pool[C]) wait(c *call) bool {
	if p.bounds.queued >= p.bounds.maxQueue {
		return false
	}
	c.capped = p.bounds.conns >= p.bounds.maxConns
	p.bounds.queued++
	p.waiting.push(c)
	return true
}

// next is the call that a connection is for, or nil. A new connection serves calls
// that are sent once more first.
func (p *pool[C]) next(newConn bool) *call {
	if newConn {
		if c := p.resends.pop(); c != nil {
			return c
		}
	}
	c := p.waiting.pop()
	if c != nil {
		p.bounds.queued--
	}
	return c
}

// wantsDial says whether another connection should be made now.
func (p *pool[C]) wantsDial() bool {
	return p.waiting.live+p.resends.live > p.dialing && p.mayDial()
}

// mayDial says whether another connection may be made now.
func (p *pool[C]) mayDial() bool {
	return p.dialing < p.budget.limit() && p.bounds.conns < p.bounds.maxConns && p.withinQuota()
}

func (p *pool[C]) withinQuota() bool { return p.quota == 0 || p.conns+p.dialing < p.quota }

// crowdedOut says whether calls wait for a connection and the bound leaves room for none.
func (p *pool[C]) crowdedOut() bool {
	return p.waiting.live+p.resends.live > p.dialing && p.bounds.conns >= p.bounds.maxConns
}

// spareOf is the connection that has been idle for longest in a pool other than
// p: one that can make room for p.
func spareOf[C comparable](pools []*pool[C], p *pool[C]) (c C, ok bool) {
	for _, other := range pools {
		if other != p && len(other.idle) > 0 {
			return other.idle[0], true
		}
	}
	return c, false
}

// remove takes a connection that ended out of the idle ones.
func (p *pool[C]) remove(c C) {
	if i := slices.Index(p.idle, c); i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
}

func (p *pool[C]) dialStarted() { p.dialing++; p.bounds.conns++ }

func (p *pool[C]) dialDone(took time.Duration) {
	p.dialing--
	p.conns++
	p.budget.done(took)
}

func (p *pool[C]) dialFailed() { p.dialing--; p.bounds.conns-- }

func (p *pool[C]) closed() { p.conns--; p.bounds.conns-- }

// queue is a FIFO of calls. A call that is settled while it waits stays until it
// comes to the head.
type queue struct {
	ring []*call
	head int
	n    int
	live int // not settled
}

func (q *queue) push(c *call) {
	if q.n == len(q.ring) {
		grown := make([]*call, max(16, 2*len(q.ring)))
		for i := range q.n {
			grown[i] = q.ring[(q.head+i)%len(q.ring)]
		}
		q.ring, q.head = grown, 0
	}
	q.ring[(q.head+q.n)%len(q.ring)] = c
	q.n++
	q.live++
}

// pop returns the oldest call that is not settled, or nil.
func (q *queue) pop() *call {
	for q.n > 0 {
		c := q.ring[q.head]
		q.ring[q.head] = nil
		q.head = (q.head + 1) % len(q.ring)
		q.n--
		if !c.settled {
			q.live--
			return c
		}
	}
	return nil
}

// peek returns what pop would.
func (q *queue) peek() *call {
	for i := range q.n {
		if c := q.ring[(q.head+i)%len(q.ring)]; !c.settled {
			return c
		}
	}
	return nil
}

// abandon settles a call where it waits.
func (q *queue) abandon(c *call) {
	c.settled = true
	q.live--
}
