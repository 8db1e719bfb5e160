package stack

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// account is the AWS side of preflight.
type account struct {
	lambda  *lambda.Client
	secrets *secretsmanager.Client
}

// providerOnly are settings of Pulumi's provider that lead it to another account
// or endpoint than this process finds by itself.
var providerOnly = []string{"accessKey", "assumeRole", "assumeRoles", "assumeRoleWithWebIdentity", "endpoints"}

// connect finds the account that Pulumi's provider deploys into.
func connect(ctx *pulumi.Context) (*account, error) {
	for _, key := range providerOnly {
		if _, ok := ctx.GetConfig("aws:" + key); ok {
			return nil, fmt.Errorf("aws:%s leads into an account that only Pulumi's provider can reach", key)
		}
	}
	var options []func(*config.LoadOptions) error
	if region, ok := ctx.GetConfig("aws:region"); ok {
		options = append(options, config.WithRegion(region))
	}
	if profile, ok := ctx.GetConfig("aws:profile"); ok {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	c, err := config.LoadDefaultConfig(ctx.Context(), options...)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return &account{lambda.NewFromConfig(c), secretsmanager.NewFromConfig(c)}, nil
}

func (a *account) Concurrency(ctx context.Context) (int, error) {
	out, err := a.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, err
	}
	if out.AccountLimit == nil || out.AccountLimit.ConcurrentExecutions == 0 {
		return 0, errors.New("GetAccountSettings: the answer has no limit")
	}
	return int(out.AccountLimit.ConcurrentExecutions), nil
}

func (a *account) Exists(ctx context.Context, function string) (bool, error) {
	_, err := a.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &function})
	if errors.As(err, new(*types.ResourceNotFoundException)) {
		return false, nil
	}
	return err == nil, err
}

func (a *account) Secret(ctx context.Context, name string) (string, bool, error) {
	out, err := a.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if errors.As(err, new(*secrets.ResourceNotFoundException)) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if out.SecretString == nil {
		return "", true, nil // it is binary, which is no key either
	}
	return *out.SecretString, true, nil
}
