package engine

import (
	"context"
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// dialed is the result of a goroutine that dials for the shard: a connection, or an error.
type dialed struct {
	pool *pool[*socket]
	took time.Duration
	*socket
	err error
}

// dial makes a connection. It blocks, and runs in a goroutine beside the shard.
func (s *shard) dial(ctx context.Context, p *pool[*socket]) dialed {
	began := time.Now()
	sock, err := s.connect(ctx, p)
	return dialed{pool: p, took: time.Since(began), socket: sock, err: err}
}

func (s *shard) connect(ctx context.Context, p *pool[*socket]) (*socket, error) {
	conn, err := p.origin.connect(ctx)
	if err != nil {
		return nil, err
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		conn.Close()
		return nil, &failure{ConnectFailed, errors.New("not a TCP connection")}
	}
	sock := &socket{pool: p, carrier: tcp, fd: -1}
	if p.origin.tls != nil {
		if sock.tls, err = p.origin.secure(ctx, sock); err != nil {
			tcp.Close()
			return nil, err
		}
	}
	if err := sock.detach(); err != nil {
		return nil, &failure{ConnectFailed, err}
	}
	return sock, nil
}

// dialMore begins to dial as many connections as calls wait for and the bounds allow.
func (s *shard) dialMore(p *pool[*socket]) {
	if p.crowdedOut() {
		if sock, ok := spareOf(s.pools, p); ok {
			s.drop(sock)
		}
	}
	for p.wantsDial() || s.looping() && s.now >= p.holdOff && p.quota > 0 && p.mayDial() {
		p.dialStarted()
		go func() {
			ctx, cancel := context.WithTimeout(s.dialing, s.Timeout)
			defer cancel()
			s.post(s.dial(ctx, p))
		}()
	}
}

func (s *shard) dialAll() {
	for _, p := range s.pools {
		s.dialMore(p)
	}
}

// post gives the result of a dial to the shard.
func (s *shard) post(d dialed) {
	s.inbox.Lock()
	closed := s.inbox.closed
	if !closed {
		s.inbox.dialed = append(s.inbox.dialed, d)
		s.wake()
	}
	s.inbox.Unlock()
	if closed && d.err == nil {
		unix.Close(d.fd)
	}
}

// collect takes the results of dials that were posted.
func (s *shard) collect() {
	s.inbox.Lock()
	all := s.inbox.dialed
	s.inbox.dialed = nil
	s.inbox.Unlock()
	for _, d := range all {
		if d.err != nil {
			s.dialFailed(d)
			continue
		}
		d.pool.dialDone(d.took)
		for _, target := range d.pool.origin.targets {
			s.recorder.Connected(target, d.took)
		}
		s.adopt(d.socket)
		s.dialMore(d.pool)
	}
}

// adopt adds a new connection to the shard.
func (s *shard) adopt(sock *socket) {
	if n := len(s.slots); n > 0 {
		sock.slot, s.slots = s.slots[n-1], s.slots[:n-1]
	} else {
		sock.slot = int32(len(s.sockets))
		s.sockets = append(s.sockets, nil)
	}
	s.generation++
	sock.generation = s.generation
	s.sockets[sock.slot] = sock
	if s.ExpectBody != "" {
		sock.matcher = wire.NewMatcher(s.ExpectBody)
		sock.parser.Body = sock.matcher.Write
	}
	if err := s.add(sock.fd, sock.slot, sock.generation); err != nil {
		s.drop(sock)
		return
	}
	if s.zero.IsZero() {
		sock.pool.put(sock) // the schedule's zero is still to come
	} else {
		s.use(sock, true)
	}
}

// dialFailed fails the oldest call that waits with the error of the dial.
func (s *shard) dialFailed(d dialed) {
	p := d.pool
	p.dialFailed()
	if s.zero.IsZero() {
		return // a connection made in advance: no request has come due
	}
	c := p.next(true)
	if c == nil && s.looping() {
		// In a closed loop the connection would have sent a request: this is how it ended.
		target := p.origin.targets[s.orders[p.origin.index].Next()]
		s.recorder.Due(target)
		c = s.newCall(pace.Arrival{At: s.now, Target: target})
		p.holdOff = s.now + redialPause
	}
	if c != nil {
		cause := ConnectFailed
		var f *failure
		if errors.As(d.err, &f) {
			cause = f.cause
		}
		c.err = d.err
		s.settle(c, cause)
	}
	s.dialMore(p)
}

// close closes the shard's connections and its poller.
func (s *shard) close() {
	s.inbox.Lock()
	s.inbox.closed = true
	late := s.inbox.dialed
	s.inbox.dialed = nil
	s.inbox.Unlock()
	for _, d := range late {
		if d.err == nil {
			unix.Close(d.fd)
		}
	}
	for _, sock := range s.sockets {
		if sock != nil {
			unix.Close(sock.fd)
		}
	}
	s.poller.close()
}
