//go:build linux || darwin

package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// official is a function on AWS's own client for Go.
func official() {
	lambda.StartWithOptions(func(ctx context.Context, event struct{ Do string }) (any, error) {
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, ok := ctx.Deadline()
		switch event.Do {
		case "fail":
			return nil, errors.New("handler failed")
		case "panic":
			panic("handler panicked")
		case "stream":
			return strings.NewReader("streamed"), nil
		case "large":
			return strings.Repeat("x", 7<<20), nil
		}
		return map[string]any{
			"requestId": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "deadline": ok && !deadline.IsZero(),
			"trace": os.Getenv("_X_AMZN_TRACE_ID"), "client": lc.ClientContext.Custom["k"],
		}, nil
	}, lambda.WithEnableSIGTERM(func() { fmt.Println("SIGTERM came") }))
}

// TestOfficialClient runs AWS's own client for Go against the Runtime API.
func TestOfficialClient(t *testing.T) {
	h := newHost(t, sandbox.HostOptions{})
	h.SetLimits(time.Second, time.Minute)
	e, _ := launch(t, h, config(t, "aws-lambda-go"), functions.ProvisionedConcurrency)
	if err := e.Init().Err; err != nil {
		t.Fatal(err)
	}
	in := invocation(`{}`)
	in.TraceID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	in.ClientContext = []byte(`{"custom":{"k":"v"}}`)
	out := e.Invoke(context.Background(), in)
	want := map[string]any{"requestId": in.RequestID, "arn": in.InvokedARN, "deadline": true, "trace": in.TraceID, "client": "v"}
	var got map[string]any
	if err := json.Unmarshal(out.Response.Payload, &got); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("answer is %s (%v), want %v", out.Response.Payload, err, want)
	}
	if out.Init == nil || out.Billed != out.Duration.Truncate(time.Millisecond)+time.Millisecond {
		t.Errorf("init %v, duration %s, billed %s: provisioned concurrency's first REPORT has an Init Duration that is not billed", out.Init, out.Duration, out.Billed)
	}
	tests := []struct {
		do, payload, status, errorType string
		reusable                       bool
	}{
		{"stream", `streamed`, "success", "", true},
		{"fail", `{"errorMessage":"handler failed","errorType":"errorString"}`, "error", "Runtime.Unknown", true},
		{"panic", `"errorMessage":"handler panicked"`, "error", "Runtime.ExitError", false},
	}
	for _, tt := range tests {
		out := e.Invoke(context.Background(), invocation(`{"Do":"`+tt.do+`"}`))
		if !strings.Contains(string(out.Response.Payload), tt.payload) || out.Status != tt.status || out.ErrorType != tt.errorType || out.Reusable != tt.reusable {
			t.Errorf("%s: outcome is %s, %q, reusable %t: %.300s", tt.do, out.Status, out.ErrorType, out.Reusable, out.Response.Payload)
		}
	}
	other, _ := launch(t, h, config(t, "aws-lambda-go"), functions.OnDemand)
	if out := other.Invoke(context.Background(), invocation(`{"Do":"large"}`)); !strings.Contains(string(out.Response.Payload), "Function.ResponseSizeTooLarge") {
		t.Errorf("7 MB: outcome is %+v", out.Status)
	}
	third, log := launch(t, h, config(t, "aws-lambda-go"), functions.OnDemand)
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.text(), "SIGTERM came") {
		t.Errorf("the client was not told of the end:\n%s", log.text())
	}
}
