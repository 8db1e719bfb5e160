package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// origin is a scheme, host and port: what connections are made to.
type origin struct {
	index   int
	host    string // without the port
	port    string
	tls     *tls.Config // nil: plain
	targets []int       // that use it

	dns       DNS
	dialer    func(ctx context.Context, network, address string) (net.Conn, error)
	resolver  func(ctx context.Context, host string) ([]string, error)
	addresses []string // looked up upfront, with the port
	lookup    error    // why that failed
	turn      atomic.Uint32

	mu     sync.Mutex
	silent map[string]time.Time // until when an address that did not answer is tried last
}

// failure is an error with the cause to count it under.
type failure struct {
	cause Cause
	err   error
}

func (f *failure) Error() string { return f.cause.String() + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// originOf finds or adds the origin of a URL.
func (s *setup) originOf(u *url.URL) (*origin, error) {
	port := u.Port()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("URL %q: want http:// or https://", wire.RedactURL(u.String()))
	case u.Hostname() == "":
		return nil, fmt.Errorf("URL %q has no host", wire.RedactURL(u.String()))
	case port == "" && u.Scheme == "http":
		port = "80"
	case port == "":
		port = "443"
	}
	for _, o := range s.origins {
		if o.host == u.Hostname() && o.port == port && (o.tls != nil) == (u.Scheme == "https") {
			return o, nil
		}
	}
	o := &origin{index: len(s.origins), host: u.Hostname(), port: port, dns: s.DNS, dialer: s.Dial, resolver: s.Lookup}
	if o.dialer == nil {
		o.dialer = new(net.Dialer).DialContext
	}
	if o.resolver == nil {
		o.resolver = net.DefaultResolver.LookupHost
	}
	if u.Scheme == "https" {
		protocol := "http/1.1"
		if s.HTTP2 {
			protocol = "h2"
		}
		o.tls = &tls.Config{
			ServerName:         o.host,
			NextProtos:         []string{protocol},
			InsecureSkipVerify: s.Insecure, // only when asked to
			RootCAs:            s.RootCAs,
			ClientSessionCache: tls.NewLRUClientSessionCache(64),
		}
	}
	s.origins = append(s.origins, o)
	return o, nil
}

// resolve looks the name up, unless that is done for every connection.
func (o *origin) resolve(ctx context.Context) {
	if o.dns != PerConnection {
		o.addresses, o.lookup = o.lookUp(ctx)
	}
}

func (o *origin) lookUp(ctx context.Context) ([]string, error) {
	if net.ParseIP(o.host) != nil {
		return []string{net.JoinHostPort(o.host, o.port)}, nil
	}
	hosts, err := o.resolver(ctx, o.host)
	if err != nil {
		return nil, err
	}
	addresses := make([]string, len(hosts))
	for i, h := range alternate(hosts) {
		addresses[i] = net.JoinHostPort(h, o.port)
	}
	return addresses, nil
}

// alternate keeps the order of a resolver's addresses but for their families, which take turns,
// so that the second attempt does not fail because of the same family (RFC 8305, section 4).
func alternate(hosts []string) []string {
	isIPv6 := func(host string) bool { return strings.Contains(host, ":") }
	var families [2][]string // that of the first address, and the other
	for _, host := range hosts {
		family := 0
		if isIPv6(host) != isIPv6(hosts[0]) {
			family = 1
		}
		families[family] = append(families[family], host)
	}
	ordered := make([]string, 0, len(hosts))
	for i := range hosts {
		for _, family := range families {
			if i < len(family) {
				ordered = append(ordered, family[i])
			}
		}
	}
	return ordered
}

const (
	// attemptDelay is how long an address has before the next one is tried beside it (RFC 8305, section 5).
	attemptDelay = 250 * time.Millisecond
	// silence is how long an address that did not answer within attemptDelay is tried last. Otherwise
	// every other connection would be late, and would take up the bound on dials while it waits.
	silence = 10 * time.Second
)

// connect makes a TCP connection. Connections begin with the addresses in turn, but for those that
// did not answer lately. Each goes on to the
// next address as soon as one fails, and after [attemptDelay] if one does not answer; the first
// address that accepts is taken.
func (o *origin) connect(ctx context.Context) (net.Conn, error) {
	addresses, err := o.addresses, o.lookup
	if o.dns == PerConnection {
		addresses, err = o.lookUp(ctx)
	}
	if err != nil {
		return nil, &failure{causeOfDial(ctx, err, DNSFailed), err}
	}
	var conn net.Conn
	if len(addresses) == 1 {
		conn, err = o.dialer(ctx, "tcp", addresses[0])
	} else {
		first := int(o.turn.Add(1)-1) % len(addresses)
		conn, err = o.race(ctx, o.silentLast(slices.Concat(addresses[first:], addresses[:first])))
	}
	if err != nil {
		return nil, &failure{causeOfDial(ctx, err, ConnectFailed), err}
	}
	return conn, nil
}

// silentLast moves the addresses that did not answer lately to the end.
func (o *origin) silentLast(addresses []string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	slices.SortStableFunc(addresses, func(a, b string) int {
		switch aSilent, bSilent := now.Before(o.silent[a]), now.Before(o.silent[b]); {
		case aSilent == bSilent:
			return 0
		case bSilent:
			return -1
		}
		return 1
	})
	return addresses
}

func (o *origin) setSilent(address string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.silent == nil {
		o.silent = map[string]time.Time{}
	}
	o.silent[address] = time.Now().Add(silence)
}

// race dials the addresses one after the other, each without waiting longer than [attemptDelay]
// for the one before it. The error is that of the last one.
func (o *origin) race(ctx context.Context, addresses []string) (net.Conn, error) {
	type attempt struct {
		conn net.Conn
		err  error
	}
	dialing, stop := context.WithCancel(ctx)
	defer stop()
	attempts := make(chan attempt, len(addresses))
	underWay := 0
	defer func() {
		if underWay > 0 {
			go func() {
				for range underWay {
					if a := <-attempts; a.err == nil {
						a.conn.Close() // accepted after another one
					}
				}
			}()
		}
	}()
	err := errors.New("the name has no address")
	delay := time.NewTimer(0)
	defer delay.Stop()
	for next, address := addresses, ""; ; {
		select {
		case <-delay.C:
			if address != "" {
				o.setSilent(address)
			}
		case a := <-attempts:
			underWay--
			if a.err == nil {
				return a.conn, nil
			}
			err = a.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if len(next) == 0 {
			if underWay == 0 {
				return nil, err
			}
			continue
		}
		address, next = next[0], next[1:]
		underWay++
		go func(address string) {
			conn, err := o.dialer(dialing, "tcp", address)
			attempts <- attempt{conn, err}
		}(address)
		delay.Reset(attemptDelay)
	}
}

// secure makes TLS over a connection.
func (o *origin) secure(ctx context.Context, conn net.Conn) (*tls.Conn, error) {
	secured := tls.Client(conn, o.tls)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, &failure{causeOfDial(ctx, err, TLSFailed), err}
	}
	return secured, nil
}

// causeOfDial is [TimedOut] if the time ran out, else the cause that it is given.
func causeOfDial(ctx context.Context, err error, otherwise Cause) Cause {
	var network net.Error
	if ctx.Err() != nil || errors.As(err, &network) && network.Timeout() && otherwise != DNSFailed {
		return TimedOut
	}
	return otherwise
}

// dialBudget bounds the connections that an origin makes at once. The limit follows from the
// fastest dial so far, in milliseconds: about one is this machine's work (a TLS handshake costs
// 0.3 ms of CPU), the rest is waiting for the network, during which other dials can be under way.
// It is the fastest dial and not the median because a busy machine makes dials slow, and more
// dials at once would make it busier.
type dialBudget struct {
	fastest time.Duration
}

const (
	fewestDials = 2
	mostDials   = 64
)

func (b *dialBudget) done(took time.Duration) {
	if b.fastest == 0 || took < b.fastest {
		b.fastest = max(took, 1)
	}
}

func (b *dialBudget) limit() int {
	return min(max(int(b.fastest/time.Millisecond), fewestDials), mostDials)
}
