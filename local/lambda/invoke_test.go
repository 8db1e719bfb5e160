package lambda

import (
	"testing"
	"testing/synctest"
	"time"

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
		l := &fakeLauncher{afterAnswer: patience - 1}
		s := newService(t, l)
		create(t, s)
		for range 10 {
			invoke(t, s, InvokeInput{})
		}
		if n := len(l.environments()); n != 1 {
			t.Errorf("%d environments for one caller, want 1", n)
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
