package workflowtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// version is a published version of a function with SnapStart.
type version struct {
	of           *cloudFunction
	number       string
	description  string
	revision     int // of the function's configuration
	begun, ready time.Time
	deleted      time.Time
	environments []*environment
}

func (f *cloudFunction) version(number string) (*version, error) {
	i := slices.IndexFunc(f.versions, func(v *version) bool { return v.number == number && v.deleted.IsZero() })
	if i < 0 {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Function not found: " + f.ARN + ":" + number)}
	}
	return f.versions[i], nil
}

func (v *version) pending() bool { return time.Now().Before(v.ready) }

func (v *version) configuration() *types.FunctionConfiguration {
	c := &types.FunctionConfiguration{
		Version: &v.number, Description: &v.description, State: types.StateActive, LastUpdateStatus: types.LastUpdateStatusSuccessful, Timeout: aws.Int32(30),
	}
	if v.pending() {
		c.State = types.StatePending
	}
	return c
}

// idle finds an idle environment of the version, or restores one.
func (v *version) idle() (e *environment, restored bool, err error) {
	if v.pending() {
		return nil, false, &types.SnapStartNotReadyException{Message: aws.String("Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.")}
	}
	for _, there := range v.environments {
		if !there.busy {
			return there, false, nil
		}
	}
	e = v.of.make(v.number)
	v.environments = append(v.environments, e)
	return e, true, nil
}

// PublishVersion is Lambda's.
func (c *Cloud) PublishVersion(ctx context.Context, in *lambda.PublishVersionInput, _ ...func(*lambda.Options)) (*lambda.PublishVersionOutput, error) {
	f, err := c.begin(ctx, "PublishVersion", *in.FunctionName, c.Latencies.PublishVersion, c.control)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().Before(f.settled) {
		return nil, &types.ResourceConflictException{Message: aws.String("The operation cannot be performed at this time. An update is in progress for resource: " + f.ARN)}
	}
	// Nothing is published twice.
	if last := len(f.versions) - 1; last >= 0 && f.versions[last].revision == f.revision && f.versions[last].deleted.IsZero() {
		v := f.versions[last]
		return &lambda.PublishVersionOutput{Version: &v.number, Description: &v.description}, nil
	}
	f.published++
	v := &version{
		of: f, number: strconv.Itoa(f.published), description: aws.ToString(in.Description), revision: f.revision,
		begun: time.Now(), ready: time.Now().Add(c.Latencies.Snapshot),
	}
	f.versions = append(f.versions, v)
	c.logSnapshot(v)
	if c.Published != nil {
		c.Published()
	}
	return &lambda.PublishVersionOutput{Version: &v.number, Description: &v.description, State: types.StatePending}, nil
}

// logSnapshot writes what the platform logs while it takes a snapshot. The caller has the lock.
func (c *Cloud) logSnapshot(v *version) {
	stream := fmt.Sprintf("2026/11/25/[%s]%032x", v.number, 0)
	init := c.Latencies.Init
	for n, line := range []lambdalog.Record{
		{Kind: lambdalog.InitStart, Extra: map[string]string{lambdalog.RuntimeVersion: v.of.Variant.Runtime + ".v1"}},
		{Kind: lambdalog.InitReport, InitDuration: &init},
	} {
		at := v.begun.Add(time.Duration(n) * init)
		c.append(v.of.LogGroup, LogEvent{Stream: stream, Message: line.Text() + "\n", Timestamp: at, Readable: at.Add(c.Latencies.Ingestion)})
	}
}

// ListVersionsByFunction is Lambda's, one version in a page.
func (c *Cloud) ListVersionsByFunction(ctx context.Context, in *lambda.ListVersionsByFunctionInput, _ ...func(*lambda.Options)) (*lambda.ListVersionsByFunctionOutput, error) {
	f, err := c.begin(ctx, "ListVersionsByFunction", *in.FunctionName, c.Latencies.ListVersionsByFunction, c.control)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []types.FunctionConfiguration{{Version: aws.String("$LATEST"), Description: aws.String("the function")}}
	for _, v := range f.versions {
		if v.deleted.IsZero() {
			all = append(all, types.FunctionConfiguration{Version: &v.number, Description: &v.description})
		}
	}
	at := 0
	if in.Marker != nil {
		if at, err = strconv.Atoi(*in.Marker); err != nil {
			return nil, err
		}
	}
	out := &lambda.ListVersionsByFunctionOutput{Versions: all[at : at+1]}
	if at+1 < len(all) {
		out.NextMarker = aws.String(strconv.Itoa(at + 1))
	}
	return out, nil
}

// DeleteFunction is Lambda's, of a version. Like AWS it does not mind if there is none.
func (c *Cloud) DeleteFunction(ctx context.Context, in *lambda.DeleteFunctionInput, _ ...func(*lambda.Options)) (*lambda.DeleteFunctionOutput, error) {
	f, err := c.begin(ctx, "DeleteFunction", *in.FunctionName, c.Latencies.DeleteFunction, c.control)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if in.Qualifier == nil {
		panic("a benchmark deletes the function " + f.name)
	}
	v, err := f.version(*in.Qualifier)
	if err != nil {
		return &lambda.DeleteFunctionOutput{}, nil
	}
	if v.pending() {
		return nil, &types.ResourceConflictException{Message: aws.String("The operation cannot be performed at this time. The function is currently in the following state: Pending")}
	}
	v.deleted = time.Now()
	return &lambda.DeleteFunctionOutput{}, nil
}

// Versions are the numbers of the versions that a function has.
func (c *Cloud) Versions(arn string) (numbers []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.functions[arn].versions {
		if v.deleted.IsZero() {
			numbers = append(numbers, v.number)
		}
	}
	return numbers
}

// Snapshots says how often a function's snapshots were restored, and how long each of
// them has existed. A snapshot that is there still exists until now.
func (c *Cloud) Snapshots(arn string) (restores int, existed []time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.functions[arn]
	for _, v := range f.versions {
		end := v.deleted
		if end.IsZero() {
			end = time.Now()
		}
		existed = append(existed, end.Sub(v.ready))
	}
	return f.restores, existed
}

// SnapStartVariants are n cells with SnapStart, of different runtimes and architectures.
func SnapStartVariants(n int) (all []matrix.Variant) {
	runtimes := []struct{ language, runtime string }{
		{"java", "java21"}, {"python", "python3.13"}, {"dotnet", "dotnet8"}, {"java", "java25"}, {"python", "python3.12"}, {"python", "python3.14"}, {"dotnet", "dotnet10"},
	}
	for i := range n {
		r := runtimes[i/2%len(runtimes)]
		architecture := functions.ARM64
		if i%2 == 1 {
			architecture = functions.X8664
		}
		all = append(all, matrix.Variant{
			Function: "hello", Language: r.language, Runtime: r.runtime, Architecture: architecture, MemoryMB: 512, SnapStart: true,
		})
	}
	return all
}
