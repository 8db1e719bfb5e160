package engine

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// conn is an HTTP/1.1 connection of the portable engine. Its reader reads all the time, so that a
// close by the server is noticed while the connection is idle.
type conn struct {
	net.Conn
	engine *portable
	pool   *pool[lane]
	calls  chan *call

	mu      sync.Mutex
	call    *call // that is on its way
	closed  bool
	used    bool // has carried a call before the present one
	parser  wire.Parser
	matcher *wire.Matcher
}

func (p *portable) overTLS(ctx context.Context, o *origin, c net.Conn) (net.Conn, error) {
	secured, err := o.secure(ctx, c)
	if err != nil {
		c.Close()
		return nil, err
	}
	return secured, nil
}

// lanes makes a connection usable: one lane, or as many as HTTP/2 allows.
func (p *portable) lanes(ctx context.Context, pool *pool[lane], c net.Conn) ([]lane, error) {
	if p.HTTP2 {
		return p.streams(ctx, pool, c)
	}
	l := &conn{Conn: c, engine: p, pool: pool, calls: make(chan *call, 1), matcher: wire.NewMatcher(p.ExpectBody)}
	if p.ExpectBody != "" {
		l.parser.Body = l.matcher.Write
	}
	p.mu.Lock()
	p.open[l] = true
	p.mu.Unlock()
	p.conns.Go(l.read)
	p.conns.Go(l.write)
	return []lane{l}, nil
}

func (l *conn) dead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// start sends a call.
func (l *conn) start(c *call) {
	l.mu.Lock()
	if l.closed { // between being taken and now
		l.mu.Unlock()
		c.err = net.ErrClosed
		l.engine.lost(l.pool, l, c, WasClosed, !c.resent)
		return
	}
	l.call = c
	l.parser.Start(l.engine.targets[c.arrival.Target].head)
	l.matcher.Reset()
	// The deadline also interrupts the reader, which is reading already.
	l.SetDeadline(l.engine.start.Add(c.deadline))
	l.calls <- c // has room: there is one call at a time
	l.mu.Unlock()
}

func (l *conn) write() {
	for c := range l.calls {
		l.mu.Lock()
		carries := l.call == c
		if carries {
			c.sent, c.written = l.engine.now(), true
		}
		l.mu.Unlock()
		if !carries {
			continue // the reader saw the connection end, and gave the call up
		}
		if n, err := l.Write(l.engine.targets[c.arrival.Target].bytes); err != nil {
			l.mu.Lock()
			if l.call == c {
				c.written = n > 0
			}
			l.mu.Unlock()
			l.fail(err)
		}
	}
}

func (l *conn) read() {
	buf := make([]byte, 16<<10)
	for {
		n, err := l.Read(buf)
		if n > 0 && !l.feed(buf[:n]) {
			return
		}
		if err != nil {
			l.fail(err)
			return
		}
	}
}

// feed takes received bytes, and says whether the connection goes on.
func (l *conn) feed(data []byte) bool {
	l.mu.Lock()
	c := l.call
	if c == nil {
		l.mu.Unlock()
		l.fail(wire.ProtocolError("a response without a request"))
		return false
	}
	now := l.engine.now()
	if c.first == 0 {
		c.first = now
	}
	used, done, err := l.parser.Feed(data)
	if err != nil {
		l.mu.Unlock()
		l.fail(err)
		return false
	}
	if !done {
		l.mu.Unlock()
		return true
	}
	l.call, l.used = nil, true
	reuse := l.parser.Reusable && used == len(data) && !l.engine.targets[c.arrival.Target].closes
	l.mu.Unlock()
	l.answered(c, now, reuse)
	return reuse
}

// answered settles a call with its complete response.
func (l *conn) answered(c *call, now time.Duration, reuse bool) {
	cause := l.engine.judge(l.parser.Status, l.matcher.Found())
	if now > c.deadline {
		cause = TimedOut
	}
	o := c.outcome(cause, now)
	o.Status, o.Environment = l.parser.Status, l.parser.Environment
	if reuse {
		l.SetDeadline(time.Time{})
		l.engine.settle(c, o)
		l.engine.release(l.pool, l, false)
		return
	}
	l.shut()
	l.engine.settle(c, o)
	l.engine.lost(l.pool, l, nil, Answered, false)
}

// fail ends the connection, and the call that it carries.
func (l *conn) fail(err error) {
	now := l.engine.now()
	l.mu.Lock()
	c := l.call
	l.call = nil
	whole := c != nil && err == io.EOF && l.parser.Started() && l.parser.Close() == nil
	cause := causeOf(err)
	resend := c != nil && l.used && !l.parser.Started() && l.engine.mayResend(c, cause)
	l.mu.Unlock()
	if whole {
		l.answered(c, now, false)
		return
	}
	l.shut()
	if c != nil {
		c.err = err
	}
	l.engine.lost(l.pool, l, c, cause, resend)
}

// shut closes the connection once.
func (l *conn) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.calls)
		l.Close()
	}
}

func (l *conn) close() { l.shut() }

func (l *conn) carrier() closer { return l }
