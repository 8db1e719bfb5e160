package attack

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// Target is one request, repeated.
type Target struct {
	// Name labels the target in every output; empty: the URL's path without its leading slash.
	Name string
	URL  string
	// Method is GET if empty.
	Method string
	Header http.Header
	Body   []byte
}

// Options say what to run. The zero value of every field but Targets and the
// plan (Schedule or Closed) is a sensible default.
type Options struct {
	Targets []Target

	// Schedule is the open-loop plan. Its Targets is set by Run.
	Schedule pace.Schedule
	// Closed replaces the schedule by a closed loop, which measures capacity and hides stalls.
	Closed *Closed

	// Timeout counts from the intended start, waiting for a connection included. 0: 10 s.
	Timeout time.Duration
	// MaxConns bounds the connections over all shards. 0: 4096.
	MaxConns int
	// MaxQueue bounds the arrivals that wait for a connection; more are dropped and counted. 0: 65536.
	MaxQueue int

	// Expect says which answers count as answers.
	Expect Expect

	// Engine is epoll or portable; empty: the best one here.
	Engine string
	// HTTP2 asks for HTTP/2 (portable engine only).
	HTTP2 bool
	// Pace is precise (spins through the last microseconds before a send) or eco. Empty: precise.
	Pace engine.Pace
	// Shards is the number of sending threads of the epoll engine. 0: as many as the rate needs.
	Shards int
	// DNS is upfront or connection (a look-up for every new connection). Empty: upfront.
	DNS engine.DNS
	// Insecure accepts any certificate.
	Insecure bool
	// RootCAs replaces the system's certificate authorities.
	RootCAs *x509.CertPool

	// Interval is the length of a row of the histogram logs and between two calls of Progress. 0: 1 s.
	Interval time.Duration
	// HLog opens the histogram log of a target; nil: none are written. Run closes what it opens.
	HLog func(target string) (io.WriteCloser, error)
	// Progress is called after every interval, never concurrently; it must not block. It may be nil.
	Progress func(Progress)
}

// Closed is the closed loop: each connection sends its next request when it has its answer.
type Closed struct {
	Conns    int
	Duration time.Duration
}

// Expect says which answers count as answers.
type Expect struct {
	// Status lists the accepted codes; empty: everything below 400.
	Status []int
	// BodyContains must occur in the body.
	BodyContains string
}

// Progress is how far a run is.
type Progress struct {
	// Elapsed counts from the start; Duration is the length of the plan.
	Elapsed, Duration time.Duration
	// Sent, Answered, Failed and Dropped count from the start, over all targets.
	Sent, Answered, Failed, Dropped int64
	// InFlight is how many requests are on their way or waiting for a connection.
	InFlight int64
	// Rate is how many requests per second were taken up during the last interval.
	Rate float64
	// P50Ms and P99Ms are latencies so far, over all targets; nil where there are too
	// few. Requests without a response count with the time after which they failed.
	P50Ms, P99Ms *float64
	// Targets are the same counts by target, in order.
	Targets []TargetProgress
}

// TargetProgress is how far one target is.
type TargetProgress struct {
	Name                            string
	Sent, Answered, Failed, Dropped int64
	P50Ms, P99Ms                    *float64
}

// withDefaults fills in what was left open and says what cannot be run.
func (o Options) withDefaults() (Options, error) {
	if len(o.Targets) == 0 {
		return o, errors.New("load test: no target")
	}
	o.Targets = append([]Target(nil), o.Targets...)
	names := map[string]bool{}
	for i := range o.Targets {
		t := &o.Targets[i]
		if t.Method == "" {
			t.Method = http.MethodGet
		}
		if t.Name == "" {
			u, err := url.Parse(t.URL)
			if err != nil {
				return o, fmt.Errorf("load test: target %d: %q is not a URL", i+1, wire.RedactURL(t.URL))
			}
			if t.Name = strings.TrimPrefix(u.Path, "/"); t.Name == "" {
				t.Name = u.Host
			}
		}
		if names[t.Name] {
			return o, fmt.Errorf("load test: two targets are called %q; give one another name", t.Name)
		}
		names[t.Name] = true
	}
	o.Schedule.Targets = len(o.Targets)
	switch {
	case o.Closed == nil:
		if err := o.Schedule.Validate(); err != nil {
			return o, fmt.Errorf("load test: %w", err)
		}
	case len(o.Schedule.Phases) > 0 || len(o.Schedule.Trace) > 0:
		return o, errors.New("load test: a closed loop has no schedule; give one or the other")
	case o.Closed.Conns < 1 || o.Closed.Duration <= 0:
		return o, fmt.Errorf("load test: a closed loop of %d connections for %v", o.Closed.Conns, o.Closed.Duration)
	}
	setDefault(&o.Timeout, 10*time.Second)
	setDefault(&o.MaxConns, 4096)
	setDefault(&o.MaxQueue, 1<<16)
	setDefault(&o.Interval, time.Second)
	if o.Timeout < 0 || o.MaxConns < 0 || o.MaxQueue < 0 || o.Interval < 0 || o.Shards < 0 {
		return o, errors.New("load test: timeout, connections, queue, interval and shards cannot be negative")
	}
	return o, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// duration is the length of the plan.
func (o Options) duration() time.Duration {
	if o.Closed != nil {
		return o.Closed.Duration
	}
	return o.Schedule.Duration()
}

// request is what goes over the wire for a target. Its errors show neither user info nor query.
func (t Target) request() (wire.Request, *url.URL, error) {
	u, err := url.Parse(t.URL)
	switch {
	case err != nil:
		return wire.Request{}, nil, fmt.Errorf("%q is not a URL", wire.RedactURL(t.URL))
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return wire.Request{}, nil, fmt.Errorf("URL %q: want http://host/path or https://host/path", wire.RedactURL(t.URL))
	case u.User != nil:
		return wire.Request{}, nil, fmt.Errorf("URL %q: user info is not sent; give an Authorization header", wire.RedactURL(t.URL))
	}
	return wire.Request{Method: t.Method, Host: u.Host, Path: u.RequestURI(), Header: t.Header, Body: t.Body}, u, nil
}
