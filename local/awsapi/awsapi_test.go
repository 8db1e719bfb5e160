package awsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
)

const (
	region      = "eu-central-1"
	account     = "123456789012"
	operatorKey = "AKIAOPERATOR"
	functionKey = "ASIAFUNCTION"
	roleARN     = "arn:aws:iam::123456789012:role/reader"
)

// endpoint is a Server on a real listener, before a real Lambda service whose
// environments are no processes.
type endpoint struct {
	url         string
	server      *Server
	lambda      *lambda.Service
	logs        *logs.Store
	invocations *invocations
}

// invocations keeps what the functions were invoked with.
type invocations struct {
	mu   sync.Mutex
	last sandbox.Invocation
}

func (i *invocations) set(v sandbox.Invocation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last = v
}

func (i *invocations) get() sandbox.Invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.last
}

// Launch starts an environment that answers each event with the event, and
// fails on the event {"fail":true}.
func (i *invocations) Launch(_ context.Context, _ sandbox.Config, t functions.InitializationType, _ sandbox.LogStream) (sandbox.Environment, error) {
	return &echo{seen: i, kind: t, gone: make(chan struct{})}, nil
}

type echo struct {
	seen *invocations
	kind functions.InitializationType
	gone chan struct{}
}

func (e *echo) ID() string                                       { return "echo" }
func (e *echo) Init() sandbox.Init                               { return sandbox.Init{} }
func (e *echo) InitializationType() functions.InitializationType { return e.kind }
func (e *echo) Gone() <-chan struct{}                            { return e.gone }
func (e *echo) Close() error                                     { close(e.gone); return nil }

func (e *echo) Invoke(_ context.Context, i sandbox.Invocation) sandbox.Outcome {
	i.Payload = bytes.Clone(i.Payload)
	e.seen.set(i)
	r := sandbox.Response{Payload: i.Payload}
	if string(i.Payload) == `{"fail":true}` {
		r = sandbox.Response{Payload: []byte(`{"errorType":"Error"}`), FunctionError: "Unhandled"}
	}
	if i.Respond != nil {
		i.Respond(r)
	}
	r.LogTail = []byte("START RequestId: " + i.RequestID + "\nREPORT RequestId: " + i.RequestID + "\n")
	return sandbox.Outcome{Response: r, Status: "success", Reusable: true}
}

// newEndpoint starts an endpoint with the function echo, its version 1 and its alias live.
func newEndpoint(t *testing.T, change ...func(*Options)) *endpoint {
	t.Helper()
	o := Options{Region: region, AccountID: account, Logs: logs.NewStore("")}
	for _, c := range change {
		c(&o)
	}
	e := &endpoint{logs: o.Logs, invocations: &invocations{}}
	e.lambda = lambda.New(lambda.Options{
		Region: region, AccountID: account, Launcher: e.invocations, Logs: o.Logs, Directory: o.Directory, CodeDir: "/code",
		Unpack: func(string, string) error { return nil },
		Runtime: func(context.Context, string, functions.Architecture) (lambda.Launch, error) {
			return lambda.Launch{Argv: func(string, string, int) ([]string, map[string]string) { return []string{"/bootstrap"}, nil }}, nil
		},
		Propagation: 10 * time.Millisecond,
	})
	t.Cleanup(func() {
		if err := e.lambda.Close(); err != nil {
			t.Error(err)
		}
	})
	e.create(t, "echo")
	if _, err := e.lambda.CreateAlias("echo", "live", "1"); err != nil {
		t.Fatal(err)
	}
	o.Lambda = e.lambda
	e.server = New(o)
	s := httptest.NewServer(e.server)
	t.Cleanup(s.Close)
	e.url = s.URL
	return e
}

func (e *endpoint) create(t *testing.T, name string) {
	t.Helper()
	zip := filepath.Join(t.TempDir(), "function.zip")
	if err := os.WriteFile(zip, []byte("zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.logs.CreateGroup("/aws/lambda/" + name); err != nil {
		t.Fatal(err)
	}
	_, _, err := e.lambda.CreateFunction(t.Context(), lambda.FunctionConfig{
		Name: name, RoleARN: roleARN, Runtime: "nodejs22.x", Handler: "index.handler", Description: "echoes", Architecture: "arm64",
		MemoryMB: 512, Timeout: 30 * time.Second, Variables: map[string]string{"NONCE": "0"}, CodePath: zip, Publish: true, Tracing: true,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// config is what SDK clients are made of. Nothing is retried: an error is the test's to see.
func (e *endpoint) config(accessKeyID string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &e.url,
		Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// readerDirectory lets the function's key do what the statements say.
func readerDirectory(t *testing.T, policy string) *iam.Directory {
	t.Helper()
	p, err := iam.ParsePolicy([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	d := iam.NewDirectory(iam.Role{Name: "reader", ARN: roleARN, Services: []string{"lambda.amazonaws.com"}, Policies: []iam.Policy{p}})
	if err := d.Assume(roleARN, "lambda.amazonaws.com", functionKey); err != nil {
		t.Fatal(err)
	}
	return d
}

// allow is a policy of one statement.
func allow(action, resource string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%q,"Resource":%q}]}`, action, resource)
}

// checkCode checks the name of the error that an SDK read.
func checkCode(t *testing.T, err error, want string) smithy.APIError {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		t.Fatalf("error %v, want %s", err, want)
	}
	if api.ErrorCode() != want {
		t.Errorf("error %s (%s), want %s", api.ErrorCode(), api.ErrorMessage(), want)
	}
	return api
}

func checkDenied(t *testing.T, err error, action, resource string) {
	t.Helper()
	want := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action", roleARN, action, resource, action)
	if got := checkCode(t, err, "AccessDeniedException").ErrorMessage(); got != want {
		t.Errorf("message\n%s, want\n%s", got, want)
	}
}

func signedBy(key string) string {
	return "AWS4-HMAC-SHA256 Credential=" + key + "/20261125/eu-central-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
}

// call is a request of the JSON protocol, without an SDK.
func call(h http.Handler, target, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Host = "127.0.0.1:4566"
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	if key != "" {
		r.Header.Set("Authorization", signedBy(key))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRequestsThatNobodyMayMake(t *testing.T) {
	s := New(Options{Region: region, AccountID: account})
	for _, tt := range []struct {
		name, host, authorization string
		status                    int
		errorType                 string
	}{
		{"a stranger's host", "evil.example:80", signedBy(operatorKey), 403, ""},
		{"not signed", "localhost:80", "", 403, "MissingAuthenticationTokenException"},
		{"another scheme", "localhost:80", "Bearer Credential=a/b", 403, "MissingAuthenticationTokenException"},
		{"no access key", "localhost:80", "AWS4-HMAC-SHA256 Credential=/2026", 403, "MissingAuthenticationTokenException"},
		{"no such path", "localhost:80", signedBy(operatorKey), 404, "UnknownOperationException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/2015-03-31/layers", nil)
			r.Host = tt.host
			r.Header.Set("Authorization", tt.authorization)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != tt.status || w.Header().Get("X-Amzn-Errortype") != tt.errorType {
				t.Errorf("got %d %s: %s", w.Code, w.Header().Get("X-Amzn-Errortype"), w.Body)
			}
		})
	}
}

func TestAccessKey(t *testing.T) {
	for _, tt := range []struct {
		name, header, want string
	}{
		{"as AWS's clients sign", signedBy("AKIA1"), "AKIA1"},
		{"another order", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00,Credential=AKIA2/2026/r/s/aws4_request", "AKIA2"},
		{"any region", "AWS4-ECDSA-P256-SHA256 Credential=AKIA3/20261125/s/aws4_request", "AKIA3"},
		{"no scope", "AWS4-HMAC-SHA256 Credential=AKIA4", ""},
		{"no credential", "AWS4-HMAC-SHA256 Signature=00", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := accessKey(tt.header)
			if ok != (tt.want != "") || ok && got != tt.want {
				t.Errorf("accessKey = %q, %v, want %q", got, ok, tt.want)
			}
		})
	}
}

func TestUnknownTargets(t *testing.T) {
	s := New(Options{Region: region, AccountID: account, SSM: newSSM()})
	for _, target := range []string{"AmazonSSM.PutParameter", "AmazonSQS.SendMessage", "AmazonSSM", "."} {
		w := call(s, target, operatorKey, `{}`)
		var body struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if w.Code != 400 || body.Type != "UnknownOperationException" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}

func TestRegister(t *testing.T) {
	s := New(Options{Region: region, AccountID: account, Directory: readerDirectory(t, allow("thing:Get*", "*"))})
	type input struct{ Name string }
	s.register("Thing_2026", Operations{"GetThing": Operation(func(_ context.Context, c *Call, in input) (map[string]string, error) {
		return map[string]string{"Hello": in.Name, "Caller": c.AccessKeyID}, c.Authorize("thing:GetThing", "x")
	}), "Break": func(context.Context, *Call) (any, error) { return nil, errors.New("broken") }})
	for _, tt := range []struct {
		name, target, body string
		status             int
		want               string
	}{
		{"an operation", "Thing_2026.GetThing", `{"Name":"you"}`, 200, `{"Caller":"ASIAFUNCTION","Hello":"you"}`},
		{"no JSON", "Thing_2026.GetThing", `{`, 400, `{"__type":"SerializationException","message":"unexpected end of JSON input"}`},
		{"a failure", "Thing_2026.Break", `{}`, 500, `{"__type":"InternalServerError","message":"broken"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if w := call(s, tt.target, functionKey, tt.body); w.Code != tt.status || w.Body.String() != tt.want {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, tt.want)
			}
		})
	}
}

func TestQueryProtocol(t *testing.T) {
	r := httptest.NewRequest("POST", "/", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("Authorization", signedBy(operatorKey))
	w := httptest.NewRecorder()
	New(Options{Region: region, AccountID: account}).ServeHTTP(w, r)
	want := "<ErrorResponse><Error><Code>UnknownOperationException</Code><Message>GetCallerIdentity is not part of the local platform</Message></Error><RequestId>" + w.Header().Get("X-Amzn-Requestid") + "</RequestId></ErrorResponse>"
	if w.Code != 404 || w.Body.String() != want {
		t.Errorf("got %d %s, want %s", w.Code, w.Body, want)
	}
}

// Whatever a stranger sends is answered, and never by a panic.
func FuzzServer(f *testing.F) {
	f.Add("POST", "/2015-03-31/functions/echo/invocations", "Lambda", "127.0.0.1", `{}`)
	f.Add("POST", "/", "AmazonSSM.GetParameter", "localhost:1", `{"Name":"arn:aws:ssm:eu-central-1:123456789012:parameter/a"}`)
	f.Add("POST", "/", "Logs_20140328.FilterLogEvents", "[::1]:1", `{"logGroupName":"g","filterPattern":"\"a"}`)
	f.Add("POST", "/", "secretsmanager.GetSecretValue", "localhost", `{"SecretId":"s"}`)
	f.Add("PUT", "/2015-03-31/functions/arn%3Aaws/configuration", "", "localhost", `{"Environment":null}`)
	f.Add("GET", "/2015-03-31/functions/?Marker=%00", "", "evil.example", ``)
	s := New(Options{Region: region, AccountID: account, FilterRate: 1e9, Logs: logs.NewStore(""), Lambda: lambda.New(lambda.Options{Region: region, AccountID: account}),
		SSM: newSSM(), Secrets: secrets.New(region, account, []secrets.Secret{{Name: "s", ARN: "short"}})})
	f.Fuzz(func(t *testing.T, method, target, amzTarget, host, body string) {
		r, err := http.NewRequest(method, "http://localhost/", strings.NewReader(body))
		if err != nil {
			return
		}
		if u, err := r.URL.Parse(target); err == nil {
			r.URL = u
		}
		r.Host = host
		r.Header.Set("X-Amz-Target", amzTarget)
		r.Header.Set("Authorization", signedBy(operatorKey))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if strings.HasSuffix(host, "evil.example") && w.Code != http.StatusForbidden {
			t.Errorf("host %q: status %d", host, w.Code)
		}
	})
}
