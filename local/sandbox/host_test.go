//go:build linux || darwin

package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// stream is a log stream in memory.
type stream struct {
	mu    sync.Mutex
	lines []string
	bytes int
}

func (*stream) Name() string { return "2026/11/25/[$LATEST]0123456789abcdef0123456789abcdef" }

func (s *stream) Append(_ time.Time, message []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += len(message)
	if s.bytes < 1<<20 {
		s.lines = append(s.lines, string(message))
	}
}

func (s *stream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "")
}

// await returns when the log has the text.
func (s *stream) await(text string) {
	for !strings.Contains(s.text(), text) {
		time.Sleep(time.Millisecond)
	}
}

// records are the platform's lines of a log.
func records(t *testing.T, log string) []lambdalog.Record {
	t.Helper()
	var all []lambdalog.Record
	for r, err := range lambdalog.Lines([]byte(log)) {
		if err != nil {
			t.Errorf("log line cannot be read back: %v", err)
			continue
		}
		all = append(all, r)
	}
	return all
}

func newHost(t testing.TB, o sandbox.HostOptions) *sandbox.Host {
	t.Helper()
	o.Progress = func(format string, args ...any) { t.Logf("host: "+format, args...) }
	h, err := sandbox.NewHost(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close host: %v", err)
		}
	})
	return h
}

// config is a function that is this test binary, playing a script.
func config(t testing.TB, script string) sandbox.Config {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.Config{
		FunctionName: "hello", FunctionARN: "arn:aws:lambda:eu-central-1:123456789012:function:hello", Version: "$LATEST",
		Runtime: "provided.al2023", Handler: "bootstrap", MemoryMB: 1769, Timeout: 10 * time.Second,
		Region: "eu-central-1", AccountID: "123456789012", LogGroup: "/aws/lambda/hello",
		TaskRoot: t.TempDir(), Argv: []string{self}, RuntimeVersion: "provided:al2023.v1",
		RuntimeVariables: map[string]string{"SANDBOX_TEST_CLIENT": script, "GORACE": "atexit_sleep_ms=0"},
		Credentials:      sandbox.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret", SessionToken: "token"},
	}
}

func launch(t testing.TB, h *sandbox.Host, c sandbox.Config, kind functions.InitializationType) (sandbox.Environment, *stream) {
	t.Helper()
	log := &stream{}
	e, err := h.Launch(t.Context(), c, kind, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close environment: %v", err)
		}
	})
	return e, log
}

var counter struct {
	sync.Mutex
	n int
}

func invocation(payload string) sandbox.Invocation {
	counter.Lock()
	defer counter.Unlock()
	counter.n++
	return sandbox.Invocation{
		RequestID:  fmt.Sprintf("8b0dd1a4-0000-4000-8000-%012d", counter.n),
		InvokedARN: "arn:aws:lambda:eu-central-1:123456789012:function:hello:live",
		Payload:    []byte(payload),
	}
}

func TestWarmInvocations(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	t.Log(h.Knobs())
	e, _ := launch(t, h, config(t, "lines"), functions.OnDemand)
	if err := e.Init().Err; err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		in := invocation(fmt.Sprintf(`{"n":%d}`, n))
		var early sandbox.Response
		in.Respond = func(r sandbox.Response) { early = r }
		out := e.Invoke(context.Background(), in)
		if string(out.Response.Payload) != string(in.Payload) || string(early.Payload) != string(in.Payload) {
			t.Errorf("payload is %q, early %q, want %q", out.Response.Payload, early.Payload, in.Payload)
		}
		if out.Status != "success" || out.ErrorType != "" || !out.Reusable {
			t.Errorf("outcome is %+v", out)
		}
		if (out.Init != nil) != (n == 0) {
			t.Errorf("invocation %d: init is %v", n, out.Init)
		}
		if out.Latency <= 0 || out.Duration < out.Latency || out.Billed < out.Duration {
			t.Errorf("latency %s, duration %s, billed %s: out of order", out.Latency, out.Duration, out.Billed)
		}
		tail := string(out.Response.LogTail)
		want := []string{"START RequestId: " + in.RequestID + " Version: $LATEST\n", "to stdout\n", "to stderr\n", "no newline\n", "END RequestId: " + in.RequestID + "\n", "REPORT RequestId: " + in.RequestID + "\t"}
		if !strings.HasPrefix(tail, want[0]) {
			t.Errorf("tail %q does not begin with START", tail)
		}
		at := 0
		for _, w := range want {
			i := strings.Index(tail[at:], w)
			if i < 0 {
				t.Errorf("tail %q has no %q after byte %d", tail, w, at)
				continue
			}
			at += i
		}
	}
}
