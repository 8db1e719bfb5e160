package engine

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// book is a Recorder that keeps everything.
type book struct {
	busy      atomic.Bool
	planned   []int
	dropped   []int
	outcomes  []Outcome
	connected int
	ticks     []time.Duration
}

// enter finds calls that overlap, which the engines promise not to make.
func (b *book) enter() func() {
	if !b.busy.CompareAndSwap(false, true) {
		panic("two calls of one recorder overlap")
	}
	return func() { b.busy.Store(false) }
}

func (b *book) Due(target int)               { defer b.enter()(); b.planned = append(b.planned, target) }
func (b *book) Drop(target int)              { defer b.enter()(); b.dropped = append(b.dropped, target) }
func (b *book) Done(o *Outcome)              { defer b.enter()(); b.outcomes = append(b.outcomes, *o) }
func (b *book) Connected(int, time.Duration) { defer b.enter()(); b.connected++ }
func (b *book) Tick(now time.Duration)       { defer b.enter()(); b.ticks = append(b.ticks, now) }

// causes counts the outcomes by cause; an answer is "".
func (b *book) causes() map[string]int {
	counts := map[string]int{}
	for _, o := range b.outcomes {
		counts[o.Cause.String()]++
	}
	return counts
}

func request(t *testing.T, rawURL string) Request {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return Request{URL: u, Request: wire.Request{Method: "GET", Host: u.Host, Path: u.RequestURI()}}
}

// engines are the ones that work here.
func engines() []string {
	if epollWorks {
		return []string{Epoll, Portable}
	}
	return []string{Portable}
}

// play runs an engine and checks that the books balance.
func play(t *testing.T, ctx context.Context, name string, c Config) (*book, Report) {
	t.Helper()
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Minute // nothing times out for want of a processor where a test is not about that
	}
	if c.MaxConns == 0 {
		c.MaxConns = 16
	}
	if c.MaxQueue == 0 {
		c.MaxQueue = 1000
	}
	c.Schedule.Targets = len(c.Requests)
	e, err := New(name, c)
	if err != nil {
		t.Fatal(err)
	}
	books := make([]*book, e.Shards())
	recorders := make([]Recorder, e.Shards())
	for i := range books {
		books[i] = new(book)
		recorders[i] = books[i]
	}
	report := e.Run(ctx, recorders)
	sum := new(book)
	for _, b := range books {
		sum.planned = append(sum.planned, b.planned...)
		sum.dropped = append(sum.dropped, b.dropped...)
		sum.outcomes = append(sum.outcomes, b.outcomes...)
		sum.connected += b.connected
	}
	for _, o := range sum.outcomes {
		switch o.Cause {
		case Answered, BadStatus, BadBody:
			if o.Err != nil {
				t.Errorf("%q has an error: %v", o.Cause, o.Err)
			}
		case TimedOut:
		default:
			if o.Err == nil {
				t.Errorf("%q says nothing more", o.Cause)
			}
		}
	}
	if len(sum.planned) != len(sum.dropped)+len(sum.outcomes) {
		t.Errorf("%d planned, but %d dropped and %d settled", len(sum.planned), len(sum.dropped), len(sum.outcomes))
	}
	return sum, report
}

// atOnce is n requests at the same moment.
func atOnce(n int) pace.Schedule {
	return pace.Schedule{Trace: make([]time.Duration, n)}
}

// apart is n requests, one after the other.
func apart(n int, gap time.Duration) pace.Schedule {
	trace := make([]time.Duration, n)
	for i := range trace {
		trace[i] = time.Duration(i) * gap
	}
	return pace.Schedule{Trace: trace}
}

// server accepts connections and lets talk have each.
func server(t *testing.T, talk func(n int, c net.Conn, in *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wait.Go(func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wait.Go(func() {
				defer c.Close()
				talk(n, c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wait.Wait()
	})
	return "http://" + l.Addr().String()
}

// hear reads one request, and says whether there was one.
func hear(in *bufio.Reader) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	io.Copy(io.Discard, r.Body)
	return true
}

const okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// always answers every request with the same bytes.
func always(response string) func(int, net.Conn, *bufio.Reader) {
	return func(_ int, c net.Conn, in *bufio.Reader) {
		for hear(in) {
			io.WriteString(c, response)
		}
	}
}

// once answers one request and closes.
func once(response string) func(int, net.Conn, *bufio.Reader) {
	return func(_ int, c net.Conn, in *bufio.Reader) {
		if hear(in) {
			io.WriteString(c, response)
		}
	}
}

func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}
