package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

// What testdata/probe.cjs says.
const (
	probeBefore  = "probe: begun before the first invocation"
	probeIn      = "probe: begun in an invocation"
	probeSettled = "probe: settled"
)

// moduleVariables are a module function's variables, with the probe if there is to be one.
func moduleVariables(t *testing.T, probed bool) map[string]string {
	t.Helper()
	variables := map[string]string{"PARAMETER_NAME": parameterName}
	if probed {
		probe, err := filepath.Abs("testdata/probe.cjs")
		if err != nil {
			t.Fatal(err)
		}
		variables["NODE_OPTIONS"] = "--require=" + probe
	}
	return variables
}

type moduleAnswer struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

// TestModules holds the two functions behind the API to their contract: one
// call to SSM per environment, begun before the first invocation.
func TestModules(t *testing.T) {
	eachCell(t, functions.ContractModule, func(t *testing.T, c cell) {
		host := newHost(t, "")
		kinds := []functions.InitializationType{functions.ProvisionedConcurrency, functions.OnDemand}
		if c.emulated() { // loading can take longer than the 10 s that on-demand environments have
			kinds = kinds[:1]
		}
		for _, kind := range kinds {
			for _, throttled := range []int{0, 1} {
				t.Run(fmt.Sprintf("%s/throttled %d times", kind, throttled), func(t *testing.T) {
					ssm := newParameterStore(t)
					ssm.throttled = throttled
					ssm.release()
					e := c.launch(t, host, kind, moduleVariables(t, true), ssm.endpoints())
					if err := e.Init().Err; err != nil {
						t.Fatalf("init: %v", err)
					}
					var id string
					for i := 1; i <= 3; i++ {
						answer := e.module(t)
						if i == 1 {
							id = answer.Headers["x-environment-id"]
						}
						want := moduleAnswer{StatusCode: 200, Body: parameterValue, Headers: map[string]string{
							"content-type": "text/plain; charset=utf-8", "x-environment-id": id, "x-invocation": fmt.Sprint(i),
							"x-initialization-type": string(kind), "x-ssm-attempts": fmt.Sprint(throttled + 1),
						}}
						if len(id) != 32 || fmt.Sprint(answer) != fmt.Sprint(want) {
							t.Errorf("invocation %d:\ngot  %v\nwant %v", i, answer, want)
						}
					}
					request := `AmazonSSM.GetParameter {"Name":"` + parameterName + `"}`
					if want := slices.Repeat([]string{request}, throttled+1); !slices.Equal(ssm.seen(), want) {
						t.Errorf("SSM got %q, want %q", ssm.seen(), want)
					}
					if before, in := e.log.count(probeBefore), e.log.count(probeIn); before != 1 || in != 0 {
						t.Errorf("%d calls were begun before the first invocation and %d in one, want 1 and 0", before, in)
					}
				})
			}
		}
		t.Run("no such parameter", func(t *testing.T) {
			ssm := newParameterStore(t)
			ssm.unknown = true
			ssm.release()
			e := c.launch(t, host, functions.ProvisionedConcurrency, moduleVariables(t, false), ssm.endpoints())
			failed := e.Init().Err != nil
			if awaited := c.variant.Function == "esmodule"; failed != awaited {
				t.Errorf("init failed: %t, want %t (%v)", failed, awaited, e.Init().Err)
			}
			outcome := e.invoke(t.Context(), `{}`)
			if outcome.Response.FunctionError != "Unhandled" || !strings.Contains(string(outcome.Response.Payload), "ParameterNotFound") {
				t.Errorf("function error is %q, payload %s; want SSM's ParameterNotFound", outcome.Response.FunctionError, outcome.Response.Payload)
			}
		})
	})
}

// module invokes a module function.
func (e *environment) module(t *testing.T) moduleAnswer {
	t.Helper()
	outcome := e.invoke(t.Context(), proxyEvent("", false))
	if outcome.Status != "success" || outcome.Response.FunctionError != "" {
		t.Fatalf("status %s, function error %q: %s", outcome.Status, outcome.Response.FunctionError, outcome.Response.Payload)
	}
	var answer moduleAnswer
	if err := json.Unmarshal(outcome.Response.Payload, &answer); err != nil {
		t.Fatalf("%v: %s", err, outcome.Response.Payload)
	}
	return answer
}

// moduleCell is a module function on this machine's own architecture.
func moduleCell(t *testing.T, function string) cell {
	t.Helper()
	arch, err := runtimes.HostArchitecture()
	if err != nil {
		t.Skip(err)
	}
	return prepare(t, matrix.Variant{Function: function, Language: "nodejs", Runtime: "nodejs22.x", Architecture: arch, MemoryMB: memoryMB})
}

// TestProbeSeesLateCalls sees that the probe tells the two cases apart: this
// function begins its call in the handler.
func TestProbeSeesLateCalls(t *testing.T) {
	c := moduleCell(t, "commonjs")
	late := t.TempDir()
	if err := os.Symlink(filepath.Join(c.taskRoot, "node_modules"), filepath.Join(late, "node_modules")); err != nil {
		t.Fatal(err)
	}
	source := `const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');
exports.handler = async () => {
  const parameter = await new SSMClient().send(new GetParameterCommand({ Name: process.env.PARAMETER_NAME }));
  return { statusCode: 200, body: parameter.Parameter.Value };
};`
	if err := os.WriteFile(filepath.Join(late, "index.js"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	c.taskRoot = late
	ssm := newParameterStore(t)
	ssm.release()
	e := c.launch(t, newHost(t, ""), functions.ProvisionedConcurrency, moduleVariables(t, true), ssm.endpoints())
	if answer := e.module(t); answer.Body != parameterValue {
		t.Errorf("body is %q", answer.Body)
	}
	if before, in := e.log.count(probeBefore), e.log.count(probeIn); before != 0 || in != 1 {
		t.Errorf("%d calls were begun before the first invocation and %d in one, want 0 and 1", before, in)
	}
}

// TestFreezing shows by the order of events what separates the two functions:
// a provisioned environment is frozen after its init phase, and what the CommonJS
// module has begun there goes on only with the first invocation.
func TestFreezing(t *testing.T) {
	t.Run("commonjs, frozen: settled only after the invocation has come", func(t *testing.T) {
		c := moduleCell(t, "commonjs")
		host := newHost(t, "")
		how := host.Knobs()["freeze"]
		t.Logf("freeze: %s", how)
		if how == "off" || strings.Contains(how, "not enforced") {
			t.Skipf("SKIPPED, NOT TESTED: environments are not frozen here: %s", how)
		}
		ssm := newParameterStore(t)
		e := c.launch(t, host, functions.ProvisionedConcurrency, moduleVariables(t, true), ssm.endpoints())
		if err := e.Init().Err; err != nil {
			t.Fatalf("init: %v", err)
		}
		// The environment is frozen now, and SSM answers from now on. A frozen
		// environment cannot take the answer, however long we wait; one that is not
		// frozen after all gets its chance here.
		ssm.release()
		time.Sleep(300 * time.Millisecond)
		if e.log.count(probeSettled) != 0 {
			t.Error("the promise was settled although the environment should have been frozen")
		}
		if answer := e.module(t); answer.Body != parameterValue {
			t.Errorf("body is %q", answer.Body)
		}
		if n := e.log.count(probeSettled); n != 1 {
			t.Errorf("after the invocation %d promises are settled, want 1", n)
		}
	})
	t.Run("commonjs, not frozen: settled before there is an invocation", func(t *testing.T) {
		c := moduleCell(t, "commonjs")
		ssm := newParameterStore(t)
		e := c.launch(t, newHost(t, "off"), functions.ProvisionedConcurrency, moduleVariables(t, true), ssm.endpoints())
		if e.log.count(probeSettled) != 0 {
			t.Error("the promise is settled before SSM has answered")
		}
		<-ssm.arrived
		ssm.release()
		if !e.log.wait(t.Context(), probeSettled) {
			t.Fatal("the promise was never settled")
		}
		if answer := e.module(t); answer.Body != parameterValue {
			t.Errorf("body is %q", answer.Body)
		}
	})
	t.Run("esmodule: the init phase does not end before the promise is settled", func(t *testing.T) {
		c := moduleCell(t, "esmodule")
		ssm := newParameterStore(t)
		host := newHost(t, "")
		launched := make(chan *environment, 1)
		go func() {
			defer close(launched) // also if launch gives up
			launched <- c.launch(t, host, functions.ProvisionedConcurrency, moduleVariables(t, true), ssm.endpoints())
		}()
		<-ssm.arrived
		select {
		case <-launched:
			t.Error("the init phase ended before SSM had answered")
		default:
		}
		ssm.release()
		e := <-launched
		if e == nil {
			t.FailNow()
		}
		if !e.log.wait(t.Context(), probeSettled) {
			t.Error("the promise was never settled")
		}
		if answer := e.module(t); answer.Body != parameterValue {
			t.Errorf("body is %q", answer.Body)
		}
	})
}
