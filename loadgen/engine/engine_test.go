package engine

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, "http://"+address+"/")}, Schedule: atOnce(20)})
			if got := b.causes(); got["connect"] != 20 {
				t.Errorf("got %v, want 20 connect", got)
			}
		})
	}
}

func TestNames(t *testing.T) {
	address, err := url.Parse(server(t, always(okay)))
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range engines() {
		for _, dns := range []DNS{Upfront, PerConnection} {
			t.Run(engine+"/"+string(dns), func(t *testing.T) {
				var lookups atomic.Int64
				found := func(_ context.Context, host string) ([]string, error) {
					lookups.Add(1)
					if host != "api.example" {
						return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
					}
					return []string{"127.0.0.1"}, nil
				}
				c := Config{Requests: []Request{request(t, "http://unknown.example:"+address.Port()+"/")}, Schedule: atOnce(3), DNS: dns, Lookup: found}
				b, _ := play(t, t.Context(), engine, c)
				if got := b.causes(); got["dns"] != 3 {
					t.Errorf("an unknown name: got %v, want 3 dns", got)
				}
				lookups.Store(0)
				c.Requests = []Request{request(t, "http://api.example:"+address.Port()+"/")}
				b, _ = play(t, t.Context(), engine, c)
				if got := b.causes(); got[""] != 3 {
					t.Errorf("a known name: got %v, want 3 answers", got)
				}
				want := 1
				if dns == PerConnection {
					want = b.connected
				}
				if got := int(lookups.Load()); got < want || dns == Upfront && got != 1 {
					t.Errorf("%d look-ups for %d connections", got, b.connected)
				}
			})
		}
	}
}

// Connections take a name's addresses in turn, and go on to the next where nobody listens.
func TestAddressesInTurn(t *testing.T) {
	var mu sync.Mutex
	dialed := map[string]int{}
	dial := func(_ context.Context, _, address string) (net.Conn, error) {
		mu.Lock()
		dialed[address]++
		mu.Unlock()
		if address == "10.0.0.2:80" {
			return nil, errors.New("no route")
		}
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			if hear(bufio.NewReader(server)) {
				io.WriteString(server, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			}
		}()
		return client, nil
	}
	b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, "http://api.example/")}, Schedule: apart(9, time.Millisecond), MaxConns: 1, Dial: dial,
		Lookup: func(context.Context, string) ([]string, error) {
			return []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}, nil
		}})
	if got := b.causes(); got[""] != 9 {
		t.Errorf("got %v, want 9 answers", got)
	}
	if dialed["10.0.0.1:80"] < 3 || dialed["10.0.0.2:80"] < 2 || dialed["10.0.0.3:80"] < 3 {
		t.Errorf("dialled %v", dialed)
	}
}

func TestTLS(t *testing.T) {
	good := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	good.Config.ErrorLog = log.New(io.Discard, "", 0) // of bad certificates
	good.StartTLS()
	defer good.Close()
	roots := x509.NewCertPool()
	roots.AddCert(good.Certificate())
	plain := server(t, always(okay))
	tests := []struct {
		name   string
		url    string
		change func(*Config)
		want   string
	}{
		{"trusted", good.URL, func(c *Config) { c.RootCAs = roots }, ""},
		{"not trusted", good.URL, func(*Config) {}, "tls"},
		{"not trusted, and told not to care", good.URL, func(c *Config) { c.Insecure = true }, ""},
		{"not TLS", strings.Replace(plain, "http:", "https:", 1), func(*Config) {}, "tls"},
		{"the server stalls in the handshake", strings.Replace(server(t, func(_ int, c net.Conn, in *bufio.Reader) { io.Copy(io.Discard, in) }), "http:", "https:", 1),
			func(c *Config) { c.Timeout = 100 * time.Millisecond }, "timeout"},
	}
	for _, engine := range engines() {
		for _, tt := range tests {
			t.Run(engine+"/"+tt.name, func(t *testing.T) {
				c := Config{Requests: []Request{request(t, tt.url)}, Schedule: apart(20, time.Millisecond)}
				tt.change(&c)
				b, _ := play(t, t.Context(), engine, c)
				if got := b.causes(); got[tt.want] != 20 {
					t.Errorf("got %v, want 20 of %q", got, tt.want)
				}
			})
		}
	}
}

// Connections over TLS are resumed, and records of any size are read whole.
func TestTLSLargeBodies(t *testing.T) {
	var resumed atomic.Int64
	body := strings.Repeat("0123456789abcdef", 20_000)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.DidResume {
			resumed.Add(1)
		}
		n, _ := io.Copy(io.Discard, r.Body)
		if n != 300_000 {
			w.WriteHeader(400)
		}
		w.Header().Set("Connection", "close")
		io.WriteString(w, body+"the end")
	}))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	s.StartTLS()
	defer s.Close()
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			resumed.Store(0)
			r := request(t, s.URL)
			r.Method, r.Body = "POST", make([]byte, 300_000)
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{r}, Schedule: apart(20, 5*time.Millisecond), Insecure: true, ExpectBody: "fthe end"})
			if got := b.causes(); got[""] != 20 {
				t.Errorf("got %v, want 20 answers", got)
			}
			if resumed.Load() == 0 {
				t.Error("no connection was resumed")
			}
		})
	}
}

// Connections stay within their bound, and are used again.
func TestConnections(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			var accepted atomic.Int64
			address := server(t, func(_ int, c net.Conn, in *bufio.Reader) {
				accepted.Add(1)
				for hear(in) {
					io.WriteString(c, okay)
				}
			})
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, address+"/a"), request(t, address+"/b")}, Schedule: atOnce(100), MaxConns: 3, Shards: 1})
			if got := b.causes(); got[""] != 200 {
				t.Errorf("got %v, want 200 answers", got)
			}
			if n := accepted.Load(); n < 1 || n > 3 {
				t.Errorf("%d connections, want at most 3", n)
			}
		})
	}
}

// What does not fit into the queue is dropped and counted.
func TestQueueIsBounded(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			address := server(t, func(_ int, _ net.Conn, in *bufio.Reader) {
				for hear(in) {
				}
			})
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, address)}, Schedule: atOnce(100), MaxConns: 1, MaxQueue: 10, Timeout: 200 * time.Millisecond})
			if got := b.causes(); len(b.dropped) != 89 || got["timeout"] != 11 {
				t.Errorf("%d dropped and %v; want 89 dropped (one sent, ten queued) and 11 timeouts", len(b.dropped), got)
			}
		})
	}
}

// An interrupted run settles what is on its way and drops the rest.
func TestInterrupt(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			release := make(chan struct{})
			var heard atomic.Int64
			address := server(t, func(_ int, c net.Conn, in *bufio.Reader) {
				for hear(in) {
					if heard.Add(1) == 2 { // both connections have a request: the others wait
						cancel()
						time.AfterFunc(50*time.Millisecond, func() { close(release) })
					}
					<-release
					io.WriteString(c, okay)
				}
			})
			schedule := atOnce(10)
			schedule.Trace = append(schedule.Trace, time.Hour)
			b, report := play(t, ctx, engine, Config{Requests: []Request{request(t, address)}, Schedule: schedule, MaxConns: 2, Shards: 1})
			if got := b.causes(); got[""] != 2 || len(b.dropped) != 8 || !report.Interrupted {
				t.Errorf("got %v and %d dropped (interrupted: %v), want 2 answers and 8 dropped", got, len(b.dropped), report.Interrupted)
			}
		})
	}
}

// loop is long enough that a process that gets little of a processor sends something in it.
const loop = 2 * time.Second

func TestClosedLoop(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := server(t, always(okay))
			b, report := play(t, t.Context(), engine, Config{Requests: []Request{request(t, address+"/a"), request(t, address+"/b")},
				Closed: &Closed{Conns: 3, Duration: loop}})
			got := b.causes()
			if got[""] < 10 || len(got) != 1 || report.Interrupted {
				t.Errorf("got %v, want nothing but answers", got)
			}
			counts := map[int]int{}
			for _, target := range b.planned {
				counts[target]++
			}
			if difference := counts[0] - counts[1]; difference < -3 || difference > 3 {
				t.Errorf("the targets had %v requests", counts)
			}
		})
		t.Run(engine+"/refused", func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, "http://"+l.Addr().String())}, Closed: &Closed{Conns: 3, Duration: loop}})
			if got := b.causes(); got["connect"] == 0 || len(got) != 1 {
				t.Errorf("got %v, want nothing but connect", got)
			}
		})
	}
}

// A host that has no connection left is not crowded out by the idle ones of another.
func TestHostsShareTheBound(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			a, b := server(t, always(okay)), server(t, always(okay))
			book, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, a), request(t, b)}, Schedule: apart(10, 5*time.Millisecond), MaxConns: 1, Shards: 1})
			if got := book.causes(); got[""] != 20 {
				t.Errorf("got %v, want 20 answers over one connection at a time", got)
			}
		})
		t.Run(engine+"/closed loop", func(t *testing.T) {
			t.Parallel()
			a, b := server(t, always(okay)), server(t, always(okay))
			book, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, a), request(t, b)}, Closed: &Closed{Conns: 2, Duration: loop}})
			counts := map[int]int{}
			for _, o := range book.outcomes {
				counts[o.Target]++
			}
			if got := book.causes(); counts[0] == 0 || counts[1] == 0 || len(got) != 1 {
				t.Errorf("got %v by target, %v by cause; want answers of both", counts, got)
			}
		})
	}
}

func TestShardsShareTheSchedule(t *testing.T) {
	if !epollWorks {
		t.Skip("the epoll engine needs Linux")
	}
	address := server(t, always(okay))
	b, _ := play(t, t.Context(), Epoll, Config{Requests: []Request{request(t, address+"/a"), request(t, address+"/b")}, Schedule: pace.Schedule{Phases: pace.At(500, 200*time.Millisecond)}, Shards: 3})
	if got := b.causes(); got[""] != 200 {
		t.Errorf("got %v, want 200 answers", got)
	}
}

func TestHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Environment-Id", "e")
		w.Header().Set("X-Invocation", "1")
		switch {
		case r.ProtoMajor != 2:
			w.WriteHeader(505)
		case r.URL.Path == "/fails":
			w.WriteHeader(500)
		case r.URL.Path == "/aborts":
			panic(http.ErrAbortHandler)
		default:
			io.WriteString(w, "ok")
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	for path, want := range map[string]string{"/": "", "/fails": "status", "/aborts": "reset"} {
		t.Run(path, func(t *testing.T) {
			b, _ := play(t, t.Context(), "", Config{Requests: []Request{request(t, s.URL+path)}, Schedule: atOnce(50), HTTP2: true, Insecure: true})
			if got := b.causes(); got[want] != 50 {
				t.Errorf("got %v, want 50 of %q", got, want)
			}
			if b.connected != 1 {
				t.Errorf("%d connections, want one that carries all", b.connected)
			}
			if o := b.outcomes[0]; want == "" && (o.Environment.ID == 0 || o.Status != 200) {
				t.Errorf("got %+v", o)
			}
		})
	}
	t.Run("a server that does not speak it", func(t *testing.T) {
		b, _ := play(t, t.Context(), "", Config{Requests: []Request{request(t, server(t, always(okay)))}, Schedule: atOnce(3), HTTP2: true, Timeout: time.Second})
		if got := b.causes(); got[""] != 0 || len(b.outcomes) != 3 {
			t.Errorf("got %v, want 3 failures", got)
		}
	})
}

// An answer that comes while its request times out is no race: of many requests at once, some are
// answered just then.
func TestHTTP2LateAnswers(t *testing.T) {
	const requests = 3000
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	for _, timeout := range []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
		b, _ := play(t, t.Context(), "", Config{Requests: []Request{request(t, s.URL)}, Schedule: atOnce(requests), HTTP2: true, Insecure: true, Timeout: timeout})
		got := b.causes()
		if got[""]+got["timeout"]+len(b.dropped) != requests {
			t.Errorf("got %v and %d dropped, want answers and timeouts", got, len(b.dropped))
		}
	}
}

func TestHTTP2ClosedLoop(t *testing.T) {
	var now, most atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	b, _ := play(t, t.Context(), "", Config{Requests: []Request{request(t, s.URL)}, Closed: &Closed{Conns: 5, Duration: loop}, HTTP2: true, Insecure: true})
	if got := b.causes(); got[""] < 5 || len(got) != 1 || b.connected != 1 || most.Load() > 5 {
		t.Errorf("got %v over %d connections, at most %d at once; want answers over one, at most 5 at once", got, b.connected, most.Load())
	}
}

func TestNew(t *testing.T) {
	good := Config{Requests: []Request{request(t, "http://h/")}, Schedule: atOnce(1), MaxConns: 1}
	good.Schedule.Targets = 1
	tests := []struct {
		name, engine string
		change       func(*Config)
		want         string
	}{
		{"no requests", "", func(c *Config) { c.Requests = nil }, "no requests"},
		{"no such engine", "uring", func(*Config) {}, "uring"},
		{"epoll and HTTP/2", Epoll, func(c *Config) { c.HTTP2 = true }, ""},
		{"no host", "", func(c *Config) {
			c.Requests = []Request{{URL: &url.URL{Scheme: "http"}, Request: wire.Request{Method: "GET", Host: "h", Path: "/"}}}
		}, "no host"},
		{"another scheme", "", func(c *Config) { c.Requests = []Request{request(t, "ftp://h/")} }, "http://"},
		{"a code that is none", "", func(c *Config) { c.ExpectStatus = []int{2000} }, "2000"},
		{"a request that is none", "", func(c *Config) { c.Requests[0].Method = "A B" }, "method"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			c.Requests = append([]Request(nil), good.Requests...)
			tt.change(&c)
			if _, err := New(tt.engine, c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error about %q", err, tt.want)
			}
		})
	}
}

// A request that met a dying HTTP/2 connection is sent again, and its answer knows of no error.
func TestResentOverHTTP2(t *testing.T) {
	type key struct{}
	var requests atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 1 {
			r.Context().Value(key{}).(net.Conn).Close()
		}
	}))
	s.EnableHTTP2 = true
	s.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, key{}, c) }
	s.StartTLS()
	defer s.Close()
	b, _ := play(t, t.Context(), Portable, Config{Requests: []Request{request(t, s.URL)}, Schedule: atOnce(1), HTTP2: true, Insecure: true})
	if got := b.causes(); got[""] != 1 || !b.outcomes[0].Resent {
		t.Errorf("got %+v, want one answer, resent", b.outcomes)
	}
}
