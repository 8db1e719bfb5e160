package contract

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// memoryMB is one whole CPU's worth.
const memoryMB = 1769

// cell is a variant that can be started here.
type cell struct {
	variant  matrix.Variant
	runtime  runtimes.Runtime
	artifact artifact.Artifact
	taskRoot string
	handler  string
}

func (c cell) emulated() bool { return c.runtime.Emulator != "" }

// eachCell runs a subtest for every cell with the contract.
func eachCell(t *testing.T, contract functions.Contract, test func(t *testing.T, c cell)) {
	for _, f := range functions.Catalogue() {
		if f.Contract != contract {
			continue
		}
		for _, v := range matrix.Expand(f, []int{memoryMB}) {
			t.Run(v.Name(), func(t *testing.T) { test(t, prepare(t, v)) })
		}
	}
}

// prepare builds a cell, or skips the test and says why.
func prepare(t *testing.T, v matrix.Variant) cell {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: builds functions and fetches runtimes")
	}
	f, ok := functions.Find(v.Function, v.Language, v.Runtime, v.Architecture)
	if !ok {
		t.Fatalf("no row of the catalogue describes %v", v)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	c := cell{variant: v, handler: f.Handler}
	finder := runtimes.Finder{Root: root, Progress: t.Logf}
	builder := artifact.Builder{Root: root, Dir: filepath.Join(root, ".build"), Progress: t.Logf}
	if c.runtime, err = finder.Find(t.Context(), v.Runtime, v.Architecture); err == nil {
		c.artifact, err = builder.Build(t.Context(), f, v.Runtime, v.Architecture)
	}
	if errors.As(err, new(*runtimes.MissingError)) || errors.As(err, new(*artifact.MissingToolchainError)) {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.taskRoot = filepath.Join(root, ".build", "code", c.artifact.SHA256)
	if err := (artifact.Unpacker{Progress: t.Logf}).Unpack(c.artifact.Path, c.taskRoot); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v: built with %s, runs on %s", v, c.artifact.Toolchain,
		strings.Join(strings.Fields(c.runtime.Version+" "+c.runtime.Client+" "+c.runtime.Emulator), " "))
	return c
}

// newHost returns a host that is closed with the test. Freeze is empty for
// freezing however this machine can, or off.
func newHost(t *testing.T, freeze string) *sandbox.Host {
	t.Helper()
	host, err := sandbox.NewHost(sandbox.HostOptions{Freeze: freeze, Progress: t.Logf})
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	return host
}

// environment is a cell's execution environment and what it has logged.
type environment struct {
	sandbox.Environment
	log         *stream
	arn         string
	invocations int
}

// launch starts an environment that is closed with the test.
func (c cell) launch(t *testing.T, host *sandbox.Host, kind functions.InitializationType, variables, endpoints map[string]string) *environment {
	t.Helper()
	name := c.variant.Name()
	argv, runtimeVariables := c.runtime.Launch(c.taskRoot, c.handler, memoryMB)
	config := sandbox.Config{
		FunctionName: name, FunctionARN: "arn:aws:lambda:eu-west-1:123456789012:function:" + name, Version: "7",
		Runtime: c.variant.Runtime, Handler: c.handler, MemoryMB: memoryMB, Timeout: 5 * time.Minute,
		Region: "eu-west-1", AccountID: "123456789012", LogGroup: "/aws/lambda/" + name,
		Variables: variables, TaskRoot: c.taskRoot, Argv: argv, RuntimeVariables: runtimeVariables,
		RuntimeVersion: c.variant.Runtime + ".v" + c.runtime.Version,
		Credentials:    sandbox.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"},
		Endpoints:      endpoints,
	}
	log := newStream()
	e, err := host.Launch(t.Context(), config, kind, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s logged:\n%s", name, strings.Join(log.all(), "\n"))
		}
	})
	t.Logf("init %.1f ms (%s)", float64(e.Init().Duration.Microseconds())/1000, kind)
	return &environment{Environment: e, log: log, arn: config.FunctionARN + ":" + config.Version}
}

// invoke returns the outcome of one invocation.
func (e *environment) invoke(ctx context.Context, payload string) sandbox.Outcome {
	e.invocations++
	return e.Invoke(ctx, sandbox.Invocation{
		RequestID:  fmt.Sprintf("00000000-0000-4000-8000-%012d", e.invocations),
		InvokedARN: e.arn,
		Payload:    []byte(payload),
		TraceID:    fmt.Sprintf("Root=1-00000000-%024d;Parent=0000000000000001;Sampled=0", e.invocations),
	})
}

// stream keeps what an environment logs.
type stream struct {
	mu       sync.Mutex
	messages []string
	more     chan struct{} // is closed, and replaced, when there is another message
}

func newStream() *stream { return &stream{more: make(chan struct{})} }

func (s *stream) Name() string { return "2026/01/01/[7]00000000000000000000000000000000" }

func (s *stream) Append(_ time.Time, message []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, strings.TrimRight(string(message), "\n"))
	close(s.more)
	s.more = make(chan struct{})
}

func (s *stream) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.messages...)
}

// count says how many messages have the text.
func (s *stream) count(text string) int {
	n := 0
	for _, message := range s.all() {
		if strings.Contains(message, text) {
			n++
		}
	}
	return n
}

// wait returns once a message has the text, or false when ctx is done.
func (s *stream) wait(ctx context.Context, text string) bool {
	for {
		s.mu.Lock()
		more := s.more
		s.mu.Unlock()
		if s.count(text) > 0 {
			return true
		}
		select {
		case <-more:
		case <-ctx.Done():
			return false
		}
	}
}
