package lambda

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// fakeLauncher starts environments that are no processes. Its fields are set
// before the first launch.
type fakeLauncher struct {
	initTime time.Duration
	// onLaunch may refuse the n-th launch (from 1), or make its init fail by a *initError.
	onLaunch func(n int, t functions.InitializationType) error
	// handler runs an invocation.
	handler func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome
	// afterAnswer is how long an environment needs from its answer to its request for the next event.
	afterAnswer time.Duration
	// late is called at the very end of an invocation, when the outcome is fixed.
	late func(e *fakeEnvironment)

	mu       sync.Mutex
	launched []*fakeEnvironment
}

type initError struct{ text string }

func (e *initError) Error() string { return e.text }

type fakeEnvironment struct {
	id       string
	launcher *fakeLauncher
	config   sandbox.Config
	kind     functions.InitializationType
	log      sandbox.LogStream
	failed   error
	gone     chan struct{}
	once     sync.Once
	closed   atomic.Bool
	busy     atomic.Bool
	count    atomic.Int64
}

func (l *fakeLauncher) Launch(ctx context.Context, c sandbox.Config, t functions.InitializationType, log sandbox.LogStream) (sandbox.Environment, error) {
	l.mu.Lock()
	e := &fakeEnvironment{launcher: l, config: c, kind: t, log: log, gone: make(chan struct{})}
	l.launched = append(l.launched, e)
	n := len(l.launched)
	e.id = fmt.Sprintf("e%d", n)
	l.mu.Unlock()
	select {
	case <-time.After(l.initTime):
	case <-ctx.Done():
		e.Close()
		return nil, ctx.Err()
	}
	if l.onLaunch != nil {
		err := l.onLaunch(n, t)
		var failed *initError
		if errors.As(err, &failed) {
			e.failed = failed
		} else if err != nil {
			e.Close()
			return nil, err
		}
	}
	log.Append(time.Now(), []byte("INIT_START\n"))
	return e, nil
}

// environments returns all that were launched so far.
func (l *fakeLauncher) environments() []*fakeEnvironment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*fakeEnvironment(nil), l.launched...)
}

// open returns those that are not closed.
func (l *fakeLauncher) open() []*fakeEnvironment {
	var open []*fakeEnvironment
	for _, e := range l.environments() {
		if !e.closed.Load() {
			open = append(open, e)
		}
	}
	return open
}

func (e *fakeEnvironment) ID() string { return e.id }

func (e *fakeEnvironment) Init() sandbox.Init {
	return sandbox.Init{Duration: e.launcher.initTime, Err: e.failed}
}

func (e *fakeEnvironment) InitializationType() functions.InitializationType { return e.kind }

func (e *fakeEnvironment) Invoke(ctx context.Context, i sandbox.Invocation) sandbox.Outcome {
	if !e.busy.CompareAndSwap(false, true) {
		panic("two invocations at once in environment " + e.id)
	}
	defer e.busy.Store(false)
	switch {
	case !e.closed.Load():
	case ctx.Err() != nil: // the service is closing
		return failure(e, i)
	default:
		panic("an invocation in environment " + e.id + ", which is closed")
	}
	e.count.Add(1)
	o := e.launcher.handler(e, i)
	if i.Respond != nil {
		i.Respond(o.Response)
	}
	time.Sleep(e.launcher.afterAnswer)
	select {
	case <-e.gone:
		o.Reusable = false
	default:
	}
	if e.launcher.late != nil {
		e.launcher.late(e)
	}
	return o
}

func (e *fakeEnvironment) Gone() <-chan struct{} { return e.gone }

// kill ends the process as an out-of-memory killer would.
func (e *fakeEnvironment) kill() { e.once.Do(func() { close(e.gone) }) }

func (e *fakeEnvironment) Close() error {
	if e.closed.Swap(true) {
		panic("environment " + e.id + " is closed twice")
	}
	e.kill()
	return nil
}

// answer is a handler that says which environment it is.
func answer(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
	return sandbox.Outcome{
		Response: sandbox.Response{Payload: fmt.Appendf(nil, "%q", e.id), LogTail: []byte("REPORT\n")},
		Status:   "success",
		Reusable: true,
	}
}

// answerAfter is answer after some time.
func answerAfter(d time.Duration) func(*fakeEnvironment, sandbox.Invocation) sandbox.Outcome {
	return func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
		select {
		case <-time.After(d):
			return answer(e, i)
		case <-e.gone:
			return failure(e, i)
		}
	}
}

// failure is a handler whose process has died.
func failure(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
	return sandbox.Outcome{
		Response: sandbox.Response{Payload: []byte(`{"errorType":"Runtime.ExitError"}`), FunctionError: "Unhandled"},
		Status:   "error",
	}
}

// newService returns a service over the launcher, and writes a "zip".
func newService(t testing.TB, l *fakeLauncher, change ...func(*Options)) *Service {
	t.Helper()
	if l.handler == nil {
		l.handler = answer
	}
	o := Options{
		Region: "eu-central-1", AccountID: "123456789012", Launcher: l, CodeDir: "/code",
		Unpack: func(zipPath, dir string) error { return nil },
		Runtime: func(_ context.Context, runtime string, _ functions.Architecture) (Launch, error) {
			return Launch{Version: "22.23.3", Argv: func(taskRoot, handler string, memoryMB int) ([]string, map[string]string) {
				return []string{"/node", handler, fmt.Sprint(memoryMB)}, map[string]string{"NODE_PATH": taskRoot}
			}}, nil
		},
		Progress: func(format string, args ...any) { t.Logf(format, args...) },
	}
	for _, c := range change {
		c(&o)
	}
	s := New(o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for _, e := range l.open() {
			t.Errorf("environment %s was leaked", e.id)
		}
	})
	return s
}

func testConfig(t testing.TB, name string) FunctionConfig {
	t.Helper()
	zip := filepath.Join(t.TempDir(), "code.zip")
	if err := os.WriteFile(zip, []byte("not looked into"), 0o600); err != nil {
		t.Fatal(err)
	}
	return FunctionConfig{Name: name, RoleARN: "arn:aws:iam::123456789012:role/hello", Runtime: "nodejs22.x", Handler: "index.handler",
		Architecture: functions.X8664, MemoryMB: 512, Timeout: 3 * time.Second, CodePath: zip, Variables: map[string]string{"STAGE": "dev"}}
}

func create(t testing.TB, s *Service, change ...func(*FunctionConfig)) {
	t.Helper()
	c := testConfig(t, "hello")
	for _, f := range change {
		f(&c)
	}
	if _, _, err := s.CreateFunction(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// invoke calls and fails the test if it is refused.
func invoke(t *testing.T, s *Service, in InvokeInput) InvokeOutput {
	t.Helper()
	if in.Function == "" {
		in.Function = "hello"
	}
	out, err := s.Invoke(t.Context(), in)
	if err != nil {
		t.Fatalf("Invoke: %v", err)
	}
	return out
}
