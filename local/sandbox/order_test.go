//go:build linux || darwin

package sandbox

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

type lines struct{ all []string }

func (*lines) Name() string { return "2026/11/29/[$LATEST]0123456789abcdef" }

func (l *lines) Append(_ time.Time, message []byte) { l.all = append(l.all, string(message)) }

// beginnings are the first words of the lines.
func (l *lines) beginnings() []string {
	var words []string
	for _, line := range l.all {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		words = append(words, word)
	}
	return words
}

// TestOutputOrder has a function print a line that the reader of its output has
// not seen yet, as on a machine that is busy: it comes before the line of the
// platform that tells what happened after it.
func TestOutputOrder(t *testing.T) {
	tests := []struct {
		name  string
		state state
		event func(e *environment)
		want  []string
	}{
		{"the second init phase fails", stateInitError, func(e *environment) {
			e.failed = &failure{status: statusError, errorType: "Runtime.ImportModuleError"}
			e.endFailedInit(time.Now())
		}, []string{"printed", "INIT_REPORT", "START", "END", "REPORT"}},
		{"the second init phase takes too long", stateInit, func(e *environment) { e.handleDeadline() },
			[]string{"printed", "INIT_REPORT", "START", time.Time{}.Add(time.Second).Format("2006-01-02T15:04:05.000Z"), "END", "REPORT"}},
		{"the init phase ends in an invocation", stateInit, func(e *environment) {
			client, server := net.Pipe()
			t.Cleanup(func() { client.Close() })
			go func() { _, _ = http.ReadResponse(bufio.NewReader(client), nil) }()
			e.handle(&request{route: routeNext, at: time.Now(), conn: &conn{Conn: server}})
		}, []string{"printed", "START"}},
	}
	h, err := NewHost(HostOptions{Freeze: freezeOff})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := &lines{}
			e := newEnvironment(h, Config{Version: "$LATEST", MemoryMB: 128, Timeout: time.Second}, functions.OnDemand, log)
			printed, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if _, err := io.WriteString(w, "printed\n"); err != nil {
				t.Fatal(err)
			}
			api, err := listen(admitAll)
			if err != nil {
				t.Fatal(err)
			}
			noReader := make(chan struct{})
			close(noReader)
			e.process = &process{
				api: api, output: &output{read: printed, journal: e.journal, done: noReader}, cage: &cage{freezing: freezeOff},
				handle: &os.Process{}, exited: make(chan *os.ProcessState, 1),
			}
			e.process.exited <- nil
			e.call = &call{
				Invocation: Invocation{RequestID: "8b0dd1a4"}, again: true, deadline: time.Time{}.Add(time.Second),
				answered: make(chan Response, 1), outcome: make(chan Outcome, 1),
			}
			e.state = tt.state
			tt.event(e)
			if got := log.beginnings(); !slices.Equal(got, tt.want) {
				t.Errorf("log has %q, want %q", got, tt.want)
			}
			e.stop()
		})
	}
}

// TestGoneTwice is a process that ends between two invocations, is started again
// by the next one, and ends again.
func TestGoneTwice(t *testing.T) {
	e := newEnvironment(nil, Config{}, functions.OnDemand, &lines{})
	for range 2 {
		e.markGone()
	}
	<-e.Gone()
}
