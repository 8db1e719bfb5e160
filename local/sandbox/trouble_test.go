//go:build linux || darwin

package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// TestTrouble is what AWS gives to the callers of functions that misbehave.
// ID in an expectation stands for the request id.
func TestTrouble(t *testing.T) {
	const exit = `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited with error: %s"}`
	tests := []struct {
		name, script string
		change       func(*sandbox.Config)
		payload      string // of the response
		ok           bool   // no function error
		status       string
		errorType    string
		report       string // what follows the numbers in REPORT
		initReports  []string
		reusable     bool
		log          []string // in the log, in this order
	}{
		{name: "throws at init, reported", script: "init-error", payload: `{"errorType":"Error","errorMessage":"no module"}`,
			status: "error", errorType: "Runtime.ImportModuleError", report: "Status: error\tError Type: Runtime.ImportModuleError",
			initReports: []string{"Phase: init\tStatus: error\tError Type: Runtime.ImportModuleError", "Phase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError"},
			log:         []string{"INIT_START", "cannot load", "INIT_REPORT", "cannot load", "INIT_REPORT", "\nSTART ", "\nEND ", "\nREPORT "}},
		{name: "throws at init, and lives on", script: "init-error-stays", payload: `{"errorMessage":"stays"}`,
			status: "error", errorType: "Runtime.Unknown", report: "Status: error\tError Type: Runtime.Unknown",
			initReports: []string{"Phase: init\tStatus: error\tError Type: Runtime.Unknown", "Phase: invoke\tStatus: error\tError Type: Runtime.Unknown"}},
		{name: "exits at init", script: "init-exit:7", payload: fmt.Sprintf(exit, "exit status 7"),
			status: "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError",
			initReports: []string{"Phase: init\tStatus: error\tError Type: Runtime.ExitError", "Phase: invoke\tStatus: error\tError Type: Runtime.ExitError"},
			log:         []string{"about to exit", "about to exit"}},
		{name: "exits at init without a reason", script: "init-exit:0",
			payload: `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited without providing a reason"}`,
			status:  "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError",
			initReports: []string{"Phase: init\tStatus: error\tError Type: Runtime.ExitError", "Phase: invoke\tStatus: error\tError Type: Runtime.ExitError"}},
		{name: "speaks garbage first", script: "init-garbage", payload: `{"event":1}`, ok: true, status: "success", reusable: true},
		{name: "no bootstrap", change: func(c *sandbox.Config) { c.Argv = []string{"/nowhere/bootstrap"} },
			payload: `{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: ID Error: fork/exec /nowhere/bootstrap: no such file or directory"}`,
			status:  "error", errorType: "Runtime.InvalidEntrypoint", report: "Status: error\tError Type: Runtime.InvalidEntrypoint",
			initReports: []string{"Phase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint", "Phase: invoke\tStatus: error\tError Type: Runtime.InvalidEntrypoint"},
			log:         []string{"INIT_REPORT", "INIT_REPORT", "\nSTART ", "RequestId: ID Error: fork/exec /nowhere/bootstrap: no such file or directory\nRuntime.InvalidEntrypoint\nEND ", "\nREPORT "}},
		{name: "exits", script: "exit:1", payload: fmt.Sprintf(exit, "exit status 1"),
			status: "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError",
			log: []string{"START", "RequestId: ID Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n", "END", "REPORT"}},
		{name: "is killed", script: "kill", payload: fmt.Sprintf(exit, "signal: killed"),
			status: "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError"},
		{name: "hangs", script: "hang", change: func(c *sandbox.Config) { c.Timeout = 100 * time.Millisecond },
			payload: `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ID Error: Task timed out after 0.10 seconds"}`,
			status:  "timeout", errorType: "Sandbox.Timedout", report: "Status: timeout",
			log: []string{"START", "ID Task timed out after 0.10 seconds\n", "END", "\tDuration: 100.00 ms\t"}},
		{name: "throws in the handler", script: "error", payload: `{"errorMessage":"handler threw","errorType":"Oops"}`,
			status: "error", errorType: "Runtime.Unknown", reusable: true},
		{name: "throws and exits", script: "error-exit", payload: `{"errorMessage":"panic"}`,
			status: "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError"},
		{name: "answers and exits", script: "respond-exit", payload: `"done"`, ok: true,
			status: "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError"},
		{name: "answers and hangs", script: "respond-hang", change: func(c *sandbox.Config) { c.Timeout = 3 * time.Second },
			payload: `"done"`, ok: true, status: "timeout", errorType: "Sandbox.Timedout", report: "Status: timeout"},
		{name: "answers garbage", script: "garbage", payload: "\x00\xffnot JSON, {\"errorType\": \"x\"}", ok: true, status: "success", reusable: true},
		{name: "answers the most there is", script: "large:6291556", payload: strings.Repeat("z", 6291556), ok: true, status: "success", reusable: true},
		{name: "answers 7 MB", script: "large:7340032",
			payload: `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`,
			status:  "error", errorType: "Function.ResponseSizeTooLarge", report: "Status: error\tError Type: Function.ResponseSizeTooLarge", reusable: true,
			log: []string{`413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}`}},
		{name: "answers 7 MB and exits over the 413", script: "large-exit:7340032",
			payload: `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`,
			status:  "error", errorType: "Runtime.ExitError", report: "Status: error\tError Type: Runtime.ExitError"},
		{name: "breaks off its answer", script: "close-mid-body",
			payload: `{"errorMessage":"HTTP request detected as truncated","errorType":"Runtime.TruncatedResponse"}`,
			status:  "error", errorType: "Runtime.TruncatedResponse", report: "Status: error\tError Type: Runtime.TruncatedResponse", reusable: true},
		{name: "answers a foreign request", script: "foreign", payload: `{"event":1}`, ok: true, status: "success", reusable: true,
			log: []string{`400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`}},
		{name: "answers twice", script: "twice", payload: `"first"`, ok: true, status: "success", reusable: true,
			log: []string{`202 {"status":"OK"}`, `403 {"errorMessage":"State transition from ResponseSent to InvocationResponse failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}`}},
		{name: "asks for the next event too early", script: "drop", payload: `"after 403"`, ok: true, status: "success", reusable: true,
			log: []string{`403 {"errorMessage":"State transition from Running to Ready failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}`}},
		{name: "streams", script: "stream", payload: "one two three", ok: true, status: "success", reusable: true},
		{name: "streams, and fails on the way", script: "stream:error", payload: `{"errorMessage":"late"}`,
			status: "error", errorType: "Runtime.Late", reusable: true},
		{name: "prints 10 MB", script: "print:10000000", payload: `{"event":1}`, ok: true, status: "success", reusable: true},
		{name: "prints 10 MB without a line break", script: "print-one-line:10000000", payload: `{"event":1}`, ok: true, status: "success", reusable: true},
		{name: "prints all the time", script: "background", payload: `{"event":1}`, ok: true, status: "success", reusable: true},
	}
	h := newHost(t, sandbox.HostOptions{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(t, tt.script)
			if tt.change != nil {
				tt.change(&c)
			}
			e, log := launch(t, h, c, functions.OnDemand)
			in := invocation(`{"event":1}`)
			responded := 0
			in.Respond = func(sandbox.Response) { responded++ }
			out := e.Invoke(context.Background(), in)
			ids := strings.NewReplacer(in.RequestID, "ID")

			if got := ids.Replace(string(out.Response.Payload)); got != tt.payload {
				t.Errorf("payload is %.300q, want %.300q", got, tt.payload)
			}
			if want := map[bool]string{false: "Unhandled"}[tt.ok]; out.Response.FunctionError != want {
				t.Errorf("function error is %q, want %q", out.Response.FunctionError, want)
			}
			if out.Status != tt.status || out.ErrorType != tt.errorType || out.Reusable != tt.reusable {
				t.Errorf("outcome is %s, %q, reusable %t; want %s, %q, %t", out.Status, out.ErrorType, out.Reusable, tt.status, tt.errorType, tt.reusable)
			}
			if responded != 1 {
				t.Errorf("Respond was called %d times", responded)
			}
			text := ids.Replace(log.text())
			at := 0
			for _, want := range tt.log {
				i := strings.Index(text[at:], want)
				if i < 0 {
					t.Errorf("log has no %q after byte %d:\n%.3000s", want, at, text)
					continue
				}
				at += i + len(want)
			}
			if !out.Reusable {
				<-e.Gone()
			}

			// Of what a function printed, the tail has the last 4 KB, REPORT included.
			tail := records(t, string(out.Response.LogTail))
			if len(tail) == 0 || tail[len(tail)-1].Kind != lambdalog.Report {
				t.Fatalf("tail ends in no REPORT: %q", out.Response.LogTail)
			}
			report := tail[len(tail)-1].Text()
			if _, rest, _ := strings.Cut(report, "Memory Size: 1769 MB\t"); !strings.HasSuffix(rest, tt.report) || (tt.report == "") != strings.HasSuffix(rest, "\t") {
				t.Errorf("REPORT ends in %q, want %q", rest, tt.report)
			}
			var inits []string
			for _, r := range records(t, log.text()) {
				if r.Kind == lambdalog.InitReport {
					_, rest, _ := strings.Cut(r.Text(), "\t")
					inits = append(inits, rest)
				}
			}
			if diff := cmp.Diff(tt.initReports, inits); diff != "" {
				t.Errorf("INIT_REPORTs (-want +got):\n%s", diff)
			}
			if failed := e.Init().Err != nil; failed != (len(tt.initReports) > 0) || failed == (out.Init != nil) {
				t.Errorf("init failed: %t, and the REPORT's init is %v", failed, out.Init)
			}
			if !tt.reusable {
				return
			}
			if again := e.Invoke(context.Background(), invocation(`{"event":1}`)); string(again.Response.Payload) != string(out.Response.Payload) || again.Init != nil {
				t.Errorf("a second invocation gave %.300q and init %v", again.Response.Payload, again.Init)
			}
		})
	}
}

// TestInitTwice is a function whose init phase succeeds the second time: within
// the first invocation, which has no Init Duration then.
func TestInitTwice(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	e, log := launch(t, h, config(t, "init-once:"+filepath.Join(t.TempDir(), "mark")), functions.OnDemand)
	if e.Init().Err == nil {
		t.Fatal("the init phase did not fail")
	}
	select {
	case <-e.Gone():
		t.Error("gone, though an invocation would start it again")
	default:
	}
	for range 2 {
		out := e.Invoke(context.Background(), invocation("1"))
		if out.Status != "success" || out.Init != nil || !out.Reusable {
			t.Errorf("outcome is %+v", out)
		}
	}
	kinds := []lambdalog.Kind{}
	for _, r := range records(t, log.text()) {
		kinds = append(kinds, r.Kind)
	}
	want := []lambdalog.Kind{"INIT_START", "INIT_REPORT", "START", "END", "REPORT", "START", "END", "REPORT"}
	if !slices.Equal(kinds, want) {
		t.Errorf("log has %v, want %v", kinds, want)
	}
}

// TestInitHangs is an init phase that is run again inside an invocation, and
// uses up the function's timeout.
func TestInitHangs(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	c := config(t, "init-then-hang:"+filepath.Join(t.TempDir(), "mark"))
	c.Timeout = 200 * time.Millisecond
	e, log := launch(t, h, c, functions.OnDemand)
	out := e.Invoke(context.Background(), invocation("1"))
	if out.Status != "timeout" || out.Duration != c.Timeout || out.Init != nil || out.Reusable {
		t.Errorf("outcome is %+v", out)
	}
	for _, want := range []string{"Phase: init\tStatus: error\tError Type: Runtime.ExitError\n", "Phase: invoke\tStatus: timeout\n", "\tDuration: 200.00 ms\tBilled Duration: 200 ms\t"} {
		if !strings.Contains(log.text(), want) {
			t.Errorf("log has no %q:\n%s", want, log.text())
		}
	}
}

// TestLaunchCancelled ends an init phase that would take 10 s.
func TestLaunchCancelled(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	ctx, cancel := context.WithCancelCause(t.Context())
	log := &stream{}
	go func() {
		log.await("hanging")
		cancel(errors.New("enough"))
	}()
	if _, err := h.Launch(ctx, config(t, "init-hang"), functions.OnDemand, log); err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("launch gave %v", err)
	}
}

// TestClosedEnvironment is an invocation that comes too late.
func TestClosedEnvironment(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	e, _ := launch(t, h, config(t, "echo"), functions.OnDemand)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	<-e.Gone()
	out := e.Invoke(context.Background(), invocation("1"))
	if out.Reusable || out.Response.FunctionError != "Unhandled" || out.ErrorType != "Runtime.ExitError" {
		t.Errorf("outcome is %+v", out)
	}
}

// TestCloseDuringInvocation ends an invocation, instead of waiting for it.
func TestCloseDuringInvocation(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	e, _ := launch(t, h, config(t, "hang"), functions.OnDemand)
	done := make(chan sandbox.Outcome)
	go func() { done <- e.Invoke(context.Background(), invocation("1")) }()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if out := <-done; out.ErrorType != "Runtime.ExitError" || out.Reusable {
		t.Errorf("outcome is %+v", out)
	}
}

// TestReconnect is a client that asks for its next event again, on a new
// connection: the first one counts as lost.
func TestReconnect(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{Freeze: "off"})
	e, _ := launch(t, h, config(t, "reconnect"), functions.OnDemand)
	for _, want := range []string{`"reconnecting"`, `"reconnected"`} {
		if out := e.Invoke(context.Background(), invocation("1")); string(out.Response.Payload) != want {
			t.Errorf("payload is %q, want %q", out.Response.Payload, want)
		}
	}
}

// TestRoutes is everything that a client can ask for while it has an event.
func TestRoutes(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	e, log := launch(t, h, config(t, "routes"), functions.OnDemand)
	if out := e.Invoke(context.Background(), invocation("1")); out.Status != "success" {
		t.Fatalf("outcome is %+v", out)
	}
	const refused = ` failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}`
	for _, want := range []string{
		"GET /2018-06-01/ping 200 pong\n",
		`GET /2018-06-01/runtime/invocation/next 403 {"errorMessage":"State transition from Running to Ready` + refused,
		`POST /2018-06-01/runtime/init/error 403 {"errorMessage":"State transition from Running to InitError` + refused,
		`GET /2018-06-01/runtime/restore/next 404 `,
		`PUT /2020-08-15/logs 202 {"errorMessage":"Logs API is not supported","errorType":"Logs.NotSupported"}`,
		`PUT /2022-07-01/telemetry 202 {"errorMessage":"Telemetry API is not supported","errorType":"Telemetry.NotSupported"}`,
		`POST /2020-01-01/extension/init/error 202 {"status":"OK"}`,
		`GET /2018-06-01/runtime/nowhere 404 `,
		`GET /2018-06-01/runtime/invocation/x/response 405 `,
		`mode 400 {"errorMessage":"Invalid function response mode","errorType":"InvalidFunctionResponseMode"}`,
	} {
		if !strings.Contains(log.text(), want) {
			t.Errorf("log has no %q:\n%s", want, log.text())
		}
	}
}

// TestSigterm is a function with a handler for SIGTERM: it gets that signal
// before it is killed, as it has registered for it.
func TestSigterm(t *testing.T) {
	for _, kind := range []functions.InitializationType{functions.OnDemand, functions.ProvisionedConcurrency} {
		t.Run(string(kind), func(t *testing.T) {
			h := newHost(t, sandbox.HostOptions{})
			h.SetLimits(time.Second, time.Minute)
			e, log := launch(t, h, config(t, "sigterm"), kind) // provisioned: frozen by now
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`200 {"accountId":"123456789012","functionName":"hello","functionVersion":"$LATEST","handler":"bootstrap"}`, "terminated gracefully"} {
				if !strings.Contains(log.text(), want) {
					t.Errorf("log has no %q:\n%s", want, log.text())
				}
			}
		})
	}
}
