package engine

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAlternate(t *testing.T) {
	for _, row := range []struct {
		name        string
		hosts, want []string
	}{
		{"none", nil, []string{}},
		{"one family", []string{"10.0.0.1", "10.0.0.2"}, []string{"10.0.0.1", "10.0.0.2"}},
		{"IPv6 first", []string{"::1", "::2", "::3", "10.0.0.1"}, []string{"::1", "10.0.0.1", "::2", "::3"}},
		{"IPv4 first", []string{"10.0.0.1", "10.0.0.2", "::1", "::2"}, []string{"10.0.0.1", "::1", "10.0.0.2", "::2"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := alternate(row.hosts); !slices.Equal(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

// An address that does not answer delays a connection by 250 ms, one that refuses by nothing.
func TestConnect(t *testing.T) {
	for _, row := range []struct {
		name    string
		timeout time.Duration
		want    string // the address that is connected to; empty: an error
		took    time.Duration
	}{
		{"10.0.0.1:accepts", 3 * time.Second, "10.0.0.1", 0},
		{"10.0.0.1:refuses 10.0.0.2:refuses 10.0.0.3:accepts", 3 * time.Second, "10.0.0.3", 0},
		{"10.0.0.1:silent 10.0.0.2:accepts", 3 * time.Second, "10.0.0.2", 250 * time.Millisecond},
		{"10.0.0.1:silent 10.0.0.2:silent 10.0.0.3:accepts", 3 * time.Second, "10.0.0.3", 500 * time.Millisecond},
		{"10.0.0.1:silent 10.0.0.2:refuses 10.0.0.3:accepts", 3 * time.Second, "10.0.0.3", 250 * time.Millisecond},
		{"10.0.0.1:slow 10.0.0.2:silent", 3 * time.Second, "10.0.0.1", time.Second},
		{"10.0.0.1:slow 10.0.0.2:slow", 3 * time.Second, "10.0.0.1", time.Second},
		{"10.0.0.1:silent 10.0.0.2:refuses", 3 * time.Second, "", 3 * time.Second},
		{"10.0.0.1:refuses 10.0.0.2:refuses", 3 * time.Second, "", 0},
		{"10.0.0.1:silent", 100 * time.Millisecond, "", 100 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &origin{dns: Upfront}
				behaviours := map[string]string{}
				for host := range strings.FieldsSeq(row.name) {
					address, behaviour, _ := strings.Cut(host, ":")
					o.addresses = append(o.addresses, address)
					behaviours[address] = behaviour
				}
				open := map[string]net.Conn{}
				var mu sync.Mutex
				o.dialer = func(ctx context.Context, _, address string) (net.Conn, error) {
					wait := time.Duration(0)
					switch behaviours[address] {
					case "refuses":
						return nil, errors.New("connection refused")
					case "slow":
						wait = time.Second
					case "silent":
						wait = time.Hour
					}
					select {
					case <-ctx.Done():
						return nil, ctx.Err()
					case <-time.After(wait):
					}
					client, server := net.Pipe()
					mu.Lock()
					defer mu.Unlock()
					open[address] = server
					return client, nil
				}
				ctx, cancel := context.WithTimeout(t.Context(), row.timeout)
				defer cancel()
				began := time.Now()
				conn, err := o.connect(ctx)
				if took := time.Since(began); took != row.took || (conn == nil) != (row.want == "") || (err != nil) != (row.want == "") {
					t.Fatalf("after %v: %v, %v; want %q after %v", took, conn, err, row.want, row.took)
				}
				synctest.Wait() // for attempts that are given up
				mu.Lock()
				defer mu.Unlock()
				for address, server := range open {
					server.SetReadDeadline(time.Now())
					if _, err := server.Read(make([]byte, 1)); errors.Is(err, io.EOF) != (address != row.want) {
						t.Errorf("%s: %v; want every connection closed but that to %s", address, err, row.want)
					}
				}
				if conn != nil {
					conn.Close()
				}
			})
		})
	}
}

// An address that did not answer is tried last for a while, so that it does not delay every other connection.
func TestSilentAddressIsLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{dns: Upfront, addresses: []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}}
		o.dialer = func(ctx context.Context, _, address string) (net.Conn, error) {
			if address == "10.0.0.1" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			client, _ := net.Pipe()
			return client, nil
		}
		late := func() (n int) {
			for range 30 {
				began := time.Now()
				if _, err := o.connect(t.Context()); err != nil {
					t.Fatal(err)
				}
				if time.Since(began) > 0 {
					n++
				}
			}
			return n
		}
		if got := late(); got != 1 {
			t.Errorf("%d connections of 30 were late, want the first", got)
		}
		time.Sleep(silence)
		if got := late(); got != 1 {
			t.Errorf("%d connections of 30 were late after a while, want one", got)
		}
	})
}

// Of a name with two addresses one is silent: no request fails.
func TestSilentAddress(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			address := strings.TrimPrefix(server(t, always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")), "http://")
			var silent atomic.Int64
			dial := func(ctx context.Context, network, to string) (net.Conn, error) {
				if strings.HasPrefix(to, "10.0.0.1:") {
					silent.Add(1)
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			lookup := func(context.Context, string) ([]string, error) { return []string{"10.0.0.1", "10.0.0.2"}, nil }
			b, _ := play(t, t.Context(), engine, Config{Requests: []Request{request(t, "http://api.example/")}, Schedule: apart(20, 5*time.Millisecond),
				Dial: dial, Lookup: lookup, Shards: 1, Timeout: 30 * time.Second})
			if got := b.causes(); got[""] != 20 || silent.Load() == 0 {
				t.Errorf("got %v after %d attempts at the silent address, want 20 answers", got, silent.Load())
			}
		})
	}
}
