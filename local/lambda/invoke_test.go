package lambda

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

func TestInvoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{initTime: 100 * time.Millisecond}
		s := newService(t, l)
		create(t, s, func(c *FunctionConfig) { c.Publish = true })
		out := invoke(t, s, InvokeInput{LogTail: true})
		if out.Status != 200 || string(out.Payload) != `"e1"` || out.ExecutedVersion != "$LATEST" || out.LogTail != "REPORT\n" || out.Outcome == nil {
			t.Errorf("cold: %+v", out)
		}
		if again := invoke(t, s, InvokeInput{}); string(again.Payload) != `"e1"` || again.RequestID == out.RequestID || again.LogTail != "" || again.Outcome != nil {
			t.Errorf("warm: %+v", again)
		}
		if out := invoke(t, s, InvokeInput{Qualifier: "1"}); string(out.Payload) != `"e2"` || out.ExecutedVersion != "1" {
			t.Errorf("version 1: %+v", out)
		}
	})
}

// A caller who comes back before the environment has asked for its next event
// gets the same environment.
func TestInvokeAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{afterAnswer: patience / 2}
		s := newService(t, l)
		one := 1
		create(t, s, func(c *FunctionConfig) { c.ReservedConcurrency = &one })
		start := time.Now()
		for range 10 {
			invoke(t, s, InvokeInput{})
		}
		if n := len(l.environments()); n != 1 || time.Since(start) != 9*patience/2 {
			t.Errorf("%d environments for one caller within %v, want 1 within %v", n, time.Since(start), 9*patience/2)
		}
	})
}

// One who works on behind its answer for long is not waited for.
func TestInvokeWhileAnotherWorksBehindItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{afterAnswer: time.Second}
		s := newService(t, l)
		create(t, s)
		invoke(t, s, InvokeInput{})
		start := time.Now()
		if out := invoke(t, s, InvokeInput{}); string(out.Payload) != `"e2"` || time.Since(start) != patience {
			t.Errorf("%s after %v, want another environment after %v", out.Payload, time.Since(start), patience)
		}
	})
}

// For each environment that has answered, one waits; the others have new ones started.
func TestInvokeAgainTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(time.Millisecond), afterAnswer: patience / 2}
		s := newService(t, l)
		create(t, s)
		invoke(t, s, InvokeInput{})
		start := time.Now()
		var served sync.Map
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { served.Store(string(invoke(t, s, InvokeInput{}).Payload), time.Since(start)) })
		}
		wg.Wait()
		for id, want := range map[string]time.Duration{`"e1"`: patience/2 + time.Millisecond, `"e2"`: time.Millisecond, `"e3"`: time.Millisecond} {
			if got, ok := served.Load(id); got != want {
				t.Errorf("%s answered: %v, after %v; want after %v", id, ok, got, want)
			}
		}
	})
}

func TestInvocationReachesTheEnvironment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got sandbox.Invocation
		l := &fakeLauncher{handler: func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome { got = i; return answer(e, i) }}
		s := newService(t, l)
		create(t, s, func(c *FunctionConfig) { c.Publish = true })
		out := invoke(t, s, InvokeInput{Function: "123456789012:function:hello:1", ClientContext: []byte(`{"a":1}`), TraceID: "Root=1", LogTail: true})
		if got.RequestID != out.RequestID || got.InvokedARN != "arn:aws:lambda:eu-central-1:123456789012:function:hello:1" ||
			string(got.Payload) != "{}" || string(got.ClientContext) != `{"a":1}` || got.TraceID != "Root=1" {
			t.Errorf("invocation %+v", got)
		}
		c := l.environments()[0].config
		if c.FunctionName != "hello" || c.Version != "1" || c.RuntimeVersion != "nodejs:22.v22.23.3" || c.LogGroup != "/aws/lambda/hello" ||
			c.Variables["STAGE"] != "dev" || c.Argv[2] != "512" || c.FunctionARN != "arn:aws:lambda:eu-central-1:123456789012:function:hello" {
			t.Errorf("configuration %+v", c)
		}
	})
}

func TestInvokeErrors(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	create(t, s)
	for name, test := range map[string]struct {
		in            InvokeInput
		status        int
		code, message string
	}{
		"type":            {InvokeInput{Type: "Later"}, 400, "ValidationException", "1 validation error detected: Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"},
		"large":           {InvokeInput{Payload: jsonOf(MaxPayload + 1)}, 413, "RequestTooLargeException", "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"},
		"large event":     {InvokeInput{Type: Event, Payload: jsonOf(MaxEventPayload + 1)}, 413, "RequestTooLargeException", "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"},
		"no JSON":         {InvokeInput{Payload: []byte("{'a': 1}")}, 400, "InvalidRequestContentException", "Could not parse request body into json: Could not parse payload into json: invalid character '\\'' looking for beginning of object key string"},
		"no UTF-8":        {InvokeInput{Payload: []byte("\"\xa7\"")}, 400, "InvalidRequestContentException", "Could not parse request body into json: Could not parse payload into json: invalid UTF-8"},
		"half":            {InvokeInput{Payload: []byte("[1")}, 400, "InvalidRequestContentException", "Could not parse request body into json: Could not parse payload into json: unexpected end of JSON input"},
		"client context":  {InvokeInput{ClientContext: []byte("x")}, 400, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."},
		"dry run, no one": {InvokeInput{Function: "none", Type: DryRun}, 404, "ResourceNotFoundException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if test.in.Function == "" {
				test.in.Function = "hello"
			}
			out, err := s.Invoke(t.Context(), test.in)
			wantError(t, err, test.code, test.message)
			var e *apierror.Error
			if errors.As(err, &e) && e.Status != test.status {
				t.Errorf("status %d, want %d; output %+v", e.Status, test.status, out)
			}
		})
	}
	for _, in := range []InvokeInput{{Payload: jsonOf(MaxPayload)}, {Payload: []byte("null")}, {Payload: []byte(" 1 ")}} {
		if out := invoke(t, s, in); out.Status != 200 {
			t.Errorf("payload of %d bytes: %+v", len(in.Payload), out)
		}
	}
}

// jsonOf returns a JSON string of n bytes.
func jsonOf(n int) []byte {
	return []byte(`"` + strings.Repeat("x", n-2) + `"`)
}

func TestDryRun(t *testing.T) {
	l := &fakeLauncher{}
	s := newService(t, l)
	create(t, s)
	if out := invoke(t, s, InvokeInput{Type: DryRun}); out.Status != 204 || out.RequestID == "" || out.Payload != nil || len(l.environments()) != 0 {
		t.Errorf("dry run: %+v, %d environments", out, len(l.environments()))
	}
}

func TestTraces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		l := &fakeLauncher{handler: func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
			got = append(got, i.TraceID)
			return answer(e, i)
		}}
		s := newService(t, l)
		create(t, s)
		create(t, s, func(c *FunctionConfig) { c.Name, c.Tracing = "traced", true })
		for _, in := range []InvokeInput{{}, {Function: "traced"}, {Function: "traced", TraceID: "Root=1-2-3"}} {
			in.LogTail = true
			invoke(t, s, in)
		}
		if got[0] != "" || !regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$`).MatchString(got[1]) || got[2] != "Root=1-2-3" {
			t.Errorf("trace headers %q", got)
		}
	})
}

func TestEvent(t *testing.T) {
	for name, test := range map[string]struct {
		failures int // of the function
		attempts int64
		after    time.Duration
	}{
		"succeeds":                      {0, 1, 0},
		"succeeds at the second try":    {1, 2, time.Minute},
		"succeeds at the last try":      {2, 3, 3 * time.Minute},
		"is given up after two more":    {3, 3, 3 * time.Minute},
		"is given up and tried no more": {9, 3, 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ids, payloads []string
				var last time.Time
				l := &fakeLauncher{handler: func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
					ids, payloads, last = append(ids, i.RequestID), append(payloads, string(i.Payload)), time.Now()
					if len(ids) <= test.failures {
						return failure(e, i)
					}
					return answer(e, i)
				}}
				s := newService(t, l)
				create(t, s)
				start := time.Now()
				payload := []byte(`{"n":1}`)
				out := invoke(t, s, InvokeInput{Type: Event, Payload: payload})
				if out.Status != 202 || out.Payload != nil || time.Since(start) != 0 {
					t.Errorf("event: %+v after %v", out, time.Since(start))
				}
				copy(payload, `{"n":2}`) // the caller's to reuse
				time.Sleep(time.Hour)
				synctest.Wait()
				if int64(len(ids)) != test.attempts || last.Sub(start) != test.after {
					t.Errorf("%d attempts, the last after %v; want %d after %v", len(ids), last.Sub(start), test.attempts, test.after)
				}
				for i := range ids {
					if ids[i] != out.RequestID || payloads[i] != `{"n":1}` {
						t.Errorf("attempt %d: request id %s, payload %s; want %s", i+1, ids[i], payloads[i], out.RequestID)
					}
				}
			})
		})
	}
}

// A throttled event is no failure of the function: it waits for its turn.
func TestEventThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(10 * time.Second)}
		s := newService(t, l)
		one := 1
		create(t, s, func(c *FunctionConfig) { c.ReservedConcurrency = &one })
		for range 5 {
			invoke(t, s, InvokeInput{Type: Event})
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := l.environments()[0].count.Load(); n != 5 || len(l.environments()) != 1 {
			t.Errorf("%d events were handled in %d environments, want 5 in 1", n, len(l.environments()))
		}
	})
}

func TestEventThrottledWaitsLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		l := &fakeLauncher{handler: func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
			starts = append(starts, time.Now())
			return answerAfter(10*time.Second)(e, i)
		}}
		s := newService(t, l)
		one := 1
		create(t, s, func(c *FunctionConfig) { c.ReservedConcurrency = &one })
		invoke(t, s, InvokeInput{Type: Event})
		synctest.Wait()
		invoke(t, s, InvokeInput{Type: Event})
		time.Sleep(time.Hour)
		synctest.Wait()
		// Refused at 0, 1, 3 and 7 seconds.
		if len(starts) != 2 || starts[1].Sub(starts[0]) != 15*time.Second {
			t.Errorf("events started at %v, want 15s apart", starts)
		}
	})
}

func TestEventThatIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		s := newService(t, &fakeLauncher{}, func(o *Options) {
			o.Progress = func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
		})
		none := 0
		create(t, s, func(c *FunctionConfig) { c.ReservedConcurrency = &none })
		out := invoke(t, s, InvokeInput{Type: Event})
		time.Sleep(maximumEventAge)
		synctest.Wait()
		if want := "hello: event " + out.RequestID + " is given up: the event is too old"; len(said) != 1 || said[0] != want {
			t.Errorf("said %q, want %q", said, want)
		}
	})
}
