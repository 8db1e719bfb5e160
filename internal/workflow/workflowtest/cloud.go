package workflowtest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"golang.org/x/time/rate"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Latencies are how long the cloud takes. They are assumptions, not measurements.
type Latencies struct {
	GetFunction, UpdateFunctionConfiguration time.Duration
	// Update is how long it takes from the call until the update is in effect.
	Update time.Duration
	// Network is what an invocation takes beside the function.
	Network time.Duration
	// Init and First are a cold start's two parts, Later is every other invocation.
	Init, First, Later time.Duration
	// Iteration is what one hash of the sha256 workload adds.
	Iteration       time.Duration
	FilterLogEvents time.Duration
	// PublishVersion, ListVersionsByFunction and DeleteFunction are the calls. Snapshot
	// is how long a version with SnapStart is Pending.
	PublishVersion, ListVersionsByFunction, DeleteFunction, Snapshot time.Duration
	// Restore is a cold start's first part with SnapStart, and BilledRestore how much of
	// it is billed.
	Restore, BilledRestore time.Duration
	// Ingestion is how long a line of a log takes until it can be read.
	Ingestion time.Duration
}

// Usual are latencies as one meets them on AWS.
func Usual() Latencies {
	return Latencies{
		GetFunction: 60 * time.Millisecond, UpdateFunctionConfiguration: 250 * time.Millisecond, Update: 1500 * time.Millisecond,
		Network: 15 * time.Millisecond, Init: 300 * time.Millisecond, First: 30 * time.Millisecond, Later: 5 * time.Millisecond,
		FilterLogEvents: 200 * time.Millisecond, Ingestion: 20 * time.Second,
		// About three minutes: https://github.com/pulumi/pulumi/issues/15789. Restores of
		// 300 to 560 ms, of which 26 to 303 ms are billed, are in REPORT lines that people
		// have published.
		PublishVersion: 250 * time.Millisecond, ListVersionsByFunction: 100 * time.Millisecond, DeleteFunction: 250 * time.Millisecond, Snapshot: 3 * time.Minute,
		Restore: 400 * time.Millisecond, BilledRestore: 120 * time.Millisecond,
	}
}

// Quotas of an account and region on AWS, in requests a second.
const (
	ControlPlanePerSecond    = 15
	GetFunctionPerSecond     = 100
	FilterLogEventsPerSecond = 5
)

// Invocation is one that the cloud is about to answer; a hook may change it.
type Invocation struct {
	// N counts those of the function, from 1.
	N        int
	Function string
	Answer   functions.Answer
	Record   lambdalog.Record
	// NoTail has the answer come without the end of the log.
	NoTail bool
	// JSON has the platform's lines in Lambda's JSON format.
	JSON bool
	// FunctionError and Payload are answered instead of Answer.
	FunctionError string
	Payload       []byte
}

// Cloud is Lambda and CloudWatch Logs. Its methods are those of the SDK's clients.
type Cloud struct {
	Latencies Latencies
	// Refuse, if set, may refuse a call by its name, such as UpdateFunctionConfiguration.
	Refuse func(call, function string) error
	// Alter, if set, may change what an invocation answers. It may panic: the caller's
	// process is killed then.
	Alter func(*Invocation)
	// Published, if set, is called when a version has been published and the answer is not
	// on its way yet. It may panic.
	Published func()

	mu        sync.Mutex
	functions map[string]*cloudFunction
	calls     map[string]int
	requests  int
	gbSeconds float64
	logs      map[string][]LogEvent

	control, reads, filter *rate.Limiter
	throttled              int
}

type cloudFunction struct {
	deployed.Function
	name         string
	variables    map[string]string
	revision     int
	settled      time.Time
	environments []*environment
	invocations  int
	answer       functions.Answer
	made         int
	versions     []*version
	published    int // how many versions there have ever been
	restores     int
}

type environment struct {
	id, stream              string
	generation, invocations int
	busy                    bool
}

// NewCloud returns a cloud with the functions.
func NewCloud(l Latencies, variants ...matrix.Variant) *Cloud {
	c := &Cloud{
		Latencies: l, functions: map[string]*cloudFunction{}, calls: map[string]int{}, logs: map[string][]LogEvent{},
		control: rate.NewLimiter(ControlPlanePerSecond, ControlPlanePerSecond),
		reads:   rate.NewLimiter(GetFunctionPerSecond, GetFunctionPerSecond),
		filter:  rate.NewLimiter(FilterLogEventsPerSecond, FilterLogEventsPerSecond),
	}
	for _, v := range variants {
		name := v.Name()
		f := deployed.Function{Variant: v, ARN: "arn:aws:lambda:eu-west-1:123456789012:function:" + name, LogGroup: "/aws/lambda/" + name, Owned: true, SHA256: "sha256 of " + name}
		c.functions[f.ARN] = &cloudFunction{Function: f, name: name, variables: map[string]string{deployed.NonceVariable: deployed.FirstNonce, "MODE": "kept"}}
	}
	return c
}

// Variants are n different ones.
func Variants(n int) []matrix.Variant {
	runtimes := []struct{ language, runtime string }{
		{"nodejs", "nodejs18.x"}, {"nodejs", "nodejs22.x"}, {"python", "python3.11"}, {"dotnet", "dotnet8"},
		{"java", "java21"}, {"go", "provided.al2023"}, {"rust", "provided.al2023"},
	}
	var all []matrix.Variant
	for i := range n {
		r := runtimes[i/2%len(runtimes)]
		architecture := functions.ARM64
		if i%2 == 1 {
			architecture = functions.X8664
		}
		all = append(all, matrix.Variant{
			Function: "hello", Language: r.language, Runtime: r.runtime, Architecture: architecture, MemoryMB: 128 * (1 + i/(2*len(runtimes))),
		})
	}
	return all
}

// Fill puts the cloud's functions into a table.
func (c *Cloud) Fill(ctx context.Context, t *Table) error {
	for _, f := range c.Functions() {
		if err := t.PutFunction(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// Functions are those of the cloud, in no order.
func (c *Cloud) Functions() []deployed.Function {
	var all []deployed.Function
	for _, f := range c.functions {
		all = append(all, f.Function)
	}
	return all
}

// Change changes how a function is deployed. It is for before a run.
func (c *Cloud) Change(name string, change func(*deployed.Function)) {
	for _, f := range c.functions {
		if f.name == name {
			change(&f.Function)
		}
	}
}

// Variables are a function's environment variables.
func (c *Cloud) Variables(arn string) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.functions[arn].variables)
}

// SetVariables replaces a function's environment variables.
func (c *Cloud) SetVariables(arn string, variables map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.functions[arn].variables = maps.Clone(variables)
}

// Calls counts calls by name, throttled ones included.
func (c *Cloud) Calls() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.calls)
}

// GBSeconds is what the invocations would be billed.
func (c *Cloud) GBSeconds() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gbSeconds
}

// Throttled is how many calls were over a quota.
func (c *Cloud) Throttled() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.throttled
}

// Environments is how many a function has had.
func (c *Cloud) Environments(arn string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.functions[arn].made
}

// begin counts a call that names a function, lets it take its time, and says whether it is refused.
func (c *Cloud) begin(ctx context.Context, call, arn string, takes time.Duration, quota *rate.Limiter) (*cloudFunction, error) {
	if err := sleep(ctx, takes); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[call]++
	f := c.functions[arn]
	if f == nil {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Function not found: " + arn)}
	}
	if c.Refuse != nil {
		if err := c.Refuse(call, f.name); err != nil {
			return nil, err
		}
	}
	if quota != nil && !quota.AllowN(time.Now(), 1) {
		c.throttled++
		return nil, &types.TooManyRequestsException{Message: aws.String("Rate exceeded")}
	}
	return f, nil
}

// GetFunction is Lambda's.
func (c *Cloud) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, _ ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	f, err := c.begin(ctx, "GetFunction", *in.FunctionName, c.Latencies.GetFunction, c.reads)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if in.Qualifier != nil {
		v, err := f.version(*in.Qualifier)
		if err != nil {
			return nil, err
		}
		return &lambda.GetFunctionOutput{Configuration: v.configuration()}, nil
	}
	status := types.LastUpdateStatusSuccessful
	if time.Now().Before(f.settled) {
		status = types.LastUpdateStatusInProgress
	}
	return &lambda.GetFunctionOutput{Configuration: &types.FunctionConfiguration{
		State: types.StateActive, LastUpdateStatus: status, Timeout: aws.Int32(30), RevisionId: aws.String(fmt.Sprint(f.revision)),
		Environment: &types.EnvironmentResponse{Variables: maps.Clone(f.variables)},
	}}, nil
}

// UpdateFunctionConfiguration is Lambda's.
func (c *Cloud) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput, _ ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error) {
	f, err := c.begin(ctx, "UpdateFunctionConfiguration", *in.FunctionName, c.Latencies.UpdateFunctionConfiguration, c.control)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case time.Now().Before(f.settled):
		return nil, &types.ResourceConflictException{Message: aws.String("The operation cannot be performed at this time. An update is in progress for resource: " + f.ARN)}
	case in.RevisionId != nil && *in.RevisionId != fmt.Sprint(f.revision):
		return nil, &types.PreconditionFailedException{Message: aws.String("The Revision Id provided does not match the latest Revision Id.")}
	}
	f.revision++
	f.variables = maps.Clone(in.Environment.Variables)
	f.settled = time.Now().Add(c.Latencies.Update)
	return &lambda.UpdateFunctionConfigurationOutput{}, nil
}

// Invoke is Lambda's.
func (c *Cloud) Invoke(ctx context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	f, err := c.begin(ctx, "Invoke", *in.FunctionName, c.Latencies.Network, nil)
	if err != nil {
		return nil, err
	}
	var event functions.Event
	if err := json.Unmarshal(in.Payload, &event); err != nil {
		return nil, errors.New("the payload is no event")
	}
	start := time.Now()
	i, e, err := c.serve(f, aws.ToString(in.Qualifier), event)
	if err != nil {
		return nil, err
	}
	takes := *i.Record.Duration
	for _, begin := range []*time.Duration{i.Record.InitDuration, i.Record.RestoreDuration} {
		if begin != nil {
			takes += *begin
		}
	}
	if err := sleep(ctx, takes); err != nil {
		return nil, err
	}
	c.mu.Lock()
	e.busy = false
	c.log(f, e, i, start)
	c.mu.Unlock()

	out := &lambda.InvokeOutput{StatusCode: 200, Payload: i.Payload}
	awsmiddleware.SetRequestIDMetadata(&out.ResultMetadata, i.Record.RequestID)
	if i.FunctionError != "" {
		out.FunctionError = &i.FunctionError
	}
	if out.Payload == nil {
		body, err := json.Marshal(i.Answer)
		if err != nil {
			return nil, err
		}
		if out.Payload, err = json.Marshal(map[string]any{"statusCode": 200, "body": string(body)}); err != nil {
			return nil, err
		}
	}
	if in.LogType == types.LogTypeTail && !i.NoTail {
		out.LogResult = aws.String(base64.StdEncoding.EncodeToString(i.Record.AppendText(nil)))
	}
	return out, nil
}

// idle finds an idle environment of $LATEST, or makes one.
func (f *cloudFunction) idle() (e *environment, made bool) {
	generation := f.revision
	if time.Now().Before(f.settled) {
		generation-- // served by what was there before
	}
	for _, there := range f.environments {
		if !there.busy && there.generation == generation {
			e = there
		}
	}
	if e != nil {
		return e, false
	}
	e = f.make("$LATEST")
	e.generation = generation
	if len(f.environments) > 0 && f.environments[0].generation != generation {
		f.environments = nil
	}
	f.environments = append(f.environments, e)
	return e, true
}

// make makes an environment of a version.
func (f *cloudFunction) make(version string) *environment {
	f.made++
	return &environment{id: fmt.Sprintf("%s-%d", f.name, f.made), stream: fmt.Sprintf("2026/11/25/[%s]%032x", version, f.made)}
}

// serve finds an idle environment or makes one, and says what it will answer.
func (c *Cloud) serve(f *cloudFunction, qualifier string, event functions.Event) (*Invocation, *environment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	f.invocations++
	var (
		e    *environment
		cold bool
		how  = functions.OnDemand
	)
	if qualifier == "" {
		e, cold = f.idle()
		qualifier = "$LATEST"
	} else {
		v, err := f.version(qualifier)
		if err == nil {
			e, cold, err = v.idle()
		}
		if err != nil {
			return nil, nil, err
		}
		how = functions.SnapStart
	}
	e.busy = true
	e.invocations++

	duration, used, size := c.Latencies.Later, 66, f.Variant.MemoryMB
	if e.invocations == 1 {
		duration = c.Latencies.First
	}
	duration += time.Duration(event.Iterations) * c.Latencies.Iteration
	i := &Invocation{N: f.invocations, Function: f.name, Record: lambdalog.Record{
		Kind: lambdalog.Report, RequestID: fmt.Sprintf("00000000-0000-4000-8000-%012d", c.requests),
		Duration: &duration, MemorySizeMB: &size, MaxMemoryUsedMB: &used,
	}}
	billed := duration
	switch {
	case cold && how == functions.SnapStart:
		restore, part := c.Latencies.Restore, c.Latencies.BilledRestore
		i.Record.RestoreDuration, i.Record.BilledRestoreDuration = &restore, &part
		billed += part
		f.restores++
	case cold:
		init := c.Latencies.Init
		i.Record.InitDuration = &init
		billed += init
	}
	i.Record.BilledDuration = &billed
	c.gbSeconds += billed.Seconds() * float64(size) / 1024
	i.Answer = functions.Answer{
		Message: "Hello, world!", Language: f.Variant.Language, RuntimeVersion: "1", Architecture: string(f.Variant.Architecture),
		EnvironmentID: e.id, Invocation: e.invocations, InitializationType: how, FunctionVersion: qualifier,
		CPUMs: 1, ProcessCPUMs: 50, WallMs: 2, Metrics: map[string]float64{"heapUsedBytes": 1},
	}
	if event.Workload == functions.WorkloadSHA256 {
		i.Answer.Answer = chain(event.Iterations)
	}
	if c.Alter != nil {
		c.Alter(i)
	}
	return i, e, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
