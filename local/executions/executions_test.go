package executions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

const (
	machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
	roleARN    = "arn:aws:iam::123456789012:role/r"
)

type invokerFunc func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error)

func (f invokerFunc) Invoke(ctx context.Context, in lambda.InvokeInput) (lambda.InvokeOutput, error) {
	return f(ctx, in)
}

func answer(payload string) invokerFunc {
	return func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
		return lambda.InvokeOutput{Status: 200, Payload: []byte(payload), ExecutedVersion: "$LATEST", RequestID: "id"}, nil
	}
}

const oneTask = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"f","Payload.$":"$"},"ResultSelector":{"got.$":"$.Payload"},
  "Catch":[{"ErrorEquals":["Broken"],"ResultPath":"$.error","Next":"C"}],"End":true},
  "C":{"Type":"Pass","End":true}}}`

func service(t *testing.T, o Options, definition string) *Service {
	t.Helper()
	s := New(o)
	t.Cleanup(func() { s.Close() })
	if err := s.Create(StateMachine{Name: "m", ARN: machineARN, RoleARN: roleARN, Definition: []byte(definition)}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExecutions(t *testing.T) {
	tests := []struct {
		name    string
		invoke  invokerFunc
		want    Execution // status, error and output are compared
		caused  string
		started string
	}{
		{name: "succeeds", invoke: answer(`{"n":1}`), want: Execution{Status: "SUCCEEDED", Output: `{"got":{"n":1}}`}},
		{
			name: "an answer goes through as it is", invoke: answer(`{"html":"<b>&","n":9007199254740993}`),
			want: Execution{Status: "SUCCEEDED", Output: `{"got":{"html":"<b>&","n":9007199254740993}}`},
		},
		{
			name: "a caught error of the function",
			invoke: func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
				return lambda.InvokeOutput{Status: 200, FunctionError: "Unhandled", Payload: []byte(`{"errorType":"Broken"}`)}, nil
			},
			want: Execution{Status: "SUCCEEDED", Output: `{"error":{"Cause":"{\"errorType\":\"Broken\"}","Error":"Broken"},"in":1}`},
		},
		{
			name: "an error that nobody catches",
			invoke: func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
				return lambda.InvokeOutput{Status: 200, FunctionError: "Unhandled", Payload: []byte(`not json`)}, nil
			},
			want: Execution{Status: "FAILED", Error: "Lambda.Unknown"}, caused: "not json",
		},
		{
			name: "the role may not invoke",
			invoke: func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
				return lambda.InvokeOutput{}, &apierror.Error{Code: "AccessDeniedException", Status: 403, Message: "not authorized"}
			},
			want: Execution{Status: "FAILED", Error: "Lambda.AccessDeniedException"}, caused: "not authorized",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := service(t, Options{Functions: tt.invoke}, oneTask)
			e, err := s.StartExecution(t.Context(), machineARN, "n", `{"in":1}`)
			if err != nil {
				t.Fatal(err)
			}
			if want := "arn:aws:states:us-east-1:123456789012:execution:m:n"; e.ARN != want {
				t.Errorf("ARN is %s, want %s", e.ARN, want)
			}
			e, err = s.Wait(t.Context(), e.ARN)
			if err != nil {
				t.Fatal(err)
			}
			if e.Status != tt.want.Status || e.Error != tt.want.Error || e.Output != tt.want.Output || !strings.Contains(e.Cause, tt.caused) {
				t.Errorf("got %+v, want %+v", e, tt.want)
			}
			history, err := s.History(e.ARN)
			if err != nil || len(history) < 3 || history[0].Type != "ExecutionStarted" {
				t.Errorf("history is %v, error %v", history, err)
			}
		})
	}
}

func TestTasksActAsTheMachinesRole(t *testing.T) {
	var seen lambda.InvokeInput
	s := service(t, Options{Functions: invokerFunc(func(ctx context.Context, in lambda.InvokeInput) (lambda.InvokeOutput, error) {
		seen = in
		return answer(`{}`)(ctx, in)
	})}, oneTask)
	e, err := s.StartExecution(t.Context(), machineARN, "n", `{"in":1}`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Wait(t.Context(), e.ARN); err != nil {
		t.Fatal(err)
	}
	want := lambda.Caller{Service: "states.amazonaws.com", SourceARN: machineARN, RoleARN: roleARN}
	if seen.Caller != want || seen.Function != "f" || string(seen.Payload) != `{"in":1}` {
		t.Errorf("invoked with %+v, want function f, payload {\"in\":1} and caller %+v", seen, want)
	}
}

func TestStopAndNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Functions: invokerFunc(func(ctx context.Context, _ lambda.InvokeInput) (lambda.InvokeOutput, error) {
			<-ctx.Done()
			return lambda.InvokeOutput{}, ctx.Err()
		})})
		if err := s.Create(StateMachine{Name: "m", ARN: machineARN, RoleARN: roleARN, Definition: []byte(oneTask)}); err != nil {
			t.Fatal(err)
		}
		first, err := s.StartExecution(t.Context(), machineARN, "n", `{}`)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.StartExecution(t.Context(), machineARN, "n", `{}`); err != nil || again.ARN != first.ARN {
			t.Errorf("the same name and input gave %v, error %v; want the running execution", again, err)
		}
		wantCode(t, "ExecutionAlreadyExists", second(s.StartExecution(t.Context(), machineARN, "n", `{"other":1}`)))
		wantCode(t, "InvalidName", second(s.StartExecution(t.Context(), machineARN, "a b", `{}`)))
		wantCode(t, "InvalidExecutionInput", second(s.StartExecution(t.Context(), machineARN, "x", `{`)))
		wantCode(t, "InvalidExecutionInput", second(s.StartExecution(t.Context(), machineARN, "x", `{}}`)))
		wantCode(t, "InvalidExecutionInput", second(s.StartExecution(t.Context(), machineARN, "x", `{} {}`)))
		wantCode(t, "StateMachineDoesNotExist", second(s.StartExecution(t.Context(), machineARN+"x", "x", `{}`)))
		wantCode(t, "ExecutionDoesNotExist", second(s.DescribeExecution("arn:none")))

		e, err := s.StopExecution(first.ARN, "Enough", "by hand")
		if err != nil || e.Status != "ABORTED" || e.Error != "Enough" || e.Cause != "by hand" || e.Stopped.IsZero() {
			t.Errorf("stopped: %+v, error %v", e, err)
		}
		if _, err := s.StartExecution(t.Context(), machineARN, "second", `{}`); err != nil {
			t.Fatal(err)
		}
		s.Close() // must not hang on the running one
		wantCode(t, "ServiceUnavailable", second(s.StartExecution(t.Context(), machineARN, "third", `{}`)))
	})
}

func TestScheduleStartsAndAsksItsRole(t *testing.T) {
	allowed := iam.NewDirectory(iam.Role{Name: "r", ARN: roleARN, Trust: []iam.Trust{{Service: "scheduler.amazonaws.com"}}, Policies: []iam.Policy{{
		Statements: []iam.Statement{{Actions: []string{"states:StartExecution"}, Resources: []string{machineARN}}},
	}}})
	tests := []struct {
		name      string
		directory *iam.Directory
		enabled   bool
		want      int64
		complains bool
	}{
		{"every interval", allowed, true, 3, false},
		{"switched off", allowed, false, 0, false},
		{"a role that may not", iam.NewDirectory(iam.Role{Name: "r", ARN: roleARN}), true, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var invoked atomic.Int64
				var complaints []string
				s := New(Options{
					Directory: tt.directory,
					Functions: invokerFunc(func(ctx context.Context, in lambda.InvokeInput) (lambda.InvokeOutput, error) {
						invoked.Add(1)
						return answer(`{}`)(ctx, in)
					}),
					Progress: func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) },
				})
				defer s.Close()
				if err := s.Create(StateMachine{Name: "m", ARN: machineARN, RoleARN: roleARN, Definition: []byte(oneTask)}); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 7*time.Hour)
				defer cancel()
				s.Keep(ctx, Schedule{Name: "every", Every: 2 * time.Hour, Enabled: tt.enabled, TargetARN: machineARN, RoleARN: roleARN, Input: `{}`})
				synctest.Wait()
				if invoked.Load() != tt.want || (len(complaints) > 0) != tt.complains {
					t.Errorf("%d executions, complaints %q; want %d", invoked.Load(), complaints, tt.want)
				}
			})
		})
	}
}

const distributedMap = `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","End":true,"ItemProcessor":{
  "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}`

func TestDistributedMapTakesPermissions(t *testing.T) {
	executions := strings.Replace(machineARN, ":stateMachine:", ":execution:", 1) + "/*"
	start := iam.Statement{Actions: []string{"states:StartExecution"}, Resources: []string{machineARN}}
	follow := iam.Statement{Actions: []string{"states:DescribeExecution"}, Resources: []string{executions}}
	stop := iam.Statement{Actions: []string{"states:StopExecution"}, Resources: []string{executions}}
	tests := []struct {
		name       string
		statements []iam.Statement
		status     string
	}{
		{"all of them", []iam.Statement{start, follow, stop}, "SUCCEEDED"},
		{"may not start", []iam.Statement{follow, stop}, "FAILED"},
		{"may not follow", []iam.Statement{start, stop}, "FAILED"},
		{"may not stop", []iam.Statement{start, follow}, "FAILED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			directory := iam.NewDirectory(iam.Role{Name: "r", ARN: roleARN, Policies: []iam.Policy{{Statements: tt.statements}}})
			s := service(t, Options{Functions: answer(`{}`), Directory: directory}, distributedMap)
			e, err := s.StartExecution(t.Context(), machineARN, "n", `{"items":[1,2]}`)
			if err != nil {
				t.Fatal(err)
			}
			if e, err = s.Wait(t.Context(), e.ARN); err != nil || e.Status != tt.status {
				t.Errorf("got %+v, error %v; want %s", e, err, tt.status)
			}
			if e.Status == "FAILED" && e.Error != "States.Permissions" {
				t.Errorf("it failed with %s, want States.Permissions", e.Error)
			}
		})
	}
}

func second(_ Execution, err error) error { return err }

func wantCode(t *testing.T, code string, err error) {
	t.Helper()
	var e *apierror.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("error is %v, want %s", err, code)
	}
}

// An execution runs while it is admitted, and one that is stopped before has run nothing.
func TestAdmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		turn := make(chan struct{})
		s := New(Options{
			Functions: invokerFunc(func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
				events = append(events, "invoked")
				return lambda.InvokeOutput{Status: 200, Payload: []byte("1")}, nil
			}),
			Admit: func(ctx context.Context) func() {
				select {
				case <-turn:
					events = append(events, "admitted")
				case <-ctx.Done():
					events = append(events, "stopped")
				}
				return func() { events = append(events, "released") }
			},
		})
		defer s.Close()
		if err := s.Create(StateMachine{Name: "m", ARN: machineARN, Definition: []byte(oneTask)}); err != nil {
			t.Fatal(err)
		}
		start := func(name string) Execution {
			e, err := s.StartExecution(t.Context(), machineARN, name, "{}")
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return e
		}
		first := start("first")
		if len(events) > 0 {
			t.Fatalf("%q happened before the execution was admitted", events)
		}
		turn <- struct{}{}
		synctest.Wait()
		if want := []string{"admitted", "invoked", "released"}; !slices.Equal(events, want) {
			t.Errorf("got %q, want %q", events, want)
		}
		if e, err := s.DescribeExecution(first.ARN); err != nil || e.Status != succeeded {
			t.Errorf("got %+v, error %v", e, err)
		}
		events = nil
		second, err := s.StopExecution(start("second").ARN, "", "")
		synctest.Wait()
		if want := []string{"stopped", "released"}; err != nil || second.Status != stopped || !slices.Equal(events, want) {
			t.Errorf("got %q, status %s, error %v; want %q", events, second.Status, err, want)
		}
	})
}
