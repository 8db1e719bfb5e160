package engine

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

const (
	// A precise shard stops sleeping between spinShortest and spinLongest before a request's moment
	// and spins until then: the kernel wakes a thread 20 µs late as a rule, and sometimes 100 µs. It
	// spins for at most a fifth of the time between two requests, because the kernel preempts a
	// thread that never sleeps, for milliseconds.
	spinShortest = 25 * time.Microsecond
	spinLongest  = 100 * time.Microsecond
	// tick is the longest that a shard sleeps.
	tick = 50 * time.Millisecond
	// burst is how many overdue requests are sent before responses are looked at again.
	burst = 64
	// readsPerTurn bounds what one connection is read before the others, and the schedule, have
	// their turn: at most as many buffers, or records of TLS.
	readsPerTurn = 4
)

// shard is a thread that sends its part of the schedule. Only that thread uses the fields, but for
// interrupted and inbox.
type shard struct {
	*setup
	*poller
	recorder Recorder
	dialing  context.Context
	zero     time.Time
	now      time.Duration // the clock as it was last read
	precise  bool
	buffer   []byte

	cursor    *pace.Cursor // open loop
	next      pace.Arrival
	more      bool
	orders    []*pace.Order // closed loop, by origin
	lastTaken time.Duration
	ticked    time.Duration
	waited    time.Duration // asleep or spinning
	interval  time.Duration // between the last request and the next
	ending    bool          // interrupted

	pools      []*pool[*socket]
	bounds     bounds
	sockets    []*socket // by slot
	generation int32
	slots      []int32   // free ones
	unread     []*socket // over TLS, that may hold bytes which the poller does not know of
	// Calls under way, queued ones included, in the order in which they time out.
	oldest, newest *call
	unsettled      int
	spare          *call   // free ones, linked by later
	outcome        Outcome // what the recorder is given; a local variable would be allocated for each request

	interrupted atomic.Bool
	inbox       struct {
		sync.Mutex
		dialed []dialed
		closed bool
	}
}

func (s *shard) clock() time.Duration { return time.Since(s.zero) }

// busy is the fraction of time that the shard neither slept nor span.
func (s *shard) busy() float64 {
	if s.now <= 0 {
		return 0
	}
	return max(0, 1-float64(s.waited)/float64(s.now))
}

// run sends until every call is settled.
func (s *shard) run() {
	preciseWakeups()
	s.now = s.clock()
	if s.Closed != nil {
		s.startLoops()
	}
	for {
		s.sendDue()
		s.expire()
		if s.now-s.ticked >= tick {
			s.ticked = s.now
			s.recorder.Tick(s.now)
			if s.Closed != nil {
				s.dialAll()
			}
		}
		if s.interrupted.Load() && !s.ending {
			s.interrupt()
		}
		if s.unsettled == 0 && !s.more && (s.Closed == nil || s.ending || s.now >= s.Closed.Duration) {
			return
		}
		for _, event := range s.sleep() {
			s.handle(event)
			if s.more && s.next.At <= s.now {
				s.sendDue()
			}
		}
		s.readOn()
	}
}

// sleep waits for events, but not beyond the next thing to do.
func (s *shard) sleep() []unix.EpollEvent {
	until := s.ticked + tick
	if s.oldest != nil {
		until = min(until, s.oldest.deadline)
	}
	if s.Closed != nil && s.now < s.Closed.Duration {
		until = min(until, s.Closed.Duration)
	}
	span := until - s.now
	if len(s.unread) > 0 {
		span = 0
	}
	if s.more {
		gap := s.next.At - s.now
		if s.precise {
			gap -= min(max(spinShortest, s.interval/5), spinLongest)
		}
		span = min(span, gap)
	}
	before := s.now
	events := s.wait(span)
	s.now = s.clock()
	if span > 0 || len(events) == 0 {
		s.waited += s.now - before
	}
	return events
}

// sendDue takes up the arrivals whose time has come.
func (s *shard) sendDue() {
	for n := 0; s.more && s.next.At <= s.now && n < burst; n++ {
		s.lastTaken = s.now
		s.recorder.Due(s.next.Target)
		s.take(s.next)
		taken := s.next.At
		s.next, s.more = s.cursor.Next()
		s.interval = s.next.At - taken
		s.now = s.clock()
	}
}

// take sends a call for an arrival, or lets it wait for a connection.
func (s *shard) take(a pace.Arrival) {
	c := s.newCall(a)
	p := s.poolOf(c)
	if sock, ok := p.take(); ok {
		s.send(sock, c)
		return
	}
	if !p.wait(c) {
		s.recorder.Drop(a.Target)
		s.remove(c)
		return
	}
	s.dialMore(p)
}

// send gives a socket its call.
func (s *shard) send(sock *socket, c *call) {
	t := &s.targets[c.arrival.Target]
	c.sent, c.socket, sock.call = s.now, sock, c
	sock.parser.Start(t.head)
	if s.ExpectBody != "" {
		sock.matcher.Reset()
	}
	if err := sock.transmit(t.bytes); err != nil {
		s.fail(sock, err)
		return
	}
	s.watchUnsent(sock)
}

// watchUnsent asks the poller to say when more can be sent, if there is more.
func (s *shard) watchUnsent(sock *socket) {
	if wants := len(sock.unsent) > 0; wants != sock.wantsWrite {
		sock.wantsWrite = wants
		if err := s.watchWrite(sock, wants); err != nil {
			s.fail(sock, err)
		}
	}
}

// handle handles an event of the poller.
func (s *shard) handle(event unix.EpollEvent) {
	switch event.Fd {
	case wakeupSlot:
		s.clearWakeup()
		s.collect()
		return
	case timerSlot:
		var count [8]byte
		_, _ = read(s.timer, count[:])
		return
	}
	sock := s.sockets[event.Fd]
	if sock == nil || sock.generation != event.Pad {
		return // closed earlier in the same batch
	}
	if event.Events&unix.EPOLLOUT != 0 {
		if err := sock.flush(); err != nil {
			s.fail(sock, err)
			return
		}
		s.watchUnsent(sock)
	}
	if event.Events&^unix.EPOLLOUT != 0 && !sock.closed {
		s.receive(sock)
	}
}

// receive reads a connection, at most [readsPerTurn] times. The poller reports again what the kernel
// still holds. It cannot know of bytes that crypto/tls has read and not returned, so a connection
// over TLS that has not been read to its end is kept for [shard.readOn].
func (s *shard) receive(sock *socket) {
	for range readsPerTurn {
		n, err := sock.receive(s.buffer)
		s.now = s.clock()
		if n > 0 && !s.feed(sock, s.buffer[:n]) {
			return
		}
		if _, ok := err.(wouldBlock); ok {
			return
		}
		if err != nil {
			s.fail(sock, err)
			return
		}
		if sock.tls == nil {
			return
		}
	}
	if !sock.unread {
		sock.unread = true
		s.unread = append(s.unread, sock)
	}
}

// readOn gives each connection that was not read to its end another turn.
func (s *shard) readOn() {
	turn := s.unread
	s.unread = nil
	for _, sock := range turn {
		sock.unread = false
		if !sock.closed {
			s.receive(sock)
		}
		if s.more && s.next.At <= s.now {
			s.sendDue()
		}
	}
}

// feed gives received bytes to the call, and says whether it waits for more.
func (s *shard) feed(sock *socket, data []byte) bool {
	c := sock.call
	if c == nil {
		s.fail(sock, wire.ProtocolError("a response without a request"))
		return false
	}
	if c.first == 0 {
		c.first = s.now
	}
	used, done, err := sock.parser.Feed(data)
	if err != nil {
		s.fail(sock, err)
		return false
	}
	if !done {
		return true
	}
	s.answered(sock, sock.parser.Reusable && used == len(data) && !s.targets[c.arrival.Target].closes)
	return false
}

// answered settles a call with its complete response.
func (s *shard) answered(sock *socket, reuse bool) {
	c := sock.call
	sock.call, sock.used = nil, true
	cause := s.judge(sock.parser.Status, s.ExpectBody == "" || sock.matcher.Found())
	if s.now > c.deadline {
		cause = TimedOut
	}
	s.outcome = c.outcome(cause, s.now)
	s.outcome.Status, s.outcome.Environment = sock.parser.Status, sock.parser.Environment
	s.recorder.Done(&s.outcome)
	s.remove(c)
	if reuse && len(sock.unsent) == 0 {
		s.use(sock, false)
	} else {
		s.drop(sock)
	}
}

// use gives a free socket its next call, or makes it idle.
func (s *shard) use(sock *socket, isNew bool) {
	p := sock.pool
	for c := p.next(isNew); c != nil; c = p.next(isNew) {
		if c.deadline > s.now {
			s.send(sock, c)
			return
		}
		s.settle(c, TimedOut) // while it waited
	}
	if s.looping() {
		target := p.origin.targets[s.orders[p.origin.index].Next()]
		s.recorder.Due(target)
		s.send(sock, s.newCall(pace.Arrival{At: s.now, Target: target}))
		return
	}
	p.put(sock)
	for _, other := range s.pools {
		if other.crowdedOut() { // and this one can make room
			s.dialMore(other)
			return
		}
	}
}

// looping says whether a closed loop goes on.
func (s *shard) looping() bool {
	return s.Closed != nil && !s.ending && s.now < s.Closed.Duration
}

// startLoops begins a closed loop on every connection there is.
func (s *shard) startLoops() {
	for _, p := range s.pools {
		for n := len(p.idle); n > 0; n-- {
			if sock, ok := p.take(); ok {
				s.use(sock, false)
			}
		}
	}
	s.dialAll()
}

// fail ends a socket and the call that it carries. A call that met an idle connection which
// the server had closed is sent once more, if [setup.mayResend] allows it.
func (s *shard) fail(sock *socket, err error) {
	c := sock.call
	if c == nil {
		s.drop(sock)
		return
	}
	if err == io.EOF && sock.parser.Started() && sock.parser.Close() == nil {
		s.answered(sock, false)
		return
	}
	cause := causeOf(err)
	resend := sock.used && !sock.parser.Started() && s.mayResend(c, cause)
	sock.call, c.socket = nil, nil
	if resend {
		c.resend()
		sock.pool.resends.push(c)
	}
	s.drop(sock)
	if !resend {
		c.err = err
		s.settle(c, cause)
	}
}

// drop closes a socket. What waits may now need another.
func (s *shard) drop(sock *socket) {
	if sock.closed {
		return
	}
	sock.closed = true
	sock.pool.remove(sock)
	sock.pool.closed()
	s.sockets[sock.slot] = nil
	s.slots = append(s.slots, sock.slot)
	unix.Close(sock.fd) // which also takes it out of the poller
	s.dialMore(sock.pool)
}

// settle reports how a call without an answer ended.
func (s *shard) settle(c *call, cause Cause) {
	s.outcome = c.outcome(cause, s.now)
	s.recorder.Done(&s.outcome)
	s.remove(c)
}

func (s *shard) poolOf(c *call) *pool[*socket] {
	return s.pools[s.targets[c.arrival.Target].origin.index]
}

// expire settles the calls whose time is over.
func (s *shard) expire() {
	for c := s.oldest; c != nil && c.deadline <= s.now; c = s.oldest {
		sock := c.socket
		switch {
		case sock != nil:
			sock.call, c.socket = nil, nil
		case c.resent:
			s.poolOf(c).resends.abandon(c)
		default:
			s.poolOf(c).waiting.abandon(c)
			s.bounds.queued--
		}
		s.settle(c, TimedOut)
		if sock != nil {
			s.drop(sock)
		}
	}
}

// interrupt ends the schedule: arrivals that are due and not taken up are dropped, and so are calls
// that wait for a connection.
func (s *shard) interrupt() {
	s.ending = true
	for ; s.more && s.next.At <= s.now; s.next, s.more = s.cursor.Next() {
		s.recorder.Due(s.next.Target)
		s.recorder.Drop(s.next.Target)
	}
	s.more = false
	for _, p := range s.pools {
		for c := p.waiting.peek(); c != nil; c = p.waiting.peek() {
			c = p.next(false)
			s.recorder.Drop(c.arrival.Target)
			s.remove(c)
		}
	}
}

// newCall begins a call.
func (s *shard) newCall(a pace.Arrival) *call {
	c := s.spare
	if c == nil {
		c = new(call)
	} else {
		s.spare = c.later
	}
	*c = call{arrival: a, deadline: a.At + s.Timeout, taken: s.now, earlier: s.newest}
	if s.newest != nil {
		s.newest.later = c
	} else {
		s.oldest = c
	}
	s.newest = c
	s.unsettled++
	return c
}

// remove ends a call and keeps its memory for another. A call that was abandoned in a queue is
// still in that queue, so its memory is not used again.
func (s *shard) remove(c *call) {
	if c.earlier != nil {
		c.earlier.later = c.later
	} else {
		s.oldest = c.later
	}
	if c.later != nil {
		c.later.earlier = c.earlier
	} else {
		s.newest = c.earlier
	}
	c.earlier, c.later, c.socket = nil, nil, nil
	s.unsettled--
	if !c.settled {
		c.later = s.spare
		s.spare = c
	}
}
