//go:build linux

package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// TestVariables is the whole environment of a process: what a real one has, and
// nothing of ours.
func TestVariables(t *testing.T) {
	t.Setenv("HOST_SECRET", "leaks")
	h := newHost(t, sandbox.HostOptions{})
	tests := []struct {
		name   string
		kind   functions.InitializationType
		change func(*sandbox.Config)
		want   map[string]string // over the basic set; "" means absent
	}{
		{name: "provided", kind: functions.OnDemand},
		{name: "managed", kind: functions.ProvisionedConcurrency, change: func(c *sandbox.Config) { c.Runtime = "nodejs22.x" },
			want: map[string]string{
				"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "AWS_LAMBDA_INITIALIZATION_TYPE": "provisioned-concurrency",
				"PATH":            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
				"LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:ROOT:ROOT/lib:/opt/lib",
			}},
		{name: "java", kind: functions.OnDemand, change: func(c *sandbox.Config) { c.Runtime = "java21" },
			want: map[string]string{
				"AWS_EXECUTION_ENV": "AWS_Lambda_java21", "AWS_ACCESS_KEY": "AKIA", "AWS_SECRET_KEY": "secret",
				"PATH":            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
				"LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:ROOT:ROOT/lib:/opt/lib",
			}},
		{name: "the function's own, and what it may not have", kind: functions.OnDemand, change: func(c *sandbox.Config) {
			c.Variables = map[string]string{
				"GREETING": "hello", "LANG": "de_DE.UTF-8", "AWS_REGION": "mars", "_HANDLER": "other", "AWS_LAMBDA_MAX_CONCURRENCY": "9",
				"AWS_LAMBDA_RUNTIME_API": "example.com:80", "_X_AMZN_TRACE_ID": "x", "AWS_EXECUTION_ENV": "y", "AWS_ENDPOINT_URL": "https://example.com",
				"LAMBDA_TASK_ROOT": "/", "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper", "AWS_SECRET_ACCESS_KEY": "mine",
			}
			c.Endpoints = map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:2"}
		}, want: map[string]string{
			"GREETING": "hello", "LANG": "de_DE.UTF-8", "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper",
			"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:2",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(t, "environ")
			if tt.change != nil {
				tt.change(&c)
			}
			want := map[string]string{
				"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
				"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
				"AWS_LAMBDA_FUNCTION_NAME": "hello", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
				"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/hello",
				"AWS_LAMBDA_LOG_STREAM_NAME": (*stream)(nil).Name(), "AWS_LAMBDA_RUNTIME_API": "ADDRESS",
				"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
				"_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1", "_AWS_XRAY_DAEMON_PORT": "2000",
				"LAMBDA_TASK_ROOT": "ROOT", "LAMBDA_RUNTIME_DIR": "/var/runtime", "_HANDLER": "bootstrap", "LANG": "en_US.UTF-8", "TZ": ":UTC",
				"PATH":                "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
				"LD_LIBRARY_PATH":     "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:ROOT:ROOT/lib:/opt/lib",
				"SANDBOX_TEST_CLIENT": "environ", "GORACE": "atexit_sleep_ms=0",
			}
			for name, value := range tt.want {
				want[name] = value
			}
			e, _ := launch(t, h, c, tt.kind)
			out := e.Invoke(context.Background(), invocation("1"))
			var list []string
			if err := json.Unmarshal(out.Response.Payload, &list); err != nil {
				t.Fatalf("%v: %s", err, out.Response.Payload)
			}
			got := map[string]string{}
			for _, v := range list {
				name, value, _ := strings.Cut(v, "=")
				if name == "AWS_LAMBDA_RUNTIME_API" && strings.HasPrefix(value, "127.0.0.1:") {
					value = "ADDRESS"
				}
				got[name] = strings.ReplaceAll(value, c.TaskRoot, "ROOT")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvent is what the reply to a request for an event says beside the event.
func TestEvent(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	e, log := launch(t, h, config(t, "header"), functions.OnDemand)
	in := invocation(strings.Repeat("e", 1<<20)) // larger than the connection holds
	in.TraceID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	in.ClientContext = []byte("{\"a\":1}\r\nInjected: yes")
	before := time.Now()
	out := e.Invoke(context.Background(), in)
	var header http.Header
	if err := json.Unmarshal(out.Response.Payload, &header); err != nil {
		t.Fatalf("%v: %s", err, out.Response.Payload)
	}
	deadline, err := strconv.ParseInt(header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if err != nil || time.UnixMilli(deadline).Before(before.Add(10*time.Second).Truncate(time.Millisecond)) || time.UnixMilli(deadline).After(time.Now().Add(10*time.Second)) {
		t.Errorf("deadline is %d, want 10 s after the dispatch", deadline)
	}
	delete(header, "Lambda-Runtime-Deadline-Ms")
	want := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {"1048576"}, "Lambda-Runtime-Aws-Request-Id": {in.RequestID},
		"Lambda-Runtime-Invoked-Function-Arn": {in.InvokedARN}, "Lambda-Runtime-Trace-Id": {in.TraceID},
		"Lambda-Runtime-Client-Context": {"{\"a\":1}  Injected: yes"},
	}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if want := "\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true\t\n"; !strings.HasSuffix(log.text(), want) {
		t.Errorf("log does not end in X-Ray's line: %q", log.text())
	}
}

// orphans are the processes that carry the tag in their environment.
func orphans(t *testing.T, tag string) (pids []string) {
	t.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range entries {
		if b, err := os.ReadFile(path); err == nil && slices.Contains(strings.Split(string(b), "\x00"), "ORPHAN="+tag) {
			pids = append(pids, strings.Split(path, "/")[2])
		}
	}
	return pids
}

// TestGrandchildren is a function that has started a process of its own session,
// whose parent has ended: it goes with its environment, and no other does.
func TestGrandchildren(t *testing.T) {
	tests := []struct{ name, script string }{
		{"made at init, closed", "grandchild"},
		{"made in the handler, timed out", "fork-in-handler"},
	}
	h := newHost(t, sandbox.HostOptions{})
	if !strings.HasPrefix(h.Knobs()["kill"], "cgroup") {
		t.Skip("needs cgroup v2: ", h.Knobs()["kill"])
	}
	sibling, _ := launch(t, h, config(t, "echo"), functions.OnDemand)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tag := fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())
			e, _ := launch(t, h, config(t, tt.script+":"+tag), functions.OnDemand)
			if out := e.Invoke(context.Background(), invocation("1")); out.Status != "success" {
				t.Fatalf("outcome is %+v", out)
			}
			if n := len(orphans(t, tag)); n != 1 {
				t.Fatalf("%d processes have the tag before the end, want 1", n)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			if left := orphans(t, tag); len(left) > 0 {
				t.Errorf("processes %v outlived their environment", left)
			}
			if out := sibling.Invoke(context.Background(), invocation("1")); !out.Reusable {
				t.Errorf("the sibling's outcome is %+v", out)
			}
		})
	}
}

// silent returns whether a function that prints all the time has fallen silent:
// a stop takes effect a moment after it was asked for.
func silent(log *stream) bool {
	before := -1
	for range 50 {
		now := strings.Count(log.text(), "tick")
		if now == before {
			return true
		}
		before = now
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// TestFreeze looks at a function that prints all the time: it does not while
// nobody invokes it.
func TestFreeze(t *testing.T) {
	for _, mode := range []string{"cgroup2", "sigstop", "off"} {
		t.Run(mode, func(t *testing.T) {
			if mode == "cgroup2" {
				if h := newHost(t, sandbox.HostOptions{}); h.Knobs()["freeze"] != mode {
					t.Skip("this machine freezes by ", h.Knobs()["freeze"])
				}
			}
			h := newHost(t, sandbox.HostOptions{Freeze: mode})
			if got := h.Knobs()["freeze"]; got != mode {
				t.Fatalf("knob is %q, want %q", got, mode)
			}
			e, log := launch(t, h, config(t, "background"), functions.ProvisionedConcurrency)
			for range 3 {
				if out := e.Invoke(context.Background(), invocation("1")); out.Status != "success" {
					t.Fatalf("outcome is %+v", out)
				}
				if mode == "off" {
					log.await(fmt.Sprintf("tick %d\n", strings.Count(log.text(), "tick")+20)) // goes on
				} else if !silent(log) {
					t.Error("it prints though nobody invokes it")
				}
			}
		})
	}
	if _, err := sandbox.NewHost(sandbox.HostOptions{Freeze: "ice"}); err == nil {
		t.Error("no error for a way to freeze that is none")
	}
}

// TestManyEnvironments is 50 concurrent cold starts, and no two of them share
// anything.
func TestManyEnvironments(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	c := config(t, "echo")
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			e, err := h.Launch(t.Context(), c, functions.OnDemand, &stream{})
			if err != nil {
				t.Error(err)
				return
			}
			for range 5 {
				payload := strconv.Itoa(n)
				if out := e.Invoke(context.Background(), invocation(payload)); string(out.Response.Payload) != payload {
					t.Errorf("environment %d answered %s", n, out.Response.Payload)
				}
			}
			if n%2 == 0 { // the host closes the others
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestSlots starts an environment while the only slot is taken: first by an init
// phase that keeps it, then by one that has had it for long enough.
func TestSlots(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{Slots: 1})
	occupy := func(slot time.Duration) (leave func()) {
		h.SetLimits(slot, time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		log := &stream{}
		var blocked sync.WaitGroup
		blocked.Go(func() { h.Launch(ctx, config(t, "init-hang"), functions.OnDemand, log) })
		log.await("hanging")
		return func() { cancel(); blocked.Wait() }
	}

	leave := occupy(time.Hour)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, errors.New("no slot"))
	defer cancel()
	if _, err := h.Launch(ctx, config(t, "echo"), functions.OnDemand, &stream{}); err == nil || !strings.Contains(err.Error(), "no slot") {
		t.Errorf("launch gave %v, though the only slot is taken", err)
	}
	leave()

	leave = occupy(time.Millisecond)
	defer leave()
	if e, _ := launch(t, h, config(t, "echo"), functions.OnDemand); e.Init().Err != nil || e.Init().Placement <= 0 {
		t.Errorf("init is %+v, want a placement and no error", e.Init())
	}
}

// TestTextFileBusy starts an executable that somebody still has open for writing.
func TestTextFileBusy(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bootstrap")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(self); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() { f.Close() })
	c := config(t, "echo")
	c.Argv = []string{path}
	e, _ := launch(t, h, c, functions.OnDemand)
	if err := e.Init().Err; err != nil {
		t.Error(err)
	}
}

// TestMemorySize is a function that needs more than it has.
func TestMemorySize(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	if strings.HasPrefix(h.Knobs()["memory"], "not enforced") {
		t.Skip(h.Knobs()["memory"])
	}
	c := config(t, "memory:300")
	c.MemoryMB = 128
	e, _ := launch(t, h, c, functions.OnDemand)
	out := e.Invoke(context.Background(), invocation("1"))
	if out.ErrorType != "Runtime.OutOfMemory" || !bytes.Contains(out.Response.Payload, []byte("Runtime exited with error: signal: killed")) || out.Reusable {
		t.Errorf("outcome is %+v: %s", out, out.Response.Payload)
	}
	if mb := out.MaxMemoryUsedMB; mb == nil {
		t.Error("max memory used is not known")
	} else if *mb < 100 || *mb > 160 { // the kernel charges in batches, and this program's own pages to whoever touched them first
		t.Errorf("max memory used is %d, want about 128", *mb)
	}
}

// TestHostLeavesNothing looks for the cgroups and the lock of a host.
func TestHostLeavesNothing(t *testing.T) {
	before := groups(t)
	h, err := sandbox.NewHost(sandbox.HostOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Launch(t.Context(), config(t, "echo"), functions.OnDemand, &stream{}); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Launch(t.Context(), config(t, "echo"), functions.OnDemand, &stream{}); err == nil {
		t.Error("a closed host launches")
	}
	if after := groups(t); len(after) > len(before) {
		t.Errorf("cgroups are left: %v, before: %v", after, before)
	}
}

func groups(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"/sys/fs/cgroup/lambda-benchmark-*", "/sys/fs/cgroup/*/lambda-benchmark-*", "/sys/fs/cgroup/*/*/*/lambda-benchmark-*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range found {
			if strings.Contains(dir, fmt.Sprintf("lambda-benchmark-%d-", os.Getpid())) {
				all = append(all, dir)
			}
		}
	}
	return all
}
