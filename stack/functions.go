package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

const benchmarkedTimeout = 30 // seconds

// function is a function that is a resource of the stack, and where it logs.
type function struct {
	*lambda.Function
	variant  matrix.Variant
	logGroup *cloudwatch.LogGroup
}

// functionSpec is a function as it is to be, whichever way it is deployed:
// [definition.function] makes a resource of it, [definition.templateFunction] an
// entry of a CloudFormation template.
type functionSpec struct {
	variant   matrix.Variant
	role      role
	logGroup  *cloudwatch.LogGroup
	timeout   int // seconds
	variables pulumi.StringMap
	tracing   bool
	// reserved is the most environments that the function may have; 0 sets no limit.
	reserved int
}

// logFormat is that of all functions.
const logFormat = "Text"

// snapshots is Lambda's word for a snapshot of each version that is published, and none
// of $LATEST.
const snapshots = "PublishedVersions"

// tracingMode is Lambda's word for whether the function records traces by itself.
func (s functionSpec) tracingMode() string {
	if s.tracing {
		return "Active"
	}
	return "PassThrough"
}

// code is the artefact of a variant and the handler in it.
func (d *definition) code(v matrix.Variant) (zip artifact.Artifact, handler string, err error) {
	row, err := stage.Row(v)
	if err != nil {
		return artifact.Artifact{}, "", err
	}
	zip, ok := d.artifacts[v]
	if !ok {
		return artifact.Artifact{}, "", fmt.Errorf("function %v: no artefact was built for it", v)
	}
	return zip, row.Handler, nil
}

// benchmarked makes the functions that are measured, all under one role: they
// do the same and may do no more than write their logs.
func (d *definition) benchmarked() ([]measured, error) {
	cells, err := d.cells(functions.ContractHello)
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	// The beginning of their names instead of a list: a list of a hundred log
	// groups is longer than a role's policies may be.
	streams := d.arn("logs", "log-group:"+d.names.LogGroup(stage.Hello+"-")+"*:*")
	role, err := d.executionRole(stage.Hello, writeLogs(pulumi.String(streams)))
	if err != nil {
		return nil, err
	}
	var specs, refused []functionSpec
	for _, v := range cells {
		group, err := d.logGroup(v.Name())
		if err != nil {
			return nil, err
		}
		spec := functionSpec{
			variant: v, role: role, logGroup: group, timeout: benchmarkedTimeout,
			variables: pulumi.StringMap{deployed.NonceVariable: pulumi.String(deployed.FirstNonce)},
		}
		specs = append(specs, spec)
		if lifecycle.ReadProvider().Refuses(v.Runtime) {
			refused = append(refused, spec)
		}
	}
	arns, err := d.byCloudFormation(refused, role)
	if err != nil {
		return nil, err
	}
	var all []measured
	for _, spec := range specs {
		arn, ok := arns[spec.variant]
		if !ok {
			// A run changes this one variable to force cold starts; all others are the stack's.
			f, err := d.function(spec, pulumi.IgnoreChanges([]string{"environment.variables." + deployed.NonceVariable}))
			if err != nil {
				return nil, err
			}
			arn = f.Arn
		}
		// Through $LATEST, the only version whose configuration can change: hence
		// no qualifier.
		all = append(all, measured{logical: spec.variant.Name(), entry: d.entry(spec.variant, arn, spec.logGroup, d.known(""))})
	}
	return all, nil
}

// function makes one function and publishes a version of it, unless the function has
// SnapStart: a run publishes the version that it measures and deletes it, because a
// snapshot costs by the hour.
func (d *definition) function(spec functionSpec, opts ...pulumi.ResourceOption) (function, error) {
	v := spec.variant
	zip, handler, err := d.code(v)
	if err != nil {
		return function{}, err
	}
	var reserved pulumi.IntPtrInput
	if spec.reserved > 0 {
		reserved = pulumi.Int(spec.reserved)
	}
	var snapStart lambda.FunctionSnapStartPtrInput
	if v.SnapStart {
		snapStart = lambda.FunctionSnapStartArgs{ApplyOn: pulumi.String(snapshots)}
	}
	opts = append(opts, pulumi.DependsOn([]pulumi.Resource{spec.role.policy}))
	f, err := lambda.NewFunction(d.ctx, v.Name(), &lambda.FunctionArgs{
		Name:          pulumi.String(d.names.Physical(v.Name())),
		Description:   pulumi.String(v.String()),
		Role:          spec.role.Arn,
		Runtime:       pulumi.String(v.Runtime),
		Handler:       pulumi.String(handler),
		Architectures: pulumi.StringArray{pulumi.String(v.Architecture)},
		MemorySize:    pulumi.Int(v.MemoryMB),
		Timeout:       pulumi.Int(spec.timeout),
		Code:          pulumi.NewFileArchive(zip.Path),
		Publish:       pulumi.Bool(!v.SnapStart),
		SnapStart:     snapStart,
		Environment:   lambda.FunctionEnvironmentArgs{Variables: spec.variables},
		LoggingConfig: lambda.FunctionLoggingConfigArgs{
			LogFormat: pulumi.String(logFormat),
			LogGroup:  spec.logGroup.Name,
		},
		TracingConfig:                lambda.FunctionTracingConfigArgs{Mode: pulumi.String(spec.tracingMode())},
		ReservedConcurrentExecutions: reserved,
		Tags:                         d.tags,
	}, opts...)
	if err != nil {
		return function{}, fmt.Errorf("function %v: %w", v, err)
	}
	return function{Function: f, variant: v, logGroup: spec.logGroup}, nil
}
