package engine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Whatever a server does, every request ends with an answer or a named failure.
func TestServers(t *testing.T) {
	const n = 5
	tests := []struct {
		name   string
		talk   func(n int, c net.Conn, in *bufio.Reader)
		want   map[string]int
		change func(*Config)
		// The system may report a close as a reset, if the request came after it.
		orReset bool
	}{
		{name: "answers", talk: always(okay), want: map[string]int{"": n}},
		{name: "answers in bytes", want: map[string]int{"": n}, talk: func(_ int, c net.Conn, in *bufio.Reader) {
			for hear(in) {
				for i := range okay {
					io.WriteString(c, okay[i:i+1])
				}
			}
		}},
		{name: "answers and closes", talk: once(okay), want: map[string]int{"": n}},
		{name: "answers until it closes", talk: once("HTTP/1.1 200 OK\r\n\r\nhello"), want: map[string]int{"": n}},
		{name: "announces its close", talk: always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), want: map[string]int{"": n}},
		{name: "answers with more than it announced", talk: always(okay + "more"), want: map[string]int{"": n}},
		{name: "redirects", talk: always("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), want: map[string]int{"": n}},
		{name: "fails", talk: always("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), want: map[string]int{"status": n}},
		{name: "fails as expected", talk: always("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), want: map[string]int{"": n},
			change: func(c *Config) { c.ExpectStatus = []int{500} }},
		{name: "answers with another code than expected", talk: always(okay), want: map[string]int{"status": n},
			change: func(c *Config) { c.ExpectStatus = []int{201} }},
		{name: "answers with the expected body", talk: always(okay), want: map[string]int{"": n},
			change: func(c *Config) { c.ExpectBody = "ok" }},
		{name: "answers with another body than expected", talk: always(okay), want: map[string]int{"body": n},
			change: func(c *Config) { c.ExpectBody = "hello" }},
		{name: "closes at once", talk: func(int, net.Conn, *bufio.Reader) {}, want: map[string]int{"closed": n}, orReset: true},
		{name: "closes instead of an answer", talk: once(""), want: map[string]int{"closed": n}},
		{name: "closes in the head", talk: once("HTTP/1.1 200 OK\r\nContent-"), want: map[string]int{"closed": n}},
		{name: "closes in the body", talk: once("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"), want: map[string]int{"closed": n}},
		{name: "closes in a chunk", talk: once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello"), want: map[string]int{"closed": n}},
		{name: "resets", want: map[string]int{"reset": n}, talk: func(_ int, c net.Conn, in *bufio.Reader) {
			if hear(in) {
				reset(c)
			}
		}},
		{name: "resets in the body", want: map[string]int{"reset": n}, talk: func(_ int, c net.Conn, in *bufio.Reader) {
			if hear(in) {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
				reset(c)
			}
		}},
		{name: "stalls", want: map[string]int{"timeout": n}, talk: func(_ int, c net.Conn, in *bufio.Reader) {
			for hear(in) {
			}
		}, change: func(c *Config) { c.Timeout = 100 * time.Millisecond }},
		{name: "never reads", want: map[string]int{"timeout": n}, talk: func(_ int, c net.Conn, _ *bufio.Reader) {
			if raw, err := c.(*net.TCPConn).SyscallConn(); err == nil {
				raw.Read(func(uintptr) bool { return false }) // waits until the connection is closed
			}
		}, change: func(c *Config) {
			c.Timeout = 200 * time.Millisecond
			c.Requests[0].Method = "POST"
			c.Requests[0].Body = make([]byte, 16<<20)
		}},
		{name: "two different lengths", talk: always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), want: map[string]int{"protocol": n}},
		{name: "a bad chunk", talk: always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"), want: map[string]int{"protocol": n}},
		{name: "garbage", talk: always("\x00\x01\x02 garbage \xff\r\n\r\n"), want: map[string]int{"protocol": n}},
		{name: "HTTP/2", talk: always("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"), want: map[string]int{"protocol": n}},
		{name: "an endless head", want: map[string]int{"protocol": n}, talk: func(_ int, c net.Conn, in *bufio.Reader) {
			if hear(in) {
				io.WriteString(c, "HTTP/1.1 200 OK\r\n")
				for {
					if _, err := io.WriteString(c, "A: "+strings.Repeat("b", 1000)+"\r\n"); err != nil {
						return
					}
				}
			}
		}},
		{name: "interim responses without end", want: map[string]int{"protocol": n}, talk: func(_ int, c net.Conn, in *bufio.Reader) {
			if hear(in) {
				for {
					if _, err := io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
						return
					}
				}
			}
		}},
	}
	for _, engine := range engines() {
		for _, tt := range tests {
			t.Run(engine+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				c := Config{Requests: []Request{request(t, server(t, tt.talk)+"/x")}, Schedule: atOnce(n)}
				if tt.change != nil {
					tt.change(&c)
				}
				b, _ := play(t, t.Context(), engine, c)
				got := b.causes()
				if tt.orReset {
					got["closed"] += got["reset"]
					delete(got, "reset")
				}
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
				for _, o := range b.outcomes {
					if o.End < o.Intended || o.Cause == Answered && (o.Sent > o.FirstByte || o.FirstByte > o.End || o.Sent < o.Intended) {
						t.Errorf("the times of %+v are out of order", o)
					}
				}
			})
		}
	}
}
