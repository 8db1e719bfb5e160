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

// account answers what preflight asks of the account that is deployed into.
type account interface {
	// concurrency is how many environments may run at once in the region.
	concurrency(ctx context.Context) (int, error)
	// exists says whether there is a function of that name.
	exists(ctx context.Context, function string) (bool, error)
	// secret is the value of a secret; ok is false if there is no such secret.
	secret(ctx context.Context, name string) (value string, ok bool, err error)
}

// awsAccount asks AWS itself.
type awsAccount struct {
	lambda  *lambda.Client
	secrets *secretsmanager.Client
}

// elsewhere are settings of Pulumi's provider that lead it to another account
// or endpoint than this process finds by itself.
var elsewhere = []string{"accessKey", "assumeRole", "assumeRoles", "assumeRoleWithWebIdentity", "endpoints"}

// connect finds the account that Pulumi's provider deploys into.
func connect(ctx *pulumi.Context) (*awsAccount, error) {
	for _, key := range elsewhere {
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
	return &awsAccount{lambda.NewFromConfig(c), secretsmanager.NewFromConfig(c)}, nil
}

func (a *awsAccount) concurrency(ctx context.Context) (int, error) {
	out, err := a.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, err
	}
	if out.AccountLimit == nil || out.AccountLimit.ConcurrentExecutions == 0 {
		return 0, errors.New("GetAccountSettings: the answer has no limit")
	}
	return int(out.AccountLimit.ConcurrentExecutions), nil
}

func (a *awsAccount) exists(ctx context.Context, function string) (bool, error) {
	_, err := a.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &function})
	if errors.As(err, new(*types.ResourceNotFoundException)) {
		return false, nil
	}
	return err == nil, err
}

func (a *awsAccount) secret(ctx context.Context, name string) (string, bool, error) {
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
