//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// startTest starts the stack of testBenchmark.
func startTest(t *testing.T, b *benchmark) *machine {
	t.Helper()
	m, err := b.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.close(m) })
	if m.results == nil {
		t.Fatal("the harness was not built")
	}
	return m
}

// hello are the functions of this machine's architecture.
func (b *benchmark) hello(m *machine) (fns []deployed.Function) {
	for _, fn := range m.stack.Functions {
		if fn.Variant.Function == "hello" && fn.Variant.Architecture == b.host {
			fns = append(fns, fn)
		}
	}
	return fns
}

// TestPermissions runs everything that the stack does and then takes each
// statement of each role away: something that was asked for must be denied
// without it. What is left over would be a permission that nobody needs.
func TestPermissions(t *testing.T) {
	type request struct{ role, action, resource string }
	var mu sync.Mutex
	requests := map[request]bool{}
	b := testBenchmark(t, Counts{Cold: 1, Warm: 1, Rounds: 1, Rate: 20, Duration: time.Second})
	b.allowed = func(role, action, resource string) {
		mu.Lock()
		defer mu.Unlock()
		requests[request{role, action, resource}] = true
	}
	m := startTest(t, b)
	withheld(t, b, m)
	if _, err := b.workflow(t.Context(), m, b.hello(m)); err != nil {
		t.Fatal(err)
	}
	for _, c := range b.modules {
		if c.skipped == "" {
			get(t, m.stack.APIURL+"/"+c.variant.Function, "", http.StatusOK)
		}
	}
	get(t, m.statsURL+"/v1/stats", "", http.StatusForbidden)
	get(t, m.statsURL+"/", "", http.StatusOK)
	var stats struct {
		Items []struct{ Run, Language string }
	}
	if err := json.Unmarshal(get(t, m.statsURL+"/v1/stats?language=go", m.apiKey, http.StatusOK), &stats); err != nil {
		t.Fatal(err)
	}
	if len(stats.Items) == 0 || stats.Items[0].Run != b.run || stats.Items[0].Language != "go" {
		t.Errorf("the stats are %+v, want those of run %s first", stats, b.run)
	}
	get(t, m.statsURL+"/v1/runs", m.apiKey, http.StatusOK)
	get(t, m.statsURL+"/v1/runs/"+b.run, m.apiKey, http.StatusOK)
	scheduled(t, m)

	mu.Lock()
	defer mu.Unlock()
	needs := func(role iam.Role, action string, without iam.Role) bool {
		for r := range requests {
			if r.role == role.ARN && r.action == action && !without.Allows(r.action, r.resource) {
				return true
			}
		}
		return false
	}
	for _, role := range b.plan.Roles {
		if skippedRole(b, role) {
			continue
		}
		for i, policy := range role.Policies {
			for j, s := range policy.Statements {
				without := role
				without.Policies = slices.Clone(role.Policies)
				without.Policies[i] = iam.Policy{Statements: slices.Delete(slices.Clone(policy.Statements), j, j+1)}
				for _, action := range s.Actions {
					if notHere(action) == "" && !needs(role, action, without) {
						t.Errorf("role %s, statement %s: nothing needs %s on %v", role.Name, s.Sid, action, s.Resources)
					}
				}
			}
		}
	}
}

// notHere says why an action cannot be needed on this machine.
func notHere(action string) string {
	switch {
	case strings.HasPrefix(action, "xray:"):
		return "there is no X-Ray here"
	case strings.HasPrefix(action, "logs:") && (strings.HasSuffix(action, "LogDelivery") || strings.HasSuffix(action, "LogDeliveries")),
		action == "logs:PutResourcePolicy", action == "logs:DescribeResourcePolicies", action == "logs:DescribeLogGroups":
		return "state machines log nothing here"
	}
	return ""
}

// skippedRole says that the role is of a function that could not be built here.
func skippedRole(b *benchmark, role iam.Role) bool {
	for _, c := range b.modules {
		if c.skipped != "" && strings.Contains(role.Name, c.variant.Function) {
			return true
		}
	}
	return false
}

// withheld adds an invocation to the run whose record the collector has to find
// in the logs.
func withheld(t *testing.T, b *benchmark, m *machine) {
	t.Helper()
	fn := b.hello(m)[0]
	started := time.Now()
	out, err := m.functions.Invoke(t.Context(), lambda.InvokeInput{Function: fn.ARN, Payload: []byte(`{}`), Type: lambda.RequestResponse})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := functions.ParseAnswer(out.Payload)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.results.Put(t.Context(), results.Sample{
		Run: b.run, Platform: deployed.Local, Round: 1, Variant: fn.Variant, Event: functions.Event{Workload: functions.WorkloadHello},
		RequestID: out.RequestID, Start: started, Elapsed: time.Since(started), Answer: &answer,
	}); err != nil {
		t.Fatal(err)
	}
}

// scheduled lets the stack's schedule start one execution.
func scheduled(t *testing.T, m *machine) {
	t.Helper()
	if len(m.schedules) != 1 {
		t.Fatalf("%d schedules, want 1", len(m.schedules))
	}
	before := m.workflows.Executions()
	s := m.schedules[0]
	s.Every = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go m.workflows.Keep(ctx, s)
	for m.workflows.Executions() == before {
		select {
		case <-t.Context().Done():
			t.Fatal("the schedule started nothing")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func get(t *testing.T, url, key string, want int) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("X-Api-Key", key)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		t.Errorf("GET %s: %s, error %v, want %d: %s", url, response.Status, err, want, body)
	}
	return body
}

// TestKilledRunner kills the runner's process in the middle of a visit: the cell
// is named, its configuration is what it was, and the workflow ends.
func TestKilledRunner(t *testing.T) {
	b := testBenchmark(t, Counts{Cold: 200, Warm: 0, Rounds: 1})
	m := startTest(t, b)
	fns := b.hello(m)
	before := variables(t, m, fns[0])

	var second string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !hasSample(t, m, b.run) {
			time.Sleep(20 * time.Millisecond) // a table tells nobody that it has grown
		}
		// A second run meanwhile finds the lease taken, and ends quietly.
		e, err := m.workflows.StartExecution(t.Context(), m.stack.WorkflowARN, "second", `{"plan":{"cold":1,"warm":0}}`)
		if err == nil {
			e, err = m.workflows.Wait(t.Context(), e.ARN)
		}
		second = fmt.Sprintf("%s %v", e.Status, err)
		killFunction(t, m, "runner")
	}()
	rows, err := b.workflow(t.Context(), m, fns)
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Status != results.Failed || rows[0].Reason == "" {
		t.Errorf("rows %+v, want the cell failed and the reason", rows)
	}
	if after := variables(t, m, fns[0]); !maps.Equal(before, after) {
		t.Errorf("the variables are %v, want them as they were: %v", after, before)
	}
	if second != "SUCCEEDED <nil>" {
		t.Errorf("the second run is %s, want it to end quietly", second)
	}
	run, ok, err := m.results.Run(t.Context(), "second")
	if !ok || err != nil || run.Manifest.Status != results.RunSkipped {
		t.Errorf("the second run is recorded as %+v (%v, error %v), want it skipped", run, ok, err)
	}
}

func variables(t *testing.T, m *machine, fn deployed.Function) map[string]string {
	t.Helper()
	c, err := m.functions.GetFunction(fn.ARN, "")
	if err != nil {
		t.Fatal(err)
	}
	return c.Variables
}

func hasSample(t *testing.T, m *machine, run string) bool {
	for range m.results.Samples(t.Context(), run) {
		return true
	}
	return false
}

// killFunction kills every process of a function of this machine.
func killFunction(t *testing.T, m *machine, function string) {
	paths, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Error(err)
	}
	killed := 0
	for _, path := range paths {
		environ, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(environ, []byte("AWS_ENDPOINT_URL="+m.stack.EndpointURL)) ||
			!bytes.Contains(environ, []byte("AWS_LAMBDA_FUNCTION_NAME=lambda-benchmark-test-"+function)) {
			continue
		}
		pid, err := strconv.Atoi(strings.Split(path, "/")[2])
		if err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	if killed == 0 {
		t.Errorf("no process of %s is running", function)
	}
}
