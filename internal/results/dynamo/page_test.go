package dynamo_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/storetest"
)

// small is a DynamoDB whose pages end after a few items, where AWS's end after 1 MB.
type small struct{ dynamo.API }

func (s small) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	page := *in
	page.Limit = aws.Int32(7)
	return s.API.Query(ctx, &page, o...)
}

func (s small) Scan(ctx context.Context, in *dynamodb.ScanInput, o ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	page := *in
	page.Limit = aws.Int32(7)
	return s.API.Scan(ctx, &page, o...)
}

func TestStoreInSmallPages(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		storetest.Run(t, func(t *testing.T) results.Store {
			return dynamo.New(small{e.Client()}, e.table(t), dynamo.Options{})
		})
	})
}
