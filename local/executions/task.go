package executions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// tasks runs a state machine's tasks as its role.
type tasks struct {
	service *Service
	machine *machine
}

// RunTask implements [states.TaskRunner] for the optimised integration with
// Lambda: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html.
func (t *tasks) RunTask(ctx context.Context, resource string, input any) (any, error) {
	if resource != states.LambdaInvoke {
		return nil, &states.Error{Name: states.ErrRuntime, Cause: fmt.Sprintf("resource %s is not supported", resource)}
	}
	in, err := parameters(input)
	if err != nil {
		return nil, &states.Error{Name: states.ErrRuntime, Cause: err.Error()}
	}
	in.Caller = lambda.Caller{Service: "states.amazonaws.com", SourceARN: t.machine.ARN, RoleARN: t.machine.RoleARN}
	out, err := t.service.options.Functions.Invoke(ctx, in)
	var refused *apierror.Error
	switch {
	case errors.As(err, &refused):
		return nil, &states.Error{Name: "Lambda." + refused.Code, Cause: refused.Message}
	case err != nil:
		return nil, err
	case out.FunctionError != "":
		return nil, functionError(out.Payload)
	}
	return result(out), nil
}

// StartMapRun implements [states.MapRunGate]: a distributed map's iterations are
// executions of the same state machine, which its role must be allowed to start,
// to follow and to stop:
// https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html.
func (t *tasks) StartMapRun(_ context.Context, state string) error {
	d := t.service.options.Directory
	if d == nil {
		return nil
	}
	child := strings.Replace(t.machine.ARN, ":stateMachine:", ":execution:", 1) + "/" + state + ":child"
	for _, need := range []struct{ action, resource string }{
		{"states:StartExecution", t.machine.ARN}, {"states:DescribeExecution", child}, {"states:StopExecution", child},
	} {
		if err := d.AuthorizeRole(t.machine.RoleARN, need.action, need.resource); err != nil {
			return &states.Error{Name: states.ErrPermissions, Cause: err.Error()}
		}
	}
	return nil
}

// parameters reads a task's effective input.
func parameters(input any) (lambda.InvokeInput, error) {
	fields, ok := input.(map[string]any)
	if !ok {
		return lambda.InvokeInput{}, fmt.Errorf("the parameters of lambda:invoke are %T, want an object", input)
	}
	in := lambda.InvokeInput{Type: "RequestResponse"}
	for name, value := range fields {
		text, isText := value.(string)
		switch name {
		case "Payload":
			payload, err := exactjson.Marshal(value)
			if err != nil {
				return in, fmt.Errorf("the payload: %w", err)
			}
			in.Payload = payload
			continue
		case "FunctionName":
			in.Function = text
		case "Qualifier":
			in.Qualifier = text
		case "InvocationType":
			in.Type = text
		default:
			return in, fmt.Errorf("parameter %s of lambda:invoke is not supported", name)
		}
		if !isText {
			return in, fmt.Errorf("parameter %s of lambda:invoke is %T, want a string", name, value)
		}
	}
	if in.Function == "" {
		return in, errors.New("parameter FunctionName of lambda:invoke is missing")
	}
	return in, nil
}

// functionError is a function's error under the name that Retry and Catch
// match: the error type of the payload.
func functionError(payload []byte) *states.Error {
	var told struct {
		ErrorType string `json:"errorType"`
	}
	if err := json.Unmarshal(payload, &told); err != nil || told.ErrorType == "" {
		told.ErrorType = "Lambda.Unknown"
	}
	return &states.Error{Name: told.ErrorType, Cause: string(payload)}
}

// result is what the integration returns. A payload that is no JSON stays a string.
func result(out lambda.InvokeOutput) map[string]any {
	var payload any
	if len(out.Payload) > 0 {
		if err := exactjson.Unmarshal(out.Payload, &payload); err != nil {
			payload = string(out.Payload)
		}
	}
	return map[string]any{
		"ExecutedVersion": out.ExecutedVersion,
		"Payload":         payload,
		"StatusCode":      float64(out.Status),
		"SdkHttpMetadata": map[string]any{"HttpStatusCode": float64(out.Status)},
		"SdkResponseMetadata": map[string]any{
			"RequestId": out.RequestID,
		},
	}
}
