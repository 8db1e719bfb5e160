// The function behind the stats API: package statsapi over the stack's table.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambda-benchmark/lambda-benchmark/internal/harness"
	"github.com/lambda-benchmark/lambda-benchmark/internal/statsapi"
)

func main() {
	h, err := harness.Load(context.Background())
	if err != nil {
		log.Fatalf("statsapi: %v", err)
	}
	lambda.Start(statsapi.Proxy(statsapi.New(h.Store)))
}
