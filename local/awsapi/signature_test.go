package awsapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// emptySHA256 is the hash of an empty body.
const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestSignatures(t *testing.T) {
	s := New(Options{Region: region, AccountID: account, Directory: operators(), SSM: newSSM(), Lambda: newEndpoint(t).lambda})
	// signed signs a request to the REST API and changes it afterwards.
	signed := func(key, signingSecret, token, service, signingRegion string, at time.Time, change func(*http.Request)) *http.Request {
		r := httptest.NewRequest("GET", "/2015-03-31/functions/echo?Qualifier=live", nil)
		r.Host = "127.0.0.1:4566"
		c := aws.Credentials{AccessKeyID: key, SecretAccessKey: signingSecret, SessionToken: token}
		if err := v4.NewSigner().SignHTTP(context.Background(), c, r, emptySHA256, service, signingRegion, at); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(r)
		}
		return r
	}
	now, token := time.Now(), tokens[functionKey]
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, tt := range []struct {
		name    string
		request *http.Request
		code    string // empty: answered
	}{
		{"the operator", signed(operatorKey, secret, "", "lambda", region, now, nil), ""},
		{"a function", signed(functionKey, secret, token, "lambda", region, now, nil), ""},
		{"a header that the signature does not cover", signed(operatorKey, secret, "", "lambda", region, now, header("Accept", "*/*")), ""},
		{"not signed", signed(operatorKey, secret, "", "lambda", region, now, func(r *http.Request) { r.Header.Del("Authorization") }), "MissingAuthenticationTokenException"},
		{"another scheme", signed(operatorKey, secret, "", "lambda", region, now, header("Authorization", "Bearer a")), "MissingAuthenticationTokenException"},
		{"an access key alone", signed(operatorKey, secret, "", "lambda", region, now, header("Authorization", "AWS4-HMAC-SHA256 Credential="+operatorKey+"/20261125/r/s/aws4_request, SignedHeaders=host")), "IncompleteSignatureException"},
		{"half a scope", signed(operatorKey, secret, "", "lambda", region, now, header("Authorization", "AWS4-HMAC-SHA256 Credential="+operatorKey+"/2026, SignedHeaders=host, Signature=00")), "IncompleteSignatureException"},
		{"an unknown access key", signed("AKIAOTHER", secret, "", "lambda", region, now, nil), "UnrecognizedClientException"},
		{"a function without its token", signed(functionKey, secret, "", "lambda", region, now, nil), "UnrecognizedClientException"},
		{"another function's token", signed(functionKey, secret, "other", "lambda", region, now, nil), "UnrecognizedClientException"},
		{"another secret", signed(operatorKey, "guess", "", "lambda", region, now, nil), "InvalidSignatureException"},
		{"a signature of an hour ago", signed(operatorKey, secret, "", "lambda", region, now.Add(-time.Hour), nil), "InvalidSignatureException"},
		{"a signature of tomorrow", signed(operatorKey, secret, "", "lambda", region, now.Add(24*time.Hour), nil), "InvalidSignatureException"},
		{"another region", signed(operatorKey, secret, "", "lambda", "us-east-1", now, nil), "InvalidSignatureException"},
		{"another service", signed(operatorKey, secret, "", "ssm", region, now, nil), "InvalidSignatureException"},
		{"another method", signed(operatorKey, secret, "", "lambda", region, now, func(r *http.Request) { r.Method = "POST" }), "InvalidSignatureException"},
		{"another path", signed(operatorKey, secret, "", "lambda", region, now, func(r *http.Request) { r.URL.Path = "/2015-03-31/functions/other" }), "InvalidSignatureException"},
		{"another query", signed(operatorKey, secret, "", "lambda", region, now, func(r *http.Request) { r.URL.RawQuery = "Qualifier=1" }), "InvalidSignatureException"},
		{"a body that was added", signed(operatorKey, secret, "", "lambda", region, now, func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0; *r = *withBody(r, "{}") }), "InvalidSignatureException"},
		{"an invocation type that was added", signed(operatorKey, secret, "", "lambda", region, now, header("X-Amz-Invocation-Type", "Event")), "IncompleteSignatureException"},
		{"an operation of another service", signed(operatorKey, secret, "", "lambda", region, now, header("X-Amz-Target", "AmazonSSM.GetParameter")), "InvalidSignatureException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := serve(s, tt.request)
			switch {
			case tt.code == "" && w.Code != http.StatusOK:
				t.Errorf("got %d %s", w.Code, w.Body)
			case tt.request.Header.Get("X-Amz-Target") != "": // the JSON protocol has its names in the body, and status 400
				if w.Code != http.StatusBadRequest || errorType(t, w) != tt.code {
					t.Errorf("got %d %s, want %s", w.Code, w.Body, tt.code)
				}
			case tt.code != "" && (w.Code != http.StatusForbidden || w.Header().Get("X-Amzn-Errortype") != tt.code):
				t.Errorf("got %d %s %s, want %s", w.Code, w.Header().Get("X-Amzn-Errortype"), w.Body, tt.code)
			}
		})
	}
}

func withBody(r *http.Request, body string) *http.Request {
	out := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
	out.Host, out.Header = r.Host, r.Header
	return out
}

// Java's URLConnection sends the content type of the Query protocol with a POST that
// has no body.
func TestFormContentTypeOfAnInvocation(t *testing.T) {
	e := newEndpoint(t)
	r := newRequest("POST", "/2015-03-31/functions/echo/invocations", "", operatorKey, "")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := serve(e.server, r); w.Code != http.StatusOK || w.Body.String() != "{}" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// A stranger who knows an access key, which is no secret, changes nothing.
func TestStrangersChangeNothing(t *testing.T) {
	e := newEndpoint(t)
	r, err := http.NewRequestWithContext(t.Context(), "PUT", e.url+"/2015-03-31/functions/echo/configuration", strings.NewReader(`{"Environment":{"Variables":{"NODE_OPTIONS":"--require=/tmp/x"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Date", time.Now().UTC().Format(signatureTime))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+operatorKey+"/"+time.Now().UTC().Format("20060102")+"/"+region+"/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, want 403", response.StatusCode)
	}
	c, err := e.lambda.GetFunction("echo", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, changed := c.Variables["NODE_OPTIONS"]; changed {
		t.Error("the configuration was changed")
	}
}

// The SDK for Python signs other headers than the one for Go, and writes paths and
// queries in its own way.
func TestBoto3(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: python3 is not installed")
	}
	if err := exec.Command(python, "-c", "import boto3").Run(); err != nil {
		t.Skip("SKIPPED, NOT TESTED: python3 has no boto3")
	}
	e := newEndpoint(t, func(o *Options) { o.SSM = newSSM() })
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = "+operatorKey+"\naws_secret_access_key = "+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const script = `
import boto3, botocore
l = boto3.client("lambda")
arn = l.get_function(FunctionName="echo")["Configuration"]["FunctionArn"]
assert l.get_function(FunctionName=arn + ":live", )["Configuration"]["Version"] == "1"
assert l.invoke(FunctionName=arn, Payload=b'{"a":"\xc3\xa9"}', LogType="Tail", Qualifier="live")["Payload"].read() == b'{"a":"\xc3\xa9"}'
assert l.invoke(FunctionName="echo")["Payload"].read() == b"{}"
l.update_function_configuration(FunctionName="echo", Description="d")
assert [f["FunctionName"] for p in l.get_paginator("list_functions").paginate() for f in p["Functions"]] == ["echo"]
assert boto3.client("ssm").get_parameter(Name="/dev/value", WithDecryption=True)["Parameter"]["Value"] == "hello"
assert boto3.client("logs").describe_log_groups(limit=1)["logGroups"][0]["logGroupName"] == "/aws/lambda/echo"
try:
    boto3.client("lambda", aws_access_key_id="` + operatorKey + `", aws_secret_access_key="guess").get_function(FunctionName="echo")
    raise SystemExit("another secret was accepted")
except botocore.exceptions.ClientError as e:
    assert e.response["Error"]["Code"] == "InvalidSignatureException", e
try:
    boto3.client("ssm", aws_access_key_id="me", aws_secret_access_key="me").get_parameter(Name="/dev/value")
    raise SystemExit("another access key was accepted")
except botocore.exceptions.ClientError as e:
    assert e.response["Error"]["Code"] == "UnrecognizedClientException", e
`
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, python, "-c", script)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "AWS_ENDPOINT_URL=" + e.url, "AWS_DEFAULT_REGION=" + region,
		"AWS_SHARED_CREDENTIALS_FILE=" + file, "AWS_MAX_ATTEMPTS=1", "AWS_CONFIG_FILE=" + filepath.Join(t.TempDir(), "none"),
	}
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// FuzzParseSignature checks that what parses has all its parts.
func FuzzParseSignature(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIA/20261125/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
	f.Add("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00,Credential=AKIA2/2026/r/s/aws4_request")
	f.Add("AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;, Signature==")
	f.Fuzz(func(t *testing.T, header string) {
		s, err := parseSignature(header)
		if err == nil && (s.accessKeyID == "" || len(s.signedHeaders) == 0 || s.hexadecimal == "") {
			t.Errorf("%q gives %+v", header, s)
		}
	})
}
