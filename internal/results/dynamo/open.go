package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// Open returns the table of a deployed stack, which is read and written with the user's
// own credentials, found as the AWS CLI finds them.
func Open(ctx context.Context, stack deployed.Stack) (*Store, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(stack.Region))
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return New(dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		if stack.EndpointURL != "" {
			o.BaseEndpoint = aws.String(stack.EndpointURL)
		}
	}), stack.Table, Options{}), nil
}
