package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

const benchmarkedTimeout = 30 // seconds

// function is a deployed function and where it logs.
type function struct {
	*lambda.Function
	variant  matrix.Variant
	logGroup *cloudwatch.LogGroup
}

// functionSpec is what differs from function to function, besides the variant.
type functionSpec struct {
	role      role
	logGroup  *cloudwatch.LogGroup
	timeout   int // seconds
	variables pulumi.StringMap
	tracing   bool
	// reserved is the most environments that the function may have; 0 sets no limit.
	reserved int
}

// benchmarked makes the functions that are measured, all under one role: they
// do the same and may do no more than write their logs.
func (d *definition) benchmarked() ([]function, error) {
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
	var all []function
	for _, v := range cells {
		group, err := d.logGroup(v.Name())
		if err != nil {
			return nil, err
		}
		f, err := d.function(v, functionSpec{
			role: role, logGroup: group, timeout: benchmarkedTimeout,
			variables: pulumi.StringMap{deployed.NonceVariable: pulumi.String(deployed.FirstNonce)},
		},
			// A run changes this one variable to force cold starts; all others are the stack's.
			pulumi.IgnoreChanges([]string{"environment.variables." + deployed.NonceVariable}))
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// function makes one function and publishes a version of it.
func (d *definition) function(v matrix.Variant, spec functionSpec, opts ...pulumi.ResourceOption) (function, error) {
	row, err := stage.Row(v)
	if err != nil {
		return function{}, err
	}
	zip, ok := d.artifacts[v]
	if !ok {
		return function{}, fmt.Errorf("function %v: no artefact was built for it", v)
	}
	tracing := "PassThrough"
	if spec.tracing {
		tracing = "Active"
	}
	var reserved pulumi.IntPtrInput
	if spec.reserved > 0 {
		reserved = pulumi.Int(spec.reserved)
	}
	opts = append(opts, pulumi.DependsOn([]pulumi.Resource{spec.role.policy}))
	f, err := lambda.NewFunction(d.ctx, v.Name(), &lambda.FunctionArgs{
		Name:          pulumi.String(d.names.Physical(v.Name())),
		Description:   pulumi.String(v.String()),
		Role:          spec.role.Arn,
		Runtime:       pulumi.String(v.Runtime),
		Handler:       pulumi.String(row.Handler),
		Architectures: pulumi.StringArray{pulumi.String(v.Architecture)},
		MemorySize:    pulumi.Int(v.MemoryMB),
		Timeout:       pulumi.Int(spec.timeout),
		Code:          pulumi.NewFileArchive(zip.Path),
		Publish:       pulumi.Bool(true),
		Environment:   lambda.FunctionEnvironmentArgs{Variables: spec.variables},
		LoggingConfig: lambda.FunctionLoggingConfigArgs{
			LogFormat: pulumi.String("Text"),
			LogGroup:  spec.logGroup.Name,
		},
		TracingConfig:                lambda.FunctionTracingConfigArgs{Mode: pulumi.String(tracing)},
		ReservedConcurrentExecutions: reserved,
		Tags:                         d.tags,
	}, opts...)
	if err != nil {
		return function{}, fmt.Errorf("function %v: %w", v, err)
	}
	return function{Function: f, variant: v, logGroup: spec.logGroup}, nil
}
