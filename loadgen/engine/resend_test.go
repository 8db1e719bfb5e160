package engine

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// A request that meets an idle connection which the server has closed is sent once more.
func TestResend(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			// Each connection answers one request and is reset by the next one.
			address := server(t, func(_ int, c net.Conn, in *bufio.Reader) {
				if hear(in) {
					io.WriteString(c, okay)
				}
				if hear(in) {
					reset(c)
				}
			})
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, address)}, Schedule: apart(10, 20*time.Millisecond), MaxConns: 1})
			resent := 0
			for _, o := range b.outcomes {
				if o.Resent {
					resent++
				}
			}
			if got := b.causes(); got[""] != 10 || resent == 0 {
				t.Errorf("got %v and %d resent, want 10 answers, some of them resent", got, resent)
			}
		})
	}
}

// A new connection that is closed without an answer is a failure, not a reason to try again.
func TestNoResendOnNewConnections(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			var heard atomic.Int64
			address := server(t, func(_ int, _ net.Conn, in *bufio.Reader) {
				if hear(in) {
					heard.Add(1)
				}
			})
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, address)}, Schedule: apart(5, 20*time.Millisecond)})
			if got := b.causes(); got["closed"] != 5 || heard.Load() != 5 {
				t.Errorf("got %v, and the server heard %d; want 5 closed, each heard once", got, heard.Load())
			}
		})
	}
}

// A method that is not idempotent is never sent twice: a server that dies after it did what a request
// asks for has done it once.
func TestResendOfMethods(t *testing.T) {
	const requests, lost = 100, 10
	for _, row := range []struct {
		method string
		resent bool
	}{{"GET", true}, {"OPTIONS", true}, {"PUT", true}, {"DELETE", true}, {"POST", false}, {"PATCH", false}, {"REPORT", false}} {
		for _, engine := range engines() {
			t.Run(engine+"/"+row.method, func(t *testing.T) {
				t.Parallel()
				var applied atomic.Int64
				address := server(t, func(_ int, c net.Conn, in *bufio.Reader) {
					for hear(in) {
						if applied.Add(1)%(requests/lost) == 0 {
							return // before the answer
						}
						io.WriteString(c, okay)
					}
				})
				r := request(t, address)
				r.Method = row.method
				b, _ := play(t, t.Context(), engine, Config{Requests: []Request{r}, Schedule: apart(requests, time.Millisecond), MaxConns: 1, Shards: 1})
				resent := int64(0)
				for _, o := range b.outcomes {
					if o.Resent {
						resent++
					}
				}
				failed := int64(requests - b.causes()[""])
				if applied.Load() != requests+resent {
					t.Errorf("the server applied %d requests, want %d and %d that were sent twice", applied.Load(), requests, resent)
				}
				// The first request of a connection is not sent twice either; here each connection has several.
				if row.resent && (resent == 0 || failed != 0) || !row.resent && (resent != 0 || failed != lost) {
					t.Errorf("%d sent twice and %d failed", resent, failed)
				}
			})
		}
	}
}

func TestMayResend(t *testing.T) {
	s := &setup{targets: []target{{idempotent: true}, {idempotent: false}}}
	const get, post = 0, 1
	for _, row := range []struct {
		name  string
		call  call
		cause Cause
		want  bool
	}{
		{"GET", call{arrival: pace.Arrival{Target: get}, written: true}, WasClosed, true},
		{"GET, reset", call{arrival: pace.Arrival{Target: get}, written: true}, WasReset, true},
		{"GET, a second time", call{arrival: pace.Arrival{Target: get}, written: true, resent: true}, WasClosed, false},
		{"GET, late", call{arrival: pace.Arrival{Target: get}, written: true}, TimedOut, false},
		{"POST", call{arrival: pace.Arrival{Target: post}, written: true}, WasClosed, false},
		{"POST that was not sent", call{arrival: pace.Arrival{Target: post}}, WasClosed, true},
		{"POST that was not sent, a second time", call{arrival: pace.Arrival{Target: post}, resent: true}, WasClosed, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := s.mayResend(&row.call, row.cause); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// A client that sends Connection: close sends nothing more on that connection (RFC 9112, section
// 9.6), also where the server does not answer with the same.
func TestConnectionClose(t *testing.T) {
	for _, value := range []string{"close", "Keep-Alive, Close"} {
		for _, engine := range engines() {
			t.Run(engine+"/"+value, func(t *testing.T) {
				var second atomic.Int64
				address := server(t, func(_ int, c net.Conn, in *bufio.Reader) {
					for n := 0; hear(in); n++ {
						if n > 0 {
							second.Add(1)
						}
						io.WriteString(c, okay)
					}
				})
				r := request(t, address)
				r.Header = http.Header{"Connection": {value}}
				b, _ := play(t, t.Context(), engine, Config{Requests: []Request{r}, Schedule: apart(30, time.Millisecond), Shards: 1})
				for _, o := range b.outcomes {
					if o.Resent {
						t.Error("a request was sent twice")
					}
				}
				if got := b.causes(); got[""] != 30 || second.Load() != 0 || b.connected < 30 {
					t.Errorf("got %v over %d connections, on which %d requests were not the first", got, b.connected, second.Load())
				}
			})
		}
	}
}

// A request that a graceful GOAWAY of HTTP/2 leaves unprocessed is sent on another connection, whatever its
// method; it fails only if that one ends in the same way.
func TestHTTP2GoAway(t *testing.T) {
	var applied atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if applied.Add(1)%50 == 0 {
			w.Header().Set("Connection", "close") // net/http sends a GOAWAY
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	r := request(t, s.URL)
	r.Method = "POST"
	b, _ := play(t, t.Context(), "", Config{Requests: []Request{r}, Schedule: apart(300, time.Millisecond), HTTP2: true, Insecure: true})
	for _, o := range b.outcomes {
		if o.Err != nil && !o.Resent {
			t.Errorf("%v, and it was not sent again", o.Err)
		}
	}
	if got := b.causes(); got[""]+got["closed"] != 300 || applied.Load() != int64(got[""]) || b.connected < 2 {
		t.Errorf("got %v over %d connections, and the server applied %d; want each answer applied once", got, b.connected, applied.Load())
	}
}
