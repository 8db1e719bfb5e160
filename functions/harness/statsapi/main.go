// The function behind the stats API: package statsapi over the stack's table.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/statsapi"
)

func main() {
	table := os.Getenv("TABLE_NAME")
	if table == "" {
		log.Fatal("statsapi: the environment variable TABLE_NAME is not set")
	}
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatalf("statsapi: load the AWS configuration: %v", err)
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), table, dynamo.Options{})
	lambda.Start(statsapi.Proxy(statsapi.New(store)))
}
