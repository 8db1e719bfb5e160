package executions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// StateMachine is a state machine as it is deployed.
type StateMachine struct {
	Name, ARN string
	// RoleARN is the role that its tasks act as.
	RoleARN string
	// Definition is Amazon States Language.
	Definition json.RawMessage
}

// Invoker invokes functions; a *lambda.Service is one.
type Invoker interface {
	Invoke(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error)
}

// Options say what a service is made of.
type Options struct {
	Functions Invoker
	// Directory knows the roles; nil allows all.
	Directory *iam.Directory
	// Seed makes the jitter of retries repeatable.
	Seed uint64
	// Observe, if not nil, is told of every event of every execution, those of
	// distributed maps' children included, from several goroutines.
	Observe func(states.Event)
	// Admit, if not nil, is called before the first state of an execution. It may wait,
	// at most until ctx is done. What it returns is called when the execution has ended.
	Admit func(ctx context.Context) (release func())
	// Progress hears of what no caller hears: schedules that cannot start. It may be nil.
	Progress func(format string, args ...any)
}

// Service is Step Functions of one account and region. It is safe for
// concurrent use.
type Service struct {
	options Options

	// ctx ends with the service, and every execution with it.
	ctx     context.Context
	cancel  context.CancelCauseFunc
	running sync.WaitGroup

	mu         sync.Mutex
	machines   map[string]*machine
	executions map[string]*execution
	// ended has those of the executions that have ended, in the order of their ends,
	// and endedEvents is how many events their histories have.
	ended       []*execution
	endedEvents int
	started     int
}

// Step Functions forgets an execution 90 days after its end, and fails one whose
// history has 25,000 events. A schedule of every second on one machine would fill the
// memory within 90 days, so that executions are forgotten by their number.
const (
	// maxHistory is how many events an execution may have.
	maxHistory = 25_000
	// maxEnded is how many executions are remembered after their end.
	maxEnded = 1000
	// maxEndedEvents is how many events they may have together.
	maxEndedEvents = 4 * maxHistory
)

type machine struct {
	StateMachine
	parsed *states.Machine
}

// New returns a service without state machines.
func New(o Options) *Service {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &Service{options: o, ctx: ctx, cancel: cancel, machines: map[string]*machine{}, executions: map[string]*execution{}}
}

// Create adds a state machine. A definition that says something unknown is an
// error that names the state and the field.
func (s *Service) Create(m StateMachine) error {
	parsed, err := states.Parse(m.Definition)
	if err != nil {
		return fmt.Errorf("create state machine %s: %w", m.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.machines[m.ARN]; ok {
		return fmt.Errorf("create state machine %s: it exists already", m.Name)
	}
	s.machines[m.ARN] = &machine{StateMachine: m, parsed: parsed}
	return nil
}

// executionName is what Step Functions allows.
var executionName = regexp.MustCompile(`^[^\s<>{}\[\]?*"#%\\^|~` + "`" + `$&,;:/\x00-\x1f\x7f-\x9f]{1,80}$`)

// StartExecution starts an execution and returns at once. The name that a running
// execution has already, with the same input, returns that execution, as on AWS.
func (s *Service) StartExecution(_ context.Context, machineARN, name, input string) (Execution, error) {
	if !executionName.MatchString(name) {
		return Execution{}, &apierror.Error{Code: "InvalidName", Message: fmt.Sprintf("Invalid Name: '%s'", name)}
	}
	var decoded any
	if err := exactjson.Unmarshal([]byte(input), &decoded); err != nil {
		return Execution{}, &apierror.Error{Code: "InvalidExecutionInput", Message: fmt.Sprintf("Invalid State Machine Execution Input: '%v'", err)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return Execution{}, &apierror.Error{Code: "ServiceUnavailable", Message: "the service is being closed"}
	}
	m := s.machines[machineARN]
	if m == nil {
		return Execution{}, &apierror.Error{Code: "StateMachineDoesNotExist", Message: fmt.Sprintf("State Machine Does Not Exist: '%s'", machineARN)}
	}
	arn := strings.Replace(machineARN, ":stateMachine:", ":execution:", 1) + ":" + name
	if e := s.executions[arn]; e != nil {
		if have := e.describe(); have.Status == running && have.Input == input {
			return have, nil
		}
		return Execution{}, &apierror.Error{Code: "ExecutionAlreadyExists", Message: fmt.Sprintf("Execution Already Exists: '%s'", arn)}
	}
	e := newExecution(s.ctx, s.options.Observe, Execution{
		ARN: arn, Name: name, MachineARN: machineARN, Status: running, Input: input, Started: time.Now(),
	})
	s.executions[arn] = e
	s.started++
	seed := fnv.New64a()
	seed.Write([]byte(arn))
	s.running.Go(func() {
		defer close(e.done)
		defer s.remember(e) // before done, so that executions which follow each other are remembered in their order
		if s.options.Admit != nil {
			defer s.options.Admit(e.ctx)()
		}
		e.run(states.Execution{
			Machine: m.parsed, Tasks: &tasks{service: s, machine: m},
			ARN: arn, Name: name, MachineARN: machineARN, MachineName: m.Name, RoleARN: m.RoleARN,
			Input: decoded, Seed: s.options.Seed ^ seed.Sum64(),
		})
	})
	return e.describe(), nil
}

// DescribeExecution returns an execution as it is now.
func (s *Service) DescribeExecution(arn string) (Execution, error) {
	e, err := s.find(arn)
	if err != nil {
		return Execution{}, err
	}
	return e.describe(), nil
}

// StopExecution ends an execution and returns when it has ended. The functions
// that it had invoked run on, as on AWS.
func (s *Service) StopExecution(arn, errorName, cause string) (Execution, error) {
	e, err := s.find(arn)
	if err != nil {
		return Execution{}, err
	}
	e.stop(&aborted{name: errorName, cause: cause})
	<-e.done
	return e.describe(), nil
}

// History returns what has happened in an execution so far, in order.
func (s *Service) History(arn string) ([]states.Event, error) {
	e, err := s.find(arn)
	if err != nil {
		return nil, err
	}
	return e.events(), nil
}

// Wait waits for an execution to end, and for ctx at most.
func (s *Service) Wait(ctx context.Context, arn string) (Execution, error) {
	e, err := s.find(arn)
	if err != nil {
		return Execution{}, err
	}
	select {
	case <-e.done:
		return e.describe(), nil
	case <-ctx.Done():
		return e.describe(), context.Cause(ctx)
	}
}

// Executions is how many executions there have been, running and ended.
func (s *Service) Executions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started
}

// remember keeps an execution that has ended, and forgets those that ended first if
// there are too many.
func (s *Service) remember(e *execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = append(s.ended, e)
	s.endedEvents += len(e.events())
	for len(s.ended) > maxEnded || s.endedEvents > maxEndedEvents {
		first := s.ended[0]
		s.ended = s.ended[1:]
		s.endedEvents -= len(first.events())
		delete(s.executions, first.describe().ARN)
	}
}

func (s *Service) find(arn string) (*execution, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.executions[arn]; e != nil {
		return e, nil
	}
	return nil, &apierror.Error{Code: "ExecutionDoesNotExist", Message: fmt.Sprintf("Execution Does Not Exist: '%s'", arn)}
}

// Close aborts what is running and waits for it.
func (s *Service) Close() error {
	s.mu.Lock()
	s.cancel(errClosed)
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

var errClosed = errors.New("the service was closed")
