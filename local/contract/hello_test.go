package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// chain is the reference of the workload sha256, in hexadecimal.
func chain(iterations int) string {
	var block [sha256.Size]byte
	for range iterations {
		block = sha256.Sum256(block[:])
	}
	return hex.EncodeToString(block[:])
}

// proxyEvent is what API Gateway sends, as far as the functions look at it and a little more.
func proxyEvent(body string, isBase64 bool) string {
	event, err := json.Marshal(map[string]any{
		"resource": "/hello", "path": "/hello", "httpMethod": "POST", "headers": map[string]string{"accept": "*/*"},
		"queryStringParameters": nil, "requestContext": map[string]any{"stage": "dev", "requestId": "r"},
		"body": body, "isBase64Encoded": isBase64,
	})
	if err != nil {
		panic(err)
	}
	return string(event)
}

func sha256Event(iterations int) string {
	return fmt.Sprintf(`{"workload":"sha256","iterations":%d}`, iterations)
}

// TestHello holds every benchmarked function to its contract, in one
// environment after the other. All languages are compared with one reference
// in Go, and so with each other.
func TestHello(t *testing.T) {
	metrics := documentedMetrics(t)
	eachCell(t, functions.ContractHello, func(t *testing.T, c cell) {
		host := newHost(t, "")
		// Enough that ten times as many show over what else a process does, in
		// steps of 10 ms where the JVM counts.
		n, kind, times := 100_000, functions.OnDemand, 5.0
		if c.emulated() {
			// Loading can take longer than the 10 s that on-demand environments have.
			// Compiling is as slow, and where it falls into N it makes the ratio smaller.
			n, kind, times = 10_000, functions.ProvisionedConcurrency, 2
		}
		e := c.launch(t, host, kind, nil, nil)
		if err := e.Init().Err; err != nil {
			t.Fatalf("init: %v", err)
		}

		var environmentID string
		var cpuMs []float64
		steps := []struct {
			name, event string
			answer      string
			refusal     string // the answer is a refusal, in these words
		}{
			{name: "empty event", event: `{}`},
			{name: "null", event: `null`},
			{name: "hello", event: `{"workload":"hello"}`},
			{name: "N, while the code is cold", event: sha256Event(n), answer: chain(n)},
			{name: "N", event: sha256Event(n), answer: chain(n)},
			{name: "10 N", event: sha256Event(10 * n), answer: chain(10 * n)},
			{name: "no iterations", event: `{"workload":"sha256"}`, answer: chain(0)},
			{name: "proxy event", event: proxyEvent(sha256Event(3), false), answer: chain(3)},
			{name: "proxy event in Base64", event: proxyEvent(base64.StdEncoding.EncodeToString([]byte(sha256Event(4))), true), answer: chain(4)},
			{name: "proxy event without body", event: `{"requestContext":{},"body":null}`},
			{name: "bad workload", event: `{"workload":"md5"}`, refusal: `workload must be "hello" or "sha256"`},
			{name: "bad iterations", event: `{"workload":"sha256","iterations":1.5}`, refusal: "iterations must be a whole number from 0 to 10000000"},
			{name: "no object", event: `[1]`, refusal: "the event must be a JSON object"},
			{name: "after refusals", event: `{}`},
		}
		for i, step := range steps {
			outcome := e.invoke(t.Context(), step.event)
			if outcome.Status != "success" || outcome.Response.FunctionError != "" || !outcome.Reusable {
				t.Fatalf("%s: status %s, function error %q, reusable %t: %.500s",
					step.name, outcome.Status, outcome.Response.FunctionError, outcome.Reusable, outcome.Response.Payload)
			}
			if first := i == 0; (outcome.Init != nil) != first {
				t.Errorf("%s: is there an Init Duration: %t, want %t", step.name, outcome.Init != nil, first)
			}
			if step.refusal != "" {
				checkRefusal(t, step.name, outcome.Response.Payload, step.refusal)
				continue
			}
			a, err := functions.ParseAnswer(outcome.Response.Payload)
			if err != nil {
				t.Fatalf("%s: %v: %.500s", step.name, err, outcome.Response.Payload)
			}
			want := functions.Answer{
				Message: "Hello, world!", Language: c.variant.Language, RuntimeVersion: c.runtime.Version, Architecture: string(c.variant.Architecture),
				EnvironmentID: environmentID, Invocation: i + 1, InitializationType: kind, FunctionVersion: "7", Answer: step.answer,
			}
			if i == 0 {
				want.EnvironmentID, environmentID = a.EnvironmentID, a.EnvironmentID
			}
			if c.runtime.Version == "" { // the artefact knows its compiler, we do not
				want.RuntimeVersion = a.RuntimeVersion
			}
			checkClocks(t, step.name, a, outcome)
			checkMetrics(t, step.name, a.Metrics, c.metrics(metrics))
			checkPeak(t, step.name, c, a.Metrics, outcome)
			checkHeader(t, step.name, outcome.Response.Payload)
			if bytes.Contains(outcome.Response.Payload, []byte(`\u0022`)) {
				t.Errorf("%s: quotes are written as six bytes, where every other language sends two: %.200s", step.name, outcome.Response.Payload)
			}
			cpuMs = append(cpuMs, a.CPUMs)
			a.CPUMs, a.ProcessCPUMs, a.WallMs, a.Metrics = 0, 0, 0, nil
			if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", step.name, a, want)
			}
		}
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(environmentID) {
			t.Errorf("environmentId is %q, want 32 hexadecimal digits", environmentID)
		}
		if other := firstAnswer(t, c, host, kind).EnvironmentID; other == environmentID {
			t.Errorf("two environments have the same environmentId, %s", other)
		}
		// The function counts its own CPU time; how fast this machine is does not enter.
		if at, at10 := cpuMs[4], cpuMs[5]; at10 < times*at || at10 == 0 {
			t.Errorf("cpuMs is %.1f for %d iterations and %.1f for %d, want at least %.0f times as much", at, n, at10, 10*n, times)
		} else {
			t.Logf("cpuMs: hello %.2f, %d iterations %.1f, %d iterations %.1f", cpuMs[2], n, at, 10*n, at10)
		}
	})
}

// firstAnswer is that of the first invocation in another environment of a cell.
func firstAnswer(t *testing.T, c cell, host *sandbox.Host, kind functions.InitializationType) functions.Answer {
	t.Helper()
	outcome := c.launch(t, host, kind, nil, nil).invoke(t.Context(), `{}`)
	a, err := functions.ParseAnswer(outcome.Response.Payload)
	if err != nil || a.Invocation != 1 {
		t.Fatalf("another environment: invocation %d, error %v: %.500s", a.Invocation, err, outcome.Response.Payload)
	}
	return a
}

func checkRefusal(t *testing.T, step string, payload []byte, words string) {
	t.Helper()
	var response struct {
		StatusCode int
		Body       string
	}
	if err := json.Unmarshal(payload, &response); err != nil {
		t.Errorf("%s: %v: %.500s", step, err, payload)
		return
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(response.Body), &body); err != nil {
		t.Errorf("%s: body: %v: %.500s", step, err, payload)
		return
	}
	if response.StatusCode != 400 || len(body) != 1 || body["error"] != words {
		t.Errorf("%s: answer is %d %v, want 400 and the error %q", step, response.StatusCode, body, words)
	}
	checkHeader(t, step, payload)
}

func checkHeader(t *testing.T, step string, payload []byte) {
	t.Helper()
	var response struct{ Headers map[string]string }
	if err := json.Unmarshal(payload, &response); err != nil || len(response.Headers) != 1 || response.Headers["content-type"] != "application/json" {
		t.Errorf("%s: headers are %v, %v; want content-type application/json", step, response.Headers, err)
	}
}

// checkClocks compares the function's clocks with each other and with the platform's.
func checkClocks(t *testing.T, step string, a functions.Answer, outcome sandbox.Outcome) {
	t.Helper()
	durationMs := float64(outcome.Duration.Microseconds()) / 1000
	if a.WallMs <= 0 || a.WallMs > durationMs {
		t.Errorf("%s: wallMs is %v, want more than 0 and at most the platform's duration, %v", step, a.WallMs, durationMs)
	}
	if a.CPUMs < 0 || a.CPUMs > a.ProcessCPUMs {
		t.Errorf("%s: cpuMs is %v, want from 0 to processCpuMs, %v", step, a.CPUMs, a.ProcessCPUMs)
	}
}

// checkPeak compares the peak that the function reads of itself with the
// platform's of the whole environment, which is at least as much. A peak that the
// process inherited from the program that started it is larger.
func checkPeak(t *testing.T, step string, c cell, metrics map[string]float64, outcome sandbox.Outcome) {
	t.Helper()
	bytes, ok := metrics["maxResidentBytes"]
	if !ok {
		return
	}
	mb := bytes / (1 << 20)
	if mb < 0.5 {
		t.Errorf("%s: maxResidentBytes is %.2f MB, which no process can run in", step, mb)
	}
	// The kernel counts a process's pages in batches, and so is a little off.
	const slackMB = 2
	if peak := outcome.MaxMemoryUsedMB; peak != nil && mb > float64(*peak+slackMB) {
		t.Errorf("%s: maxResidentBytes is %.1f MB, and the platform's peak of the environment %d MB", step, mb, *peak)
	}
	// Needs no platform that can tell: Rust has no runtime to fill as much.
	const rustMB = 20
	if c.variant.Language == "rust" && !c.emulated() && mb >= rustMB {
		t.Errorf("%s: maxResidentBytes is %.1f MB, want less than %d in Rust", step, mb, rustMB)
	}
}

func checkMetrics(t *testing.T, step string, metrics map[string]float64, documented []string) {
	t.Helper()
	if got := slices.Sorted(maps.Keys(metrics)); !slices.Equal(got, documented) {
		t.Errorf("%s: metrics are %v, and CONTRACT.md has %v", step, got, documented)
	}
	for name, value := range metrics {
		if value < 0 {
			t.Errorf("%s: metric %s is %v", step, name, value)
		}
	}
}

// metrics are those that CONTRACT.md promises of the cell, out of those of its language.
func (c cell) metrics(of map[string][]string) []string {
	if c.variant.RuntimeLabel() != "dotnet-aot" {
		return of[c.variant.Language]
	}
	return slices.DeleteFunc(slices.Clone(of[c.variant.Language]), func(name string) bool { return name == "jitMethods" || name == "jitMs" })
}

// documentedMetrics reads the table of metrics in CONTRACT.md: language to sorted names.
func documentedMetrics(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../../functions/CONTRACT.md")
	if err != nil {
		t.Fatal(err)
	}
	metrics := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (\\w+) \\| ((?:`\\w+`(?:, )?)+) \\|$").FindAllStringSubmatch(string(page), -1) {
		names := strings.Split(strings.ReplaceAll(row[2], "`", ""), ", ")
		slices.Sort(names)
		metrics[row[1]] = names
	}
	for _, f := range functions.Catalogue() {
		if f.Contract == functions.ContractHello && len(metrics[f.Language]) == 0 {
			t.Errorf("CONTRACT.md has no metrics of %s", f.Language)
		}
	}
	return metrics
}
