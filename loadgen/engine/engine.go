package engine

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// The engines' names.
const (
	Epoll    = "epoll"
	Portable = "portable"
)

// Pace is how the epoll engine waits for a request's moment.
type Pace string

const (
	// Precise sleeps until shortly before and spins through the rest.
	Precise Pace = "precise"
	// Eco only sleeps: later by some 20 µs, at a fraction of the CPU time.
	Eco Pace = "eco"
)

// DNS says when names are looked up.
type DNS string

const (
	// Upfront looks up once before the run, and connections take the addresses in turn.
	Upfront DNS = "upfront"
	// PerConnection looks up for every new connection.
	PerConnection DNS = "connection"
)

// Request is what goes to one target.
type Request struct {
	URL *url.URL
	wire.Request
}

// Closed is a closed loop: each connection sends again when it has its answer.
type Closed struct {
	Seed     uint64
	Conns    int
	Duration time.Duration
}

// Config is what an engine is to do. Fields whose comment names no default must be set.
type Config struct {
	Requests []Request
	// Schedule says when requests are sent, unless Closed is set.
	Schedule pace.Schedule
	Closed   *Closed

	// Timeout counts from the intended start.
	Timeout time.Duration
	// MaxConns and MaxQueue bound connections and waiting arrivals over all shards.
	MaxConns, MaxQueue int

	// ExpectStatus lists the accepted codes; empty: below 400.
	ExpectStatus []int
	// ExpectBody must occur in the body; empty: anything.
	ExpectBody string

	Pace     Pace
	DNS      DNS
	Shards   int // of the epoll engine; 0: as many as the rate needs
	HTTP2    bool
	Insecure bool
	RootCAs  *x509.CertPool

	// Started is told the wall clock of the schedule's zero, before the first request. It may be nil.
	Started func(time.Time)
	// Dial replaces the network of the portable engine in tests, Lookup the resolver of both.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Lookup func(ctx context.Context, host string) ([]string, error)
}

// Engine runs one schedule, or one closed loop, once.
type Engine interface {
	Name() string
	// Shards is how many recorders Run needs.
	Shards() int
	// Run returns when every request is settled. When the context ends, no more requests are
	// begun, requests that wait for a connection are dropped, and requests that were sent are
	// waited for, until their timeout at most.
	Run(ctx context.Context, recorders []Recorder) Report
}

// Recorder is told what happens. An engine never calls the methods of one
// recorder concurrently. Times are since the schedule's zero.
type Recorder interface {
	// Due counts an arrival whose time has come.
	Due(target int)
	// Drop counts an arrival that was due and is not sent.
	Drop(target int)
	// Done settles an arrival that was due. The outcome must not be kept: the engine uses it again.
	Done(o *Outcome)
	// Connected reports how long a new connection took: DNS, TCP and TLS.
	// The call may come before the schedule's zero.
	Connected(target int, took time.Duration)
	// Tick reports the time, at least ten times a second.
	Tick(now time.Duration)
}

// Outcome is how one request ended. All times are since the schedule's zero.
type Outcome struct {
	Target int
	Cause  Cause
	// Intended is when the schedule wanted it sent, and Sent when it was sent: 0, without a meaning,
	// if it got no connection. FirstByte is when the first byte of its response came; 0 if none did.
	Intended, Sent, FirstByte time.Duration
	// End is when it was settled: the moment of the last byte of an answer, or of the failure. A
	// request that failed has taken at least End - Intended.
	End time.Duration
	// Slip is how late the generator itself was: the time from Intended until it took the request up,
	// or, where its own bound on connections made the request wait, until the request was sent.
	// Waiting for a new connection is not slip: any client would see it as latency.
	Slip time.Duration
	// Capped says that the bound on connections made the request wait.
	Capped bool
	// Status is 0 where no complete response came.
	Status      int
	Environment wire.Environment
	Resent      bool
	// Err is the error behind the cause; nil where there is none.
	Err error
}

// Report is what an engine says about itself.
type Report struct {
	// Started is the wall clock at the schedule's zero.
	Started time.Time
	// Elapsed is the time from Started until the last request was settled.
	Elapsed time.Duration
	// LastTaken is when the last arrival was taken up, since Started.
	LastTaken time.Duration
	// Busy is the largest fraction of time that a shard worked; nil: not known.
	Busy        *float64
	Interrupted bool
}

// New makes the engine of that name. An empty name takes epoll where it works and can do what is
// asked, else portable.
func New(name string, c Config) (Engine, error) {
	if len(c.Requests) == 0 {
		return nil, errors.New("engine: no requests")
	}
	setup, err := newSetup(c)
	if err != nil {
		return nil, err
	}
	switch {
	case name == Portable, name == "" && (c.HTTP2 || c.Dial != nil || !epollWorks):
		return newPortable(setup), nil
	case name != "" && name != Epoll:
		return nil, fmt.Errorf("engine: none is called %q (there are %s and %s)", name, Epoll, Portable)
	case c.HTTP2:
		return nil, fmt.Errorf("engine: %s does not speak HTTP/2; use %s", Epoll, Portable)
	case !epollWorks:
		return nil, fmt.Errorf("engine: %s needs Linux; use %s", Epoll, Portable)
	}
	return newEpoll(setup)
}

// setup is a configuration made ready: requests as bytes, origins to connect to.
type setup struct {
	Config
	targets []target
	origins []*origin
	status  [1000]bool // accepted codes
}

// target is one request's bytes and where they go.
type target struct {
	bytes      []byte
	head       bool // the response has no body
	idempotent bool // RFC 9110, section 9.2.2
	closes     bool // the request says Connection: close, so nothing follows it on its connection
	origin     *origin
}

// idempotent are the methods that may be sent twice and do the same as once.
var idempotent = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete}

func newSetup(c Config) (*setup, error) {
	s := &setup{Config: c}
	for i, r := range c.Requests {
		t := target{head: r.Method == http.MethodHead, idempotent: slices.Contains(idempotent, r.Method),
			closes: httpguts.HeaderValuesContainsToken(r.Header.Values("Connection"), "close")}
		var err error
		if t.bytes, err = r.Append(nil); err != nil {
			return nil, fmt.Errorf("engine: target %d: %w", i+1, err)
		}
		if t.origin, err = s.originOf(r.URL); err != nil {
			return nil, fmt.Errorf("engine: target %d: %w", i+1, err)
		}
		t.origin.targets = append(t.origin.targets, i)
		s.targets = append(s.targets, t)
	}
	for code := range s.status {
		s.status[code] = len(c.ExpectStatus) == 0 && code < 400
	}
	for _, code := range c.ExpectStatus {
		if code < 100 || code >= len(s.status) {
			return nil, fmt.Errorf("engine: %d is not a status code to expect", code)
		}
		s.status[code] = true
	}
	if c.Closed != nil {
		s.MaxConns = c.Closed.Conns
	}
	return s, nil
}

// judge returns [Answered] if a complete response is an answer, else why it is none.
func (s *setup) judge(status int, found bool) Cause {
	switch {
	case status >= len(s.status) || !s.status[status]:
		return BadStatus
	case !found:
		return BadBody
	}
	return Answered
}

// mayResend says whether a call that lost its connection is sent once more: if the server cannot
// have seen it, or if its method is idempotent.
func (s *setup) mayResend(c *call, cause Cause) bool {
	return !c.resent && (cause == WasClosed || cause == WasReset) && (!c.written || s.targets[c.arrival.Target].idempotent)
}

// warmConns is how many connections an origin gets before the schedule's zero, out
// of those that one shard may have: as many as a second of latency at the peak
// rate would need, within reason.
func (s *setup) warmConns(o *origin, maxConns, shards int) int {
	share := s.Schedule.PeakRate() * float64(len(o.targets)) / float64(len(s.targets))
	warm := min(max(int(share), 1), 64) / shards
	return min(max(warm, 1), max(maxConns/len(s.origins), 1))
}

// quota is how many of a shard's connections an origin has in a closed loop.
func (s *setup) quota(o *origin, maxConns, shard int) int {
	n := len(s.origins)
	return share(maxConns, (o.index+shard)%n, n)
}

// share is the i-th of n nearly equal parts of a whole.
func share(whole, i, n int) int {
	part := whole / n
	if i < whole%n {
		part++
	}
	return part
}
