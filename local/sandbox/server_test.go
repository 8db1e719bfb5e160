package sandbox

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzServer sends a stranger's bytes to a Runtime API. Whatever they are, what
// comes back is HTTP, and the server can be closed.
func FuzzServer(f *testing.F) {
	const id = "8b0dd1a4-0000-4000-8000-000000000001"
	for _, seed := range []string{
		"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\nGET /2018-06-01/ping HTTP/1.0\r\nHost: x\r\n\r\n",
		"POST /2018-06-01/runtime/invocation/" + id + "/response HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}",
		"POST /2018-06-01/runtime/invocation/" + id + "/error HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
		"POST /2018-06-01/runtime/invocation/" + id + "/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\r\n2\r\nab\r\n0\r\nLambda-Runtime-Function-Error-Type: X\r\n\r\n",
		"PUT /2020-08-15/logs HTTP/1.1\r\nHost: x\r\n\r\n", "\x00\r\n\r\n", "GET http://[::1 HTTP/1.1\r\n\r\n",
		"POST /2020-01-01/extension/register HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		s := &server{listener: noListener{}, host: "x", check: admitAll, requests: make(chan *request), done: make(chan struct{}), conns: map[*conn]struct{}{}}
		client, nc := net.Pipe()
		s.serve(nc)
		owner := make(chan struct{})
		go func() { // parks every other request for an event
			defer close(owner)
			for n := 0; ; n++ {
				select {
				case q := <-s.requests:
					if (q.tooLarge || q.truncated) && q.body != nil {
						t.Error("a body of which a part is missing")
					}
					if q.route == routeNext && n%2 == 0 || q.route == routeHangUp {
						q.verdict <- nil
					} else {
						q.verdict <- statusOK
					}
				case <-s.done:
					return
				}
			}
		}()
		go func() {
			_, _ = client.Write(input)
			time.Sleep(time.Millisecond) // for the last reply
			client.Close()
		}()
		r := bufio.NewReader(client)
		for {
			response, err := http.ReadResponse(r, nil)
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("reply to %q: %v", input, err)
				}
				break
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("reply to %q: %v", input, err)
			}
		}
		s.close()
		<-owner
	})
}

func admitAll(net.Conn) error { return nil }

type noListener struct{ net.Listener }

func (noListener) Close() error { return nil }

// TestHeaderTooLarge is a request whose head does not end.
func TestHeaderTooLarge(t *testing.T) {
	s, err := listen(admitAll)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	c, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, _ = io.WriteString(c, "GET /2018-06-01/ping HTTP/1.1\r\n")
		for range 2 * maxHeader / 1000 {
			if _, err := io.WriteString(c, "X: "+strings.Repeat("x", 995)+"\r\n"); err != nil {
				return
			}
		}
	}()
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Skip("the connection was reset before the reply was read: ", err)
	}
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status is %s, want 431", response.Status)
	}
}

// TestForeignRequests are requests that a web page can make a browser send.
func TestForeignRequests(t *testing.T) {
	s, err := listen(admitAll)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	tests := []struct {
		name, head string
		want       int
	}{
		{"our own", "Host: " + s.address(), http.StatusOK},
		{"a name that resolves to this machine", "Host: evil.example:80", http.StatusForbidden},
		{"a name of this machine", "Host: localhost:80", http.StatusForbidden},
		{"another port", "Host: 127.0.0.1:1", http.StatusForbidden},
		{"no host", "Host:", http.StatusForbidden},
		{"a page's origin", "Host: " + s.address() + "\r\nOrigin: null", http.StatusForbidden},
		{"a browser", "Host: " + s.address() + "\r\nSec-Fetch-Site: cross-site", http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := net.Dial("tcp", s.address())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, "GET /2018-06-01/ping HTTP/1.1\r\n"+tt.head+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil || response.StatusCode != tt.want {
				t.Errorf("reply is %v (%v), want status %d", response, err, tt.want)
			}
		})
	}
}
