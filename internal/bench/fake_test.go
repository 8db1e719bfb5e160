package bench_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// The times of the fake, inside a synctest bubble.
const (
	fakeUpdate  = 40 * time.Millisecond
	fakeInit    = 120 * time.Millisecond
	fakeFirst   = 8 * time.Millisecond
	fakeLater   = 2 * time.Millisecond
	fakeNetwork = 1 * time.Millisecond
)

// fakeLambda is Lambda as far as sampling sees it. While an update is in
// progress, calls are served by the environment of before, as on AWS.
type fakeLambda struct {
	bench.LambdaAPI // it has no versions: calls of theirs panic

	mu        sync.Mutex
	functions map[string]*fakeFunction
	requests  int
	log       []string // "update NAME", "invoke NAME", in order
}

type fakeFunction struct {
	variant     matrix.Variant
	variables   map[string]string
	revision    int
	settledAt   time.Time
	environment int // counts environments made
	generation  int // of the environment that is alive, by revision
	invocations int // of the environment that is alive
	busy        bool

	// refuse returns an error for a call, before anything else happens.
	refuse func(call string) error
	// alter changes what an invocation answers.
	alter func(n int, reply *fakeReply)
	n     int // invocations so far
}

// fakeReply is what an invocation is about to answer.
type fakeReply struct {
	Answer        functions.Answer
	Record        lambdalog.Record
	NoTail        bool
	FunctionError string
	Payload       []byte // instead of the answer
	Wait          time.Duration
}

func newFake(variants ...matrix.Variant) (*fakeLambda, []deployed.Function) {
	f := &fakeLambda{functions: map[string]*fakeFunction{}}
	var fns []deployed.Function
	for _, v := range variants {
		arn := "arn:aws:lambda:eu-west-1:123456789012:function:" + v.Name()
		f.functions[arn] = &fakeFunction{
			variant:   v,
			variables: map[string]string{deployed.NonceVariable: deployed.FirstNonce, "MODE": "kept"},
		}
		fns = append(fns, deployed.Function{Variant: v, ARN: arn, LogGroup: "/aws/lambda/" + v.Name(), Owned: true})
	}
	return f, fns
}

func (f *fakeLambda) of(arn *string) *fakeFunction { return f.functions[aws.ToString(arn)] }

// begin counts a call and asks whether it is refused.
func (f *fakeLambda) begin(call string, arn *string) (*fakeFunction, error) {
	time.Sleep(fakeNetwork)
	f.mu.Lock()
	defer f.mu.Unlock()
	fn := f.of(arn)
	if fn == nil {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Function not found: " + aws.ToString(arn))}
	}
	f.log = append(f.log, call+" "+fn.variant.Runtime)
	if fn.refuse != nil {
		if err := fn.refuse(call); err != nil {
			return nil, err
		}
	}
	return fn, nil
}

func (f *fakeLambda) configuration(fn *fakeFunction) *types.FunctionConfiguration {
	status := types.LastUpdateStatusSuccessful
	if time.Now().Before(fn.settledAt) {
		status = types.LastUpdateStatusInProgress
	}
	return &types.FunctionConfiguration{
		State: types.StateActive, LastUpdateStatus: status, Timeout: aws.Int32(30),
		RevisionId:  aws.String(fmt.Sprint(fn.revision)),
		Environment: &types.EnvironmentResponse{Variables: maps.Clone(fn.variables)},
	}
}

func (f *fakeLambda) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, _ ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	fn, err := f.begin("get", in.FunctionName)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return &lambda.GetFunctionOutput{Configuration: f.configuration(fn)}, ctx.Err()
}

func (f *fakeLambda) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput, _ ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error) {
	fn, err := f.begin("update", in.FunctionName)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case time.Now().Before(fn.settledAt):
		return nil, &types.ResourceConflictException{Message: aws.String("The operation cannot be performed at this time. An update is in progress for resource: " + *in.FunctionName)}
	case aws.ToString(in.RevisionId) != fmt.Sprint(fn.revision):
		return nil, &types.PreconditionFailedException{Message: aws.String("The Revision Id provided does not match the latest Revision Id.")}
	}
	if !maps.Equal(fn.variables, in.Environment.Variables) {
		fn.revision++
	}
	fn.variables = maps.Clone(in.Environment.Variables)
	fn.settledAt = time.Now().Add(fakeUpdate)
	return &lambda.UpdateFunctionConfigurationOutput{}, nil
}

func (f *fakeLambda) Invoke(ctx context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	fn, err := f.begin("invoke", in.FunctionName)
	if err != nil {
		return nil, err
	}
	var event functions.Event
	if err := json.Unmarshal(in.Payload, &event); err != nil {
		return nil, &smithy.GenericAPIError{Code: "InvalidRequestContentException", Message: err.Error(), Fault: smithy.FaultClient}
	}
	reply, id := f.serve(fn, event)
	select {
	case <-time.After(reply.Wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f.mu.Lock()
	fn.busy = false
	f.mu.Unlock()

	out := &lambda.InvokeOutput{StatusCode: 200, Payload: reply.Payload}
	awsmiddleware.SetRequestIDMetadata(&out.ResultMetadata, id)
	if out.Payload == nil {
		body, err := json.Marshal(reply.Answer)
		if err != nil {
			panic(err)
		}
		out.Payload, err = json.Marshal(map[string]any{"statusCode": 200, "body": string(body)})
		if err != nil {
			panic(err)
		}
	}
	if reply.FunctionError != "" {
		out.FunctionError = &reply.FunctionError
	}
	if !reply.NoTail && in.LogType == types.LogTypeTail {
		tail := fmt.Sprintf("START RequestId: %s Version: $LATEST\nhello\nEND RequestId: %s\n%s\n", id, id, reply.Record.Text())
		out.LogResult = aws.String(base64.StdEncoding.EncodeToString([]byte(tail)))
	}
	return out, nil
}

// serve picks or makes an environment and says what it will answer.
func (f *fakeLambda) serve(fn *fakeFunction, event functions.Event) (reply fakeReply, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fn.busy {
		panic("two invocations of one variant at once")
	}
	fn.busy = true
	f.requests++
	id = fmt.Sprintf("00000000-0000-4000-8000-%012d", f.requests)

	stale := time.Now().Before(fn.settledAt)
	cold := fn.environment == 0 || fn.generation != fn.revision && !stale
	if cold {
		fn.environment++
		fn.generation, fn.invocations = fn.revision, 0
	}
	fn.invocations++
	fn.n++

	duration := fakeLater
	if fn.invocations == 1 {
		duration = fakeFirst
	}
	reply.Wait = duration
	reply.Record = lambdalog.Record{Kind: lambdalog.Report, RequestID: id, Duration: &duration, MemorySizeMB: aws.Int(512), MaxMemoryUsedMB: aws.Int(66)}
	billed := duration
	if cold {
		init := fakeInit
		reply.Record.InitDuration = &init
		reply.Wait += init
		billed += init
	}
	reply.Record.BilledDuration = &billed
	reply.Answer = functions.Answer{
		Message: "Hello, world!", Language: fn.variant.Language, RuntimeVersion: "22.22.0",
		Architecture: string(fn.variant.Architecture), EnvironmentID: fmt.Sprint("e", fn.environment),
		Invocation: fn.invocations, InitializationType: functions.OnDemand, FunctionVersion: "$LATEST",
		CPUMs: 1, ProcessCPUMs: 50, WallMs: 2, Metrics: map[string]float64{"heapUsedBytes": 1},
	}
	if event.Workload == functions.WorkloadSHA256 {
		block := make([]byte, 32)
		for range event.Iterations {
			sum := sha256.Sum256(block)
			block = sum[:]
		}
		reply.Answer.Answer = hex.EncodeToString(block)
	}
	if fn.alter != nil {
		fn.alter(fn.n, &reply)
	}
	return reply, id
}

// count says how often a call was made.
func (f *fakeLambda) count(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, line := range f.log {
		if line == call {
			n++
		}
	}
	return n
}

// order is the log without calls that only read.
func (f *fakeLambda) order() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.log), func(line string) bool { return line[:3] == "get" })
}

func variant(runtime string) matrix.Variant {
	return matrix.Variant{Function: "hello", Language: "nodejs", Runtime: runtime, Architecture: functions.X8664, MemoryMB: 512}
}

// lockedEnvironment is Lambda whose caller may not decrypt the variables.
type lockedEnvironment struct{ *fakeLambda }

func (l lockedEnvironment) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, o ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	out, err := l.fakeLambda.GetFunction(ctx, in, o...)
	if err == nil {
		out.Configuration.Environment = &types.EnvironmentResponse{Error: &types.EnvironmentError{
			ErrorCode: aws.String("AccessDeniedException"), Message: aws.String("Lambda was unable to decrypt the environment variables"),
		}}
	}
	return out, err
}
