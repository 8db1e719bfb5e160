package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/provision"
)

// errRestore is what to do about provisioned concurrency that is left.
var errRestore = errors.New("loadgen -restore tries again")

// startProvisioned gives the stage's module functions provisioned concurrency.
func (lt *loadTest) startProvisioned(ctx context.Context, c *console.Console) (*provision.Provisioned, error) {
	plan := provision.Plan{
		Stage: lt.stage, Region: lt.stack.Region, EndpointURL: lt.stack.EndpointURL,
		Aliases: moduleAliases(lt.stack), Environments: lt.provision, Since: time.Now(),
	}
	if len(plan.Aliases) == 0 {
		return nil, fmt.Errorf("-provision: stage %s has no module functions with an alias", lt.stage)
	}
	dir, err := journalFolder()
	if err != nil {
		return nil, err
	}
	client, err := connect(ctx, plan)
	if err != nil {
		return nil, err
	}
	c.Printf("provisioned concurrency %d for each function of stage %s, until the load test has ended; if this process is killed, loadgen -restore takes it away", lt.provision, lt.stage)
	p, err := provision.Start(ctx, client, dir, plan, c.Status)
	c.Done()
	if err != nil {
		return nil, fmt.Errorf("-provision: %w", err)
	}
	return p, nil
}

// moduleAliases are the aliases that the stage's API calls.
func moduleAliases(s deployed.Stack) (aliases []provision.Alias) {
	for _, f := range s.Functions {
		if f.Contract() == functions.ContractModule && f.Qualifier != "" {
			aliases = append(aliases, provision.Alias{Function: f.ARN, Name: f.Qualifier})
		}
	}
	return aliases
}

// restoreProvisioned takes away what load tests that were killed left behind.
func restoreProvisioned(ctx context.Context, c *console.Console) (int, error) {
	dir, err := journalFolder()
	if err != nil {
		return exitRestore, err
	}
	restored := 0
	err = provision.RestoreAll(ctx, dir, connect, func(p provision.Plan) {
		restored++
		c.Printf("stage %s: its provisioned concurrency is taken away", p.Stage)
	})
	if err != nil {
		return exitRestore, fmt.Errorf("-restore: %w", err)
	}
	if restored == 0 {
		c.Printf("no load test has left provisioned concurrency behind")
	}
	return commandline.OK, nil
}

// journalFolder has a journal for each stage. It is the user's, not the repository's: a
// load test is started from anywhere.
func journalFolder() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("where the journal of provisioned concurrency belongs: %w", err)
	}
	return filepath.Join(dir, "lambda-benchmark", "provisioned"), nil
}

// connect finds the user's credentials as the AWS CLI does.
func connect(ctx context.Context, p provision.Plan) (provision.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(p.Region))
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return lambda.NewFromConfig(cfg, func(o *lambda.Options) {
		if p.EndpointURL != "" {
			o.BaseEndpoint = aws.String(p.EndpointURL)
		}
	}), nil
}
