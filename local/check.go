package main

import (
	"context"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// check compares the answers of functions that only an emulator can run. They are
// started as provisioned concurrency, because an emulated init phase may take
// longer than the 10 s of one on demand.
func (m measurement) check(ctx context.Context, fns []deployed.Function) ([]results.VariantSummary, error) {
	client := m.machine.lambdaClient()
	o := bench.Options{Run: m.record.id, Platform: m.config.Platform, Seed: m.options.Seed}
	rows := make([]results.VariantSummary, len(fns))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	m.console.Status("checking the answers of %d functions under an emulator", len(fns))
	for i, fn := range fns {
		group.Go(func() error {
			rows[i] = results.VariantSummary{Variant: fn.Variant, Status: results.Failed}
			published, err := m.machine.functions.PublishVersion(fn.ARN, "")
			if err == nil {
				fn.Qualifier = published.Version
				err = m.machine.functions.PutProvisionedConcurrency(ctx, fn.ARN, fn.Qualifier, 1)
			}
			if err != nil && ctx.Err() == nil {
				rows[i].Reason = err.Error()
				return nil // one cell's failure is its own
			}
			checked, err := bench.Check(ctx, client, []deployed.Function{fn}, o)
			if err != nil {
				return err
			}
			rows[i] = checked[0]
			return nil
		})
	}
	err := group.Wait()
	m.console.Done()
	return rows, err
}

// lambdaClient is the operator's client of the local Lambda service. The SDK's
// own retries are off: package bench decides what is tried again.
func (m *machine) lambdaClient() *awslambda.Client {
	return awslambda.New(awslambda.Options{
		Region:       m.stack.Region,
		BaseEndpoint: aws.String(m.stack.EndpointURL),
		Credentials:  credentials.NewStaticCredentialsProvider(m.operator.AccessKeyID, m.operator.SecretAccessKey, ""),
		Retryer:      aws.NopRetryer{},
	})
}
