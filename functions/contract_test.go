package functions

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

const goodBody = `{"message":"Hello, world!","environmentId":"e","invocation":1,"initializationType":"on-demand","cpuMs":0.5,"metrics":{"heapBytes":1}}`

func response(status int, body string) string {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"statusCode":%d,"body":%s}`, status, text)
}

func TestParseAnswer(t *testing.T) {
	for _, row := range []struct{ name, payload, want string }{
		{"good", response(200, goodBody), ""},
		{"refused", response(400, `{"error":"workload must be"}`), "status code is 400, want 200: workload must be"},
		{"another status", response(500, "oops"), "status code is 500"},
		{"no status", `{"body":"{}"}`, "status code is 0"},
		{"an error payload", `{"errorType":"Error","errorMessage":"x"}`, "status code is 0"},
		{"no body", `{"statusCode":200}`, "has no body"},
		{"a body of text", response(200, "Hello"), "body:"},
		{"no JSON", `Hello`, "response:"},
		{"no environment", response(200, strings.Replace(goodBody, `"e"`, `""`, 1)), "environmentId is missing"},
		{"no invocation", response(200, strings.Replace(goodBody, `"invocation":1`, `"invocation":0`, 1)), "invocation is 0"},
		{"no initialization type", response(200, strings.Replace(goodBody, `"on-demand"`, `""`, 1)), "initializationType is missing"},
		{"no metrics", response(200, strings.Replace(goodBody, `{"heapBytes":1}`, `{}`, 1)), "metrics is empty"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := ParseAnswer([]byte(row.payload))
			switch {
			case row.want == "" && (err != nil || a.EnvironmentID != "e" || a.CPUMs != 0.5):
				t.Errorf("%+v, %v", a, err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("error %v, want one that says %q", err, row.want)
			}
		})
	}
}

// An answer that is accepted has all that a sample rests on.
func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(response(200, goodBody)))
	f.Add([]byte(response(400, `{"error":"no"}`)))
	f.Add([]byte(`{"errorMessage":"x"}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		a, err := ParseAnswer(payload)
		if err == nil && (a.EnvironmentID == "" || a.Invocation < 1 || a.InitializationType == "" || len(a.Metrics) == 0) {
			t.Errorf("accepted: %+v", a)
		}
	})
}

// CONTRACT.md and the Go types name the same fields.
func TestContractNamesEveryField(t *testing.T) {
	page, err := os.ReadFile("CONTRACT.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{Event{Workload: WorkloadHello, Iterations: 1}, Answer{}} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		for name := range fields {
			if !strings.Contains(string(page), "| `"+name+"` |") {
				t.Errorf("CONTRACT.md has no row for %s of %T", name, value)
			}
		}
	}
	if !strings.Contains(string(page), fmt.Sprintf("from 0 to %d`", MaxIterations)) {
		t.Errorf("CONTRACT.md does not name the bound %d", MaxIterations)
	}
}
