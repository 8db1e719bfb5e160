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
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// startTest starts the stack of testSetup.
func startTest(t *testing.T, s setup) measurement {
	t.Helper()
	m, err := s.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop(m) })
	if m.results == nil {
		t.Fatal("the harness was not built")
	}
	return measurement{machine: m, config: s.stage.Config, options: s.options, record: s.record, console: s.console}
}

// hello are the functions of this machine's architecture.
func (m *machine) hello() (fns []deployed.Function) {
	for _, fn := range m.stack.Functions {
		if fn.Variant.Function == "hello" && fn.Variant.Architecture == m.plan.Config.Architecture {
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
	s := testSetup(t, map[string]any{"cold": 1, "warm": 1, "rounds": 1})
	s.allowed = func(role, action, resource string) {
		mu.Lock()
		defer mu.Unlock()
		requests[request{role, action, resource}] = true
	}
	measured := startTest(t, s)
	m, run := measured.machine, s.record.id
	withheld(t, run, m)
	rows, _, err := measured.workflow(t.Context(), m.hello())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range m.cells.modules {
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
	if len(stats.Items) == 0 || stats.Items[0].Run != run || stats.Items[0].Language != "go" {
		t.Errorf("the stats are %+v, want those of run %s first", stats, run)
	}
	get(t, m.statsURL+"/v1/runs", m.apiKey, http.StatusOK)
	get(t, m.statsURL+"/v1/runs/"+run, m.apiKey, http.StatusOK)
	// The API has what the run directory has.
	directory, err := results.Read(s.record.dir.Path())
	if err != nil {
		t.Fatal(err)
	}
	var variants struct{ Items []results.VariantSummary }
	var samples struct{ Items []results.Sample }
	for path, into := range map[string]any{"/variants": &variants, "/samples?limit=1000": &samples} {
		if err := json.Unmarshal(get(t, m.statsURL+"/v1/runs/"+run+path, m.apiKey, http.StatusOK), into); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(samples.Items, results.CompareSamples)
	slices.SortFunc(directory.Samples, results.CompareSamples)
	if diff := cmp.Diff(rows, variants.Items); diff != "" || len(rows) == 0 {
		t.Errorf("%d variants (-measured +API):\n%s", len(rows), diff)
	}
	if diff := cmp.Diff(directory.Samples, samples.Items); diff != "" || len(samples.Items) == 0 {
		t.Errorf("samples (-directory +API):\n%s", diff)
	}
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
	for _, role := range m.plan.Roles {
		if skippedRole(m, role) {
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
func skippedRole(m *machine, role iam.Role) bool {
	for _, c := range m.cells.modules {
		if c.skipped != "" && strings.Contains(role.Name, c.variant.Function) {
			return true
		}
	}
	return false
}

// withheld adds an invocation to the run whose record the collector has to find
// in the logs.
func withheld(t *testing.T, run string, m *machine) {
	t.Helper()
	fn := m.hello()[0]
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
		Run: run, Platform: deployed.Local, Round: 1, Variant: fn.Variant, Event: functions.Event{Workload: functions.WorkloadHello},
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
	s := testSetup(t, map[string]any{"cold": 200, "warm": 0, "rounds": 1})
	measured := startTest(t, s)
	m := measured.machine
	fns := m.hello()
	before := variables(t, m, fns[0])

	var second string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !hasSample(t, m, s.record.id) {
			time.Sleep(20 * time.Millisecond) // nothing tells that a table has grown
		}
		// A second run meanwhile finds the lease taken, and ends quietly.
		e, err := m.workflows.StartExecution(t.Context(), m.stack.WorkflowARN, "second", `{"cold":1,"warm":0}`)
		if err == nil {
			e, err = m.workflows.Wait(t.Context(), e.ARN)
		}
		second = fmt.Sprintf("%s %v", e.Status, err)
		killFunction(t, m, "runner")
	}()
	rows, _, err := measured.workflow(t.Context(), fns)
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

// A store that fails ends the run at once, and the error names it.
func TestALostStoreEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
		workflows := executions.New(executions.Options{})
		defer workflows.Close()
		if err := workflows.Create(executions.StateMachine{
			Name: "m", ARN: arn, Definition: []byte(`{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}`),
		}); err != nil {
			t.Fatal(err)
		}
		e, err := workflows.StartExecution(t.Context(), arn, "run", "{}")
		if err != nil {
			t.Fatal(err)
		}
		m := measurement{
			machine: &machine{workflows: workflows, progress: newProgress(), database: "dynoxide 1.0, out/history.sqlite"},
			console: console.New(io.Discard),
		}
		for range 3 { // later failures are of the same kind
			m.machine.progress.observe(states.Event{Type: "TaskFailed", State: "Visit", Error: "StoreError", Cause: "database or disk is full"})
		}
		began := time.Now()
		err = m.follow(t.Context(), e.ARN, 1, sampleCopy{})
		for _, want := range []string{"out/history.sqlite", "database or disk is full"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want it to name %q", err, want)
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("the run ended after %v", took)
		}
	})
}
