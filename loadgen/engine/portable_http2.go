package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// mostStreams bounds the requests that one HTTP/2 connection carries at once; a
// server may allow fewer.
const mostStreams = 100

// multiplexed is an HTTP/2 connection.
type multiplexed struct {
	*http2.ClientConn
	engine *portable
	pool   *pool[lane]
}

// stream is one of the requests that it can carry at once.
type stream struct{ *multiplexed }

// streams makes as many lanes of a connection as the server allows at once.
func (p *portable) streams(ctx context.Context, pool *pool[lane], c net.Conn) ([]lane, error) {
	client, err := (&http2.Transport{AllowHTTP: true, DisableCompression: true}).NewClientConn(c)
	if err == nil {
		// The server's settings come before its answer to a ping: after it, the number of streams is known.
		err = client.Ping(ctx)
	}
	if err != nil {
		c.Close()
		return nil, &failure{causeOfDial(ctx, err, ConnectFailed), fmt.Errorf("HTTP/2: %w", err)}
	}
	m := &multiplexed{ClientConn: client, engine: p, pool: pool}
	p.mu.Lock()
	p.open[m] = true
	p.mu.Unlock()
	n := min(max(int(client.State().MaxConcurrentStreams), 1), mostStreams)
	if pool.streams > 0 {
		n = min(n, pool.streams)
	}
	lanes := make([]lane, n)
	for i := range lanes {
		lanes[i] = stream{m}
	}
	return lanes, nil
}

func (m *multiplexed) dead() bool {
	state := m.State()
	return state.Closed || state.Closing
}

func (m *multiplexed) close() { m.Close() }

func (s stream) carrier() closer { return s.multiplexed }

// start sends a call.
func (s stream) start(c *call) { s.engine.conns.Go(func() { s.carry(c) }) }

// carry waits for the response and settles the call.
func (s stream) carry(c *call) {
	p := s.engine
	cause, response := s.roundTrip(c)
	end := p.now()
	if end > c.deadline && cause != BrokeProtocol {
		cause = TimedOut
	}
	if s.dead() {
		p.lost(s.pool, s.multiplexed, nil, Answered, false)
		if response == nil && p.mayResend(c, cause) {
			p.lost(s.pool, s.multiplexed, c, cause, true)
			return
		}
	}
	o := c.outcome(cause, end)
	if response != nil {
		o.Status = response.StatusCode
		o.Environment = wire.ParseEnvironment(response.Header.Get("X-Environment-Id"), response.Header.Get("X-Invocation"), response.Header.Get("X-Initialization-Type"))
	}
	p.settle(c, o)
	p.release(s.pool, s, false)
}

func (s stream) roundTrip(c *call) (Cause, *http.Response) {
	p := s.engine
	request := p.Requests[c.arrival.Target]
	ctx, cancel := context.WithDeadline(context.Background(), p.start.Add(c.deadline))
	defer cancel()
	var first atomic.Int64 // the connection's reader sets it, maybe after the deadline has ended RoundTrip
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { first.Store(int64(p.now())) }})
	r, err := http.NewRequestWithContext(ctx, request.Method, request.URL.String(), bytes.NewReader(request.Body))
	if err != nil {
		c.err = err
		return BrokeProtocol, nil
	}
	for name, values := range request.Header {
		r.Header[name] = values
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", wire.UserAgent)
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	c.sent, c.written = p.now(), true
	response, err := s.RoundTrip(r)
	c.first = time.Duration(first.Load())
	if err != nil {
		c.err, c.written = err, !unprocessed(err)
		return causeOfStream(err), nil
	}
	defer response.Body.Close()
	matcher := wire.NewMatcher(p.ExpectBody)
	if _, err := io.Copy(writer{matcher}, response.Body); err != nil {
		c.err = err
		return causeOfStream(err), response
	}
	return p.judge(response.StatusCode, matcher.Found()), response
}

// causeOfStream names the failure of an HTTP/2 request.
func causeOfStream(err error) Cause {
	var stream http2.StreamError
	var connection http2.ConnectionError
	switch {
	case errors.As(err, &stream):
		return WasReset
	case errors.As(err, &connection):
		return BrokeProtocol
	case strings.HasPrefix(err.Error(), "http2: "): // most have no type: GOAWAY, lost, closed, not usable
		return WasClosed
	}
	return causeOf(err)
}

// unprocessed says that the server did not act on a request: it was not sent, or its number was
// beyond the last one that a GOAWAY promised to answer (RFC 9113, section 8.7). The library has
// no type for these errors.
func unprocessed(err error) bool {
	return err.Error() == "http2: Transport received Server's graceful shutdown GOAWAY" || err.Error() == "http2: client conn not usable"
}

type writer struct{ *wire.Matcher }

func (w writer) Write(b []byte) (int, error) {
	w.Matcher.Write(b)
	return len(b), nil
}
