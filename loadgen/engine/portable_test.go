package engine

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// These tests run the portable engine against a server in the same bubble of
// synctest: time is exact there, and only passes when all wait.

// inMemory dials servers that are goroutines.
func inMemory(t *testing.T, talk func(c net.Conn, in *bufio.Reader)) func(context.Context, string, string) (net.Conn, error) {
	var servers sync.WaitGroup
	t.Cleanup(servers.Wait)
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		servers.Go(func() {
			defer server.Close()
			talk(server, bufio.NewReader(server))
		})
		return client, nil
	}
}

// The acceptance test of coordinated omission: a server that takes 20 ms and stalls
// for 500 ms in every 5 s, at 2,000 requests/s. 10 % of the requests meet the stall, and
// theirs is uniform on (20, 520] ms: so p50 is 20 ms, p99 470 ms and p99.9 515 ms.
func TestStallIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		talk := func(c net.Conn, in *bufio.Reader) {
			for hear(in) {
				time.Sleep(20 * time.Millisecond)
				if at := time.Since(start) % (5 * time.Second); at >= 2*time.Second && at < 2500*time.Millisecond {
					time.Sleep(2500*time.Millisecond - at)
				}
				io.WriteString(c, okay)
			}
		}
		b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, "http://10.0.0.1/")},
			Schedule: pace.Schedule{Phases: pace.At(2000, 5*time.Second)}, Dial: inMemory(t, talk), MaxConns: 4096})
		var latencies []float64
		for _, o := range b.outcomes {
			if o.Slip != 0 {
				t.Fatalf("taken up %v late, where time is exact", o.Slip)
			}
			latencies = append(latencies, float64(o.End-o.Intended)/1e6)
		}
		slices.Sort(latencies)
		if len(latencies) != 10_000 {
			t.Fatalf("%d latencies", len(latencies))
		}
		for percentile, want := range map[float64]float64{50: 20, 99: 470, 99.9: 515} {
			got := latencies[int(percentile/100*10_000)-1]
			if math.Abs(got-want) > want/100 {
				t.Errorf("p%v is %.2f ms, want %v ms within 1 %%", percentile, got, want)
			}
		}
	})
}

// The timeout counts from the intended start, and waiting for a connection is a part of it.
func TestTimeoutIncludesWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		talk := func(c net.Conn, in *bufio.Reader) {
			for hear(in) {
				time.Sleep(400 * time.Millisecond)
				io.WriteString(c, okay)
			}
		}
		b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, "http://10.0.0.1/")},
			Schedule: atOnce(4), Dial: inMemory(t, talk), MaxConns: 1, Timeout: time.Second})
		inVain := 0
		for _, o := range b.outcomes {
			if o.Capped && o.Cause == TimedOut && o.Sent == 0 && o.Slip == time.Second {
				inVain++
			}
		}
		if inVain != 1 {
			t.Errorf("%+v: want one that waited in vain, behind the bound on connections", b.outcomes)
		}
		// One connection: answers at 400 and 800 ms; the third is cut off on its way, the fourth while it waits.
		var ends []time.Duration
		for _, o := range b.outcomes {
			ends = append(ends, o.End.Round(time.Millisecond))
		}
		want := []time.Duration{400 * time.Millisecond, 800 * time.Millisecond, time.Second, time.Second}
		if got := b.causes(); !slices.Equal(ends, want) || got[""] != 2 || got["timeout"] != 2 {
			t.Errorf("got %v at %v, want two answers and two timeouts at %v", got, ends, want)
		}
	})
}

// Waiting behind the bound on connections is the generator's own lateness; making a connection is not.
func TestSlip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		talk := func(c net.Conn, in *bufio.Reader) {
			for hear(in) {
				time.Sleep(100 * time.Millisecond)
				io.WriteString(c, okay)
			}
		}
		dial := inMemory(t, talk)
		slow := func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(30 * time.Millisecond)
			return dial(ctx, network, address)
		}
		b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, "http://10.0.0.1/")},
			Schedule: atOnce(3), Dial: slow, MaxConns: 2})
		var slips, latencies []time.Duration
		for _, o := range b.outcomes {
			slips = append(slips, o.Slip.Round(time.Millisecond))
			latencies = append(latencies, (o.End - o.Intended).Round(time.Millisecond))
		}
		// The schedule's rate warms both connections; the third request has to wait for one of them.
		if want := []time.Duration{0, 0, 100 * time.Millisecond}; !slices.Equal(slips, want) {
			t.Errorf("slips %v, want %v", slips, want)
		}
		if want := []time.Duration{100 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond}; !slices.Equal(latencies, want) {
			t.Errorf("latencies %v, want %v", latencies, want)
		}
	})
}

// A connection made during the run is a part of the latency, as it would be for any client, and not slip.
func TestConnectingIsLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := inMemory(t, func(c net.Conn, in *bufio.Reader) {
			if hear(in) { // one answer per connection, so that each request needs a new one
				io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			}
		})
		slow := func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(30 * time.Millisecond)
			return dial(ctx, network, address)
		}
		b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, "http://10.0.0.1/")},
			Schedule: apart(2, time.Second), Dial: slow})
		if o := b.outcomes[1]; o.Slip != 0 || (o.End-o.Intended).Round(time.Millisecond) != 30*time.Millisecond || (o.End-o.Sent).Round(time.Millisecond) != 0 {
			t.Errorf("got %+v, want 30 ms of latency, no service time and no slip", o)
		}
	})
}

// When the network fails for a while, each dial that fails fails one request, and then things go on.
func TestDialsFailForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := inMemory(t, func(c net.Conn, in *bufio.Reader) {
			for hear(in) {
				io.WriteString(c, okay)
			}
		})
		start := time.Now()
		flaky := func(ctx context.Context, network, address string) (net.Conn, error) {
			if time.Since(start) < time.Second {
				return nil, errors.New("no route")
			}
			return dial(ctx, network, address)
		}
		b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, "http://10.0.0.1/")},
			Schedule: apart(20, 100*time.Millisecond), Dial: flaky})
		if got := b.causes(); got["connect"] != 10 || got[""] != 10 {
			t.Errorf("got %v, want 10 connect, then 10 answers", got)
		}
	})
}

// The recorder is told the time all along.
func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Config{Requests: []Request{request(t, "http://10.0.0.1/")}, Schedule: pace.Schedule{Phases: pace.At(1, 5*time.Second), Targets: 1},
			Timeout: time.Second, MaxConns: 1, MaxQueue: 1, Dial: inMemory(t, func(c net.Conn, in *bufio.Reader) {
				for hear(in) {
					io.WriteString(c, okay)
				}
			})}
		e, err := New(Portable, c)
		if err != nil {
			t.Fatal(err)
		}
		b := new(book)
		e.Run(t.Context(), []Recorder{b})
		last := time.Duration(0)
		for _, tick := range b.ticks {
			if tick-last > 101*time.Millisecond {
				t.Errorf("no tick between %v and %v", last, tick)
			}
			last = tick
		}
		if len(b.ticks) < 39 {
			t.Errorf("%d ticks in 4 s", len(b.ticks))
		}
	})
}

func TestDialBudget(t *testing.T) {
	tests := []struct {
		name string
		took []time.Duration
		want int
	}{
		{"nothing known", nil, 2},
		{"loopback", []time.Duration{300 * time.Microsecond}, 2},
		{"another continent", []time.Duration{40 * time.Millisecond, 45 * time.Millisecond}, 40},
		{"slow because we are busy", []time.Duration{time.Millisecond, 500 * time.Millisecond}, 2},
		{"very far", []time.Duration{time.Second}, 64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b dialBudget
			for _, took := range tt.took {
				b.done(took)
			}
			if got := b.limit(); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestQueue(t *testing.T) {
	var q queue
	calls := make([]*call, 100)
	for i := range calls {
		calls[i] = &call{taken: time.Duration(i)}
	}
	pushed, popped := 0, 0
	for ; pushed < 40; pushed++ {
		q.push(calls[pushed])
	}
	for ; popped < 30; popped++ { // the ring wraps from here on
		if c := q.pop(); c != calls[popped] {
			t.Fatalf("popped %v, want %v", c.taken, popped)
		}
	}
	for ; pushed < 100; pushed++ {
		q.push(calls[pushed])
	}
	q.abandon(calls[30])
	q.abandon(calls[50])
	if q.live != 68 || q.peek() != calls[31] {
		t.Errorf("%d live, the next is %v; want 68 and 31", q.live, q.peek().taken)
	}
	for popped = 31; popped < 100; popped++ {
		if popped == 50 {
			continue
		}
		if c := q.pop(); c != calls[popped] {
			t.Fatalf("popped %v, want %v", c.taken, popped)
		}
	}
	if q.pop() != nil || q.live != 0 {
		t.Error("not empty")
	}
}
