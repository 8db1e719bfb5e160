package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// keepTime bounds how long the stage's table may take.
const keepTime = 30 * time.Second

// keep puts a load test of the stage's own API into the stage's table, so that its
// reports answer which module system. The user's credentials write it. What cannot be
// kept is said, and is no fault of the load test, whose numbers are printed and in -out
// all the same.
func (lt *loadTest) keep(ctx context.Context, run results.Run, c *console.Console) {
	answered := slices.ContainsFunc(run.Load.Targets, func(t results.Target) bool { return t.Answered > 0 })
	if lt.stack.Table == "" || !answered || lt.targetsOfStage() < len(lt.attack.Targets) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime) // an interrupted load test is kept, too
	defer cancel()
	run.ID = fmt.Sprintf("load-%s-%x", run.Manifest.Started.UTC().Format("20060102T150405Z"), run.Manifest.Seed)
	store, err := dynamo.Open(ctx, lt.stack)
	if err == nil {
		err = store.PutLoad(ctx, run)
	}
	if err == nil {
		err = store.PutRun(ctx, results.Run{ID: run.ID, Manifest: run.Manifest, Summary: results.Summary{Thresholds: run.Thresholds}})
	}
	if err != nil {
		c.Printf("the load test is not in the table of stage %s, and its reports do without: %v", lt.stage, err)
		return
	}
	c.Printf("the load test is run %s of stage %s", run.ID, lt.stage)
}
