package sandbox

import (
	"context"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// Config is everything that the execution environments of one function version
// have in common. It is read only once an environment has been started.
type Config struct {
	FunctionName string
	// FunctionARN is unqualified.
	FunctionARN string
	// Version is $LATEST or a published version's number.
	Version   string
	Runtime   string // AWS's identifier, such as nodejs22.x
	Handler   string
	MemoryMB  int
	Timeout   time.Duration
	Region    string
	AccountID string
	LogGroup  string
	// Variables are the function's own environment variables. Those that Lambda
	// reserves win over them.
	Variables map[string]string
	// TaskRoot is the unpacked artefact: read-only, and the working directory.
	TaskRoot string
	// Argv starts the runtime client (or the bootstrap). Argv[0] is an absolute path.
	Argv []string
	// RuntimeVariables come with the runtime: NODE_PATH, DOTNET_ROOT and so on.
	RuntimeVariables map[string]string
	// Emulated says that an emulator runs the processes. Their times mean nothing, so
	// they are not held to their memory size's share of a CPU.
	Emulated bool
	// RuntimeVersion is what INIT_START reports, such as nodejs:22.v22.23.3.
	RuntimeVersion string
	Credentials    Credentials
	// Endpoints are AWS_ENDPOINT_URL and its kin, which keep a function's SDK on this machine.
	Endpoints map[string]string
	// Tracing says whether the function has X-Ray's active tracing.
	Tracing bool
}

// Credentials are what a function signs its AWS calls with. They are fake, and
// unique per function, so that a call can be traced to the role behind it.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// LogStream receives what an execution environment logs: the platform's lines
// and the function's own, one call per event, newline included or not. It is
// called by one goroutine at a time.
type LogStream interface {
	// Name is the stream's name, which the function sees in AWS_LAMBDA_LOG_STREAM_NAME.
	Name() string
	Append(at time.Time, message []byte)
}

// Invocation is one request to an execution environment.
type Invocation struct {
	RequestID string
	// InvokedARN is the ARN that the caller used, with its qualifier.
	InvokedARN    string
	Payload       []byte
	TraceID       string // X-Ray header; empty means not traced
	ClientContext []byte // JSON; may be nil
	// Respond, if not nil, is called once, as soon as the function has answered
	// and before the environment has asked for its next event. Invoke returns later.
	Respond func(Response)
}

// Response is what the caller of an invocation sees.
type Response struct {
	Payload []byte
	// FunctionError is empty or Unhandled.
	FunctionError string
	ContentType   string
	// LogTail is the last 4 KB that the invocation logged so far; Outcome's is complete.
	LogTail []byte
}

// Outcome is one finished invocation, with every clock that the platform has.
type Outcome struct {
	Response Response
	// Init is the duration that this invocation's REPORT shows: set on the first invocation of an
	// environment whose init phase succeeded, else nil.
	Init *time.Duration
	// Latency is from the dispatch of the event to the function's answer.
	Latency time.Duration
	// Duration is from the dispatch of the event to the request for the next one.
	Duration time.Duration
	Billed   time.Duration
	// MaxMemoryUsedMB is the peak of the environment so far; nil if this machine cannot tell.
	MaxMemoryUsedMB *int
	// Status is success, timeout or error.
	Status    string
	ErrorType string
	// Reusable says whether the environment can serve another invocation.
	Reusable bool
}

// Init is how an environment's init phase went.
type Init struct {
	// Placement is the time spent waiting for one of the machine's spawn slots.
	Placement time.Duration
	// Duration is from the spawn of the process to its first request for an event.
	Duration time.Duration
	// Err is nil, or why the phase failed; the first invocation then runs the phase again.
	Err error
}

// Environment is one execution environment: a process behind a Runtime API of
// its own. Invoke serves one invocation at a time; a second concurrent call is
// a programming error and panics.
type Environment interface {
	ID() string
	Init() Init
	InitializationType() functions.InitializationType
	Invoke(ctx context.Context, i Invocation) Outcome
	// Gone is closed once the process has ended, for whatever reason.
	Gone() <-chan struct{}
	// Close kills the process group and everything that it left behind, and
	// waits until all of it is reaped.
	Close() error
}

// Launcher starts execution environments. A [Host] is the real one; tests have others.
type Launcher interface {
	// Launch starts an environment and returns when its init phase has ended,
	// well or not. The error is about this machine (no process could be
	// started, ctx is done), never about the function.
	Launch(ctx context.Context, c Config, t functions.InitializationType, log LogStream) (Environment, error)
}
