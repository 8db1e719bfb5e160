package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

const (
	region  = "eu-central-1"
	account = "123456789012"
)

// functions answers invocations with one payload and keeps what it was asked.
type functions struct {
	payload       string
	functionError string
	err           error
	asked         lambda.InvokeInput
	calls         int
}

func (f *functions) invoke(_ context.Context, in lambda.InvokeInput) (lambda.InvokeOutput, error) {
	f.calls++
	f.asked = in
	f.asked.Payload = bytes.Clone(in.Payload) // the gateway uses its buffer again
	if f.err != nil {
		return lambda.InvokeOutput{}, f.err
	}
	payload := f.payload
	if payload == "" {
		payload = `{"statusCode":200,"body":"ok"}`
	}
	return lambda.InvokeOutput{Status: 200, Payload: []byte(payload), FunctionError: f.functionError}, nil
}

func newRequest(method, target, body string) *http.Request {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	r.Host = "127.0.0.1:8080"
	return r
}

func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var routes = []Route{
	{Method: "GET", Path: "/esmodule", FunctionARN: "esmodule:live"},
	{Method: "GET", Path: "/v1/runs/{id}", FunctionARN: "runs"},
	{Method: "GET", Path: "/v1/stats", FunctionARN: "stats", KeyRequired: true},
	{Method: "GET", Path: "/files/{name}", FunctionARN: "files"},
	{Method: "HEAD", Path: "/files/{name}", FunctionARN: "files"},
	{Method: "POST", Path: "/files/{name}", FunctionARN: "files"},
	{Method: "GET", Path: "/files/{folder}/{name}", FunctionARN: "files"},
}

func TestEvent(t *testing.T) {
	for _, tt := range []struct {
		name    string
		api     API
		request func() *http.Request
	}{
		{"plain", API{}, func() *http.Request { return newRequest("GET", "/dev/esmodule", "") }},
		{"headers", API{}, func() *http.Request {
			r := newRequest("GET", "/dev/esmodule", "")
			r.Header = http.Header{
				"User-Agent": {"curl/8.0"}, "Accept": {"text/html", "*/*"}, "X-Quote": {`a"b\c` + "\t\x01é"},
				"Connection": {"keep-alive"}, "Content-Length": {"0"},
				"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"443"},
			}
			return r
		}},
		{"query", API{}, func() *http.Request {
			return newRequest("GET", "/dev/esmodule?b=1&a=x%20y&b=2&plus=a+b&email=a%2Bb@c.example&empty&bad=%zz&&b=3", "")
		}},
		{"path", API{}, func() *http.Request {
			return newRequest("GET", "/dev/files/test%2Balias@example.com/x+y/", "")
		}},
		{"body", API{}, func() *http.Request { return newRequest("POST", "/dev/files/a", "line\n{\"a\": \"é\"}") }},
		{"binary body as text", API{}, func() *http.Request { return newRequest("POST", "/dev/files/a", "\x00\xff\xfe!") }},
		{"key", API{APIKeys: map[string]string{"secret": "key1"}}, func() *http.Request {
			r := newRequest("GET", "/dev/v1/stats", "")
			r.Header.Set("X-Api-Key", "secret")
			return r
		}},
		{"trace of the client", API{Tracing: true}, func() *http.Request {
			r := newRequest("GET", "/dev/esmodule", "")
			r.Header.Set("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")
			return r
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // whose clock starts at a fixed time
				api := tt.api
				api.ID, api.Stage, api.Routes = "abc123", "dev", routes
				var f functions
				w := send(New(api, f.invoke, region, account), tt.request())
				if w.Code != http.StatusOK {
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
				if !json.Valid(f.asked.Payload) {
					t.Fatalf("the event is not JSON: %s", f.asked.Payload)
				}
				var got bytes.Buffer
				if err := json.Indent(&got, f.asked.Payload, "", "  "); err != nil {
					t.Fatal(err)
				}
				text := got.String()
				for header, placeholder := range map[string]string{"X-Amzn-Requestid": "REQUEST-ID", "X-Amz-Apigw-Id": "EXTENDED-ID"} {
					text = strings.ReplaceAll(text, w.Header().Get(header), placeholder)
				}
				text = withoutTrace(t, text, f.asked.Payload)
				golden.Compare(t, strings.ReplaceAll(tt.name, " ", "-")+".json", text)
			})
		})
	}
}

// withoutTrace replaces the random parts of the trace id that an event carries.
func withoutTrace(t *testing.T, text string, event []byte) string {
	t.Helper()
	var e struct{ Headers map[string]string }
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatal(err)
	}
	trace := e.Headers["X-Amzn-Trace-Id"]
	root, _ := clientTrace(trace)
	if !isTraceRoot(root) {
		t.Errorf("trace header %q has no root", trace)
	}
	kept := root[:len("1-5759e988-")] // version and time
	if _, parent, ok := strings.Cut(trace, ";Parent="); ok {
		text = strings.ReplaceAll(text, parent[:16], "PARENT")
	}
	return strings.ReplaceAll(text, root, kept+"RANDOM")
}

func TestInvocation(t *testing.T) {
	var f functions
	g := New(API{ID: "abc123", Stage: "dev", Routes: routes, Tracing: true}, f.invoke, region, account)
	w := send(g, newRequest("POST", "/dev/files/a", "x"))
	in := f.asked
	in.Payload = nil
	want := lambda.InvokeInput{
		Function: "files", Type: "RequestResponse", TraceID: w.Header().Get("X-Amzn-Trace-Id"),
		Caller: lambda.Caller{Service: "apigateway.amazonaws.com", SourceARN: "arn:aws:execute-api:eu-central-1:123456789012:abc123/dev/POST/files/{name}"},
	}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Errorf("invocation (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(in.TraceID, ";Sampled=1") { // the first request of a second always is
		t.Errorf("trace id %q: want a sampled one", in.TraceID)
	}
}

func TestWithoutTracingFunctionsAreNotTraced(t *testing.T) {
	var f functions
	w := send(New(API{ID: "abc123", Stage: "dev", Routes: routes}, f.invoke, region, account), newRequest("GET", "/dev/esmodule", ""))
	if f.asked.TraceID != "" || w.Header().Get("X-Amzn-Trace-Id") != "" {
		t.Errorf("trace id %q, header %q: want none", f.asked.TraceID, w.Header().Get("X-Amzn-Trace-Id"))
	}
}

func TestRefusals(t *testing.T) {
	ok := func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
		return lambda.InvokeOutput{Payload: []byte(`{}`)}, nil
	}
	fails := func(err error) Invoke {
		return func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
			return lambda.InvokeOutput{}, err
		}
	}
	for _, tt := range []struct {
		name, method, target string
		edit                 func(*http.Request)
		invoke               Invoke
		status               int
		message, errorType   string
	}{
		{"no resource", "GET", "/dev/nope", nil, ok, 403, "Missing Authentication Token", "MissingAuthenticationTokenException"},
		{"no root", "GET", "/dev", nil, ok, 403, "Missing Authentication Token", "MissingAuthenticationTokenException"},
		{"no method", "POST", "/dev/esmodule", nil, ok, 403, "Missing Authentication Token", "MissingAuthenticationTokenException"},
		{"HEAD has no method of its own", "HEAD", "/dev/esmodule", nil, ok, 403, "Missing Authentication Token", "MissingAuthenticationTokenException"},
		{"OPTIONS has none either", "OPTIONS", "/dev/esmodule", nil, ok, 403, "Missing Authentication Token", "MissingAuthenticationTokenException"},
		{"another stage", "GET", "/prod/esmodule", nil, ok, 403, "Forbidden", "ForbiddenException"},
		{"a stage that starts like ours", "GET", "/development/esmodule", nil, ok, 403, "Forbidden", "ForbiddenException"},
		{"a stranger's host", "GET", "/dev/esmodule", func(r *http.Request) { r.Host = "evil.example" }, ok, 403, "Forbidden", "ForbiddenException"},
		{"no key", "GET", "/dev/v1/stats", nil, ok, 403, "Forbidden", "ForbiddenException"},
		{"an unknown key", "GET", "/dev/v1/stats", func(r *http.Request) { r.Header.Set("X-Api-Key", "guess") }, ok, 403, "Forbidden", "ForbiddenException"},
		{"too large", "POST", "/dev/files/a", func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", MaxBody+1))), -1
		}, ok, 413, "HTTP content length exceeded 10485760 bytes.", "RequestTooLargeException"},
		{"too large for Lambda", "GET", "/dev/esmodule", nil, fails(&apierror.Error{Code: "RequestTooLargeException", Status: 413}), 413, "Request Too Long", "RequestEntityTooLargeException"},
		{"throttled by Lambda", "GET", "/dev/esmodule", nil, fails(&apierror.Error{Code: "TooManyRequestsException", Status: 429}), 500, "Internal server error", "InternalServerErrorException"},
		{"forbidden by Lambda", "GET", "/dev/esmodule", nil, fails(fmt.Errorf("invoke: %w", &apierror.Error{Code: "AccessDeniedException", Status: 403})), 500, "Internal server error", "InternalServerErrorException"},
		{"any other error", "GET", "/dev/esmodule", nil, fails(errors.New("no spawn")), 500, "Internal server error", "InternalServerErrorException"},
		{"a function that fails", "GET", "/dev/esmodule", nil, (&functions{payload: `{"errorType":"Error"}`, functionError: "Unhandled"}).invoke, 502, "Internal server error", "InternalServerErrorException"},
		{"a malformed answer", "GET", "/dev/esmodule", nil, (&functions{payload: `"text"`}).invoke, 502, "Internal server error", "InternalServerErrorException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRequest(tt.method, tt.target, "")
			if tt.edit != nil {
				tt.edit(r)
			}
			w := send(New(API{ID: "abc123", Stage: "dev", Routes: routes, APIKeys: map[string]string{"secret": "key1"}}, tt.invoke, region, account), r)
			if want := fmt.Sprintf(`{"message":%q}`, tt.message); w.Code != tt.status || w.Body.String() != want {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, want)
			}
			if got := w.Header().Get("X-Amzn-Errortype"); got != tt.errorType {
				t.Errorf("x-amzn-ErrorType %q, want %q", got, tt.errorType)
			}
			for _, header := range []string{"X-Amzn-Requestid", "X-Amz-Apigw-Id"} {
				if w.Header().Get(header) == "" {
					t.Errorf("no %s", header)
				}
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var event []byte
		hangs := func(ctx context.Context, in lambda.InvokeInput) (lambda.InvokeOutput, error) {
			<-ctx.Done()
			event = in.Payload // the environment still has it
			return lambda.InvokeOutput{}, ctx.Err()
		}
		g := New(API{ID: "abc123", Stage: "dev", Routes: routes}, hangs, region, account)
		start := time.Now()
		w := send(g, newRequest("POST", "/dev/files/hangs", ""))
		if w.Code != http.StatusGatewayTimeout || w.Body.String() != `{"message":"Endpoint request timed out"}` {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		if waited := time.Since(start); waited != IntegrationTimeout {
			t.Errorf("answered after %s, want %s", waited, IntegrationTimeout)
		}
		kept := string(event)
		var f functions
		send(New(API{ID: "abc123", Stage: "dev", Routes: routes}, f.invoke, region, account), newRequest("POST", "/dev/files/another", "other"))
		if string(event) != kept {
			t.Error("the event of a function that still runs was overwritten by the next request")
		}
	})
}

// A function goes on when its client hangs up.
func TestClientHangsUp(t *testing.T) {
	invoke := func(ctx context.Context, _ lambda.InvokeInput) (lambda.InvokeOutput, error) {
		return lambda.InvokeOutput{Payload: []byte(`{}`)}, ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := send(New(API{ID: "abc123", Stage: "dev", Routes: routes}, invoke, region, account), newRequest("GET", "/dev/esmodule", "").WithContext(ctx))
	if w.Code != http.StatusOK {
		t.Errorf("status %d: the function was stopped with its client", w.Code)
	}
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f functions
		g := New(API{ID: "abc123", Stage: "dev", Routes: routes, ThrottleRate: 2, ThrottleBurst: 3}, f.invoke, region, account)
		status := func() int { return send(g, newRequest("GET", "/dev/esmodule", "")).Code }
		for i, want := range []int{200, 200, 200, 429, 429} {
			if got := status(); got != want {
				t.Errorf("request %d of a burst: %d, want %d", i+1, got, want)
			}
		}
		time.Sleep(500 * time.Millisecond) // one token at 2/s
		for i, want := range []int{200, 429} {
			if got := status(); got != want {
				t.Errorf("request %d half a second later: %d, want %d", i+1, got, want)
			}
		}
		if f.calls != 4 {
			t.Errorf("%d invocations, want 4", f.calls)
		}
	})
}

func TestUsagePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f functions
		g := New(API{
			ID: "abc123", Stage: "dev", Routes: routes,
			APIKeys:   map[string]string{"one": "id1", "two": "id2"},
			UsagePlan: UsagePlan{Rate: 1, Burst: 2, Quota: 3, Period: "DAY"},
		}, f.invoke, region, account)
		get := func(key string) *httptest.ResponseRecorder {
			r := newRequest("GET", "/dev/v1/stats", "")
			r.Header.Set("X-Api-Key", key)
			return send(g, r)
		}
		for i, want := range []struct {
			key    string
			status int
			wait   time.Duration
		}{
			{"one", 200, 0},
			{"one", 200, 0},
			{"one", 429, time.Second}, // the bucket is empty; the quota is not touched
			{"two", 200, 0},           // every key has its own
			{"one", 200, time.Second},
			{"one", 429, 24 * time.Hour}, // the quota is used up
			{"one", 200, 0},              // a new day
		} {
			if got := get(want.key); got.Code != want.status {
				t.Errorf("request %d with key %s: %d %s, want %d", i+1, want.key, got.Code, got.Body, want.status)
			}
			time.Sleep(want.wait)
		}
		if w := send(g, newRequest("GET", "/dev/esmodule", "")); w.Code != 200 {
			t.Errorf("a route without keys: %d", w.Code)
		}
	})
}

func TestQuotaMessage(t *testing.T) {
	var f functions
	g := New(API{ID: "abc123", Stage: "dev", Routes: routes, APIKeys: map[string]string{"one": "id1"}, UsagePlan: UsagePlan{Quota: 1, Period: "MONTH"}}, f.invoke, region, account)
	r := newRequest("GET", "/dev/v1/stats", "")
	r.Header.Set("X-Api-Key", "one")
	send(g, r)
	if w := send(g, r); w.Code != 429 || w.Body.String() != `{"message":"Limit Exceeded"}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestPeriodStart(t *testing.T) {
	at := time.Date(2026, 11, 25, 13, 14, 15, 16, time.FixedZone("", 14*3600)) // 24 November in UTC, a Tuesday
	for period, want := range map[string]string{"": "2026-11-24", "DAY": "2026-11-24", "WEEK": "2026-11-22", "MONTH": "2026-11-01"} {
		if got := periodStart(at, period).Format(time.DateTime); got != want+" 00:00:00" {
			t.Errorf("%q starts at %s, want %s", period, got, want)
		}
	}
}
