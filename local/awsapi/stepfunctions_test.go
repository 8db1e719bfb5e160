package awsapi

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

const (
	machineARN   = "arn:aws:states:eu-central-1:123456789012:stateMachine:bench"
	executionARN = "arn:aws:states:eu-central-1:123456789012:execution:bench:run1"
)

var began = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// workflows is one state machine with one execution.
type workflows struct{ execution executions.Execution }

func (w *workflows) StartExecution(_ context.Context, machine, name, input string) (executions.Execution, error) {
	if machine != machineARN {
		return executions.Execution{}, &apierror.Error{Code: "StateMachineDoesNotExist", Message: "State Machine Does Not Exist: '" + machine + "'"}
	}
	w.execution = executions.Execution{ARN: executionARN, Name: name, MachineARN: machine, Status: "RUNNING", Input: input, Started: began}
	return w.execution, nil
}

func (w *workflows) find(arn string) error {
	if w.execution.ARN != arn {
		return &apierror.Error{Code: "ExecutionDoesNotExist", Message: "executions.Execution Does Not Exist: '" + arn + "'"}
	}
	return nil
}

func (w *workflows) DescribeExecution(arn string) (executions.Execution, error) {
	return w.execution, w.find(arn)
}

func (w *workflows) StopExecution(arn, errorName, cause string) (executions.Execution, error) {
	w.execution.Status, w.execution.Error, w.execution.Cause, w.execution.Stopped = "ABORTED", errorName, cause, began.Add(time.Minute)
	return w.execution, w.find(arn)
}

func (w *workflows) History(arn string) ([]states.Event, error) {
	return []states.Event{
		{Time: began, Type: "ExecutionStarted"},
		{Time: began, Type: "TaskStateEntered", State: "Begin"},
		{Time: began, Type: "TaskStateExited", State: "Begin"},
		{Time: began, Type: "ExecutionFailed", Error: "Oops", Cause: "because"},
	}, w.find(arn)
}

func TestExecutions(t *testing.T) {
	w := &workflows{}
	e := newEndpoint(t, func(o *Options) { o.Workflows = w })
	client := sdk.NewFromConfig(e.config(operatorKey))
	started, err := client.StartExecution(t.Context(), &sdk.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: aws.String("run1"), Input: aws.String(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(started.ExecutionArn) != executionARN || !started.StartDate.Equal(began) {
		t.Errorf("started %+v", started)
	}
	running, err := client.DescribeExecution(t.Context(), &sdk.DescribeExecutionInput{ExecutionArn: aws.String(executionARN)})
	if err != nil {
		t.Fatal(err)
	}
	if running.Status != types.ExecutionStatusRunning || aws.ToString(running.Input) != `{"a":1}` || running.StopDate != nil || running.Output != nil {
		t.Errorf("running %+v", running)
	}
	stopped, err := client.StopExecution(t.Context(), &sdk.StopExecutionInput{ExecutionArn: aws.String(executionARN), Error: aws.String("E"), Cause: aws.String("C")})
	if err != nil {
		t.Fatal(err)
	}
	if !stopped.StopDate.Equal(began.Add(time.Minute)) {
		t.Errorf("stopped %+v", stopped)
	}
	aborted, err := client.DescribeExecution(t.Context(), &sdk.DescribeExecutionInput{ExecutionArn: aws.String(executionARN)})
	if err != nil {
		t.Fatal(err)
	}
	if aborted.Status != types.ExecutionStatusAborted || aws.ToString(aborted.Error) != "E" || aws.ToString(aborted.Cause) != "C" {
		t.Errorf("aborted %+v", aborted)
	}
}

// Without a name and an input an execution gets what AWS gives it.
func TestExecutionDefaults(t *testing.T) {
	w := &workflows{}
	e := newEndpoint(t, func(o *Options) { o.Workflows = w })
	if _, err := sdk.NewFromConfig(e.config(operatorKey)).StartExecution(t.Context(), &sdk.StartExecutionInput{StateMachineArn: aws.String(machineARN)}); err != nil {
		t.Fatal(err)
	}
	if len(w.execution.Name) != 36 || w.execution.Input != "{}" {
		t.Errorf("name %q, input %q", w.execution.Name, w.execution.Input)
	}
}

func TestExecutionHistory(t *testing.T) {
	e := newEndpoint(t, func(o *Options) { o.Workflows = &workflows{execution: executions.Execution{ARN: executionARN}} })
	client := sdk.NewFromConfig(e.config(operatorKey))
	for _, tt := range []struct {
		name    string
		reverse bool
		want    []string
	}{
		{"in order", false, []string{"1 ExecutionStarted ", "2 TaskStateEntered Begin", "3 TaskStateExited Begin", "4 ExecutionFailed Oops: because"}},
		{"in reverse", true, []string{"4 ExecutionFailed Oops: because", "3 TaskStateExited Begin", "2 TaskStateEntered Begin", "1 ExecutionStarted "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			pages := sdk.NewGetExecutionHistoryPaginator(client, &sdk.GetExecutionHistoryInput{ExecutionArn: aws.String(executionARN), MaxResults: 3, ReverseOrder: tt.reverse})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, event := range page.Events {
					details := ""
					switch {
					case event.StateEnteredEventDetails != nil:
						details = aws.ToString(event.StateEnteredEventDetails.Name)
					case event.StateExitedEventDetails != nil:
						details = aws.ToString(event.StateExitedEventDetails.Name)
					case event.ExecutionFailedEventDetails != nil:
						details = aws.ToString(event.ExecutionFailedEventDetails.Error) + ": " + aws.ToString(event.ExecutionFailedEventDetails.Cause)
					}
					got = append(got, string(rune('0'+event.Id))+" "+string(event.Type)+" "+details)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExecutionErrors(t *testing.T) {
	e := newEndpoint(t, func(o *Options) {
		o.Workflows = &workflows{}
		o.Directory = readerDirectory(t, allow("states:StartExecution", machineARN))
	})
	operator, function := sdk.NewFromConfig(e.config(operatorKey)), sdk.NewFromConfig(e.config(functionKey))
	_, err := operator.StartExecution(t.Context(), &sdk.StartExecutionInput{StateMachineArn: aws.String(machineARN + "x")})
	checkCode(t, err, "StateMachineDoesNotExist")
	_, err = operator.DescribeExecution(t.Context(), &sdk.DescribeExecutionInput{ExecutionArn: aws.String(executionARN)})
	checkCode(t, err, "ExecutionDoesNotExist")
	_, err = operator.GetExecutionHistory(t.Context(), &sdk.GetExecutionHistoryInput{ExecutionArn: aws.String(executionARN), NextToken: aws.String("-1")})
	checkCode(t, err, "ExecutionDoesNotExist")
	if _, err := function.StartExecution(t.Context(), &sdk.StartExecutionInput{StateMachineArn: aws.String(machineARN)}); err != nil {
		t.Errorf("what the policy allows: %v", err)
	}
	_, err = function.StopExecution(t.Context(), &sdk.StopExecutionInput{ExecutionArn: aws.String(executionARN)})
	checkDenied(t, err, "states:StopExecution", executionARN)
	_, err = operator.GetExecutionHistory(t.Context(), &sdk.GetExecutionHistoryInput{ExecutionArn: aws.String(executionARN), NextToken: aws.String("-1")})
	checkCode(t, err, "InvalidToken")
}
