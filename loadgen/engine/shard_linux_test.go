package engine

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// However much a server sends over TLS, a connection is read in turns: between them the shard
// sends what is due.
func TestReadsInTurns(t *testing.T) {
	const records = 60 // of 1 kB: together less than the buffers of a socket
	flushed := make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", records*1024)
		for range records {
			c.Write(make([]byte, 1024)) // one record
		}
		close(flushed)
		io.Copy(io.Discard, bufio.NewReader(c))
	}))
	s.TLS = &tls.Config{DynamicRecordSizingDisabled: true}
	s.StartTLS()
	defer s.Close()
	c := Config{Requests: []Request{request(t, s.URL)}, Schedule: atOnce(1), Timeout: time.Minute, MaxConns: 1, MaxQueue: 1, Shards: 1, Insecure: true}
	c.Schedule.Targets = 1
	e, err := New(Epoll, c)
	if err != nil {
		t.Fatal(err)
	}
	b := new(book)
	shard := e.(*epoll).newShard(t.Context(), 0, b)
	defer shard.close()
	shard.origins[0].resolve(t.Context())
	shard.warm(t.Context(), shard.pools[0], 1)
	sock, ok := shard.pools[0].take()
	if !ok {
		t.Fatal("no connection")
	}
	shard.zero = time.Now()
	parts := 0
	sock.parser.Body = func([]byte) { parts++ }
	shard.send(sock, shard.newCall(pace.Arrival{}))
	<-flushed
	turns := 0
	for len(b.outcomes) == 0 {
		before := parts
		if len(shard.unread) > 0 {
			shard.readOn()
		} else {
			for _, event := range shard.wait(time.Second) {
				shard.handle(event)
			}
		}
		if parts-before > readsPerTurn {
			t.Fatalf("%d records in one turn, want at most %d", parts-before, readsPerTurn)
		}
		turns++
	}
	if o := b.outcomes[0]; o.Cause != Answered || parts != records || turns < records/readsPerTurn {
		t.Errorf("got %v after %d records in %d turns", o.Cause, parts, turns)
	}
}
