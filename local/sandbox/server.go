package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxHeader bounds a request's head. Runtime clients send a header of up to
// 1 MiB with the stack trace of an error for X-Ray.
const maxHeader = 4 << 20

// server is the HTTP side of one Runtime API. It is not net/http's, for two
// reasons: the owner of the environment writes an event to a parked connection
// itself, without waking a goroutine for it, and every reply is one write
// (libcurl clients wait 40 ms for the second half of one that is not).
//
// There are no timeouts: a runtime client waits for its next event as long as
// it takes, frozen most of the time.
type server struct {
	listener net.Listener
	// host is the only Host header that a request may have.
	host string
	// check is asked once per connection whether its other end may talk to this
	// server; the error says why not.
	check    func(net.Conn) error
	requests chan *request
	// done is closed when requests are no longer taken.
	done chan struct{}

	mu     sync.Mutex
	conns  map[*conn]struct{} // nil once closed
	active sync.WaitGroup
}

// request is what a runtime client wants from the owner of its environment.
type request struct {
	route route
	// id is the request id in the path.
	id      string
	header  http.Header
	trailer http.Header
	body    []byte
	// tooLarge is set, and body empty, if it was over the limit; truncated, if
	// the connection ended within it.
	tooLarge, truncated bool
	at                  time.Time
	conn                *conn
	// verdict is what to reply; one is always sent. A nil verdict parks the
	// connection: the owner writes to it when it has an event.
	verdict chan *reply
}

// reply is one HTTP response.
type reply struct {
	status int
	header []string // name, value, name, value
	body   []byte
}

func listen(check func(net.Conn) error) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}
	s := &server{listener: l, host: l.Addr().String(), check: check, requests: make(chan *request), done: make(chan struct{}), conns: map[*conn]struct{}{}}
	s.active.Go(s.accept)
	return s, nil
}

// address is what AWS_LAMBDA_RUNTIME_API says: host and port and nothing else,
// as clients take it apart at the colon.
func (s *server) address() string { return s.host }

func (s *server) accept() {
	for {
		nc, err := s.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(time.Millisecond) // out of file descriptors, most likely: others close theirs
			continue
		}
		s.serve(nc)
	}
}

// serve starts to answer a connection, unless the server is closed.
func (s *server) serve(nc net.Conn) {
	c := &conn{Conn: nc, server: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		nc.Close()
		return
	}
	s.conns[c] = struct{}{}
	s.active.Go(func() {
		c.loop()
		nc.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, c)
	})
}

func (s *server) close() {
	close(s.done)
	s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.conns = nil
	s.mu.Unlock()
	s.active.Wait()
}

// ask hands the request to the owner and waits for the verdict. It reports
// false if there is no owner any more.
func (s *server) ask(q *request) (*reply, bool) {
	q.verdict = make(chan *reply, 1)
	select {
	case s.requests <- q:
	case <-s.done:
		return nil, false
	}
	select {
	case r := <-q.verdict:
		return r, true
	case <-s.done:
		return nil, false
	}
}

// conn is one connection of a runtime client.
type conn struct {
	net.Conn
	server *server
}

// loop answers one request after the other until the connection ends.
func (c *conn) loop() {
	if err := c.server.check(c.Conn); err != nil {
		c.write(accessDenied(err.Error()), true)
		return
	}
	limited := &io.LimitedReader{R: c.Conn}
	r := bufio.NewReader(limited)
	for {
		limited.N = maxHeader
		h, err := http.ReadRequest(r)
		if err != nil {
			if limited.N <= 0 {
				c.write(apiError(http.StatusRequestHeaderFieldsTooLarge, "RequestHeaderFieldsTooLarge", "Request header too large"), true)
			} else if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				c.write(apiError(http.StatusBadRequest, "BadRequest", "Malformed HTTP request"), true)
			}
			return
		}
		limited.N = math.MaxInt64
		if refusal := c.server.refuse(h); refusal != nil {
			c.write(refusal, true)
			return
		}
		if !c.answer(h, r) || h.Close {
			return
		}
	}
}

// refuse is the reply to a request that a web page has made a browser send. It
// names another host, whose owner lets it resolve to this machine, or it has one
// of the headers that only browsers send. A runtime client sends the address that
// it was given.
func (s *server) refuse(h *http.Request) *reply {
	switch {
	case h.Host != s.host:
		return accessDenied("the Host header is not this Runtime API's address")
	case h.Header["Origin"] != nil || h.Header["Sec-Fetch-Site"] != nil:
		return accessDenied("requests of web pages are refused")
	}
	return nil
}

// answer reports whether the connection can go on.
func (c *conn) answer(h *http.Request, r *bufio.Reader) bool {
	route, id := match(h.Method, h.URL.Path)
	q := &request{route: route, id: id, header: h.Header, conn: c}
	var err error
	q.body, q.tooLarge, err = c.body(h)
	q.at = time.Now()
	q.trailer = h.Trailer
	if err != nil {
		if route == routeResponse || route == routeError {
			q.truncated, q.body = true, nil
			if rep, ok := c.server.ask(q); ok {
				c.write(rep, true)
			}
		}
		return false
	}
	rep, own := route.reply(h)
	if own {
		var ok bool
		if rep, ok = c.server.ask(q); !ok {
			return false
		}
	}
	if rep != nil {
		return c.write(rep, h.Close) == nil
	}
	// Parked. The client sends nothing before it has its reply, so the next byte
	// is the next request, and an error means that the client is gone.
	if _, err := r.Peek(1); err != nil {
		c.server.ask(&request{route: routeHangUp, conn: c, at: time.Now()})
		return false
	}
	return true
}

// body reads a request's body, but keeps no more than Lambda takes. What is
// over the limit is read all the same: a client that is still writing would
// see a broken connection instead of the 413.
func (c *conn) body(h *http.Request) (body []byte, tooLarge bool, err error) {
	if h.Body == http.NoBody {
		return nil, false, nil
	}
	if strings.EqualFold(h.Header.Get("Expect"), "100-continue") {
		if _, err := io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return nil, false, err
		}
	}
	if h.ContentLength >= 0 && h.ContentLength <= maxResponse {
		body = make([]byte, h.ContentLength)
		_, err = io.ReadFull(h.Body, body)
		return body, false, err
	}
	var kept bytes.Buffer
	n, err := io.Copy(&kept, io.LimitReader(h.Body, maxResponse+1))
	if err != nil {
		return nil, false, err
	}
	if n > maxResponse {
		_, err = io.Copy(io.Discard, h.Body)
		return nil, true, err
	}
	return kept.Bytes(), false, nil
}

// write sends the reply in one write.
func (c *conn) write(r *reply, last bool) error {
	head := make([]byte, 0, 512)
	head = append(head, "HTTP/1.1 "...)
	head = strconv.AppendInt(head, int64(r.status), 10)
	head = append(head, ' ')
	head = append(head, http.StatusText(r.status)...)
	head = append(head, "\r\nContent-Length: "...)
	head = strconv.AppendInt(head, int64(len(r.body)), 10)
	for i := 0; i+1 < len(r.header); i += 2 {
		head = append(head, "\r\n"...)
		head = append(head, r.header[i]...)
		head = append(head, ": "...)
		head = appendHeaderValue(head, r.header[i+1])
	}
	if last {
		head = append(head, "\r\nConnection: close"...)
	}
	head = append(head, "\r\n\r\n"...)
	if len(r.body) <= 16<<10 {
		_, err := c.Write(append(head, r.body...))
		return err
	}
	parts := net.Buffers{head, r.body} // writev: one write without a copy
	_, err := parts.WriteTo(c.Conn)
	return err
}

// appendHeaderValue keeps what a caller put into an invocation (a trace id, a
// client context) from ending the header that it travels in.
func appendHeaderValue(b []byte, value string) []byte {
	for _, c := range []byte(value) {
		if c == '\r' || c == '\n' || c == 0 {
			c = ' '
		}
		b = append(b, c)
	}
	return b
}
