package awsapi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
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
	secret      = "wJalrXUtnFEMI/K7MDENG"
)

// tokens are the session tokens that belong to access keys.
var tokens = map[string]string{functionKey: "session/token=="}

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
	return newEndpointPropagating(t, 10*time.Millisecond, change...)
}

// newEndpointPropagating is newEndpoint with changes of configuration that stay in
// progress for a while.
func newEndpointPropagating(t *testing.T, propagation time.Duration, change ...func(*Options)) *endpoint {
	t.Helper()
	o := Options{Region: region, AccountID: account, Logs: logs.NewStore(""), Directory: operators()}
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
		Propagation: propagation,
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
		Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, secret, tokens[accessKeyID]),
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
	d := iam.NewDirectory(iam.Role{Name: "reader", ARN: roleARN, Trust: []iam.Trust{{Service: "lambda.amazonaws.com"}}, Policies: []iam.Policy{p}})
	d.AdmitOperator(iam.Credentials{AccessKeyID: operatorKey, SecretAccessKey: secret})
	if err := d.Assume(roleARN, "lambda.amazonaws.com", iam.Credentials{AccessKeyID: functionKey, SecretAccessKey: secret, SessionToken: tokens[functionKey]}); err != nil {
		t.Fatal(err)
	}
	return d
}

// operators knows the operator, and the function's key as an operator's too.
func operators() *iam.Directory {
	d := iam.NewDirectory(iam.Role{Name: "reader", ARN: roleARN, Trust: []iam.Trust{{Service: "lambda.amazonaws.com"}}})
	for _, key := range []string{operatorKey, functionKey} {
		d.AdmitOperator(iam.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: tokens[key]})
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

// sign signs a request as the SDK for Go does.
func sign(r *http.Request, service, key, body string) {
	sum := sha256.Sum256([]byte(body))
	c := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: tokens[key]}
	if err := v4.NewSigner().SignHTTP(context.Background(), c, r, hex.EncodeToString(sum[:]), service, region, time.Now()); err != nil {
		panic(err)
	}
}

// newRequest is a signed request of the JSON protocol, or of REST if it has no target.
func newRequest(method, path, target, key, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:4566"
	service := "lambda"
	if target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", target)
		prefix, _, _ := strings.Cut(target, ".")
		service = cmp.Or(signingNames[prefix], "service")
	}
	sign(r, service, key, body)
	return r
}

// call is a request of the JSON protocol, without an SDK.
func call(h http.Handler, target, key, body string) *httptest.ResponseRecorder {
	return serve(h, newRequest("POST", "/", target, key, body))
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestForeignHost(t *testing.T) {
	r := newRequest("GET", "/2015-03-31/functions", "", operatorKey, "")
	r.Host = "evil.example:80"
	if w := serve(New(Options{Region: region, AccountID: account, Directory: operators()}), r); w.Code != 403 || w.Header().Get("X-Amzn-Errortype") != "" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestUnknownTargets(t *testing.T) {
	s := New(Options{Region: region, AccountID: account, Directory: operators(), SSM: newSSM()})
	for _, target := range []string{"AmazonSSM.PutParameter", "AmazonSQS.SendMessage", "AmazonSSM", "."} {
		w := call(s, target, operatorKey, `{}`)
		if w.Code != 400 || errorType(t, w) != "UnknownOperationException" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}

// errorType is the name of the error that the JSON protocol answered.
func errorType(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct {
		Type string `json:"__type"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return body.Type
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
		{"an unknown member", "Thing_2026.GetThing", `{"Name":"you","Other":1}`, 400, `{"__type":"ValidationException","message":"Other is not part of the local platform"}`},
		{"an unknown member that is null", "Thing_2026.GetThing", `{"Name":"you","Other":null}`, 200, `{"Caller":"ASIAFUNCTION","Hello":"you"}`},
		{"a member in another case", "Thing_2026.GetThing", `{"name":"you"}`, 400, `{"__type":"ValidationException","message":"name is not part of the local platform"}`},
		{"text as it is", "Thing_2026.GetThing", `{"Name":"<you>&"}`, 200, `{"Caller":"ASIAFUNCTION","Hello":"<you>&"}`},
		{"a second value", "Thing_2026.GetThing", `{}{}`, 400, `{"__type":"SerializationException","message":"unexpected '{' after the JSON value, at byte 3"}`},
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
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	for _, tt := range []struct {
		name, key, code, message string
		status                   int
	}{
		{"an operation", operatorKey, "UnknownOperationException", "GetCallerIdentity is not part of the local platform", 404},
		{"an unknown key", "AKIAOTHER", "InvalidClientTokenId", "The security token included in the request is invalid.", 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(body))
			r.Host = "localhost"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
			sign(r, "sts", tt.key, body)
			w := serve(New(Options{Region: region, AccountID: account, Directory: operators()}), r)
			want := "<ErrorResponse><Error><Code>" + tt.code + "</Code><Message>" + tt.message + "</Message></Error><RequestId>" + w.Header().Get("X-Amzn-Requestid") + "</RequestId></ErrorResponse>"
			if w.Code != tt.status || w.Body.String() != want {
				t.Errorf("got %d %s, want %s", w.Code, w.Body, want)
			}
		})
	}
}

// Every signed request is answered without a panic.
func FuzzServer(f *testing.F) {
	f.Add("POST", "/2015-03-31/functions/echo/invocations", "Lambda", "127.0.0.1", `{}`)
	f.Add("POST", "/", "AmazonSSM.GetParameter", "localhost:1", `{"Name":"arn:aws:ssm:eu-central-1:123456789012:parameter/a"}`)
	f.Add("POST", "/", "Logs_20140328.FilterLogEvents", "[::1]:1", `{"logGroupName":"g","filterPattern":"\"a"}`)
	f.Add("POST", "/", "secretsmanager.GetSecretValue", "localhost", `{"SecretId":"s"}`)
	f.Add("PUT", "/2015-03-31/functions/arn%3Aaws/configuration", "", "localhost", `{"Environment":null}`)
	f.Add("GET", "/2015-03-31/functions/?Marker=%00", "", "evil.example", ``)
	s := New(Options{Region: region, AccountID: account, Directory: operators(), FilterRate: 1e9, Logs: logs.NewStore(""), Lambda: lambda.New(lambda.Options{Region: region, AccountID: account}),
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
		prefix, _, _ := strings.Cut(amzTarget, ".")
		sign(r, cmp.Or(signingNames[prefix], "lambda"), operatorKey, body)
		w := serve(s, r)
		if strings.HasSuffix(host, "evil.example") && w.Code != http.StatusForbidden {
			t.Errorf("host %q: status %d", host, w.Code)
		}
	})
}
