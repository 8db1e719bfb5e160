package awsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

func TestInvoke(t *testing.T) {
	e := newEndpoint(t)
	client := sdk.NewFromConfig(e.config(operatorKey))
	const clientContext = "eyJjdXN0b20iOnsiYSI6MX19" // {"custom":{"a":1}}
	for _, tt := range []struct {
		name    string
		in      sdk.InvokeInput
		status  int32
		version string // executed
		payload string
		fails   bool
		tail    bool
	}{
		{"plain", sdk.InvokeInput{FunctionName: aws.String("echo"), Payload: []byte(`{"a":1}`)}, 200, "$LATEST", `{"a":1}`, false, false},
		{"no payload", sdk.InvokeInput{FunctionName: aws.String("echo")}, 200, "$LATEST", `{}`, false, false},
		{"tail", sdk.InvokeInput{FunctionName: aws.String("echo"), LogType: types.LogTypeTail, Payload: []byte(`1`)}, 200, "$LATEST", `1`, false, true},
		{"alias", sdk.InvokeInput{FunctionName: aws.String("echo"), Qualifier: aws.String("live")}, 200, "1", `{}`, false, false},
		{"ARN with a version", sdk.InvokeInput{FunctionName: aws.String("arn:aws:lambda:eu-central-1:123456789012:function:echo:1")}, 200, "1", `{}`, false, false},
		{"partial ARN", sdk.InvokeInput{FunctionName: aws.String("123456789012:function:echo:live")}, 200, "1", `{}`, false, false},
		{"client context", sdk.InvokeInput{FunctionName: aws.String("echo"), ClientContext: aws.String(clientContext)}, 200, "$LATEST", `{}`, false, false},
		{"function error", sdk.InvokeInput{FunctionName: aws.String("echo"), Payload: []byte(`{"fail":true}`)}, 200, "$LATEST", `{"errorType":"Error"}`, true, false},
		{"event", sdk.InvokeInput{FunctionName: aws.String("echo"), InvocationType: types.InvocationTypeEvent}, 202, "", ``, false, false},
		{"dry run", sdk.InvokeInput{FunctionName: aws.String("echo"), InvocationType: types.InvocationTypeDryRun}, 204, "", ``, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := client.Invoke(t.Context(), &tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if out.StatusCode != tt.status || aws.ToString(out.ExecutedVersion) != tt.version || string(out.Payload) != tt.payload {
				t.Errorf("got %d, version %q, payload %s", out.StatusCode, aws.ToString(out.ExecutedVersion), out.Payload)
			}
			if (aws.ToString(out.FunctionError) == "Unhandled") != tt.fails {
				t.Errorf("function error %q", aws.ToString(out.FunctionError))
			}
			requestID, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
			if requestID == "" {
				t.Error("no request id")
			}
			if tt.status != 200 {
				return
			}
			seen := e.invocations.get()
			if requestID != seen.RequestID {
				t.Errorf("request id %s, the function saw %s", requestID, seen.RequestID)
			}
			if tt.in.ClientContext != nil && string(seen.ClientContext) != `{"custom":{"a":1}}` {
				t.Errorf("client context %s", seen.ClientContext)
			}
			if tail := decodeBase64(t, aws.ToString(out.LogResult)); strings.HasSuffix(tail, "REPORT RequestId: "+requestID+"\n") != tt.tail {
				t.Errorf("tail %q", tail)
			}
		})
	}
}

func decodeBase64(t *testing.T, text string) string {
	t.Helper()
	var b []byte
	if err := json.Unmarshal([]byte(`"`+text+`"`), &b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLambdaErrors(t *testing.T) {
	e := newEndpoint(t)
	client := sdk.NewFromConfig(e.config(operatorKey))
	invoke := func(in sdk.InvokeInput) func() error {
		return func() error {
			_, err := client.Invoke(t.Context(), &in)
			return err
		}
	}
	for _, tt := range []struct {
		name          string
		do            func() error
		code, message string // a part of it
	}{
		{"no such function", invoke(sdk.InvokeInput{FunctionName: aws.String("nope")}),
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:123456789012:function:nope"},
		{"no such alias", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), Qualifier: aws.String("dead")}),
			"ResourceNotFoundException", "function:echo:dead"},
		{"bad JSON", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), Payload: []byte(`{`)}),
			"InvalidRequestContentException", "Could not parse request body into json"},
		{"too large", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), Payload: bytes.Repeat([]byte("1"), 6<<20+1)}),
			"RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
		{"too large for an event", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), InvocationType: types.InvocationTypeEvent, Payload: bytes.Repeat([]byte("1"), 1<<20+1)}),
			"RequestTooLargeException", "too large for the Event invocation type"},
		{"client context is no base64", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), ClientContext: aws.String("{}")}),
			"InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."},
		{"client context is no JSON", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), ClientContext: aws.String("e30x")}),
			"InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."},
		{"invocation type", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), InvocationType: "Sometimes"}),
			"ValidationException", "Member must satisfy enum value set"},
		{"log type", invoke(sdk.InvokeInput{FunctionName: aws.String("echo"), LogType: "Head"}),
			"ValidationException", "Value 'Head' at 'logType'"},
		{"get an unknown function", func() error {
			_, err := client.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: aws.String("nope")})
			return err
		}, "ResourceNotFoundException", "Function not found"},
		{"get an unknown alias", func() error {
			_, err := client.GetAlias(t.Context(), &sdk.GetAliasInput{FunctionName: aws.String("echo"), Name: aws.String("dead")})
			return err
		}, "ResourceNotFoundException", "Cannot find alias arn: arn:aws:lambda:eu-central-1:123456789012:function:echo:dead"},
		{"a policy that was never made", func() error {
			_, err := client.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: aws.String("echo")})
			return err
		}, "ResourceNotFoundException", "The resource you requested does not exist."},
		{"a version without provisioned concurrency", func() error {
			_, err := client.GetProvisionedConcurrencyConfig(t.Context(), &sdk.GetProvisionedConcurrencyConfigInput{FunctionName: aws.String("echo"), Qualifier: aws.String("1")})
			return err
		}, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function"},
		{"a marker that nobody was given", func() error {
			_, err := client.ListFunctions(t.Context(), &sdk.ListFunctionsInput{Marker: aws.String("x")})
			return err
		}, "InvalidParameterValueException", "Invalid Marker"},
		{"a member that is not here", func() error {
			_, err := client.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("echo"), Handler: aws.String("x")})
			return err
		}, "InvalidParameterValueException", "Handler is not part of the local platform"},
		{"another revision", func() error {
			_, err := client.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("echo"), RevisionId: aws.String("x"), Timeout: aws.Int32(9)})
			return err
		}, "PreconditionFailedException", "Revision Id"},
		{"publish another code", func() error {
			_, err := client.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: aws.String("echo"), CodeSha256: aws.String("x")})
			return err
		}, "InvalidParameterValueException", "CodeSHA256 (x) is different from current CodeSHA256"},
		{"publish another revision", func() error {
			_, err := client.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: aws.String("echo"), RevisionId: aws.String("x")})
			return err
		}, "PreconditionFailedException", "Revision Id"},
		{"an operation that is not here", func() error {
			_, err := client.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: aws.String("echo")})
			return err
		}, "UnknownOperationException", "DELETE /2015-03-31/functions/echo is not part of the local platform"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := checkCode(t, tt.do(), tt.code).ErrorMessage(); !strings.Contains(got, tt.message) {
				t.Errorf("message %q, want %q in it", got, tt.message)
			}
		})
	}
}

// The SDK's types for errors are read from the body as well, not from the header alone.
func TestTypedErrors(t *testing.T) {
	e := newEndpoint(t)
	client := sdk.NewFromConfig(e.config(operatorKey))
	_, err := client.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("nope")})
	notFound, ok := errors.AsType[*types.ResourceNotFoundException](err)
	if !ok || aws.ToString(notFound.Message) == "" || aws.ToString(notFound.Type) != "User" {
		t.Errorf("got %#v", err)
	}
	_, err = client.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("echo"), Payload: []byte("{")})
	content, ok := errors.AsType[*types.InvalidRequestContentException](err)
	if !ok || aws.ToString(content.Message) == "" || aws.ToString(content.Type) != "User" {
		t.Errorf("got %#v", err)
	}
}

// throttling is a Lambda service that is always busy.
type throttling struct{ Lambda }

func (throttling) Invoke(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
	return lambda.InvokeOutput{}, fmt.Errorf("invoke: %w", &apierror.Error{
		Code: "TooManyRequestsException", Status: 429, Message: "Rate Exceeded.",
		Extra: map[string]any{"Type": "User", "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"},
	})
}

func TestThrottled(t *testing.T) {
	e := newEndpoint(t)
	e.server.options.Lambda = throttling{e.lambda}
	_, err := sdk.NewFromConfig(e.config(operatorKey)).Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("echo")})
	busy, ok := errors.AsType[*types.TooManyRequestsException](err)
	if !ok || busy.Reason != types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded || aws.ToString(busy.Message) != "Rate Exceeded." {
		t.Errorf("got %#v", err)
	}
}

func TestUpdateAndWait(t *testing.T) {
	e := newEndpoint(t)
	client := sdk.NewFromConfig(e.config(operatorKey))
	name := aws.String("echo")
	out, err := client.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{
		FunctionName: name, MemorySize: aws.Int32(1024), Timeout: aws.Int32(7), Description: aws.String("changed"),
		Environment: &types.Environment{Variables: map[string]string{"NONCE": "1", "KEPT": "yes"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.LastUpdateStatus != types.LastUpdateStatusInProgress {
		t.Errorf("status %s right after the update", out.LastUpdateStatus)
	}
	waiter := sdk.NewFunctionUpdatedV2Waiter(client, func(o *sdk.FunctionUpdatedV2WaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Millisecond, 5*time.Millisecond
	})
	if err := waiter.Wait(t.Context(), &sdk.GetFunctionInput{FunctionName: name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: name})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToInt32(got.MemorySize) != 1024 || aws.ToInt32(got.Timeout) != 7 || aws.ToString(got.Description) != "changed" || got.State != types.StateActive || got.LastUpdateStatus != types.LastUpdateStatusSuccessful {
		t.Errorf("after the update: %+v", got)
	}
	if diff := cmp.Diff(map[string]string{"NONCE": "1", "KEPT": "yes"}, got.Environment.Variables); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}

	published, err := client.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: name, Description: aws.String("second"), CodeSha256: got.CodeSha256, RevisionId: got.RevisionId})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(published.Version) != "2" || aws.ToString(published.Description) != "second" {
		t.Errorf("published version %s, %q", aws.ToString(published.Version), aws.ToString(published.Description))
	}
}

func TestUpdateInProgress(t *testing.T) {
	e := newEndpointPropagating(t, time.Hour)
	client := sdk.NewFromConfig(e.config(operatorKey))
	update := &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("echo"), Timeout: aws.Int32(8)}
	if _, err := client.UpdateFunctionConfiguration(t.Context(), update); err != nil {
		t.Fatal(err)
	}
	_, err := client.UpdateFunctionConfiguration(t.Context(), update)
	if conflict, ok := errors.AsType[*types.ResourceConflictException](err); !ok || !strings.Contains(aws.ToString(conflict.Message), "An update is in progress for resource") {
		t.Errorf("a second update: %v", err)
	}
}

// An environment without variables takes them all away; no environment keeps them.
func TestUpdateOfVariables(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"not given", `{"Timeout":9}`, 1},
		{"null", `{"Environment":null}`, 1},
		{"emptied", `{"Environment":{"Variables":{}}}`, 0},
		{"without variables", `{"Environment":{}}`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEndpoint(t)
			if _, status := e.rest(t, "PUT", "/2015-03-31/functions/echo/configuration", tt.body); status != 200 {
				t.Fatalf("status %d", status)
			}
			c, err := e.lambda.GetFunction("echo", "")
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Variables) != tt.want {
				t.Errorf("variables %v, want %d", c.Variables, tt.want)
			}
		})
	}
}

// rest sends a signed request and returns the body.
func (e *endpoint) rest(t *testing.T, method, path, body string) ([]byte, int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, e.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sign(r, "lambda", operatorKey, body)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got, resp.StatusCode
}

func TestShapes(t *testing.T) {
	e := newEndpoint(t)
	e.create(t, "second")
	if err := e.lambda.PutProvisionedConcurrency(t.Context(), "echo", "live", 2); err != nil {
		t.Fatal(err)
	}
	for _, p := range []lambda.Permission{
		{StatementID: "api", Function: "echo", Qualifier: "live", Principal: "apigateway.amazonaws.com", Action: "lambda:InvokeFunction", SourceARN: "arn:aws:execute-api:eu-central-1:123456789012:api/*"},
		{StatementID: "all", Function: "echo", Qualifier: "live", Principal: "*", Action: "lambda:InvokeFunction"},
		{StatementID: "unqualified", Function: "echo", Principal: "events.amazonaws.com", Action: "lambda:InvokeFunction"},
	} {
		if err := e.lambda.AddPermission(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ name, path string }{
		{"get-function", "/2015-03-31/functions/echo"},
		{"get-function-configuration", "/2015-03-31/functions/echo/configuration?Qualifier=live"},
		{"list-functions", "/2015-03-31/functions/"},
		{"get-account-settings", "/2016-08-19/account-settings/"},
		{"list-versions-by-function", "/2015-03-31/functions/echo/versions"},
		{"get-alias", "/2015-03-31/functions/echo/aliases/live"},
		{"list-aliases", "/2015-03-31/functions/echo/aliases"},
		{"get-policy", "/2015-03-31/functions/echo/policy?Qualifier=live"},
		{"get-function-concurrency", "/2019-09-30/functions/echo/concurrency"},
		{"get-provisioned-concurrency-config", "/2019-09-30/functions/echo/provisioned-concurrency?Qualifier=live"},
		{"list-provisioned-concurrency-configs", "/2019-09-30/functions/echo/provisioned-concurrency?List=ALL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, status := e.rest(t, "GET", tt.path, "")
			if status != 200 {
				t.Fatalf("status %d: %s", status, body)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, tt.name+".json", withoutChance(t, got.String()))
		})
	}
}

// withoutChance replaces revision ids and times, after a look at their form.
func withoutChance(t *testing.T, text string) string {
	t.Helper()
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		name, value, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), ","), ": ")
		switch name {
		case `"RevisionId"`:
			if len(value) != 38 {
				t.Errorf("revision id %s", value)
			}
			lines[i] = strings.Replace(line, value, `"REVISION"`, 1)
		case `"LastModified"`:
			if _, err := time.Parse(`"2006-01-02T15:04:05.000-0700"`, value); err != nil || !strings.HasSuffix(value, `+0000"`) {
				t.Errorf("last modified %s: %v", value, err)
			}
			lines[i] = strings.Replace(line, value, `"TIME"`, 1)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestListFunctionsInPages(t *testing.T) {
	e := newEndpoint(t)
	want := []string{"echo"}
	for i := range 6 {
		name := fmt.Sprintf("f%d", i)
		e.create(t, name)
		want = append(want, name)
	}
	for _, size := range []int32{1, 2, 3, 7, 50} {
		pages := sdk.NewListFunctionsPaginator(sdk.NewFromConfig(e.config(operatorKey)), &sdk.ListFunctionsInput{MaxItems: aws.Int32(size)})
		var got []string
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range page.Functions {
				got = append(got, aws.ToString(f.FunctionName))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
	}
}

func TestLambdaAuthorization(t *testing.T) {
	e := newEndpoint(t, func(o *Options) {
		o.Directory = readerDirectory(t, allow("lambda:InvokeFunction", "arn:aws:lambda:eu-central-1:123456789012:function:echo:live"))
	})
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:echo"
	function, operator := sdk.NewFromConfig(e.config(functionKey)), sdk.NewFromConfig(e.config(operatorKey))
	name := aws.String("echo")
	if _, err := function.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: name, Qualifier: aws.String("live")}); err != nil {
		t.Errorf("what the policy allows: %v", err)
	}
	for _, tt := range []struct {
		name, action, resource string
		do                     func(c *sdk.Client) error
	}{
		{"another qualifier", "lambda:InvokeFunction", arn, func(c *sdk.Client) error {
			_, err := c.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: name})
			return err
		}},
		{"get", "lambda:GetFunction", arn, func(c *sdk.Client) error {
			_, err := c.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: name})
			return err
		}},
		{"get a version", "lambda:GetFunctionConfiguration", arn + ":1", func(c *sdk.Client) error {
			_, err := c.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: name, Qualifier: aws.String("1")})
			return err
		}},
		{"update", "lambda:UpdateFunctionConfiguration", arn, func(c *sdk.Client) error {
			_, err := c.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: name})
			return err
		}},
		{"publish", "lambda:PublishVersion", arn, func(c *sdk.Client) error {
			_, err := c.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: aws.String("echo")})
			return ignoreConflict(err) // the operator's update may still be in progress
		}},
		{"get an alias", "lambda:GetAlias", arn, func(c *sdk.Client) error {
			_, err := c.GetAlias(t.Context(), &sdk.GetAliasInput{FunctionName: name, Name: aws.String("live")})
			return err
		}},
		{"list aliases", "lambda:ListAliases", arn, func(c *sdk.Client) error {
			_, err := c.ListAliases(t.Context(), &sdk.ListAliasesInput{FunctionName: name})
			return err
		}},
		{"list versions", "lambda:ListVersionsByFunction", arn, func(c *sdk.Client) error {
			_, err := c.ListVersionsByFunction(t.Context(), &sdk.ListVersionsByFunctionInput{FunctionName: name})
			return err
		}},
		{"list", "lambda:ListFunctions", "*", func(c *sdk.Client) error {
			_, err := c.ListFunctions(t.Context(), &sdk.ListFunctionsInput{})
			return err
		}},
		{"settings", "lambda:GetAccountSettings", "*", func(c *sdk.Client) error {
			_, err := c.GetAccountSettings(t.Context(), &sdk.GetAccountSettingsInput{})
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkDenied(t, tt.do(function), tt.action, tt.resource)
			if err := tt.do(operator); err != nil {
				t.Errorf("the operator: %v", err)
			}
		})
	}
}

func ignoreConflict(err error) error {
	if _, ok := errors.AsType[*types.ResourceConflictException](err); ok {
		return nil
	}
	return err
}
