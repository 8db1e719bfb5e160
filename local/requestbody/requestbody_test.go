package requestbody

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		limit      int64
		want       error
	}{
		{"nothing", "", 4, nil},
		{"up to the limit", "four", 4, nil},
		{"beyond the limit", "fives", 4, ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			err := Read(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(tt.body)), &b, tt.limit)
			if !errors.Is(err, tt.want) || err == nil && b.String() != tt.body {
				t.Errorf("%q, %v; want %v", b.String(), err, tt.want)
			}
		})
	}
}

// listener hands out one connection, which is in memory: a synctest bubble has no network.
type listener struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l listener) Close() error   { return nil }
func (l listener) Addr() net.Addr { return &net.TCPAddr{} }

// A client that sends its body byte by byte is answered when the time is up, and a
// request that was read in time is not bounded by it.
func TestSlowBody(t *testing.T) {
	for _, tt := range []struct {
		name, request, want string
		after               time.Duration
	}{
		{"half a body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nhalf", ErrTooSlow.Error(), Timeout},
		{"a whole body, and an answer that takes long", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody", "body, <nil>", time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := listener{make(chan net.Conn), make(chan struct{})}
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					var b bytes.Buffer
					err := Read(w, r, &b, 100)
					if err != nil {
						http.Error(w, err.Error(), http.StatusRequestTimeout)
						return
					}
					time.Sleep(time.Hour)
					_, _ = io.WriteString(w, b.String()+", ")
					if err := r.Context().Err(); err != nil {
						_, _ = io.WriteString(w, err.Error())
						return
					}
					_, _ = io.WriteString(w, "<nil>")
				})}
				go server.Serve(l)
				client, end := net.Pipe()
				l.connections <- end
				start := time.Now()
				go io.WriteString(client, tt.request)
				response, err := http.ReadResponse(bufio.NewReader(client), nil)
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != tt.after {
					t.Errorf("answered after %v, want %v", took, tt.after)
				}
				body, err := io.ReadAll(response.Body)
				if got := strings.TrimSpace(string(body)); err != nil || got != tt.want {
					t.Errorf("%q, %v; want %q", got, err, tt.want)
				}
				client.Close()
				close(l.closed)
				server.Close()
			})
		})
	}
}
