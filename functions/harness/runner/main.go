// The runner: package workflow behind the tasks of the state machine.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"
	lambdaapi "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/lambda-benchmark/lambda-benchmark/internal/harness"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

func main() {
	h, err := harness.Load(context.Background())
	if err != nil {
		log.Fatalf("runner: %v", err)
	}
	runner := &workflow.Runner{
		Lambda: lambdaapi.NewFromConfig(h.AWS), Store: h.Store,
		Platform: h.Platform, Region: h.Region, Stage: h.Stage, Version: h.Version, Log: h.Log,
	}
	lambda.Start(runner.Handle)
}
