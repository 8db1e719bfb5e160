package awsapi

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// Workflows are Step Functions' state machines and their executions; an
// *executions.Service is one.
type Workflows interface {
	StartExecution(ctx context.Context, machineARN, name, input string) (executions.Execution, error)
	DescribeExecution(executionARN string) (executions.Execution, error)
	StopExecution(executionARN, errorName, cause string) (executions.Execution, error)
	// History is what has happened so far, in order.
	History(executionARN string) ([]states.Event, error)
}

// stepFunctions is the wire of package executions.
type stepFunctions struct{ workflows Workflows }

func (s stepFunctions) operations() Operations {
	return Operations{
		"StartExecution":      Operation(s.startExecution),
		"DescribeExecution":   Operation(s.describeExecution),
		"StopExecution":       Operation(s.stopExecution),
		"GetExecutionHistory": Operation(s.getExecutionHistory),
	}
}

type startExecutionInput struct {
	StateMachineARN string `json:"stateMachineArn"`
	Name            string `json:"name"`
	Input           string `json:"input"`
}

type startExecutionOutput struct {
	ExecutionARN string  `json:"executionArn"`
	StartDate    float64 `json:"startDate"`
}

func (s stepFunctions) startExecution(ctx context.Context, c *Call, in startExecutionInput) (startExecutionOutput, error) {
	if err := c.Authorize("states:StartExecution", in.StateMachineARN); err != nil {
		return startExecutionOutput{}, err
	}
	// An execution outlives the call that starts it.
	e, err := s.workflows.StartExecution(context.WithoutCancel(ctx), in.StateMachineARN, cmp.Or(in.Name, uuid.NewString()), cmp.Or(in.Input, "{}"))
	if err != nil {
		return startExecutionOutput{}, err
	}
	return startExecutionOutput{ExecutionARN: e.ARN, StartDate: epochSeconds(e.Started)}, nil
}

type describeExecutionInput struct {
	ExecutionARN string `json:"executionArn"`
	IncludedData string `json:"includedData"`
}

type describeExecutionOutput struct {
	ExecutionARN    string   `json:"executionArn"`
	StateMachineARN string   `json:"stateMachineArn"`
	Name            string   `json:"name"`
	Status          string   `json:"status"`
	StartDate       float64  `json:"startDate"`
	StopDate        *float64 `json:"stopDate,omitempty"`
	Input           string   `json:"input"`
	Output          string   `json:"output,omitempty"`
	Error           string   `json:"error,omitempty"`
	Cause           string   `json:"cause,omitempty"`
	RedriveCount    int      `json:"redriveCount"`
	RedriveStatus   string   `json:"redriveStatus"`
}

func (s stepFunctions) describeExecution(_ context.Context, c *Call, in describeExecutionInput) (describeExecutionOutput, error) {
	if err := c.Authorize("states:DescribeExecution", in.ExecutionARN); err != nil {
		return describeExecutionOutput{}, err
	}
	if in.IncludedData != "" && in.IncludedData != "ALL_DATA" {
		return describeExecutionOutput{}, &apierror.Error{Code: "ValidationException", Message: "includedData " + in.IncludedData + " is not part of the local platform: ALL_DATA is"}
	}
	e, err := s.workflows.DescribeExecution(in.ExecutionARN)
	if err != nil {
		return describeExecutionOutput{}, err
	}
	out := describeExecutionOutput{
		ExecutionARN: e.ARN, StateMachineARN: e.MachineARN, Name: e.Name, Status: e.Status, StartDate: epochSeconds(e.Started),
		Input: e.Input, Output: e.Output, Error: e.Error, Cause: e.Cause, RedriveStatus: "NOT_REDRIVABLE",
	}
	if !e.Stopped.IsZero() {
		stopped := epochSeconds(e.Stopped)
		out.StopDate = &stopped
	}
	return out, nil
}

type stopExecutionInput struct {
	ExecutionARN string `json:"executionArn"`
	Error        string `json:"error"`
	Cause        string `json:"cause"`
}

type stopExecutionOutput struct {
	StopDate float64 `json:"stopDate"`
}

func (s stepFunctions) stopExecution(_ context.Context, c *Call, in stopExecutionInput) (stopExecutionOutput, error) {
	if err := c.Authorize("states:StopExecution", in.ExecutionARN); err != nil {
		return stopExecutionOutput{}, err
	}
	e, err := s.workflows.StopExecution(in.ExecutionARN, in.Error, in.Cause)
	if err != nil {
		return stopExecutionOutput{}, err
	}
	return stopExecutionOutput{StopDate: epochSeconds(e.Stopped)}, nil
}

type getExecutionHistoryInput struct {
	ExecutionARN string `json:"executionArn"`
	MaxResults   int    `json:"maxResults"`
	ReverseOrder bool   `json:"reverseOrder"`
	NextToken    string `json:"nextToken"`
	// IncludeExecutionData asks for inputs and outputs, which AWS leaves out for false.
	IncludeExecutionData *bool `json:"includeExecutionData"`
}

type getExecutionHistoryOutput struct {
	Events    []map[string]any `json:"events"`
	NextToken string           `json:"nextToken,omitempty"`
}

// getExecutionHistory lists which states were entered and left, and the errors.
// Inputs and outputs are not kept.
func (s stepFunctions) getExecutionHistory(_ context.Context, c *Call, in getExecutionHistoryInput) (getExecutionHistoryOutput, error) {
	var out getExecutionHistoryOutput
	if err := c.Authorize("states:GetExecutionHistory", in.ExecutionARN); err != nil {
		return out, err
	}
	if in.IncludeExecutionData != nil && *in.IncludeExecutionData {
		return out, &apierror.Error{Code: "ValidationException", Message: "includeExecutionData is not part of the local platform: inputs and outputs are not kept"}
	}
	history, err := s.workflows.History(in.ExecutionARN)
	if err != nil {
		return out, err
	}
	first := 0
	if in.NextToken != "" {
		if first, err = strconv.Atoi(in.NextToken); err != nil || first < 0 || first > len(history) {
			return out, &apierror.Error{Code: "InvalidToken", Message: "Invalid Token: '" + in.NextToken + "'"}
		}
	}
	size := 100
	if in.MaxResults > 0 {
		size = min(in.MaxResults, 1000)
	}
	last := min(first+size, len(history))
	out.Events = make([]map[string]any, 0, last-first)
	for i := first; i < last; i++ {
		n := i
		if in.ReverseOrder {
			n = len(history) - 1 - i
		}
		out.Events = append(out.Events, historyEvent(n+1, history[n]))
	}
	if last < len(history) {
		out.NextToken = strconv.Itoa(last)
	}
	return out, nil
}

// historyEvent is one event with the details that AWS keeps under a name made of its type.
func historyEvent(id int, e states.Event) map[string]any {
	out := map[string]any{"id": id, "previousEventId": id - 1, "type": e.Type, "timestamp": epochSeconds(e.Time)}
	switch {
	case e.State != "" && strings.HasSuffix(e.Type, "StateEntered"):
		out["stateEnteredEventDetails"] = map[string]any{"name": e.State}
	case e.State != "" && strings.HasSuffix(e.Type, "StateExited"):
		out["stateExitedEventDetails"] = map[string]any{"name": e.State}
	case e.Error != "" || e.Cause != "":
		name := strings.ToLower(e.Type[:1]) + e.Type[1:] + "EventDetails"
		out[name] = map[string]any{"error": e.Error, "cause": e.Cause}
	}
	return out
}
