package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	one = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
	two = "2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e"
)

func proxy(body string) string {
	return fmt.Sprintf(`{"requestContext":{"stage":"dev"},"httpMethod":"POST","body":%s}`, body)
}

func invoke(t *testing.T, e *environment, event string) (status int, body string) {
	t.Helper()
	r, err := e.handle(t.Context(), json.RawMessage(event))
	if err != nil {
		t.Fatalf("event %s: %v", event, err)
	}
	return r.StatusCode, r.Body
}

func TestAnswer(t *testing.T) {
	inBase64 := base64.StdEncoding.EncodeToString([]byte(`{"workload":"sha256","iterations":2}`))
	for _, row := range []struct{ name, event, answer string }{
		{"no event", ``, ""},
		{"null", `null`, ""},
		{"empty event", `{}`, ""},
		{"fields of strangers", `{"key1":"value1","Workload":"sha256"}`, ""},
		{"hello", `{"workload":"hello","iterations":5}`, ""},
		{"null fields", `{"workload":null,"iterations":null}`, ""},
		{"no hash", `{"workload":"sha256"}`, strings.Repeat("0", 64)},
		{"one hash", `{"workload":"sha256","iterations":1}`, one},
		{"two hashes", `{"workload":"sha256","iterations":2.0}`, two},
		{"proxy without body", proxy(`null`), ""},
		{"proxy with empty body", proxy(`""`), ""},
		{"proxy with body", proxy(`"{\"workload\":\"sha256\",\"iterations\":1}"`), one},
		{"proxy with base64 body", proxy(`"` + inBase64 + `","isBase64Encoded":true`), two},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, body := invoke(t, &environment{}, row.event)
			if status != 200 {
				t.Fatalf("status %d: %s", status, body)
			}
			var got answer
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatal(err)
			}
			if got.Answer != row.answer {
				t.Errorf("answer %q, want %q", got.Answer, row.answer)
			}
			if got.Metrics["heapAllocBytes"] <= 0 {
				t.Errorf("metrics %v lack the heap", got.Metrics)
			}
		})
	}
}

func TestRefusal(t *testing.T) {
	for _, row := range []struct {
		name, event string
		want        error
	}{
		{"array", `[]`, errEvent},
		{"string", `"hello"`, errEvent},
		{"proxy with text", proxy(`"hello"`), errEvent},
		{"proxy with an array", proxy(`"[]"`), errEvent},
		{"unknown workload", `{"workload":"md5"}`, errWorkload},
		{"workload of another type", `{"workload":1}`, errWorkload},
		{"negative", `{"workload":"sha256","iterations":-1}`, errIterations},
		{"fraction", `{"workload":"sha256","iterations":0.5}`, errIterations},
		{"text", `{"workload":"sha256","iterations":"1"}`, errIterations},
		{"too many", `{"workload":"sha256","iterations":10000001}`, errIterations},
		{"far too many", `{"workload":"sha256","iterations":1e300}`, errIterations},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, body := invoke(t, &environment{}, row.event)
			want, _ := json.Marshal(map[string]string{"error": row.want.Error()})
			if status != 400 || body != string(want) {
				t.Errorf("%d %s, want 400 %s", status, body, want)
			}
		})
	}
}

func TestEnvironmentCountsItsInvocations(t *testing.T) {
	e := &environment{}
	if e.id != "" {
		t.Errorf("the id is %s before the first invocation", e.id)
	}
	for want := 1; want <= 3; want++ {
		_, body := invoke(t, e, `{}`)
		var got answer
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if got.Invocation != want || got.EnvironmentID != e.id {
			t.Errorf("invocation %d of %s, want %d of %s", got.Invocation, got.EnvironmentID, want, e.id)
		}
	}
	other := &environment{}
	invoke(t, other, `[]`) // a refused event is an invocation too
	if other.id == "" || other.id == e.id {
		t.Error("two environments share an id")
	}
}
