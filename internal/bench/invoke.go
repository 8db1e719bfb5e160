package bench

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// longestTimeout is Lambda's longest timeout; graceTimeout is what the network and
// an init may add to a function's timeout.
const (
	longestTimeout = 15 * time.Minute
	graceTimeout   = 30 * time.Second
)

// invoker sends one invocation and makes a sample of what comes back.
type invoker struct {
	client   LambdaAPI
	fn       deployed.Function
	patience time.Duration
}

// invoke completes the sample that the caller has begun. A failed invocation is a
// sample with an Error. invoke returns an error if the service refuses to invoke or
// ctx is done; then there is no sample.
func (i invoker) invoke(ctx context.Context, s *results.Sample, timeout time.Duration) error {
	input := &lambda.InvokeInput{FunctionName: &i.fn.ARN, LogType: types.LogTypeTail, Payload: i.payload(s.Event)}
	if i.fn.Qualifier != "" {
		input.Qualifier = &i.fn.Qualifier
	}
	if timeout <= 0 {
		timeout = longestTimeout
	}
	// The patience is for throttles; an invocation that has begun has the function's timeout.
	var out *lambda.InvokeOutput
	err := retry(ctx, i.patience+timeout, 0, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, timeout+graceTimeout)
		defer cancel()
		// The connection is warm: reading the configuration just used it. Another
		// try inside the SDK would count into the first one's time.
		start := time.Now()
		answer, err := i.client.Invoke(ctx, input, withoutRetries)
		s.Elapsed, s.Start = time.Since(start), start
		out = answer
		return err
	})
	switch {
	case ctx.Err() != nil && err != nil:
		return context.Cause(ctx)
	case err != nil && (refused(err) || Retryable(err)):
		return fmt.Errorf("invoke: %w", err)
	case err != nil:
		s.Error = fmt.Sprintf("invoke: %v", err)
		return nil
	}
	s.RequestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	s.Record = findRecord(out, s.RequestID)
	if out.FunctionError != nil {
		s.Error = functionError(*out.FunctionError, out.Payload)
		return nil
	}
	answer, err := functions.ParseAnswer(out.Payload)
	switch {
	case err == nil:
		s.Answer = &answer
	case i.fn.Contract() == functions.ContractHello:
		s.Error = err.Error()
	}
	return nil
}

func withoutRetries(o *lambda.Options) { o.Retryer = aws.NopRetryer{} }

// payload is the event, or the payload that the function's owner has configured.
func (i invoker) payload(e functions.Event) []byte {
	if len(i.fn.Payload) > 0 {
		return i.fn.Payload
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("an event is a string and a number: %v", err))
	}
	return data
}

// findRecord reads the invocation's REPORT in the log's tail, or returns nil if the
// tail is missing or has none. The REPORT is the last line, so the tail's 4 KB
// always reach it.
func findRecord(out *lambda.InvokeOutput, requestID string) *lambdalog.Record {
	tail, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil || requestID == "" {
		return nil
	}
	record, ok := lambdalog.FindReport(tail, requestID)
	if !ok {
		return nil
	}
	return &record
}

// functionError is the error's type and message, or the start of the payload if it
// has neither.
func functionError(kind string, payload []byte) string {
	var body struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(payload, &body); err == nil && (body.ErrorType != "" || body.ErrorMessage != "") {
		return fmt.Sprintf("function error (%s): %s: %s", kind, body.ErrorType, shorten(body.ErrorMessage))
	}
	return fmt.Sprintf("function error (%s): %s", kind, shorten(string(payload)))
}

// shorten bounds text that a function chose, since it is shown in a table's cell.
func shorten(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return text[:most] + "..."
}
