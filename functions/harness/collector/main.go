// The collector: package collect over CloudWatch Logs and the stack's table.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/lambda-benchmark/lambda-benchmark/internal/collect"
	"github.com/lambda-benchmark/lambda-benchmark/internal/harness"
)

func main() {
	h, err := harness.Load(context.Background())
	if err != nil {
		log.Fatalf("collector: %v", err)
	}
	collector := &collect.Collector{Logs: cloudwatchlogs.NewFromConfig(h.AWS), Store: h.Store, Platform: h.Platform, Log: h.Log}
	lambda.Start(collector.Handle)
}
