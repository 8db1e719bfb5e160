package stack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// Artifacts are the zips of the functions to deploy. They decide which of the
// benchmarked functions exist, whether the module functions and their API do,
// and whether the harness does: a machine without npm defines the rest.
// [Deploy] builds all of them or stops.
type Artifacts map[matrix.Variant]artifact.Artifact

// Define makes every resource of the stack and does nothing else: no file is
// read but the artefacts, and nothing is exported.
func Define(ctx *pulumi.Context, c stage.Config, artifacts Artifacts) (Outputs, error) {
	d, err := newDefinition(ctx, c, artifacts)
	if err != nil {
		return Outputs{}, err
	}
	benchmarked, err := d.benchmarked()
	if err != nil {
		return Outputs{}, err
	}
	modules, err := d.moduleAPI()
	if err != nil {
		return Outputs{}, err
	}
	measured := d.measured(benchmarked)
	harness, err := d.harness(measured)
	if err != nil {
		return Outputs{}, err
	}
	outputs := d.outputs(measured, modules, harness)
	outputs.Cost, err = c.Estimate(d.region)
	return outputs, err
}

// definition is what all resources of one stack share.
type definition struct {
	ctx       *pulumi.Context
	config    stage.Config
	artifacts Artifacts
	names     stage.Names
	tags      pulumi.StringMap

	partition, region, account string

	// existing are the functions that the stack did not make.
	existing []deployed.Function
}

func newDefinition(ctx *pulumi.Context, c stage.Config, artifacts Artifacts) (*definition, error) {
	n, err := stage.NewNames(ctx.Project(), ctx.Stack())
	if err != nil {
		return nil, err
	}
	if err := n.Check(c); err != nil {
		return nil, err
	}
	partition, err := aws.GetPartition(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("ask AWS for its partition: %w", err)
	}
	region, err := aws.GetRegion(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("ask AWS for the region: %w", err)
	}
	caller, err := aws.GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("ask AWS for the account: %w", err)
	}
	d := &definition{
		ctx: ctx, config: c, artifacts: artifacts, names: n,
		tags:      pulumi.StringMap{"Project": pulumi.String(n.Project), "Stage": pulumi.String(n.Stage)},
		partition: partition.Partition, region: region.Name, account: caller.AccountId,
	}
	// Asked before there is a resource, because the answer can be a refusal.
	if d.existing, err = d.askExisting(); err != nil {
		return nil, err
	}
	return d, nil
}

// arn is the ARN of a thing of this account and region.
func (d *definition) arn(service, rest string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", d.partition, service, d.region, d.account, rest)
}

// has says whether variants that only make sense together have artefacts. Some
// of them without the others are an error.
func (d *definition) has(variants []matrix.Variant) (bool, error) {
	var missing error
	n := 0
	for _, v := range variants {
		if _, ok := d.artifacts[v]; ok {
			n++
		} else if missing == nil {
			missing = fmt.Errorf("function %v: no artefact was built for it", v)
		}
	}
	if n == 0 {
		return false, nil
	}
	return true, missing
}

// cells returns the variants of a contract that have an artefact, sorted.
func (d *definition) cells(contract functions.Contract) ([]matrix.Variant, error) {
	var cells []matrix.Variant
	for _, v := range slices.SortedFunc(maps.Keys(d.artifacts), matrix.Compare) {
		row, err := stage.Row(v)
		if err != nil {
			return nil, err
		}
		if row.Contract == contract {
			cells = append(cells, v)
		}
	}
	return cells, nil
}
